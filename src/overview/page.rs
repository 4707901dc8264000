//! `GET /account/data`: the way to both.

use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig},
};
use askama::Template;

use crate::{
    accounts::{
        door::{Detour, SignedIn},
        nav::{Nav, Section},
    },
    web::{layout::Layout, methods::read_only, observe::Manners, page::Page, words},
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/account/data", get));
}

#[derive(Template)]
#[template(path = "overview/data.html")]
struct DataPage<'a> {
    layout: Layout<'a>,
    nav: Nav,
    words: &'static words::Data,
}

impl<'a> DataPage<'a> {
    fn of(layout: Layout<'a>) -> Self {
        Self {
            nav: Nav::at(Section::Data, layout.language),
            words: layout.language.words().data,
            layout,
        }
    }
}

async fn get(who: SignedIn, manners: Data<Manners>) -> Result<HttpResponse, Detour> {
    Ok(Page::new(DataPage::of(who.layout(&manners))).form().respond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::sample;

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(|_, language| vec![("plain", DataPage::of(sample::layout(language)))]);
    }
}
