//! The picture: each work's rate beside the floor that it is held against, at every number of connections.

use std::fmt::Write as _;

use crate::{
    report::number::ratio,
    results::{Results, Series},
};

/// What is drawn: a work, its floor, and the goal for the ratio where there is one.
const BARS: [(Series, Series, Option<f64>); 5] = [
    (Series::IntrospectionWarm, Series::Hello, Some(0.75)),
    (Series::IntrospectionCold, Series::PgIntrospection, None),
    (Series::ClientCredentials, Series::PgInsert, Some(2.0)),
    (Series::Rotation, Series::PgRotationInOne, Some(1.5)),
    (Series::Rotation, Series::PgRotation, None),
];

/// Where a bar is cut off, so that one far away does not make all others a line.
const LONGEST: f64 = 3.0;

const WIDTH: f64 = 760.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 80.0;
const TOP: f64 = 20.0;
const HEADING: f64 = 22.0;
const BAR: f64 = 18.0;
const GAP: f64 = 4.0;
const BETWEEN: f64 = 18.0;
const FOOT: f64 = 40.0;

/// Colours that can be told apart on light and on dark, and text in the colour of the reader's theme.
const STYLE: &str = "svg{color:#1f2328;font:13px system-ui,sans-serif}\
    @media(prefers-color-scheme:dark){svg{color:#e6edf3}}\
    text{fill:currentColor}.bar{fill:#4c7fd9}.floor{stroke:currentColor;stroke-dasharray:3 3}\
    .goal{stroke:#d9822b;stroke-width:3}.faint{opacity:.75}.bold{font-weight:600}";

/// Draws it.
pub fn of(results: &Results) -> String {
    let connections = &results.settings.connections;
    let drawn = BARS.map(|(work, floor, goal)| {
        let ratios: Vec<Option<f64>> = connections
            .iter()
            .map(|&count| results.rate_ratio(work, floor, count))
            .collect();
        (work, floor, goal, ratios)
    });
    let widest = drawn
        .iter()
        .flat_map(|(_, _, goal, ratios)| ratios.iter().copied().chain([*goal]))
        .flatten()
        .fold(1.0, f64::max)
        .min(LONGEST);
    let x = |figure: f64| LEFT + figure.min(widest) / widest * (WIDTH - LEFT - RIGHT);

    let mut body = String::new();
    let mut y = TOP;
    for (work, floor, goal, ratios) in &drawn {
        put(
            &mut body,
            format_args!(
                "<text x=\"0\" y=\"{:.0}\"><tspan class=\"bold\">{}</tspan> ÷ {}</text>",
                y + 13.0,
                escaped(work.name()),
                escaped(floor.name())
            ),
        );
        y += HEADING;
        let began = y;
        for (count, figure) in connections.iter().zip(ratios) {
            let width = figure.map_or(0.0, |figure| x(figure) - LEFT);
            put(
                &mut body,
                format_args!(
                    "<text class=\"faint\" x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{count}</text>\
                     <rect class=\"bar\" x=\"{LEFT:.0}\" y=\"{y:.0}\" width=\"{width:.1}\" height=\"{BAR:.0}\"/>\
                     <text x=\"{WIDTH:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>",
                    LEFT - 8.0,
                    y + 14.0,
                    y + 14.0,
                    label(*figure)
                ),
            );
            y += BAR + GAP;
        }
        let mut mark = |class: &str, figure: f64| {
            let at = x(figure);
            put(
                &mut body,
                format_args!(
                    "<line class=\"{class}\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{:.0}\" y2=\"{:.0}\"/>",
                    began - 2.0,
                    y - GAP + 2.0
                ),
            );
        };
        mark("floor", 1.0);
        if let Some(goal) = goal {
            mark("goal", *goal);
        }
        y += BETWEEN;
    }
    put(
        &mut body,
        format_args!(
            "<text class=\"faint\" x=\"0\" y=\"{:.0}\">At the left the number of connections. Dashed: as fast as the floor. \
             Orange: the goal. →: cut off.</text>",
            y + 14.0
        ),
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH:.0} {:.0}\" role=\"img\" aria-labelledby=\"t d\">\n\
         <title id=\"t\">Rates beside their floors</title>\n<desc id=\"d\">{}</desc>\n<style>{STYLE}</style>\n{body}</svg>\n",
        y + FOOT - BETWEEN,
        description(connections, &drawn)
    )
}

fn label(figure: Option<f64>) -> String {
    let cut_off = figure.is_some_and(|figure| figure > LONGEST);
    format!("{}{}", ratio(figure), if cut_off { " →" } else { "" })
}

type Drawn = (Series, Series, Option<f64>, Vec<Option<f64>>);

/// The same in words.
fn description(connections: &[usize], drawn: &[Drawn]) -> String {
    let sentences: Vec<String> = drawn
        .iter()
        .map(|(work, floor, goal, ratios)| {
            let figures: Vec<String> = connections
                .iter()
                .zip(ratios)
                .map(|(count, figure)| format!("{} at {count}", ratio(*figure)))
                .collect();
            let goal = goal.map_or_else(String::new, |goal| format!("; goal {}", ratio(Some(goal))));
            let text = format!(
                "{} beside {}: {}{goal}.",
                work.name(),
                floor.name(),
                figures.join(", ")
            );
            escaped(&text)
        })
        .collect();
    sentences.join(" ")
}

fn put(body: &mut String, element: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(body, "{element}");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
