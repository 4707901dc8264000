//! A provider of identities of the tests' own: a real server of OpenID Connect on loopback, with keys that it changes when the
//! test says so. It signs whatever it is told to, also what no honest provider would.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
        mpsc,
    },
    thread,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    http::header,
    web::{self, Data},
};
use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
        RsaKeyPair,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::Server;

/// Our registration at it.
pub const CLIENT_ID: &str = "consentry-at-provider";

/// Our secret at it, with what must be escaped on its way (RFC 6749 §2.3.1).
pub const CLIENT_SECRET: &str = "shh: a/secret+of=ours";

/// base64url without padding.
pub fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A key of a provider.
pub enum Key {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    /// RSA keys are slow to make, so all tests share a few.
    pub fn rsa(which: usize) -> Arc<Self> {
        static KEYS: OnceLock<[Arc<Key>; 3]> = OnceLock::new();
        let keys = KEYS.get_or_init(|| {
            [(); 3].map(|()| {
                Arc::new(Key::Rsa(Box::new(
                    RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
                )))
            })
        });
        Arc::clone(&keys[which])
    }

    pub fn p256() -> Arc<Self> {
        Arc::new(Self::P256(
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
        ))
    }

    pub fn ed25519() -> Arc<Self> {
        Arc::new(Self::Ed25519(Ed25519KeyPair::generate().unwrap()))
    }

    pub fn alg(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
        }
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Self::P256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// The public part (RFC 7517).
    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Rsa(pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                json!({
                    "kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256",
                    "n": encoded(n.big_endian_without_leading_zero()), "e": encoded(e.big_endian_without_leading_zero()),
                })
            }
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({
                    "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "alg": "ES256",
                    "x": encoded(&point[1..33]), "y": encoded(&point[33..]),
                })
            }
            Self::Ed25519(pair) => json!({
                "kty": "OKP", "crv": "Ed25519", "kid": kid, "use": "sig", "alg": "EdDSA",
                "x": encoded(pair.public_key().as_ref()),
            }),
        }
    }

    /// A token of these parts, signed as an honest provider would.
    pub fn token(&self, header: &Value, claims: &Value) -> String {
        self.token_of(&header.to_string(), &claims.to_string())
    }

    /// The same of texts, which may be no JSON.
    pub fn token_of(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encoded(header), encoded(claims));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", encoded(signature))
    }
}

/// What it answers a redeemed code with, given the nonce of the request.
type Minting = Arc<dyn Fn(&str) -> String + Send + Sync>;

struct Begun {
    challenge: String,
    nonce: String,
    redirect_uri: String,
}

struct State {
    issuer: String,
    /// As published.
    jwks: Mutex<Value>,
    /// Changes to the published metadata.
    metadata: Mutex<BTreeMap<String, Value>>,
    minting: Mutex<Option<Minting>>,
    begun: Mutex<BTreeMap<String, Begun>>,
    discoveries: AtomicU32,
    key_fetches: AtomicU32,
    others: AtomicU32,
    is_down: AtomicBool,
}

/// The provider. It stops when it is dropped.
pub struct Provider {
    /// Its `iss`.
    pub issuer: String,
    state: Arc<State>,
    handle: actix_web::dev::ServerHandle,
    thread: Option<thread::JoinHandle<()>>,
}

impl Provider {
    /// With one RSA key, `key-1`.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            issuer: issuer.clone(),
            jwks: Mutex::new(json!({ "keys": [Key::rsa(0).jwk("key-1")] })),
            metadata: Mutex::default(),
            minting: Mutex::default(),
            begun: Mutex::default(),
            discoveries: AtomicU32::new(0),
            key_fetches: AtomicU32::new(0),
            others: AtomicU32::new(0),
            is_down: AtomicBool::new(false),
        });
        let (started, waits) = mpsc::channel();
        let shared = Arc::clone(&state);
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let state = Data::from(shared);
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(state.clone())
                        .route(
                            "/{path:.*}/.well-known/openid-configuration",
                            web::get().to(discovery),
                        )
                        .route("/.well-known/openid-configuration", web::get().to(discovery))
                        .route("/jwks", web::get().to(jwks))
                        .route("/authorize", web::get().to(authorize))
                        .route("/token", web::post().to(token))
                        .default_service(web::to(elsewhere))
                })
                .workers(1)
                .disable_signals()
                .listen(listener)
                .unwrap()
                .run();
                started.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let handle = waits.recv().unwrap();
        Self {
            issuer,
            state,
            handle,
            thread: Some(thread),
        }
    }

    /// As the operator writes it down: by this id, of this kind, with more lines.
    pub fn configured(&self, id: &str, kind: &str, more: &str) -> String {
        let issuer = &self.issuer;
        format!(
            "[[identity_providers]]\nid = \"{id}\"\nkind = \"{kind}\"\nissuer = \"{issuer}\"\nclient_id = \"{CLIENT_ID}\"\n\
             client_secret = \"{CLIENT_SECRET}\"\n{more}\n"
        )
    }

    /// Publishes these keys and no others.
    pub fn publish(&self, keys: &[Value]) {
        *self.state.jwks.lock().unwrap() = json!({ "keys": keys });
    }

    /// Publishes metadata that has this instead.
    pub fn says(&self, name: &str, value: Value) {
        self.state.metadata.lock().unwrap().insert(name.to_owned(), value);
    }

    /// Answers the next codes with what this makes of the nonce.
    pub fn mints(&self, minting: impl Fn(&str) -> String + Send + Sync + 'static) {
        *self.state.minting.lock().unwrap() = Some(Arc::new(minting));
    }

    /// Answers the next codes with an ID token of these claims, under `key-1`.
    pub fn signs_in(&self, claims: &Value) {
        let claims = claims.clone();
        self.mints(move |nonce| {
            let mut claims = claims.clone();
            if claims.get("nonce").is_none() {
                claims["nonce"] = json!(nonce);
            }
            Key::rsa(0).token(&json!({"alg": "RS256", "kid": "key-1"}), &claims)
        });
    }

    /// Whether it answers anything but 503.
    pub fn is_down(&self, is_down: bool) {
        self.state.is_down.store(is_down, Ordering::SeqCst);
    }

    /// How often its keys were fetched.
    pub fn key_fetches(&self) -> u32 {
        self.state.key_fetches.load(Ordering::SeqCst)
    }

    /// How often its metadata were fetched.
    pub fn discoveries(&self) -> u32 {
        self.state.discoveries.load(Ordering::SeqCst)
    }

    /// How often something was asked for that it does not have.
    pub fn asked_elsewhere(&self) -> u32 {
        self.state.others.load(Ordering::SeqCst)
    }

    /// Claims that an honest provider would write now: about `sub`, for us, good for ten minutes.
    pub fn claims(&self, server: &Server, sub: &str) -> Value {
        let now = server.clock.now().timestamp();
        json!({
            "iss": self.issuer, "aud": CLIENT_ID, "sub": sub, "iat": now, "exp": now + 600,
            "jti": uuid::Uuid::now_v7(),
        })
    }

    /// The same, with the address that it vouches for.
    pub fn vouches(&self, server: &Server, sub: &str, email: &str) -> Value {
        let mut claims = self.claims(server, sub);
        claims["email"] = json!(email);
        claims["email_verified"] = json!(true);
        claims
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !thread::panicking() {
                ended.unwrap();
            }
        }
    }
}

fn down() -> HttpResponse {
    HttpResponse::ServiceUnavailable().finish()
}

async fn discovery(state: Data<State>) -> HttpResponse {
    state.discoveries.fetch_add(1, Ordering::SeqCst);
    if state.is_down.load(Ordering::SeqCst) {
        return down();
    }
    let issuer = &state.issuer;
    let mut metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
    });
    for (name, value) in state.metadata.lock().unwrap().iter() {
        metadata[name] = value.clone();
    }
    HttpResponse::Ok().json(metadata)
}

async fn jwks(state: Data<State>) -> HttpResponse {
    state.key_fetches.fetch_add(1, Ordering::SeqCst);
    if state.is_down.load(Ordering::SeqCst) {
        return down();
    }
    HttpResponse::Ok().json(&*state.jwks.lock().unwrap())
}

async fn elsewhere(state: Data<State>) -> HttpResponse {
    state.others.fetch_add(1, Ordering::SeqCst);
    HttpResponse::NotFound().finish()
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// Whoever comes is signed in already, and sent back at once.
async fn authorize(state: Data<State>, req: HttpRequest) -> HttpResponse {
    let asked = pairs(req.query_string());
    let one = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let is_right = one("response_type") == "code"
        && one("client_id") == CLIENT_ID
        && one("code_challenge_method") == "S256"
        && one("scope").split(' ').any(|scope| scope == "openid")
        && !one("nonce").is_empty()
        && !one("state").is_empty();
    if !is_right {
        return HttpResponse::BadRequest().body(format!("{asked:?}"));
    }
    let code = uuid::Uuid::now_v7().to_string();
    let begun = Begun {
        challenge: one("code_challenge"),
        nonce: one("nonce"),
        redirect_uri: one("redirect_uri"),
    };
    state.begun.lock().unwrap().insert(code.clone(), begun);
    let mut back = url::Url::parse(&one("redirect_uri")).unwrap();
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &one("state"))
        .append_pair("iss", &state.issuer)
        .append_pair("scope", "openid email profile");
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, back.as_str()))
        .finish()
}

async fn token(state: Data<State>, req: HttpRequest, body: String) -> HttpResponse {
    if state.is_down.load(Ordering::SeqCst) {
        return down();
    }
    let refused = |error: &str| HttpResponse::BadRequest().json(json!({ "error": error }));
    let asked = pairs(&body);
    let one = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let escaped = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic =
        base64::prelude::BASE64_STANDARD.encode(format!("{}:{}", escaped(CLIENT_ID), escaped(CLIENT_SECRET)));
    let presented = req
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let in_body = one("client_id") == CLIENT_ID && one("client_secret") == CLIENT_SECRET;
    if presented != Some(&format!("Basic {basic}")) && !in_body {
        return refused("invalid_client");
    }
    // Once, whatever comes of it.
    let Some(begun) = state.begun.lock().unwrap().remove(&one("code")) else {
        return refused("invalid_grant");
    };
    let verifier = digest::digest(&digest::SHA256, one("code_verifier").as_bytes());
    if encoded(verifier) != begun.challenge || one("redirect_uri") != begun.redirect_uri {
        return refused("invalid_grant");
    }
    let minting = state
        .minting
        .lock()
        .unwrap()
        .clone()
        .expect("the test says who signs in");
    HttpResponse::Ok().json(json!({
        "access_token": "opaque", "token_type": "Bearer", "expires_in": 3600, "id_token": minting(&begun.nonce),
    }))
}
