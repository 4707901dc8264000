//! Which paths a rule of `[[forward_auth.rules]]` is about.

use std::fmt;

/// Paths, as an operator writes them: `/v1/posts/*`.
///
/// | part | stands for |
/// |---|---|
/// | `posts` | itself, in this case of letters |
/// | `*`, `{id}` | one segment that is not empty |
/// | `**`, at the end | the rest of the path, be it nothing |
///
/// A slash at the end counts: `/v1/posts/` is another path than `/v1/posts`.
#[derive(Clone, PartialEq, Eq)]
pub struct PathPattern(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// This text; empty only at the end, behind a slash.
    Literal(String),
    /// Any text but none.
    One,
    /// All that follows.
    Rest,
}

/// What a pattern says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is about it.
    Exact,
    /// It would be, if case of letters or a slash at the end did not count; and to many servers they do not.
    Near,
    /// It is not about it.
    No,
}

impl PathPattern {
    /// Reads a pattern, or says what is wrong with it.
    ///
    /// # Errors
    /// The end of a sentence that begins with the key.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let rest = text.strip_prefix('/').ok_or("does not begin with a slash")?;
        let parts: Vec<&str> = rest.split('/').collect();
        let last = parts.len() - 1;
        let segments = parts.into_iter().enumerate();
        segments
            .map(|(at, part)| Segment::parse(part, at == last))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// What it says of a path, of which these are the decoded segments: of `/` one that is empty.
    #[must_use]
    pub fn fit(&self, path: &[String]) -> Fit {
        if fits(&self.0, path, |literal, segment| literal == segment) {
            return Fit::Exact;
        }
        let pattern = match self.0.as_slice() {
            [before @ .., Segment::Literal(last)] if last.is_empty() => before,
            whole => whole,
        };
        let path = match path {
            [before @ .., last] if last.is_empty() => before,
            whole => whole,
        };
        if fits(pattern, path, str::eq_ignore_ascii_case) {
            Fit::Near
        } else {
            Fit::No
        }
    }

    /// Whether it is about every path that `other` is about.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let (mut own, mut others) = (self.0.iter(), other.0.iter());
        loop {
            match (own.next(), others.next()) {
                (Some(Segment::Rest), _) | (None, None) => return true,
                (Some(Segment::One), Some(Segment::One)) => {}
                (Some(Segment::One), Some(Segment::Literal(text))) if !text.is_empty() => {}
                (Some(Segment::Literal(one)), Some(Segment::Literal(other))) if one == other => {}
                _ => return false,
            }
        }
    }
}

impl Segment {
    fn parse(part: &str, is_last: bool) -> Result<Self, &'static str> {
        // What a path can hold without an escape (RFC 3986 §3.3), but for `;`, which no clear path has.
        let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@!$&'()+,=".contains(&byte);
        let name = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match part {
            "" if is_last => Ok(Self::Literal(String::new())),
            "" => Err("has two slashes in a row"),
            "." | ".." => Err("has a dot segment"),
            "*" => Ok(Self::One),
            "**" if is_last => Ok(Self::Rest),
            "**" => Err("has ** before its end"),
            _ => match name {
                Some(name) if is_name(name) => Ok(Self::One),
                Some(_) => Err("has braces around what is no name"),
                None if part.bytes().all(may_stand) => Ok(Self::Literal(part.to_owned())),
                None => Err("has a character that stands for itself in no clear path, or * beside others"),
            },
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

fn fits(pattern: &[Segment], path: &[String], is_same: fn(&str, &str) -> bool) -> bool {
    for (at, segment) in pattern.iter().enumerate() {
        let given = path.get(at);
        let fits = match segment {
            Segment::Rest => return true,
            Segment::One => given.is_some_and(|text| !text.is_empty()),
            Segment::Literal(literal) => given.is_some_and(|text| is_same(literal, text)),
        };
        if !fits {
            return false;
        }
    }
    path.len() == pattern.len()
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.0 {
            match segment {
                Segment::Literal(text) => write!(f, "/{text}")?,
                Segment::One => f.write_str("/*")?,
                Segment::Rest => f.write_str("/**")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn fit(pattern: &str, path: &str) -> Fit {
        let segments: Vec<String> = path[1..].split('/').map(str::to_owned).collect();
        PathPattern::parse(pattern).unwrap().fit(&segments)
    }

    #[test]
    fn a_pattern_is_about_these_paths_and_no_others() {
        use Fit::{Exact, Near, No};
        for (pattern, path, expected) in [
            ("/", "/", Exact),
            ("/", "/v1", No),
            ("/v1/posts", "/v1/posts", Exact),
            ("/v1/posts", "/v1/posts/1", No),
            ("/v1/posts", "/v1", No),
            ("/v1/posts", "/v1/posts/", Near),
            ("/v1/posts/", "/v1/posts", Near),
            ("/v1/posts/", "/v1/posts/", Exact),
            ("/v1/posts", "/v1/Posts", Near),
            ("/v1/posts", "/V1/POSTS/", Near),
            ("/v1/posts/*", "/v1/posts/1", Exact),
            ("/v1/posts/{id}", "/v1/posts/1", Exact),
            ("/v1/posts/*", "/v1/posts", No),
            ("/v1/posts/*", "/v1/posts/", No),
            ("/v1/posts/*", "/v1/posts/1/", Near),
            ("/v1/posts/*", "/v1/posts/1/2", No),
            ("/v1/*/comments", "/v1/1/comments", Exact),
            ("/v1/*/comments", "/v1//comments", No),
            ("/v1/**", "/v1", Exact),
            ("/v1/**", "/v1/", Exact),
            ("/v1/**", "/v1/a/b/c", Exact),
            ("/v1/**", "/V1/a", Near),
            ("/v1/**", "/v10/a", No),
            ("/**", "/", Exact),
            ("/**", "/a", Exact),
        ] {
            assert_eq!(fit(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for bad in [
            "", "v1", "//", "/v1//a", "/./a", "/a/..", "/a*", "/**/a", "/{}", "/{a", "/{a b}", "/a%2fb",
            "/a;b", "/\u{e4}", "/a b", "/a?b", "/a#b", "/a\\b", "/***",
        ] {
            assert!(PathPattern::parse(bad).is_err(), "{bad} was let in");
        }
    }

    fn segment() -> impl Strategy<Value = String> {
        prop_oneof!["[ab]", "[AB]", Just("*".to_owned()), Just("{id}".to_owned())]
    }

    fn pattern() -> impl Strategy<Value = PathPattern> {
        (
            vec(segment(), 0..4),
            prop_oneof!["", Just("/".to_owned()), Just("/**".to_owned())],
        )
            .prop_map(|(segments, end)| {
                let begun = if segments.is_empty() && !end.is_empty() {
                    ""
                } else {
                    "/"
                };
                let text = format!("{begun}{}{end}", segments.join("/"));
                PathPattern::parse(&text).unwrap()
            })
    }

    fn path() -> impl Strategy<Value = Vec<String>> {
        (vec("[abAB]", 0..4), any::<bool>()).prop_map(|(mut path, slash)| {
            if slash || path.is_empty() {
                path.push(String::new());
            }
            path
        })
    }

    proptest! {
        #[test]
        fn properties_what_a_pattern_covers_fits_it_too(one in pattern(), other in pattern(), path in path()) {
            if one.covers(&other) && other.fit(&path) == Fit::Exact {
                prop_assert_eq!(one.fit(&path), Fit::Exact, "{} {}", one, other);
            }
        }

        /// Case and a slash at the end never lead from one rule's reach into nobody's.
        #[test]
        fn properties_what_nearly_fits_is_told(pattern in pattern(), path in path()) {
            let mut other: Vec<String> = path.iter().map(|part| part.to_uppercase()).collect();
            if other.last().is_some_and(String::is_empty) && other.len() > 1 {
                other.pop();
            } else if other.last().is_some_and(|last| !last.is_empty()) {
                other.push(String::new());
            }
            if pattern.fit(&path) == Fit::Exact {
                prop_assert_ne!(pattern.fit(&other), Fit::No, "{} {:?} {:?}", pattern, path, other);
            }
        }
    }
}
