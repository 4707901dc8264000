//! `consentry login`: a real sign-in through a client, as an app would do it, with the **oauth2** crate (RFC 6749 §4.1, §4.4;
//! RFC 7636; RFC 8252 §7.3; RFC 8414; RFC 9207).

mod discovery;
mod http;
mod listener;

use std::{collections::BTreeMap, fs, time::Duration};

use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    ExtraTokenFields, PkceCodeChallenge, RedirectUrl, RequestTokenError, Scope, StandardRevocableToken,
    StandardTokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::{
    discovery::Server,
    http::{Http, HttpFault},
    listener::{Answer, Listener},
};
use crate::{
    cli::{
        CliError, Global,
        context::environment,
        input,
        output::{self, plain},
    },
    platform::config::{Config, Issuer, Sources},
};

/// How long the person has.
const PATIENCE: Duration = Duration::from_mins(5);

#[derive(clap::Args, Debug)]
#[command(after_help = "\
The client must have this command's redirect URI registered:
  a public client   http://127.0.0.1/callback          (its port may vary)
  any other         http://127.0.0.1:PORT/callback     (and then --port PORT)

The address to open goes to standard error, the tokens as JSON to standard output. After five \
minutes it gives up.

Examples:
  consentry login --client-id 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90 --scope 'analytics.read'
  consentry login --client-id 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90 --port 8765 \\
    --client-secret-stdin < secret.txt
  consentry login --client-id 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90 --client-credentials \\
    --client-secret-stdin < secret.txt")]
pub(super) struct Args {
    /// Through which client
    #[arg(long, value_name = "ID")]
    client_id: String,

    /// Read the client's secret from standard input, as one line; a public client has none
    #[arg(long)]
    client_secret_stdin: bool,

    /// What to ask for, separated by one space; without it the client's default scope
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,

    /// The server to sign in at; without it the one that the configuration or the last `consentry dev` names
    #[arg(long, value_name = "URL", value_parser = Issuer::parse)]
    issuer: Option<Issuer>,

    /// The workspace to suggest to the person: its id or slug
    #[arg(long, value_name = "HINT", conflicts_with = "client_credentials")]
    workspace: Option<String>,

    /// Where to listen for the answer, on 127.0.0.1; without it at any free port
    #[arg(long, value_name = "PORT", conflicts_with = "client_credentials",
        value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// Sign nobody in: get a token for the client itself (RFC 6749 §4.4)
    #[arg(long, requires = "client_secret_stdin")]
    client_credentials: bool,
}

/// Whatever a token response says beyond RFC 6749 §5.1: printed as it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Extra(BTreeMap<String, Value>);

impl ExtraTokenFields for Extra {}

type Tokens = StandardTokenResponse<Extra, BasicTokenType>;

type OAuthClient = Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

pub(super) fn run(global: &Global, args: &Args) -> Result<(), CliError> {
    let issuer = match &args.issuer {
        Some(issuer) => issuer.clone(),
        None => default_issuer(global)?,
    };
    let secret = if args.client_secret_stdin {
        Some(input::secret_line("client secret")?)
    } else {
        None
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::failed("internal_fault", error.to_string()))?;
    let tokens = runtime.block_on(async {
        let http = Http::new()?;
        let server = discovery::discover(&http, &issuer).await?;
        let mut client = client(&server, args)?;
        if let Some(secret) = &secret {
            client = client.set_client_secret(ClientSecret::new(secret.to_string()));
        }
        if args.client_credentials {
            let request = client.exchange_client_credentials().add_scopes(scopes(args));
            return request
                .request_async(&|request| http.call(request))
                .await
                .map_err(refused);
        }
        tokio::time::timeout(PATIENCE, sign_in(&http, &server, client, args))
            .await
            .unwrap_or_else(|_| {
                Err(CliError::failed(
                    "timeout",
                    "nobody came back from the sign-in within five minutes",
                ))
            })
    })?;
    output::json(&tokens)
}

fn client(server: &Server, args: &Args) -> Result<OAuthClient, CliError> {
    let unusable = |_| discovery::unusable("an endpoint that is not a URL");
    Ok(Client::new(ClientId::new(args.client_id.clone()))
        .set_auth_uri(AuthUrl::new(server.authorization_endpoint.clone()).map_err(unusable)?)
        .set_token_uri(TokenUrl::new(server.token_endpoint.clone()).map_err(unusable)?))
}

fn scopes(args: &Args) -> impl Iterator<Item = Scope> {
    let scope = args.scope.as_deref().unwrap_or_default();
    scope
        .split_ascii_whitespace()
        .map(|name| Scope::new(name.to_owned()))
}

async fn sign_in(http: &Http, server: &Server, client: OAuthClient, args: &Args) -> Result<Tokens, CliError> {
    let listener = Listener::bind(args.port).await?;
    let redirect_uri = RedirectUrl::new(listener.redirect_uri())
        .map_err(|error| CliError::failed("internal_fault", error.to_string()))?;
    let client = client.set_redirect_uri(redirect_uri);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(scopes(args))
        .set_pkce_challenge(challenge);
    if let Some(workspace) = &args.workspace {
        request = request.add_extra_param("workspace", workspace);
    }
    let (url, state) = request.url();
    output::note(&format!("Open this address to sign in:\n\n  {url}\n"));
    let Answer { code, iss, error } = listener.answer(state.secret()).await?;
    // RFC 9207 §2.4: an answer of another server must not make us bring it our code, nor believe its errors.
    if iss.as_deref() != Some(server.issuer.as_str()) && (iss.is_some() || server.sends_iss) {
        return Err(CliError::failed(
            "issuer_mismatch",
            "the answer does not come from the server that was asked (RFC 9207)",
        ));
    }
    if let Some((code, description)) = error {
        return Err(told(&code, &description));
    }
    let code = code.ok_or_else(|| {
        CliError::failed(
            "invalid_response",
            "the server answered with neither a code nor an error",
        )
    })?;
    client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(verifier)
        .request_async(&|request| http.call(request))
        .await
        .map_err(refused)
}

/// An error that the server told, in its own words.
fn told(code: &str, description: &str) -> CliError {
    let code = plain(code);
    let sentence = match description {
        "" => "the server refused".to_owned(),
        description => plain(description),
    };
    match code.as_str() {
        "access_denied" | "invalid_client" | "unauthorized_client" => CliError::denied(&code, sentence),
        _ => CliError::failed(&code, sentence),
    }
}

fn refused(error: RequestTokenError<HttpFault, BasicErrorResponse>) -> CliError {
    match error {
        RequestTokenError::ServerResponse(response) => told(
            response.error().as_ref(),
            response.error_description().map_or("", String::as_str),
        ),
        RequestTokenError::Request(fault) => fault.into(),
        // Neither is shown as it came: the body may hold a token.
        RequestTokenError::Parse(error, _) => CliError::failed(
            "invalid_response",
            format!(
                "the token endpoint's answer is not what RFC 6749 §5 asks for: {}",
                error.path()
            ),
        ),
        RequestTokenError::Other(_) => {
            CliError::failed("invalid_response", "the token endpoint's answer is empty")
        }
    }
}

/// The issuer of the configuration, without starting a database for it.
fn default_issuer(global: &Global) -> Result<Issuer, CliError> {
    let env = environment();
    if let Some(file) = &global.config {
        let sources = Sources {
            file: Some(file.clone()),
            env,
            ..Sources::default()
        };
        return Ok(Config::load(sources)?.config.issuer);
    }
    let named = env
        .into_iter()
        .find_map(|(name, value)| (name == "CONSENTRY_ISSUER").then_some(value));
    let demo = || {
        let demo = fs::read(global.data_dir.join("demo.json")).ok()?;
        let demo: Value = serde_json::from_slice(&demo).ok()?;
        demo["issuer"].as_str().map(str::to_owned)
    };
    let text = named.or_else(demo).ok_or_else(|| {
        CliError::usage("nothing names the server to sign in at")
            .fix("add --issuer URL, or --data-dir DIR of a running `consentry dev`")
    })?;
    Issuer::parse(&text)
        .map_err(|problem| CliError::failed("invalid_configuration", format!("the issuer {problem}")))
}
