//! Every page in every state, light, dark, on a phone, at 400 % zoom and on paper: nothing that can be measured is wrong.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{
    chromium::Chromium,
    mode::{DARK, LIGHT, MODES, Mode},
    stage::Stage,
    tab::{TAB, Tab},
    visits::VISITS,
};

/// WCAG 2.2 AA, and what is good beside it.
const RULES: [&str; 6] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

const AXE: &str = "const [rules, done] = arguments;
    axe.run(document, { runOnly: rules, resultTypes: ['violations'] }).then((result) => done(result.violations.flatMap(
        (it) => it.nodes.map((node) => `axe ${it.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))), (error) => done([String(error)]))";

/// Where the pictures go: output that is kept.
fn pictures() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let directory = tmp.parent().unwrap().join("screenshots");
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// All pictures on one page, to look at.
fn write_index(directory: &Path) -> PathBuf {
    let mut page = String::from(
        "<!doctype html><title>Every page</title><style>img{height:30rem;margin:.5rem}</style>\n",
    );
    for visit in VISITS {
        let _ = write!(page, "<h2>{}</h2><p>", visit.name);
        for mode in MODES {
            let file = format!("{}-{}.png", visit.name, mode.name);
            let _ = write!(
                page,
                "<a href=\"{file}\"><img src=\"{file}\" alt=\"{}\"></a>",
                mode.name
            );
        }
        page.push('\n');
    }
    let index = directory.join("index.html");
    fs::write(&index, page).unwrap();
    index
}

/// The checker, as its makers publish it.
fn axe_source() -> String {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .unwrap()
        .join("clients/node_modules/axe-core/axe.min.js");
    fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!(
            "axe-core is missing: `make test` installs it. {}: {error}",
            file.display()
        )
    })
}

/// The sentences that a script answered.
fn sentences(value: &Value) -> Vec<String> {
    let all = value.as_array().unwrap_or_else(|| panic!("{value}"));
    all.iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// What is wrong with a page as it is shown now.
async fn faults(tab: &Tab, mode: &Mode) -> Vec<String> {
    let is_paper = mode.medium == "print";
    let measured = tab
        .script(
            include_str!("inspect.js"),
            vec![mode.width.into(), is_paper.into()],
        )
        .await;
    let mut faults = sentences(&measured);
    // Paper has no landmarks; ink must be read there too.
    let rules = if is_paper {
        json!(["color-contrast"])
    } else {
        json!(RULES)
    };
    faults.extend(sentences(&tab.script_later(AXE, vec![rules]).await));
    faults
}

/// Goes through a page with the tabulator: every control has its turn, in the order of the page, and shows it.
async fn faults_of_focus(tab: &Tab) -> Vec<String> {
    let focus = include_str!("focus.js");
    let controls = sentences(&tab.script(focus, vec!["start".into()]).await);
    let (mut reached, mut faults) = (Vec::new(), Vec::new());
    for _ in &controls {
        tab.press(TAB).await;
        let now = tab.script(focus, vec!["now".into()]).await;
        faults.extend(sentences(&now["faults"]));
        reached.push(now["at"].as_i64().unwrap());
    }
    let expected: Vec<i64> = (0..).take(controls.len()).collect();
    if reached != expected {
        faults.push(format!("the tabulator goes to {reached:?} of {controls:?}"));
    }
    faults
}

/// WCAG 2.2 AA, the policy, and a stranger's eye for what is cut off, too small or too wide.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_a_fault_in_any_mode() {
    let axe = axe_source();
    let directory = pictures();
    let (stage, chromium) = tokio::join!(Stage::set(), Chromium::start());
    let tab = &chromium.tab;
    let mut faulty = BTreeSet::new();
    for visit in VISITS {
        tab.show_in(&LIGHT).await;
        visit.reach(&stage, tab).await;
        let mut note = |mode: &str, fault: String| faulty.insert(format!("{} {mode}: {fault}", visit.name));
        // Before scripts of ours run here, which may break the policy that the page's own must keep.
        for complaint in tab.complaints().await {
            note("", complaint);
        }
        tab.script(&axe, Vec::new()).await;
        for mode in MODES {
            tab.show_in(mode).await;
            let picture = directory.join(format!("{}-{}.png", visit.name, mode.name));
            tab.picture(&picture).await;
            for fault in faults(tab, mode).await {
                note(mode.name, fault);
            }
        }
        for mode in [&LIGHT, &DARK] {
            tab.show_in(mode).await;
            for fault in faults_of_focus(tab).await {
                note(mode.name, fault);
            }
        }
        tab.complaints().await;
    }
    let index = write_index(&directory);
    println!("pictures of every page: {}", index.display());
    assert!(
        faulty.is_empty(),
        "see the pictures in {}\n{}",
        index.display(),
        faulty.into_iter().collect::<Vec<_>>().join("\n")
    );
}
