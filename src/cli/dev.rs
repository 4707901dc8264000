//! `consentry dev`: everything on this machine, without any set-up.

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    time::Instant,
};

use clap::Args;
use diesel::{Connection, PgConnection};

use crate::{
    app::{self, App},
    cli::{
        context::{Global, environment},
        failure::CliError,
        serve::{bind, serve, start_telemetry},
    },
    dev::{
        data_dir::{DataDir, Database},
        demo::{self, Demo},
        postgres::{Cluster, Origin},
        routes::{DevRoutes, TestClock},
    },
    platform::{
        clock::Clock,
        config::Config,
        db::{self, Internal},
        migrations,
    },
    signing::key,
};

/// Where `dev` listens unless told otherwise.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Where it serves its metrics unless told otherwise.
const METRICS_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9090);

/// Enough for one developer.
const WORKERS: usize = 2;

/// Run everything on this machine: private PostgreSQL, demo data, test client
///
/// Uses `DATABASE_URL` if it is set, else a PostgreSQL of its own that stops with it. Answers on a loopback address only. Do
/// not expose it to a network.
#[derive(Args, Debug)]
pub struct DevArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDR:PORT", default_value_t = LISTEN)]
    pub listen: SocketAddr,

    /// Where to serve /metrics [default: 127.0.0.1:9090 if it is free]; "off" serves none
    #[arg(long, value_name = "ADDR:PORT|off")]
    pub metrics_listen: Option<String>,

    /// Delete the data directory first: database, keys and demo data
    #[arg(long)]
    pub reset: bool,

    /// Add `POST /dev/clock {"advance": seconds}`, which moves the server's clock
    #[arg(long)]
    pub test_clock: bool,
}

/// Serves until told to stop.
///
/// # Errors
/// A fault of the configuration, the address, or the database.
pub fn run(global: &Global, args: &DevArgs) -> Result<(), CliError> {
    let began = Instant::now();
    if !args.listen.ip().is_loopback() {
        return Err(CliError::usage(
            "dev answers on a loopback address only: its data and keys are for everybody to see",
        )
        .fix("use --listen 127.0.0.1:PORT, or `consentry serve` for a real server"));
    }
    // First, so that a taken port costs no database.
    let listener = bind(args.listen)?;
    let address = listener
        .local_addr()
        .map_err(|error| CliError::failed("listen", error.to_string()))?;
    let metrics_listener = metrics_listener(args.metrics_listen.as_deref())?;
    if args.reset {
        Cluster::reset(&global.data_dir).map_err(|error| CliError::failed("reset", error.to_string()))?;
    }
    let has_database = std::env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty())
        || std::env::var_os("CONSENTRY_DATABASE__URL").is_some_and(|url| !url.is_empty());
    let database = if has_database {
        Database::Configured
    } else {
        Database::Private
    };
    let data_dir = DataDir::open(&global.data_dir, database)?;
    let config = configure(global, &data_dir, address)?;
    let metrics = start_telemetry(&config)?;
    let clock = Clock::system();

    let mut conn = PgConnection::establish(config.database.url.expose())
        .map_err(|error| CliError::from(Internal::Unavailable(error.to_string())))?;
    let applied = match data_dir.owner_url(&config) {
        Some(owner) => migrations::up_and_grant(&mut db::connect(&owner)?, &mut conn, clock.now())?,
        None => migrations::up(&mut conn, clock.now())?,
    };
    let demo = prepare(&mut conn, &config, &data_dir, &clock)?;
    drop(conn);
    data_dir.write_demo(&demo.json)?;

    let test_clock = if args.test_clock {
        TestClock::On
    } else {
        TestClock::Off
    };
    print_banner(&Banner {
        config: &config,
        data_dir: &data_dir,
        directory: &global.data_dir.display().to_string(),
        demo: &demo,
        migrations: applied.len(),
        metrics: metrics_listener
            .as_ref()
            .and_then(|listener| listener.local_addr().ok()),
        test_clock,
        began,
    });
    let routes = DevRoutes::new(test_clock, Some(demo))
        .map_err(|error| CliError::failed("playground", error.to_string()))?;
    let app = App::new(config, clock).with_dev(routes);
    let outcome = serve(&app, listener, WORKERS, metrics, metrics_listener);
    drop(app);
    // Last: the private database stops when nobody uses it any more.
    drop(data_dir);
    outcome
}

/// The configuration of `dev`: the issuer is where it really listens.
fn configure(global: &Global, data_dir: &DataDir, address: SocketAddr) -> Result<Config, CliError> {
    let mut sources = data_dir.sources(environment())?;
    sources.file.clone_from(&global.config);
    sources
        .overrides
        .push(("issuer".to_owned(), format!("http://{address}")));
    sources.overrides.push(("listen".to_owned(), address.to_string()));
    Ok(Config::load(sources)?.config)
}

/// A busy default is no reason not to start; a busy address that was asked for is.
fn metrics_listener(asked: Option<&str>) -> Result<Option<TcpListener>, CliError> {
    match asked {
        None => Ok(TcpListener::bind(METRICS_LISTEN).ok()),
        Some("off") => Ok(None),
        Some(address) => {
            let address = address.parse().map_err(|_| {
                CliError::usage(format!(
                    "--metrics-listen {address} is neither ADDR:PORT nor \"off\""
                ))
            })?;
            bind(address).map(Some)
        }
    }
}

/// Signing key and demo data.
fn prepare(
    conn: &mut PgConnection,
    config: &Config,
    data_dir: &DataDir,
    clock: &Clock,
) -> Result<Demo, CliError> {
    let before = data_dir.demo();
    let password = data_dir.secret("demo.password", 8)?;
    let seal = app::seal(config);
    Ok(db::write_on(conn, |conn| {
        let now = clock.now();
        key::ensure(conn, &seal, config.signing.algorithm, now)?;
        demo::ensure(conn, config, before.as_ref(), &password, now)
    })?)
}

/// What a newcomer wants to know.
struct Banner<'a> {
    config: &'a Config,
    data_dir: &'a DataDir,
    directory: &'a str,
    demo: &'a Demo,
    migrations: usize,
    metrics: Option<SocketAddr>,
    test_clock: TestClock,
    began: Instant,
}

fn print_banner(banner: &Banner<'_>) {
    let Banner { config, demo, .. } = banner;
    let issuer = config.issuer.as_str();
    let database = match banner.data_dir.cluster() {
        Some(cluster) => {
            let origin = match cluster.origin() {
                Origin::New => "new",
                Origin::Started => "started",
                Origin::Attached => "already running",
            };
            format!(
                "private PostgreSQL {} from {}   {origin}",
                cluster.version(),
                cluster.bin_dir().display()
            )
        }
        None => "from the configuration".to_owned(),
    };
    let metrics = banner.metrics.map_or_else(
        || "off (choose an address with --metrics-listen)".to_owned(),
        |address| format!("http://{address}/metrics"),
    );
    let mail = if config.mail.smtp.is_some() {
        "goes to the server that mail.smtp_url names".to_owned()
    } else {
        format!("printed here and at {issuer}/dev/mail")
    };
    let clock = match banner.test_clock {
        TestClock::On => format!("\n  Clock      POST {issuer}/dev/clock  {{\"advance\": seconds}}"),
        TestClock::Off => String::new(),
    };
    let text = format!(
        "consentry {version} \u{2014} development mode. Do not expose this to a network.

  database   {database}
             data in {directory}   (consentry dev --reset starts over)
  migrations {migrations} applied
  keys       signing key {algorithm}, sealing key in the data directory
  demo data  workspace \"northwind\", 1 person, 2 apps, 1 API; their ids and secrets are in {directory}/demo.json

  Open       {issuer}            sign in as  {email} / {password}
  Try        {issuer}/dev/playground   (full login with a test client)
  Mail       {mail}

  Check a token now:
    {introspect}

  Metadata   {issuer}/.well-known/oauth-authorization-server
  API        {issuer}/docs/api   (for programs: /openapi.json)
  Metrics    {metrics}{clock}

Ready in {took:.1} s. Ctrl-C stops everything.",
        version = env!("CARGO_PKG_VERSION"),
        directory = banner.directory,
        migrations = banner.migrations,
        algorithm = config.signing.algorithm.as_str(),
        email = demo.email(),
        password = demo.password(),
        introspect = demo.introspect_command("ACCESS_TOKEN"),
        took = banner.began.elapsed().as_secs_f64(),
    );
    // Nobody may be left to read it: that is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "{text}");
}
