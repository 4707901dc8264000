//! A mail server on loopback: it speaks SMTP, in clear or under TLS, keeps what it takes, and can refuse, hang up or say nothing.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use mail_parser::{Message, MessageParser};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How it treats a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It takes it.
    Takes,
    /// It answers the door with this line.
    TurnsAway(&'static str),
    /// It answers `AUTH` with this line.
    KnowsNobody(&'static str),
    /// It answers `RCPT` with this line.
    Refuses(&'static str),
    /// It answers the whole mail with this line.
    RefusesTheMail(&'static str),
    /// It never says a word.
    Hangs,
    /// It hangs up after `DATA`.
    Drops,
    /// It takes the mail, and never answers again.
    HangsAtTheEnd,
    /// It takes the mail and hangs up without saying so.
    TakesAndDrops,
    /// It takes the mail and never says so.
    TakesAndHangs,
}

/// How it protects who comes.
#[derive(Clone, Default)]
pub enum Door {
    /// Not at all.
    #[default]
    Open,
    /// TLS from the first byte.
    Tls(Arc<ServerConfig>),
    /// TLS on demand.
    StartTls(Arc<ServerConfig>),
    /// TLS on demand, it says; then this instead.
    NoTls(&'static str),
    /// TLS on demand, and somebody on the way says this behind the answer in clear.
    StartTlsAnd(Arc<ServerConfig>, &'static str),
}

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub from: String,
    pub to: String,
    /// User name and password, where they were given.
    pub credentials: Option<(String, String)>,
    /// How they were given.
    pub mechanism: Option<String>,
    /// Whether it came under TLS.
    pub protected: bool,
    /// Head and body as they came, without the dots of the protocol.
    pub raw: Vec<u8>,
}

impl Arrived {
    /// Read by somebody else's program.
    pub fn parsed(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).unwrap()
    }

    pub fn message_id(&self) -> String {
        self.parsed().message_id().unwrap().to_owned()
    }
}

#[derive(Default)]
struct State {
    door: Door,
    /// As in the answer to `EHLO`.
    mechanisms: Option<&'static str>,
    /// What it was told in clear.
    overheard: Vec<String>,
    manners: Vec<Manner>,
    usual: Option<Manner>,
    arrived: Vec<Arrived>,
    dialogues: usize,
}

/// The server. It lives until the process ends.
#[derive(Clone)]
pub struct Smtp {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Smtp {
    /// One that takes everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let smtp = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::default(),
        };
        let server = smtp.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (server, stream) = (server.clone(), stream.unwrap());
                // A client that goes in the middle of a dialogue is none of our business.
                thread::spawn(move || drop(server.talk(&stream)));
            }
        });
        smtp
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// TOML that sends the mail here.
    pub fn config(&self) -> String {
        format!(
            "[mail]\nsmtp_url = \"smtp://{}\"\nfrom = \"Testwind <no-reply@testwind.example>\"\n",
            self.address
        )
    }

    /// The same with a user and a password that is not easy to write in a URL.
    pub fn config_with_password(&self) -> String {
        self.config().replace("smtp://", "smtp://mara:p%40ss%2Fw%3Aord@")
    }

    /// TOML that sends the mail here by this scheme and host, with the same user and password.
    pub fn config_by(&self, scheme: &str, host: &str) -> String {
        let here = format!("smtp://mara:p%40ss%2Fw%3Aord@{}", self.address.ip());
        let there = format!("{scheme}://mara:p%40ss%2Fw%3Aord@{host}");
        self.config_with_password().replace(&here, &there)
    }

    /// How it protects who comes from now on.
    pub fn set_door(&self, door: Door) {
        self.state.lock().unwrap().door = door;
    }

    /// How it lets itself be told a password from now on.
    pub fn set_mechanisms(&self, mechanisms: &'static str) {
        self.state.lock().unwrap().mechanisms = Some(mechanisms);
    }

    /// What it was told in clear until now; forgotten with this.
    pub fn overheard(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().overheard)
    }

    /// How it treats the next mails, one after the other; after them it takes everything.
    pub fn next(&self, manners: &[Manner]) {
        self.state.lock().unwrap().manners = manners.iter().rev().copied().collect();
    }

    /// How it treats all mails from now on.
    pub fn always(&self, manner: Manner) {
        self.state.lock().unwrap().usual = Some(manner);
    }

    /// What it has taken, oldest first.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.state.lock().unwrap().arrived.clone()
    }

    /// How many have begun to talk to it.
    pub fn dialogues(&self) -> usize {
        self.state.lock().unwrap().dialogues
    }

    fn talk(&self, socket: &TcpStream) -> std::io::Result<()> {
        let (manner, door, mechanisms) = {
            let mut state = self.state.lock().unwrap();
            state.dialogues += 1;
            let usual = state.usual.unwrap_or(Manner::Takes);
            let manner = state.manners.pop().unwrap_or(usual);
            (
                manner,
                state.door.clone(),
                state.mechanisms.unwrap_or("PLAIN LOGIN"),
            )
        };
        let mut wire = Wire::InClear(BufReader::new(socket.try_clone()?));
        if let Door::Tls(config) = &door {
            wire = Wire::under_tls(socket, config)?;
        }
        if manner == Manner::Hangs {
            // Until the other side gives up.
            return wire.read_to_end();
        }
        if let Manner::TurnsAway(answer) = manner {
            return wire.say(answer);
        }
        wire.say("220 mail.testwind.example")?;
        let (mut from, mut to) = (String::new(), String::new());
        let (mut credentials, mut mechanism) = (None, None);
        loop {
            let line = self.hear(&mut wire)?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    wire.say("250-mail.testwind.example\r\n250-8BITMIME")?;
                    if !matches!(door, Door::Open | Door::Tls(_)) && !wire.is_protected() {
                        wire.say("250-STARTTLS")?;
                    }
                    wire.say(&format!("250 AUTH {mechanisms}"))?;
                }
                "STARTTLS" => match &door {
                    Door::StartTls(config) => {
                        wire.say("220 go on")?;
                        wire = Wire::under_tls(socket, config)?;
                    }
                    Door::StartTlsAnd(config, more) => {
                        wire.say(&format!("220 go on\r\n{more}"))?;
                        wire = Wire::under_tls(socket, config)?;
                    }
                    Door::NoTls(answer) => wire.say(answer)?,
                    Door::Open | Door::Tls(_) => wire.say("502 no such command")?,
                },
                "AUTH" => {
                    if let Manner::KnowsNobody(answer) = manner {
                        wire.say(answer)?;
                        continue;
                    }
                    let (name, first) = rest.split_once(' ').unwrap_or((rest, ""));
                    mechanism = Some(name.to_owned());
                    credentials = Some(if name == "LOGIN" {
                        (
                            self.asked(&mut wire, "Username:")?,
                            self.asked(&mut wire, "Password:")?,
                        )
                    } else {
                        let plain = decoded(first);
                        let mut parts = plain.split('\0').skip(1).map(str::to_owned);
                        (parts.next().unwrap(), parts.next().unwrap())
                    });
                    wire.say("235 welcome")?;
                }
                "MAIL" => {
                    rest.trim_start_matches("FROM:").clone_into(&mut from);
                    wire.say("250 ok")?;
                }
                "RCPT" => match manner {
                    Manner::Refuses(answer) => wire.say(answer)?,
                    _ => {
                        rest.trim_start_matches("TO:").clone_into(&mut to);
                        wire.say("250 ok")?;
                    }
                },
                "DATA" => {
                    if manner == Manner::Drops {
                        return Ok(());
                    }
                    wire.say("354 go on")?;
                    let raw = body(&mut wire)?;
                    if let Manner::RefusesTheMail(answer) = manner {
                        wire.say(answer)?;
                        continue;
                    }
                    self.state.lock().unwrap().arrived.push(Arrived {
                        from: from.clone(),
                        to: to.clone(),
                        credentials: credentials.clone(),
                        mechanism: mechanism.clone(),
                        protected: wire.is_protected(),
                        raw,
                    });
                    if manner == Manner::TakesAndDrops {
                        return Ok(());
                    }
                    if manner == Manner::TakesAndHangs {
                        return wire.read_to_end();
                    }
                    wire.say("250 taken")?;
                    if manner == Manner::HangsAtTheEnd {
                        return wire.read_to_end();
                    }
                }
                "QUIT" => return wire.say("221 bye"),
                _ => wire.say("250 ok")?,
            }
        }
    }

    /// The next line, without its end.
    fn hear(&self, wire: &mut Wire) -> std::io::Result<String> {
        let line = wire.line()?;
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if !wire.is_protected() {
            self.state.lock().unwrap().overheard.push(line.clone());
        }
        Ok(line)
    }

    /// The answer to a question of `AUTH LOGIN`.
    fn asked(&self, wire: &mut Wire, question: &str) -> std::io::Result<String> {
        wire.say(&format!("334 {}", STANDARD.encode(question)))?;
        Ok(decoded(&self.hear(wire)?))
    }
}

fn decoded(base64: &str) -> String {
    String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap()
}

/// The connection to a client.
enum Wire {
    InClear(BufReader<TcpStream>),
    Protected(Box<BufReader<StreamOwned<ServerConnection, TcpStream>>>),
}

impl Wire {
    fn under_tls(socket: &TcpStream, config: &Arc<ServerConfig>) -> std::io::Result<Self> {
        let tls = ServerConnection::new(Arc::clone(config)).unwrap();
        let stream = StreamOwned::new(tls, socket.try_clone()?);
        Ok(Self::Protected(Box::new(BufReader::new(stream))))
    }

    fn is_protected(&self) -> bool {
        matches!(self, Self::Protected(_))
    }

    fn say(&mut self, line: &str) -> std::io::Result<()> {
        let line = format!("{line}\r\n");
        match self {
            Self::InClear(stream) => stream.get_mut().write_all(line.as_bytes()),
            Self::Protected(stream) => stream.get_mut().write_all(line.as_bytes()),
        }
    }

    /// With its end.
    fn line(&mut self) -> std::io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let read = match self {
            Self::InClear(stream) => stream.read_until(b'\n', &mut line),
            Self::Protected(stream) => stream.read_until(b'\n', &mut line),
        };
        match read? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line),
        }
    }

    fn read_to_end(&mut self) -> std::io::Result<()> {
        let mut rest = Vec::new();
        match self {
            Self::InClear(stream) => stream.read_to_end(&mut rest),
            Self::Protected(stream) => stream.read_to_end(&mut rest),
        }
        .map(drop)
    }
}

/// Up to the line with a dot alone (RFC 5321 §4.5.2).
fn body(wire: &mut Wire) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let line = wire.line()?;
        if line == b".\r\n" {
            return Ok(raw);
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
