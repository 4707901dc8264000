//! What the server says about itself: one log line per event on standard error, and numbers for Prometheus.
//!
//! # Decisions
//! * Every line passes through one writer that escapes what could end the line, move a cursor or turn text around.
//!   Whatever a caller sends (a user agent, an e-mail address), one event stays one line, in both formats.
//! * The crates that carry requests log whole headers at `trace`. They are held at `warn` whatever the filter says,
//!   because a bearer token in a log is a leak however the operator got it there.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _, Write},
    time::Duration,
};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer as _, fmt::MakeWriter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// Seconds. Introspection takes well under a millisecond, a sign-in a tenth of a second.
const BUCKETS: &[f64] = &[
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Samples wait in memory until they are folded into their buckets; this keeps that memory small if nobody scrapes.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Crates that see headers and bodies, held at `warn`.
const HELD: &[&str] = &[
    "actix_http",
    "actix_web",
    "actix_server",
    "hyper",
    "hyper_util",
    "reqwest",
    "h2",
    "rustls",
];

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For eyes.
    Human,
    /// One JSON object a line.
    Json,
}

impl Format {
    /// For eyes where standard error is a terminal, JSON otherwise.
    #[must_use]
    pub fn for_stderr() -> Self {
        if io::stderr().is_terminal() {
            Self::Human
        } else {
            Self::Json
        }
    }
}

/// Why the server cannot say anything about itself.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log filter is not one that `tracing` understands.
    #[error("the log filter is not valid: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Logging was set up before.
    #[error("logging is set up already: {0}")]
    Logging(#[from] tracing_subscriber::util::TryInitError),
    /// The metrics recorder was set up before.
    #[error("metrics are set up already: {0}")]
    Metrics(String),
}

/// Starts logging to standard error; `filter` as in `info,consentry=debug`. Panics are logged as well, as one line.
///
/// # Errors
/// [`TelemetryError`] when the filter is not valid, or logging was started before.
pub fn init(format: Format, filter: &str) -> Result<(), TelemetryError> {
    subscriber(format, filter, io::stderr)?.try_init()?;
    std::panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or("no message");
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%at, said, "a part of the server panicked");
    }));
    Ok(())
}

/// The subscriber that [`init`] installs, writing somewhere else.
///
/// # Errors
/// [`TelemetryError::Filter`].
pub fn subscriber<W>(
    format: Format,
    filter: &str,
    writer: W,
) -> Result<impl Subscriber + Send + Sync + use<W>, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let mut filter = EnvFilter::try_new(filter)?;
    for name in HELD {
        filter = filter.add_directive(format!("{name}=warn").parse()?);
    }
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(OneLine(writer));
    let layer = match format {
        Format::Human => layer.compact().with_target(false).boxed(),
        Format::Json => layer.json().flatten_event(true).with_span_list(false).boxed(),
    };
    Ok(tracing_subscriber::registry().with(layer.with_filter(filter)))
}

/// Makes writers that keep one event on one line.
struct OneLine<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = Line<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(self.0.make_writer())
    }
}

struct Line<W>(W);

impl<W: Write> Write for Line<W> {
    /// `tracing_subscriber` hands over a whole event in one call.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0
            .write_all(one_line(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The event with one line end, its last character. `\u001b` is an escape that JSON strings allow.
fn one_line(event: &str) -> String {
    let event = event.strip_suffix('\n').unwrap_or(event);
    let mut line = String::with_capacity(event.len() + 1);
    for character in event.chars() {
        if character.is_control() || is_deceptive(character) {
            // Writing to a string cannot fail.
            let _ = write!(line, "\\u{:04x}", u32::from(character));
        } else {
            line.push(character);
        }
    }
    line.push('\n');
    line
}

/// Line and paragraph separators, and marks that turn the direction of what follows.
const fn is_deceptive(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The numbers gathered so far.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// The Prometheus text form.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Keeps the memory for samples small, forever: run it as a task of its own.
    pub async fn keep_up(self) {
        let mut ticks = tokio::time::interval(UPKEEP_EVERY);
        loop {
            ticks.tick().await;
            self.0.run_upkeep();
        }
    }
}

/// Starts gathering metrics for this process.
///
/// # Errors
/// [`TelemetryError::Metrics`] when that was done before.
pub fn install_metrics() -> Result<Metrics, TelemetryError> {
    let refused = |error: &dyn std::error::Error| TelemetryError::Metrics(error.to_string());
    builder()
        .and_then(PrometheusBuilder::install_recorder)
        .map(Metrics)
        .map_err(|error| refused(&error))
}

fn builder() -> Result<PrometheusBuilder, metrics_exporter_prometheus::BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)
}

/// A recorder for one test, and what reads it; a process has only one global recorder.
#[cfg(test)]
pub(crate) fn recorder_of_a_test() -> (metrics_exporter_prometheus::PrometheusRecorder, Metrics) {
    let recorder = builder().unwrap().build_recorder();
    let metrics = Metrics(recorder.handle());
    (recorder, metrics)
}

/// A place for log lines of one test.
#[cfg(test)]
#[derive(Clone, Default)]
pub(crate) struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

#[cfg(test)]
impl Lines {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[cfg(test)]
impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\r\nb\u{1b}[31mc\u{2028}d\u{85}e\"f\u{202e}g";

    fn logged(format: Format, filter: &str, say: impl Fn()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(format, filter, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, say);
        lines.text()
    }

    #[test]
    fn lg_03_one_event_is_one_line_whatever_it_holds() {
        for format in [Format::Human, Format::Json] {
            let text = logged(
                format,
                "info",
                || tracing::info!(agent = %HOSTILE, "seen {HOSTILE}"),
            );
            let line = text.strip_suffix('\n').unwrap();
            assert!(!line.contains(char::is_control), "{line:?}");
            assert!(!line.contains(is_deceptive), "{line:?}");
        }
    }

    #[test]
    fn a_json_line_reads_back_as_what_was_said() {
        let text = logged(Format::Json, "info", || tracing::info!(agent = HOSTILE, "seen"));
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["agent"], HOSTILE);
        assert_eq!(line["message"], "seen");
    }

    #[test]
    fn crates_that_carry_requests_stay_quiet_at_trace() {
        let text = logged(Format::Json, "trace", || {
            tracing::trace!(target: "actix_http::h1", "authorization: Bearer s3cret");
            tracing::trace!("ours");
        });
        assert!(text.contains("ours") && !text.contains("s3cret"), "{text}");
    }

    #[test]
    fn durations_are_rendered_as_histograms() {
        let (recorder, metrics) = recorder_of_a_test();
        metrics::with_local_recorder(&recorder, || metrics::histogram!("a_seconds").record(0.003));
        let text = metrics.render();
        assert!(text.contains("a_seconds_bucket{le=\"0.005\"} 1"), "{text}");
        assert!(text.contains("a_seconds_bucket{le=\"0.0025\"} 0"), "{text}");
    }
}
