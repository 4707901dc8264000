//! The pages in a real browser: headless Chromium, axe-core, and pictures to look at in `target/screenshots`.
//!
//! A new page, or a new state of one, is a line of [`visits::VISITS`].

mod by_keyboard;
mod chromium;
mod every_page;
mod mode;
mod stage;
mod tab;
mod visits;
mod without_script;
