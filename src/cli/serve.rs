//! `consentry serve`: the server, on a database and with secrets that the operator gives it. It never starts a database and
//! never invents a secret.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    num::NonZero,
    thread::available_parallelism,
};

use clap::Args;
use tokio::sync::oneshot;

use crate::{
    app::{self, App},
    cli::{
        context::{Global, environment},
        failure::CliError,
    },
    platform::{
        clock::Clock,
        config::{Config, LogFormat, Sources},
        telemetry::{self, Format, Metrics},
    },
};

/// Run the server on the configured database
///
/// The schema must be current (`consentry migrate up`) before /health/ready answers 200. Stops on SIGINT and SIGTERM, after
/// the requests under way.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Where to listen, instead of `listen` in the configuration
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,

    /// Where to serve /metrics, instead of `metrics_listen`; "off" serves none
    #[arg(long, value_name = "ADDR:PORT|off")]
    pub metrics_listen: Option<String>,
}

/// Serves until told to stop.
///
/// # Errors
/// The configuration is faulty, or an address cannot be used.
pub fn run(global: &Global, args: &ServeArgs) -> Result<(), CliError> {
    let mut overrides = Vec::new();
    if let Some(listen) = args.listen {
        overrides.push(("listen".to_owned(), listen.to_string()));
    }
    if let Some(listen) = &args.metrics_listen {
        overrides.push(("metrics_listen".to_owned(), listen.clone()));
    }
    // No data directory: what a real server runs on is said by a file and the environment, or it does not start.
    let sources = Sources {
        file: global.config.clone(),
        env: environment(),
        overrides,
        ..Sources::default()
    };
    let config = Config::load(sources)?.config;
    let metrics = start_telemetry(&config)?;
    let listener = bind(config.listen)?;
    let metrics_listener = config.metrics_listen.map(bind).transpose()?;
    let workers = available_parallelism().map_or(1, NonZero::get);
    // Where it really listens: port 0 is any.
    let metrics_listen = metrics_listener.as_ref().and_then(address);
    tracing::info!(
        listen = address(&listener),
        metrics_listen,
        issuer = config.issuer.as_str(),
        "consentry serves"
    );
    serve(
        &App::new(config, Clock::system()),
        listener,
        workers,
        metrics,
        metrics_listener,
    )
}

fn address(listener: &TcpListener) -> Option<String> {
    Some(listener.local_addr().ok()?.to_string())
}

/// Starts logging and metrics as the configuration says.
///
/// # Errors
/// They were started before, or the log filter is not valid.
pub fn start_telemetry(config: &Config) -> Result<Metrics, CliError> {
    let format = match config.log.format {
        LogFormat::Auto => Format::for_stderr(),
        LogFormat::Human => Format::Human,
        LogFormat::Json => Format::Json,
    };
    let failed = |error: telemetry::TelemetryError| CliError::failed("telemetry", error.to_string());
    telemetry::init(format, &config.log.level).map_err(failed)?;
    telemetry::install_metrics().map_err(failed)
}

/// Takes an address.
///
/// # Errors
/// Somebody else has it, or it is not ours.
pub fn bind(address: SocketAddr) -> Result<TcpListener, CliError> {
    TcpListener::bind(address).map_err(|error| {
        let refused = CliError::failed(
            "address_unavailable",
            format!("cannot listen on {address}: {error}"),
        );
        match error.kind() {
            io::ErrorKind::AddrInUse => refused.fix("stop what uses it, or choose another with --listen"),
            _ => refused,
        }
    })
}

/// Runs the server, its recurring work and its metrics until the process is told to stop; then lets requests under way end.
///
/// # Errors
/// The listener fails.
pub fn serve(
    app: &App,
    listener: TcpListener,
    workers: usize,
    metrics: Metrics,
    metrics_listener: Option<TcpListener>,
) -> Result<(), CliError> {
    let failed = |error: io::Error| CliError::failed("listen", error.to_string());
    actix_web::rt::System::new().block_on(async move {
        actix_web::rt::spawn(metrics.clone().keep_up());
        if let Some(listener) = metrics_listener {
            actix_web::rt::spawn(app::serve_metrics(metrics, listener).map_err(failed)?);
        }
        let (stop, stopped) = oneshot::channel::<()>();
        let worker = app.clone();
        let work = actix_web::rt::spawn(async move {
            // It is never sent anything: it ends when the sender goes.
            worker.work(async { drop(stopped.await) }).await;
        });
        let server = app.serve(listener, workers).map_err(failed)?;
        server.await.map_err(failed)?;
        drop(stop);
        if let Err(cause) = work.await {
            tracing::error!(%cause, "the work without a request ended in a fault");
        }
        app.finish().await;
        Ok(())
    })
}
