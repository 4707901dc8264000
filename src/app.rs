//! The composition root: what every handler gets, every route, and what low rooms need from high ones.

use std::{collections::BTreeMap, io, net::TcpListener, sync::Arc, time::Duration};

use actix_web::{
    App as ActixApp, HttpServer,
    dev::Server,
    middleware::{Condition, from_fn},
    web::{Data, ServiceConfig},
};

use diesel::{PgConnection, QueryResult};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    access,
    accounts::{self, destination::Destinations, home::Places, newcomer::Newcomers, provider::Providers},
    api_keys::{api_key, service_account},
    audit::{
        checkpoint,
        refusals::{self, Refusals},
        sealer,
    },
    dev::routes::{DevRoutes, at_its_own_address},
    jobs::{
        listener::Listener,
        mail, queue,
        runner::{self, Job},
        timetable,
        worker::{Handlers, Pace, Worker},
    },
    oauth::{self, client::registration},
    overview,
    platform::{
        Platform,
        clock::Clock,
        config::{Config, SealingKey},
        db::{Db, Internal, Options},
        mail::{Transport, smtp::Smtp},
        migrations,
        password::Passwords,
        seal::Seal,
        serving_role,
        telemetry::Metrics,
    },
    reference,
    signing::{jwks, jwt::Signer, key},
    web::{
        assets,
        branding::Branding,
        caller::Resolver,
        connection::{Connections, MOST_PER_WORKER, Patience},
        error_docs,
        health::{self, Readiness},
        limit::Limits,
        metrics as metrics_page,
        observe::{Manners, observe},
    },
    workspaces::{self, activity::Things, global},
};

/// How long requests that are under way may take to end when the server is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(20);

/// Threads that check passwords: enough for people, too few to starve everything else.
const PASSWORD_THREADS: usize = 2;

/// Everything that the server is made of.
#[derive(Clone)]
pub struct App {
    platform: Data<Platform>,
    signer: Data<Signer>,
    refusals: Data<Refusals>,
    manners: Data<Manners>,
    readiness: Data<Readiness>,
    providers: Data<Providers>,
    limits: Data<Limits>,
    dev: Option<Data<DevRoutes>>,
}

impl App {
    /// Puts the server together. The database need not answer yet.
    #[must_use]
    pub fn new(config: Config, clock: Clock) -> Self {
        let options = Options {
            url: config.database.url.expose().to_owned(),
            pool_size: config.database.pool_size,
            wait: config.database.wait,
            deadline: config.database.deadline,
        };
        let manners = Manners {
            https: config.issuer.is_https(),
            product_name: config.branding.product_name.clone(),
            branding: Branding::new(&config.branding),
            origin: config.issuer.as_str().to_owned(),
            proxies: config.proxies.clone(),
            patience: Patience::default(),
        };
        let db = Db::new(&options);
        let limits = Limits::new(&config.rate_limits, &clock);
        let seal = Arc::new(seal(&config));
        let signer = Signer::new(Arc::clone(&seal));
        let passwords = Passwords::new(PASSWORD_THREADS);
        let providers = Providers::new(&config);
        Self {
            platform: Data::new(Platform {
                config,
                clock,
                db,
                passwords,
                seal,
            }),
            providers: Data::new(providers),
            signer: Data::new(signer),
            refusals: Data::default(),
            manners: Data::new(manners),
            readiness: Data::new(Readiness(Arc::new(|conn| {
                let pending = migrations::pending(conn)?;
                Ok(if pending.is_empty() {
                    Ok(())
                } else {
                    Err("The database lacks migrations: run `consentry migrate up`.".to_owned())
                })
            }))),
            limits: Data::new(limits),
            dev: None,
        }
    }

    /// Adds what only `consentry dev` has.
    #[must_use]
    pub fn with_dev(mut self, routes: DevRoutes) -> Self {
        self.dev = Some(Data::new(routes));
        self
    }

    /// Waits for clients as long as this says, and not as long as is usual.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.manners = Data::new(Manners {
            patience,
            ..self.manners.get_ref().clone()
        });
        self
    }

    /// The routes and their state.
    pub fn configure(&self, config: &mut ServiceConfig) {
        config
            .app_data(self.platform.clone())
            .app_data(Data::new(self.platform.db.clone()))
            .app_data(self.signer.clone())
            .app_data(self.refusals.clone())
            .app_data(self.manners.clone())
            .app_data(self.readiness.clone())
            .app_data(self.providers.clone())
            .app_data(self.limits.clone())
            .app_data(Data::new(Destinations(oauth::authorize::destination)))
            .app_data(Data::new(Places(workspaces::places)))
            .app_data(Data::new(Newcomers(workspaces::global::welcome)))
            .app_data(Data::new(Resolver(access::caller::caller)))
            .app_data(Data::new(Things(things)))
            .configure(assets::routes)
            .configure(|config| self.manners.branding.configure(config))
            .configure(error_docs::routes)
            .configure(health::routes)
            .configure(jwks::routes)
            .configure(accounts::routes)
            .configure(workspaces::routes)
            .configure(oauth::routes)
            .configure(access::routes)
            .configure(overview::routes)
            .configure(reference::routes);
        if let Some(dev) = &self.dev {
            dev.configure(config);
        }
    }

    fn is_at_its_own_address_only(&self) -> bool {
        self.dev.as_ref().is_some_and(|dev| dev.demo.is_some())
    }

    /// Serves on this listener until the process is told to stop (SIGINT, SIGTERM) or the handle of the returned server is.
    ///
    /// # Errors
    /// The listener cannot be used.
    pub fn serve(&self, listener: TcpListener, workers: usize) -> io::Result<Server> {
        let app = self.clone();
        let patience = self.manners.patience;
        let connections = Connections::default();
        actix_web::rt::spawn(connections.clone().watch(patience));
        let server = HttpServer::new(move || {
            let app = app.clone();
            ActixApp::new()
                .app_data(app.manners.clone())
                .wrap(Condition::new(
                    app.is_at_its_own_address_only(),
                    from_fn(at_its_own_address),
                ))
                .wrap(from_fn(observe))
                .configure(move |config| app.configure(config))
        })
        .workers(workers)
        .client_request_timeout(patience.head)
        .keep_alive(patience.keep_alive)
        .max_connections(MOST_PER_WORKER)
        .on_connect(move |io, kept| connections.opened(io, kept))
        .shutdown_timeout(LAST_REQUESTS.as_secs())
        .listen(listener)?;
        Ok(server.run())
    }

    /// Does the work without a request until `stop`: what recurs, and what was promised. Jobs that are under way then may end.
    pub async fn work(&self, stop: impl Future<Output = ()>) {
        let wake = Arc::new(Notify::new());
        let database = &self.platform.config.database;
        let url = database.listen_url.as_ref().unwrap_or(&database.url);
        let listener = Listener::start(url.expose().to_owned(), Arc::clone(&wake));
        if let Err(cause) = &listener {
            tracing::warn!(%cause, "jobs are not heard of, only looked for");
        }
        self.warn_of_power().await;
        let worker = self.worker(Pace::default());
        if !worker.handlers.contains_key(mail::KIND) {
            tracing::warn!("no mail leaves: mail.smtp_url is not set; mails wait in the queue");
        }
        tokio::select! {
            () = runner::run(self.platform.clone(), self.jobs()) => {}
            () = worker.run(&wake, stop) => {}
        }
        // Its connection is closed before this returns; that takes no longer than a glance.
        let _ = tokio::task::spawn_blocking(move || drop(listener)).await;
    }

    /// Tells the operator where the log is no safer than the server is. A database that is not ready yet says nothing.
    async fn warn_of_power(&self) {
        let may = self
            .platform
            .db
            .read(|conn| Ok(serving_role::may_rewrite_the_log(conn)?));
        if may.await.is_ok_and(|may| may) {
            tracing::warn!(
                "the database role that serves requests could change the audit log; give it a role that owns nothing, and the \
                 owner's address in database.migrate_url to `consentry migrate up`"
            );
        }
    }

    /// Does everything that was promised and is due, and ends. Answers how many attempts that took.
    ///
    /// # Errors
    /// The database's.
    pub async fn do_what_is_due(&self) -> Result<usize, Internal> {
        self.worker(Pace::default()).run_due().await
    }

    /// What does the promised work.
    #[must_use]
    pub fn worker(&self, pace: Pace) -> Worker {
        Worker {
            db: self.platform.db.clone(),
            seal: Arc::clone(&self.platform.seal),
            clock: self.platform.clock.clone(),
            handlers: Arc::new(self.handlers()),
            pace,
        }
    }

    fn handlers(&self) -> Handlers {
        let config = &self.platform.config;
        let host = config.issuer.host();
        let mut handlers = Handlers::new();
        if let Some(transport) = self.transport() {
            handlers.insert(mail::KIND, mail::handler(transport, host));
        }
        handlers
    }

    /// Where mails go; nowhere yet, where nobody said where and there is no mailbox.
    fn transport(&self) -> Option<Transport> {
        let config = &self.platform.config;
        if let (Some(server), Some(from)) = (&config.mail.smtp, &config.mail.from) {
            let (server, from) = (server.clone(), from.clone());
            let authorities = config.mail.authorities.clone();
            let smtp = Smtp::new(
                server,
                authorities,
                from,
                config.issuer.host(),
                config.mail.timeout,
            );
            return Some(Transport::Smtp(smtp));
        }
        let dev = self.dev.as_ref()?;
        Some(Transport::Mailbox(dev.mailbox.clone()))
    }

    /// Writes what was gathered and not yet written: the last thing before the process ends.
    pub async fn finish(&self) {
        runner::once(&self.platform, &self.flush()).await;
    }

    fn jobs(&self) -> Vec<Job> {
        let hour = Duration::from_hours(1);
        let seal = Arc::clone(&self.platform.seal);
        vec![
            self.flush(),
            Job {
                name: "audit_seal",
                every: Duration::from_secs(1),
                work: Arc::new(|conn, _, _| sealer::seal(conn).map(drop)),
            },
            Job {
                name: "audit_seal_lag",
                every: Duration::from_secs(15),
                work: Arc::new(|conn, _, now| sealer::measure(conn, now)),
            },
            Job {
                name: "audit_retention",
                every: hour,
                work: Arc::new(|conn, platform, now| {
                    checkpoint::let_go(conn, &platform.seal, timetable::audit_until(now), now)
                }),
            },
            Job {
                name: "queue_length",
                every: Duration::from_secs(15),
                work: Arc::new(|conn, _, now| Ok(queue::measure(conn, now)?)),
            },
            Job {
                name: "retention",
                every: hour,
                work: Arc::new(|conn, platform, now| timetable::sweep(conn, &platform.config, now)),
            },
            Job {
                name: "global_workspace",
                every: hour,
                work: Arc::new(|conn, platform, now| {
                    Ok(global::ensure(conn, &platform.config, now).map(drop)?)
                }),
            },
            Job {
                name: "signing_keys",
                every: hour,
                work: Arc::new(move |conn, platform, now| {
                    key::ensure(conn, &seal, platform.config.signing.algorithm, now)?;
                    Ok(key::destroy_gone(conn, now).map(drop)?)
                }),
            },
        ]
    }

    fn flush(&self) -> Job {
        let gathered = self.refusals.clone();
        Job {
            name: "refusals",
            every: Duration::from_secs(5),
            work: Arc::new(move |conn, _, now| refusals::write(conn, &gathered.take(), now)),
        }
    }
}

/// What things are called that the activity log of a workspace is about and rooms above that one own.
fn things(conn: &mut PgConnection, kind: &str, ids: &[Uuid]) -> QueryResult<BTreeMap<Uuid, String>> {
    match kind {
        "api_key" => api_key::names(conn, ids),
        "service_account" => service_account::names(conn, ids),
        "client" => registration::names(conn, ids),
        _ => Ok(BTreeMap::new()),
    }
}

/// The operator's sealing keys.
#[must_use]
pub fn seal(config: &Config) -> Seal {
    Seal::new(config.secrets.sealing_keys.iter().map(SealingKey::expose))
}

/// Serves the metrics, on a listener of their own.
///
/// # Errors
/// The listener cannot be used.
pub fn serve_metrics(metrics: Metrics, listener: TcpListener) -> io::Result<Server> {
    let metrics = Data::new(metrics);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(metrics.clone())
            .configure(metrics_page::routes)
    })
    .workers(1)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}
