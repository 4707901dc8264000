//! What a refused request must leave as it is.

use super::Server;

/// The log: refusals may be written down.
const LOG: [&str; 2] = ["audit_event", "audit_personal"];

impl Server {
    /// A digest of every table but the log, and but those named: equal before and after what must change nothing.
    pub fn rows_but(&self, except: &[&str]) -> Vec<(String, String)> {
        self.digest()
            .into_iter()
            .filter(|(table, _)| !LOG.contains(&table.as_str()) && !except.contains(&table.as_str()))
            .collect()
    }
}

impl Server {
    /// The tables that have this text in a row.
    pub fn tables_with(&self, text: &str) -> Vec<String> {
        let quoted = text.replace('\'', "''");
        consentry::jobs::timetable::RETENTION
            .iter()
            .map(|(table, _)| (*table).to_owned())
            .filter(|table| self.count(&format!("{table} t WHERE strpos(t::text, '{quoted}') > 0")) > 0)
            .collect()
    }
}
