//! For property tests: what differs from a valid text by a few slips. Random text alone is refused at its first character and
//! tests nothing behind it.

use proptest::{collection::vec, prelude::*, sample::Index};

/// One slip of a hand, or of somebody who tries what is let through.
#[derive(Clone, Debug)]
enum Slip {
    Replace(Index, char),
    Insert(Index, char),
    Delete(Index),
    /// With the next one.
    Swap(Index),
    /// Everything from there on.
    Cut(Index),
    /// A part of it once more, at the end.
    Repeat(Index, Index),
    OtherCase(Index),
}

/// What readers disagree about, more often than other characters.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => "[-_.~:/?#@!$&'()*+,;=%\"<>`{}|^\\\\\\[\\] \t\r\n\0]".prop_map(|text| first(&text)),
        3 => "[a-zA-Z0-9]".prop_map(|text| first(&text)),
        1 => any::<char>(),
    ]
}

fn first(text: &str) -> char {
    text.chars().next().unwrap_or('x')
}

/// `text` with one to `most` slips in it. It may come out as it was.
pub(crate) fn of(text: String, most: usize) -> impl Strategy<Value = String> {
    let slip = prop_oneof![
        (any::<Index>(), character()).prop_map(|(at, new)| Slip::Replace(at, new)),
        (any::<Index>(), character()).prop_map(|(at, new)| Slip::Insert(at, new)),
        any::<Index>().prop_map(Slip::Delete),
        any::<Index>().prop_map(Slip::Swap),
        any::<Index>().prop_map(Slip::Cut),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Slip::Repeat(from, to)),
        any::<Index>().prop_map(Slip::OtherCase),
    ];
    vec(slip, 1..=most).prop_map(move |slips| {
        let mut characters: Vec<char> = text.chars().collect();
        for slip in &slips {
            apply(&mut characters, slip);
        }
        characters.into_iter().collect()
    })
}

fn apply(text: &mut Vec<char>, slip: &Slip) {
    let size = text.len();
    if let Slip::Insert(at, new) = slip {
        return text.insert(at.index(size + 1), *new);
    }
    if size == 0 {
        return;
    }
    match slip {
        Slip::Insert(..) => {}
        Slip::Replace(at, new) => text[at.index(size)] = *new,
        Slip::Delete(at) => {
            text.remove(at.index(size));
        }
        Slip::Swap(at) => {
            let at = at.index(size);
            text.swap(at, (at + 1) % size);
        }
        Slip::Cut(at) => text.truncate(at.index(size)),
        Slip::Repeat(from, to) => {
            let (from, to) = (from.index(size), to.index(size));
            text.extend_from_within(from.min(to)..from.max(to));
        }
        Slip::OtherCase(at) => {
            let at = at.index(size);
            let old = text[at];
            text[at] = if old.is_ascii_lowercase() {
                old.to_ascii_uppercase()
            } else {
                old.to_ascii_lowercase()
            };
        }
    }
}
