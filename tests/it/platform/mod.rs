//! What holds whatever happens to the process or its database.

mod kill;
mod ledger;
mod load;
