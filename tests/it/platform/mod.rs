//! What holds whatever happens to the database, the process, the schema or the log.

mod commit;
mod database_down;
mod kill;
mod ledger;
mod load;
mod logs;
mod migrations;
