//! The run: everything is started, then in every round and for every number of connections each work is measured between its
//! floors, so that what drifts drifts for both.

use std::{
    cell::RefCell,
    fs,
    path::Path,
    rc::Rc,
    thread,
    time::{Duration, Instant},
};

use consentry::platform::clock::Clock;
use diesel::{PgConnection, connection::SimpleConnection as _};
use tokio::runtime::{Builder, Runtime};

use crate::{
    Outcome, load,
    machine::{self, Machine},
    pgbench::{self, Pgbench},
    placement::Placement,
    postgres::Postgres,
    proc_stat,
    results::{AtRest, Cell, Memory, Results, Series, median},
    server::{BINARY, Installation, Server, Start},
    settings::Settings,
    stage::{self, Stage},
    work::{
        Work,
        client_credentials::ClientCredentials,
        code_flow::CodeFlow,
        hello::Hello,
        introspection::{Cold, Warm},
        rotation::Rotation,
    },
};

/// How often the start is measured.
const STARTS: usize = 5;

/// How long after its start the server counts as idle.
const IDLE_AFTER: Duration = Duration::from_secs(1);

/// Measures everything, with `dir` for whatever must be stored meanwhile.
pub fn run(settings: &Settings, dir: &Path) -> Outcome<Results> {
    fs::create_dir_all(dir)?;
    let (cores, crates) = (machine::cores(), machine::crates());
    let placement = Placement::find();
    placement.take_place()?;
    if !placement.is_pinned() {
        eprintln!(
            "bench: not pinned to cores (one core only, or no taskset): figures disturb each other more"
        );
    }
    let postgres = Postgres::start(&dir.join("database"))?;
    let machine = Machine::this(postgres.version(), placement, cores);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let installation = Installation::new(dir, &postgres.url())?;
    eprintln!("bench: {STARTS} starts");
    let mut starts = Vec::with_capacity(STARTS);
    for _ in 1..STARTS {
        starts.push(installation.start(&runtime, placement)?.1);
    }
    let (server, start) = installation.start(&runtime, placement)?;
    starts.push(start);
    thread::sleep(IDLE_AFTER);
    let at_rest = AtRest {
        idle_memory_kib: proc_stat::memory_kib(server.pid(), "VmRSS"),
        start_ms: milliseconds(&starts, |start| start.answers)?,
        ready_ms: milliseconds(&starts, |start| start.ready)?,
        binary_bytes: fs::metadata(BINARY)?.len(),
        crates,
    };
    let mut bench = Bench::new(settings, runtime, &installation, &postgres, &server)?;
    for round in 0..settings.rounds {
        for &connections in &settings.connections {
            bench.measure_all(round, connections)?;
        }
    }
    let cells = bench.cells;
    Ok(Results {
        date: Clock::system().now().format("%Y-%m-%d").to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        machine,
        settings: settings.clone(),
        at_rest,
        memory: Memory {
            server: proc_stat::memory_kib(server.pid(), "VmRSS"),
            server_peak: proc_stat::memory_kib(server.pid(), "VmHWM"),
            postgres: postgres.memory_kib(),
        },
        cells,
    })
}

fn milliseconds(starts: &[Start], which: impl Fn(&Start) -> Duration) -> Outcome<f64> {
    let all = starts.iter().map(|start| which(start).as_secs_f64() * 1000.0);
    median(all.collect()).ok_or_else(|| "no start was measured".into())
}

/// Everything that runs, and what was measured so far.
struct Bench<'a> {
    settings: &'a Settings,
    runtime: Runtime,
    installation: &'a Installation,
    postgres: &'a Postgres,
    server: &'a Server,
    conn: PgConnection,
    stage: Rc<Stage>,
    lookups: Pgbench,
    service: Pgbench,
    rotations: Pgbench,
    access_tokens: Vec<String>,
    chains: Vec<Rotation>,
    flows: Vec<CodeFlow>,
    unseen: Rc<RefCell<Vec<String>>>,
    cells: Vec<Cell>,
}

/// What was used at one moment, in microseconds of processor time.
struct Usage {
    server: u64,
    postgres: u64,
    load: u64,
}

impl<'a> Bench<'a> {
    fn new(
        settings: &'a Settings,
        runtime: Runtime,
        installation: &'a Installation,
        postgres: &'a Postgres,
        server: &'a Server,
    ) -> Outcome<Self> {
        let count = settings.most_connections();
        eprintln!("bench: {count} people sign in and consent");
        let stage = Rc::new(Stage::new(installation)?);
        let mut conn = postgres.connect()?;
        let people = stage.people(&mut conn, &runtime, count, installation)?;
        stage.prepare_floors(&mut conn)?;
        let (mut access_tokens, mut chains, mut flows) = (Vec::new(), Vec::new(), Vec::new());
        for person in people {
            chains.push(Rotation::new(&stage, &person.refresh_token));
            access_tokens.push(person.access_token);
            flows.push(CodeFlow::new(&stage, person.browser));
        }
        Ok(Self {
            lookups: Pgbench::find(postgres, stage.variables(&stage.api))?,
            service: Pgbench::find(postgres, stage.variables(&stage.service))?,
            rotations: Pgbench::find(postgres, stage.variables(&stage.web))?,
            settings,
            runtime,
            installation,
            postgres,
            server,
            conn,
            stage,
            access_tokens,
            chains,
            flows,
            unseen: Rc::default(),
            cells: Vec::new(),
        })
    }

    fn measure_all(&mut self, round: usize, connections: usize) -> Outcome<()> {
        let began = Instant::now();
        let at = (round, connections);
        let stage = Rc::clone(&self.stage);

        let hellos = (0..connections).map(|_| Hello::new(&stage)).collect();
        self.http(at, Series::Hello, hellos)?;
        let tokens = self.access_tokens.iter().take(connections);
        let warm = tokens.map(|token| Warm::new(&stage, token)).collect();
        self.http(at, Series::IntrospectionWarm, warm)?;
        self.pgbench(at, Series::PgSelect)?;
        self.top_up()?;
        let cold = (0..connections).map(|_| Cold::new(&stage, &self.access_tokens[0], &self.unseen));
        let cold = cold.collect();
        self.http(at, Series::IntrospectionCold, cold)?;
        self.pgbench(at, Series::PgIntrospection)?;

        self.pgbench(at, Series::PgInsert)?;
        let services = (0..connections).map(|_| ClientCredentials::new(&stage)).collect();
        self.http(at, Series::ClientCredentials, services)?;
        self.pgbench(at, Series::PgClientCredentials)?;

        self.pgbench(at, Series::PgRotationInOne)?;
        let chains = self.chains.drain(..connections).collect();
        let chains = self.http(at, Series::Rotation, chains)?;
        self.chains.extend(chains);
        self.pgbench(at, Series::PgRotation)?;

        let flows = self.flows.drain(..connections).collect();
        let flows = self.http(at, Series::CodeFlow, flows)?;
        self.flows.extend(flows);
        self.pgbench(at, Series::PgCodeFlow)?;
        eprintln!(
            "bench: round {} of {}, {connections} connections: {:.0} s",
            round + 1,
            self.settings.rounds,
            began.elapsed().as_secs_f64()
        );
        Ok(())
    }

    /// Stores unseen tokens, as many as might be asked about at the rate at which warm ones just were, and once more.
    fn top_up(&mut self) -> Outcome<()> {
        let time = (self.settings.window() + self.settings.warm_up()).as_secs_f64();
        let warm = self
            .cells
            .iter()
            .rev()
            .find(|cell| cell.series == Series::IntrospectionWarm);
        let rate = warm.map(|cell| cell.rate).ok_or("warm is measured before cold")?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "some hundred thousands, and positive"
        )]
        let wanted = (rate * time * 2.0) as usize + 1_000;
        let mut unseen = self.unseen.borrow_mut();
        let missing = wanted.saturating_sub(unseen.len());
        let stored = stage::unseen_tokens(&mut self.conn, &self.access_tokens, missing)?;
        unseen.extend(stored);
        Ok(())
    }

    /// Measures one work over as many connections as there are of it; gives them back.
    fn http<W: Work + 'static>(
        &mut self,
        at: (usize, usize),
        series: Series,
        works: Vec<W>,
    ) -> Outcome<Vec<W>> {
        let driven = load::drive(
            &self.runtime,
            self.installation.address,
            self.settings,
            works,
            || self.usage(),
        );
        let (works, measured) = driven.map_err(|error| format!("{}: {error}", series.name()))?;
        let (before, after) = &measured.usage;
        let each = |used: fn(&Usage) -> u64| -> Option<f64> {
            let used = u32::try_from(used(after).checked_sub(used(before))?).ok()?;
            let operations = u32::try_from(measured.operations)
                .ok()
                .filter(|count| *count > 0)?;
            Some(f64::from(used) / f64::from(operations))
        };
        self.cells.push(Cell {
            series,
            connections: at.1,
            round: at.0,
            rate: measured.rate,
            p50_us: Some(measured.p50_us),
            p99_us: Some(measured.p99_us),
            average_us: None,
            server_cpu_us: each(|usage| usage.server),
            postgres_cpu_us: each(|usage| usage.postgres),
            load_cpu_us: each(|usage| usage.load),
            server_memory_kib: proc_stat::memory_kib(self.server.pid(), "VmRSS"),
        });
        Ok(works)
    }

    /// Measures a floor of the database.
    fn pgbench(&mut self, at: (usize, usize), series: Series) -> Outcome<()> {
        let (pgbench, script) = match series {
            Series::PgSelect => (&self.lookups, "select"),
            Series::PgIntrospection => (&self.lookups, "introspection"),
            Series::PgInsert => (&self.service, "insert"),
            Series::PgClientCredentials => (&self.service, "client_credentials"),
            Series::PgRotationInOne => (&self.rotations, "rotation_in_one"),
            Series::PgRotation => (&self.rotations, "rotation"),
            Series::PgCodeFlow => (&self.rotations, "code_flow"),
            _ => return Err(format!("{} is no script of pgbench", series.name()).into()),
        };
        self.conn.batch_execute(&pgbench::text("chains")?)?;
        let measured = pgbench.run(script, at.1, self.settings)?;
        self.cells.push(Cell {
            series,
            connections: at.1,
            round: at.0,
            rate: measured.rate,
            p50_us: None,
            p99_us: None,
            average_us: Some(measured.average_us),
            server_cpu_us: None,
            postgres_cpu_us: None,
            load_cpu_us: None,
            server_memory_kib: None,
        });
        Ok(())
    }

    fn usage(&self) -> Outcome<Usage> {
        Ok(Usage {
            server: proc_stat::cpu(self.server.pid())?.own,
            postgres: self.postgres.cpu_us()?,
            load: proc_stat::cpu(std::process::id())?.own,
        })
    }
}
