//! What `create` and `update` say of a client in the same words.

use clap::Args;

use crate::{
    oauth::client::{
        metadata::{Lifetime, Metadata},
        registration::TokenFormat,
    },
    wire::grant_type::GrantType,
};

#[derive(Args, Debug)]
pub(super) struct Fields {
    /// Where people come back to: compared character by character; may be given several times. Of a public client, the
    /// port of a loopback address (127.0.0.1 or `::1`) may vary
    #[arg(long = "redirect-uri", value_name = "URI", num_args = 1..)]
    redirect_uris: Option<Vec<String>>,

    /// The client's home page
    #[arg(long, value_name = "URL")]
    uri: Option<String>,

    /// What it may ask for: scopes of the catalogue, separated by one space
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,

    /// What a request without `scope` asks for; without it such a request is refused with `invalid_scope`
    #[arg(long, value_name = "SCOPES")]
    default_scope: Option<String>,

    /// What it may present at the token endpoint: `authorization_code`, `refresh_token` or `client_credentials`; may be given
    /// several times
    #[arg(long = "grant-type", value_name = "TYPE", num_args = 1.., value_parser = grant_type)]
    grant_types: Option<Vec<GrantType>>,

    /// Of a resource server: the audience of a configured resource that it stands for; may be given several times
    #[arg(long = "audience", value_name = "URI", num_args = 1..)]
    audiences: Option<Vec<String>>,

    /// How long its access tokens live: seconds, or `default`
    #[arg(long, value_name = "SECONDS", value_parser = lifetime)]
    access_token_ttl: Option<Lifetime>,

    /// How long its refresh tokens live unused: seconds, or `default`
    #[arg(long, value_name = "SECONDS", value_parser = lifetime)]
    refresh_token_ttl: Option<Lifetime>,

    /// When its grants end, used or not, counted from sign-in: seconds, or `default` for no such end
    #[arg(long, value_name = "SECONDS", value_parser = lifetime)]
    grant_ttl: Option<Lifetime>,

    /// Refuse authorization requests without PKCE; always so for public clients
    #[arg(
        long,
        value_name = "true|false",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    require_pkce: Option<bool>,

    /// The form of its access tokens: `opaque` (the default) or `jwt` (RFC 9068)
    #[arg(long, value_name = "FORMAT", value_parser = token_format)]
    token_format: Option<TokenFormat>,
}

impl Fields {
    /// As a registration says it.
    pub(super) fn into_metadata(self, client_name: Option<String>) -> Metadata {
        Metadata {
            client_name,
            client_uri: self.uri,
            // An empty one takes away those that are registered.
            redirect_uris: self
                .redirect_uris
                .map(|uris| uris.into_iter().filter(|uri| !uri.is_empty()).collect()),
            grant_types: self.grant_types,
            scope: self.scope,
            default_scope: self.default_scope,
            audiences: self.audiences,
            require_pkce: self.require_pkce,
            token_format: self.token_format,
            access_token_ttl: self.access_token_ttl,
            refresh_token_ttl: self.refresh_token_ttl,
            grant_ttl: self.grant_ttl,
        }
    }
}

fn grant_type(text: &str) -> Result<GrantType, String> {
    let registrable = |found: &GrantType| GrantType::REGISTRABLE.contains(found);
    GrantType::parse(text).filter(registrable).ok_or_else(|| {
        let known: Vec<_> = GrantType::REGISTRABLE
            .iter()
            .map(|known| known.as_str())
            .collect();
        format!("choose from {}", known.join(", "))
    })
}

fn token_format(text: &str) -> Result<TokenFormat, &'static str> {
    TokenFormat::try_from(text.to_owned()).map_err(|_| "choose opaque or jwt")
}

fn lifetime(text: &str) -> Result<Lifetime, &'static str> {
    if text == "default" {
        return Ok(Lifetime::Default);
    }
    text.parse()
        .map(Lifetime::Seconds)
        .map_err(|_| "a number of seconds, or default")
}
