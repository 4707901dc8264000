//! Every page from samples of its data, in tests: what a page must be whatever it shows.
//!
//! A page's file has, beside the struct with `#[template(path = …)]`:
//!
//! ```ignore
//! // Each state; `name` where others choose a text. `sample::layout(language)`, and all texts from `language.words()`.
//! fn samples(name: &'static str, language: Language) -> Vec<(&'static str, HomePage<'static>)>;
//!
//! #[test]
//! fn every_state_is_a_good_page() {
//!     sample::check(samples);
//! }
//! ```
//!
//! [`check`] renders each state in each language with a harmless name and holds it to [`rules`], and then with each of [`FOREIGN`]: no name may
//! change the tags of the page, stand outside of what keeps its direction of writing to itself (`bdi`, as a [`Phrase`] writes
//! it), or turn the direction of anything else ([`phrase::plain`]). `SAMPLES_DIR=… cargo test --lib every_state` also writes
//! the pages there, to be looked at.
//!
//! [`Phrase`]: crate::web::phrase::Phrase
//! [`phrase::plain`]: crate::web::phrase::plain

mod html;
mod rules;

use std::{env, fs, path::Path, sync::LazyLock};

use askama::Template;

use crate::{
    platform::config::Proxies,
    web::{branding::Branding, connection::Patience, language::Language, layout::Layout, observe::Manners},
};
use html::Html;

/// What people, apps and workspaces may be called by who wants to break a page (IJ-04, IJ-05).
const FOREIGN: [&str; 8] = [
    "<script>alert(1)</script>",
    "</title></bdi></main><h1>x</h1>",
    "\"'><img src=x onerror=alert(1)>",
    "{{7*7}}{% raw %}",
    "${7*7}#{7*7}",
    "Bank \u{202e}elgooG\u{2066} \u{5d0}\u{5d1}",
    "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft",
    "",
];

const HARMLESS: &str = "Acme Sync";

static MANNERS: LazyLock<Manners> = LazyLock::new(|| Manners {
    https: true,
    product_name: "Northwind".to_owned(),
    branding: Branding::none(),
    proxies: Proxies::default(),
    patience: Patience::default(),
    origin: "https://id.northwind.example".to_owned(),
});

/// The layout of samples.
pub(crate) fn layout(language: Language) -> Layout<'static> {
    Layout::of(&MANNERS, language)
}

/// Renders the samples of a page and checks each.
///
/// # Panics
/// With all that is wrong with them.
pub(crate) fn check<T: Template>(samples: impl Fn(&'static str, Language) -> Vec<(&'static str, T)>) {
    let wrong: Vec<_> = { Language::ALL.into_iter() }
        .flat_map(|language| faults(language.tag(), |name| samples(name, language)))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is wrong with the samples of a page in one language.
fn faults<T: Template>(tag: &str, samples: impl Fn(&'static str) -> Vec<(&'static str, T)>) -> Vec<String> {
    let mut wrong = Vec::new();
    let page = std::any::type_name::<T>().split('<').next().unwrap();
    let page = page.rsplit("::").next().unwrap();
    let harmless = samples(HARMLESS);
    assert!(!harmless.is_empty(), "{page} has no samples");
    for (at, (state, template)) in harmless.iter().enumerate() {
        let text = template.render().unwrap();
        write(page, &format!("{state} {tag}"), &text);
        let plain = Html::parse(&text);
        let mut say = |name: &str, all: Vec<String>| {
            wrong.extend(
                all.into_iter()
                    .map(|it| format!("{page} {tag}, {state}{name}: {it}")),
            );
        };
        say("", rules::good_page(&plain, MANNERS.product_name.as_str()));
        say("", rules::good_tone(&plain));
        say("", rules::one_language(&plain));
        for foreign in FOREIGN {
            let text = samples(foreign).swap_remove(at).1.render().unwrap();
            let shown = Html::parse(&text);
            let name = format!(", called {foreign:?}");
            // Without a name there may be less of a page.
            if foreign.is_empty() {
                say(&name, shown.faults.clone());
            } else {
                say(&name, rules::good_page(&shown, MANNERS.product_name.as_str()));
                say(&name, rules::same_tags(&plain, &shown));
                say(&name, rules::kept_to_itself(&shown, foreign));
            }
        }
    }
    wrong
}

/// The same for the mails of a template, which have no policy to keep: styles may stand in them, forms and pictures may not.
///
/// # Panics
/// With all that is wrong with them.
pub(crate) fn check_letters<T: Template>(samples: impl Fn(&'static str) -> Vec<(&'static str, T)>) {
    let mut wrong = Vec::new();
    for (at, (state, template)) in samples(HARMLESS).iter().enumerate() {
        let text = template.render().unwrap();
        write("Letter", &format!("{state} {at}"), &text);
        let plain = Html::parse(&text);
        let mut say = |name: &str, all: Vec<String>| {
            wrong.extend(all.into_iter().map(|it| format!("{state} {at}{name}: {it}")));
        };
        say("", rules::good_letter(&plain, MANNERS.product_name.as_str()));
        say("", rules::good_tone(&plain));
        for foreign in FOREIGN.into_iter().filter(|foreign| !foreign.is_empty()) {
            let shown = Html::parse(&samples(foreign).swap_remove(at).1.render().unwrap());
            let name = format!(", called {foreign:?}");
            say(&name, shown.faults.clone());
            say(&name, rules::same_tags(&plain, &shown));
            say(&name, rules::kept_to_itself(&shown, foreign));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// For people, axe and screenshots.
fn write(page: &str, state: &str, text: &str) {
    if let Some(directory) = env::var_os("SAMPLES_DIR") {
        let name = format!("{page} {state}.html").replace([' ', '/'], "-");
        fs::write(Path::new(&directory).join(name), text).unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "<!doctype html>\n<html lang=\"en\"><head><title>Error: Hello \u{2013} Northwind</title></head><body>\
        <a href=\"#content\">Skip</a><main id=\"content\"><h1>Hello</h1>\
        <div role=\"alert\" tabindex=\"-1\" autofocus><a href=\"#f\">Name it</a></div>\
        <p>By <bdi>Acme Sync</bdi></p><form method=\"post\" action=\"/x\">\
        <input type=\"hidden\" name=\"csrf_token\" value=\"t\"><label for=\"f\">Name</label><input id=\"f\" value=\"Acme Sync\">\
        <button>Save</button></form></main></body></html>";

    fn wrong(page: &str) -> Vec<String> {
        let html = Html::parse(page);
        let mut wrong = rules::good_page(&html, "Northwind");
        wrong.extend(rules::good_tone(&html));
        wrong.extend(rules::one_language(&html));
        wrong.extend(rules::same_tags(&Html::parse(GOOD), &html));
        wrong.extend(rules::kept_to_itself(&html, "Acme Sync"));
        wrong
    }

    #[test]
    fn each_rule_can_be_broken() {
        assert_eq!(wrong(GOOD), Vec::<String>::new());
        for (good, bad, said) in [
            ("<!doctype html>", "", "doctype"),
            ("lang=\"en\"", "lang=\"\"", "language"),
            ("\"#content\"", "\"/\"", "skip"),
            ("Error: Hello", "Hello", "Error:"),
            ("lang=\"en\"", "lang=\"de\"", "English"),
            ("Hello \u{2013}", "Hallo \u{2013}", "title"),
            ("<h1>Hello</h1>", "<h1></h1>", "heading"),
            ("<h1>Hello</h1>", "<h1>Hello</h1><h1>Hello</h1>", "exactly one h1"),
            ("<h1>Hello</h1>", "<h1>Hello</h1><h3>x</h3>", "leaves out a level"),
            (" autofocus", "", "focus"),
            ("<input id=\"f\"", "<input id=\"f\" autofocus", "two elements"),
            ("<label for=\"f\">", "<label for=\"g\">", "no label"),
            ("<label for=\"f\">", "<label for=\"g\">", "not there"),
            ("id=\"f\"", "id=\"content\"", "there twice"),
            ("value=\"t\"", "value=\"\"", "csrf_token"),
            ("action=\"/x\"", "action=\"https://x\"", "a form goes"),
            ("\"#f\"", "\"\"", "leads to"),
            ("\"#f\"", "\"javascript:x\"", "leads to"),
            ("<button>", "<button onclick=\"x\">", "policy"),
            ("<button>", "<button style=\"x\">", "policy"),
            ("<button>Save", "<button>", "says nothing"),
            ("<p>", "<script></script><p>", "policy"),
            ("<p>", "<p><div></div>", "within <p>"),
            ("</p>", "", "closes something else"),
            ("Name it", "Some(name)", "Some("),
            ("Name it", "None", "`None`"),
            ("Name it", "Do it!", "`!`"),
            ("Name it", "A & B", "ampersand"),
            ("<bdi>Acme Sync</bdi>", "Acme Sync", "unguarded"),
            ("<bdi>", "<b><bdi>", "changed the tags"),
            ("Hello \u{2013}", "Hello\u{202e} \u{2013}", "direction"),
        ] {
            assert!(GOOD.contains(good), "{good}");
            let wrong = wrong(&GOOD.replace(good, bad));
            assert!(
                wrong.iter().any(|it| it.contains(said)),
                "{good} to {bad}: {wrong:?}"
            );
        }
    }
}
