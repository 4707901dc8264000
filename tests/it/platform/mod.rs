//! What holds whatever happens to the database, the process, the schema or the log.

mod acts;
mod clock;
mod commit;
mod database_down;
mod kill;
mod language;
mod ledger;
mod load;
mod logs;
mod migrations;
mod restart;
mod serving_role;
mod statement;
