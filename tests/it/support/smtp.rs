//! A mail server on loopback: it speaks SMTP, keeps what it takes, and can refuse, hang up or say nothing.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use mail_parser::{Message, MessageParser};

/// How it treats a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It takes it.
    Takes,
    /// It answers the door with this line.
    TurnsAway(&'static str),
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
}

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub from: String,
    pub to: String,
    /// User name and password, where they were given.
    pub credentials: Option<(String, String)>,
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

    fn talk(&self, stream: &TcpStream) -> std::io::Result<()> {
        let manner = {
            let mut state = self.state.lock().unwrap();
            state.dialogues += 1;
            let usual = state.usual.unwrap_or(Manner::Takes);
            state.manners.pop().unwrap_or(usual)
        };
        let mut reader = BufReader::new(stream.try_clone()?);
        let say = |line: &str| { stream }.write_all(format!("{line}\r\n").as_bytes());
        if manner == Manner::Hangs {
            // Until the other side gives up.
            return reader.read_to_end(&mut Vec::new()).map(drop);
        }
        if let Manner::TurnsAway(answer) = manner {
            return say(answer);
        }
        say("220 mail.testwind.example")?;
        let (mut from, mut to, mut credentials) = (String::new(), String::new(), None);
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let (verb, rest) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => say("250-mail.testwind.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN")?,
                "AUTH" => {
                    let plain = STANDARD.decode(rest.split_once(' ').unwrap().1).unwrap();
                    let plain = String::from_utf8(plain).unwrap();
                    let mut parts = plain.split('\0').skip(1).map(str::to_owned);
                    credentials = Some((parts.next().unwrap(), parts.next().unwrap()));
                    say("235 welcome")?;
                }
                "MAIL" => {
                    rest.trim_start_matches("FROM:").clone_into(&mut from);
                    say("250 ok")?;
                }
                "RCPT" => match manner {
                    Manner::Refuses(answer) => say(answer)?,
                    _ => {
                        rest.trim_start_matches("TO:").clone_into(&mut to);
                        say("250 ok")?;
                    }
                },
                "DATA" => {
                    if manner == Manner::Drops {
                        return Ok(());
                    }
                    say("354 go on")?;
                    let raw = body(&mut reader)?;
                    if let Manner::RefusesTheMail(answer) = manner {
                        say(answer)?;
                        continue;
                    }
                    self.state.lock().unwrap().arrived.push(Arrived {
                        from: from.clone(),
                        to: to.clone(),
                        credentials: credentials.clone(),
                        raw,
                    });
                    if manner == Manner::TakesAndDrops {
                        return Ok(());
                    }
                    say("250 taken")?;
                    if manner == Manner::HangsAtTheEnd {
                        return reader.read_to_end(&mut Vec::new()).map(drop);
                    }
                }
                "QUIT" => return say("221 bye"),
                _ => say("250 ok")?,
            }
        }
    }
}

/// Up to the line with a dot alone (RFC 5321 §4.5.2).
fn body(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(raw);
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
