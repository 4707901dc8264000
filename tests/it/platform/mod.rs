//! What any server needs: the database, its schema, the log.

mod database_down;
mod logs;
mod migrations;
