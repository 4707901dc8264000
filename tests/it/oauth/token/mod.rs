//! The token endpoint, one file a grant type.

mod api_key;
mod authorization_code;
mod client_credentials;
mod jwt;
mod races;
mod refresh_token;
mod request;
mod stored_form;
