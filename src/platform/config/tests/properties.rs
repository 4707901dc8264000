//! What holds for every file, environment and flag: the loader answers, and what it says has no secret in it.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{KEY, enough, faults};
use crate::platform::{
    config::{
        Config, Sources,
        key::{Known, is_in_list, variable},
        rule::Secrecy,
        table,
    },
    near_miss,
};

/// In every secret that is given here, and in nothing else.
const MARK: &str = "hunter2";

/// A key, which proptest can print.
#[derive(Clone, Copy)]
struct AnyKey(&'static dyn Known);

impl std::fmt::Debug for AnyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::ops::Deref for AnyKey {
    type Target = dyn Known;

    fn deref(&self) -> &Self::Target {
        self.0
    }
}

fn known() -> impl Strategy<Value = AnyKey> {
    select(table::ALL.iter().map(|key| AnyKey(*key)).collect::<Vec<_>>())
}

/// A secret as somebody might give it: rightly, or slipped in a way that leaves the mark whole.
fn secret() -> impl Strategy<Value = String> {
    let (before, after) = ("[-a-z0-9:/@=, %\\[\\]]{0,12}", "[-a-z0-9:/@=, %?#]{0,12}");
    prop_oneof![
        Just(format!("postgres://app:{MARK}@db/app")),
        Just(format!("host=db password={MARK}")),
        Just(format!("mysql://app:{MARK}@db/app")),
        Just(format!("{KEY},{MARK}")),
        (before, after).prop_map(|(before, after)| format!("{before}{MARK}{after}")),
    ]
}

/// A value of any kind, right or wrong.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,12}|-[0-9]{1,3}|true|false|off|info|EdDSA|json|owner",
        "https://[a-z.]{1,9}(:[0-9]{1,6})?|127\\.0\\.0\\.1:[0-9]{1,5}|10\\.0\\.0\\.0/[0-9]{1,3}",
        ".{0,12}",
    ]
}

/// A key's own value, which for a secret is a marked one.
fn given(key: AnyKey) -> BoxedStrategy<String> {
    match key.secrecy() {
        Secrecy::Secret => secret().boxed(),
        Secrecy::Open => value().boxed(),
    }
}

/// A key with a value, both as TOML writes them: under its sections, with the quotes that its value needs or others.
fn line() -> impl Strategy<Value = String> {
    known()
        .prop_flat_map(|key| (Just(key), given(key), 0..5_u8, any::<bool>()))
        .prop_map(|(key, value, quotes, is_named)| {
            let name = key.name().replace("[]", "");
            let name = if is_named { format!("{name}_file") } else { name };
            let value = match quotes {
                0 => value,
                1 => format!("'{value}'"),
                2 => format!("[{value:?}]"),
                _ => format!("{value:?}"),
            };
            match name.rsplit_once('.') {
                Some((section, leaf)) if key.name().contains("[]") => {
                    format!("[[{section}]]\n{leaf} = {value}")
                }
                Some((section, leaf)) => format!("[{section}]\n{leaf} = {value}"),
                None => format!("{name} = {value}"),
            }
        })
}

fn toml() -> impl Strategy<Value = String> {
    let lines = || vec(line(), 0..8).prop_map(|lines| lines.join("\n"));
    prop_oneof![
        lines(),
        lines().prop_flat_map(|text| near_miss::of(text, 3)),
        // Junk has no mark, which a slip could have made the name of a key.
        ".{0,80}",
        vec("[\\]\\[{}=.,\"'#\n a-z0-9_-]{0,6}", 0..20).prop_map(|parts| parts.concat()),
    ]
}

/// Variables: known, slipped, foreign; each may name a file.
fn environment() -> impl Strategy<Value = Vec<(String, String)>> {
    let ours = known()
        .prop_filter("keys of lists have no variable", |key| !is_in_list(key.0))
        .prop_flat_map(|key| (Just(key), given(key), any::<bool>()))
        .prop_map(|(key, value, is_named)| {
            let name = variable(key.name());
            (if is_named { format!("{name}_FILE") } else { name }, value)
        });
    let slipped = (known(), secret())
        .prop_flat_map(|(key, value)| (near_miss::of(variable(key.name()), 2), Just(value)));
    // The value of a slipped name may be a secret; a name that is right again takes only what belongs to it.
    let slipped = slipped.prop_filter("a known name", |(name, _)| {
        !table::ALL.iter().any(|key| {
            key.secrecy() == Secrecy::Open
                && [variable(key.name()), variable(key.name()) + "_FILE"].contains(name)
        })
    });
    let url = secret().prop_map(|value| ("DATABASE_URL".to_owned(), value));
    let foreign = ("(CONSENTRY_)?[A-Z_]{0,9}", value());
    vec(prop_oneof![4 => ours, 2 => slipped, 1 => url, 1 => foreign], 0..5)
}

/// Everything that is said about a configuration, for whoever reads it.
fn told(sources: Sources) -> String {
    match Config::load(sources) {
        Ok(loaded) => format!("{loaded:?} {:?}", loaded.show()),
        Err(faults) => format!("{faults} {faults:?}"),
    }
}

proptest! {
    #[test]
    fn the_loader_answers_whatever_it_is_given_and_tells_no_secret(
        toml in toml(), env in environment(), needed in any::<bool>(),
    ) {
        let base = if needed { enough() } else { Sources::default() };
        let defaults = base.defaults.into_iter().filter(|(_, value)| !value.contains(MARK)).collect();
        let said = told(Sources { default_toml: Some(toml), env, defaults, ..Sources::default() });
        prop_assert!(!said.contains(MARK), "{}", said);
    }

    /// A flag sets what the file of the same words sets.
    #[test]
    fn each_source_reads_a_value_by_the_same_rule((key, text) in known()
        .prop_filter("keys of lists have no variable", |key| !is_in_list(key.0))
        .prop_flat_map(|key| (Just(key), given(key))),
    ) {
        let flag = Sources { overrides: vec![(key.name().to_owned(), text.clone())], ..enough() };
        let variable = Sources { env: vec![(variable(key.name()), text)], ..enough() };
        let of = |sources| Config::load(sources).map(|loaded| format!("{:?}", loaded.config)).map_err(|faults| {
            faults.0.into_iter().map(|fault| (fault.key, fault.problem)).collect::<Vec<_>>()
        });
        prop_assert_eq!(of(flag), of(variable));
    }
}

/// 64 kB of whatever is worst for a reader: answered, and neither the stack nor the patience of the operator is used up.
#[test]
fn a_file_of_64_kb_is_answered() {
    let of_parts = |part: &str| part.repeat(64 * 1024 / part.len());
    let keys = (0..6000)
        .map(|number| format!("k{number} = 1"))
        .collect::<Vec<_>>()
        .join("\n");
    let resources = (0..1500)
        .map(|number| format!("[[resources]]\nname = \"{number}\""))
        .collect::<Vec<_>>()
        .join("\n");
    let long = |text: String| (text[..12.min(text.len())].to_owned(), text);
    for (start, text) in [
        of_parts("["),
        of_parts("a."),
        format!("{}a = 1", of_parts("a.")),
        format!("[{}a]", of_parts("a.")),
        format!("a = {}", of_parts("[")),
        format!("a = {}", of_parts("{a=")),
        format!("{} = 1", of_parts("a")),
        format!("vendor = \"{}\"", of_parts("é")),
        format!("listen = \"{}\"", of_parts("1")),
        format!("issuer = \"https://{}\"", of_parts("a.")),
        format!("trusted_proxies = \"{}\"", of_parts("::1,")),
        format!("[log]\nlevel = \"{}\"", of_parts("a=info,")),
        format!("[secrets]\nsealing_keys = \"{}\"", of_parts("aa,")),
        of_parts("\n"),
        keys,
        resources,
    ]
    .map(long)
    {
        let started = std::time::Instant::now();
        let _ = told(Sources {
            default_toml: Some(text),
            ..enough()
        });
        assert!(
            started.elapsed() < std::time::Duration::from_secs(20),
            "{start}: {:?}",
            started.elapsed()
        );
    }
    assert!(
        faults(Sources {
            default_toml: Some(of_parts("[")),
            ..enough()
        })
        .len()
            < 100
    );
}
