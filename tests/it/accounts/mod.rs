//! People, through HTTP.

mod login;
