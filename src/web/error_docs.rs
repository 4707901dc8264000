//! `/docs/errors`: what each code means, for whoever met it. Linked from every refusal. For developers, so English for everybody.

use actix_web::{
    HttpResponse,
    web::{self, Data, Path},
};
use askama::Template;

use crate::web::{
    language::Language,
    layout::Layout,
    methods::read_only,
    observe::Manners,
    page::Page,
    problem::Problem,
    words::{self, ENGLISH, errors::ErrorDoc},
};

/// `GET /docs/errors` and `GET /docs/errors/{code}`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(read_only("/docs/errors", list))
        .service(read_only("/docs/errors/{code}", show));
}

#[derive(Template)]
#[template(path = "web/error_docs.html")]
struct ListPage<'a> {
    layout: Layout<'a>,
    words: &'static words::ErrorDocs,
    docs: Vec<&'static ErrorDoc>,
}

#[derive(Template)]
#[template(path = "web/error_doc.html")]
struct DocPage<'a> {
    layout: Layout<'a>,
    words: &'static words::ErrorDocs,
    doc: &'static ErrorDoc,
}

async fn list(manners: Data<Manners>) -> HttpResponse {
    let mut docs: Vec<_> = ErrorDoc::all().collect();
    docs.sort_by_key(|doc| doc.code);
    Page::new(ListPage {
        layout: Layout::of(&manners, Language::English),
        words: ENGLISH.error_docs,
        docs,
    })
    .respond()
}

async fn show(manners: Data<Manners>, code: Path<String>) -> Result<HttpResponse, Problem> {
    let doc = ErrorDoc::find(&code).ok_or_else(Problem::not_found)?;
    Ok(Page::new(DocPage {
        layout: Layout::of(&manners, Language::English),
        words: ENGLISH.error_docs,
        doc,
    })
    .respond())
}

/// A piece of a text, and whether it is code: what stands between backquotes.
pub fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split('`')
        .enumerate()
        .map(|(at, piece)| (at % 2 == 1, piece))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::sample;

    fn lists(_: &'static str, _: Language) -> Vec<(&'static str, ListPage<'static>)> {
        let page = ListPage {
            layout: sample::layout(Language::English),
            words: ENGLISH.error_docs,
            docs: ErrorDoc::all().collect(),
        };
        vec![("all", page)]
    }

    fn samples(_: &'static str, _: Language) -> Vec<(&'static str, DocPage<'static>)> {
        let page = |doc| DocPage {
            layout: sample::layout(Language::English),
            words: ENGLISH.error_docs,
            doc,
        };
        ErrorDoc::all().map(|doc| (doc.code, page(doc))).collect()
    }

    #[test]
    fn the_list_is_a_good_page() {
        sample::check(lists);
    }

    #[test]
    fn each_code_is_a_good_page() {
        sample::check(samples);
    }
}
