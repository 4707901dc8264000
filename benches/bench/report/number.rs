//! Figures as people read them: no more digits than mean something.

/// A rate: whole, with commas.
pub fn rate(figure: Option<f64>) -> String {
    let Some(figure) = figure else { return dash() };
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Microseconds as milliseconds.
pub fn milliseconds(us: Option<f64>) -> String {
    us.map_or_else(dash, |us| significant(us / 1000.0))
}

/// Microseconds.
pub fn microseconds(us: Option<f64>) -> String {
    us.map_or_else(dash, significant)
}

/// A ratio.
pub fn ratio(figure: Option<f64>) -> String {
    figure.map_or_else(dash, |figure| format!("{}×", two_places(figure)))
}

/// KiB as GiB.
pub fn gibibytes(kib: Option<u64>) -> String {
    let kib = kib.and_then(|kib| u32::try_from(kib).ok());
    kib.map_or_else(dash, |kib| format!("{:.0} GiB", f64::from(kib) / 1024.0 / 1024.0))
}

/// KiB as MiB.
pub fn mebibytes(kib: Option<u64>) -> String {
    let kib = kib.and_then(|kib| u32::try_from(kib).ok());
    kib.map_or_else(dash, |kib| format!("{:.1} MiB", f64::from(kib) / 1024.0))
}

fn two_places(figure: f64) -> String {
    match figure {
        it if it < 0.095 => format!("{it:.3}"),
        it if it < 9.95 => format!("{it:.2}"),
        it => format!("{it:.1}"),
    }
}

/// Three digits or so.
fn significant(figure: f64) -> String {
    match figure {
        it if it < 1.0 => format!("{it:.2}"),
        it if it < 100.0 => format!("{it:.1}"),
        it => format!("{it:.0}"),
    }
}

fn dash() -> String {
    "–".to_owned()
}
