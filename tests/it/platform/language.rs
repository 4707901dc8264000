//! The language of the database's messages, by which some faults are told apart.

use consentry::platform::db::{Db, Options};
use diesel::{RunQueryDsl, dsl::sql, select, sql_types::Text};

use crate::support::cluster::Database;

/// Whatever language a database speaks, it speaks English to us where we may say so; and where we may not, it is used all the same.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_asked_for_english_messages_and_used_where_it_refuses() {
    let database = Database::new();
    let role = format!("r_{}", uuid::Uuid::now_v7().simple());
    let run = |statement: &str| {
        diesel::sql_query(statement.to_owned())
            .execute(&mut database.connect())
            .unwrap();
    };
    run(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lc_messages = %L', current_database(), 'POSIX'); END $$",
    );
    run(&format!("CREATE ROLE {role} LOGIN NOSUPERUSER"));
    let mut plain = url::Url::parse(&database.url).unwrap();
    let pairs: Vec<_> = plain.query_pairs().into_owned().collect();
    if pairs.iter().any(|(name, _)| name == "user") {
        let pairs = pairs.into_iter().filter(|(name, _)| name != "user");
        plain.query_pairs_mut().clear().extend_pairs(pairs);
        plain.query_pairs_mut().append_pair("user", &role);
    } else {
        plain.set_username(&role).unwrap();
    }
    for (url, spoken) in [(database.url.clone(), "C"), (plain.to_string(), "POSIX")] {
        let seconds = std::time::Duration::from_secs;
        let db = Db::new(&Options {
            url,
            pool_size: 1,
            wait: seconds(5),
            deadline: seconds(5),
        });
        let language = db
            .read(|conn| {
                let setting = select(sql::<Text>("current_setting('lc_messages')"));
                Ok(setting.get_result::<String>(conn)?)
            })
            .await
            .unwrap();
        assert_eq!(language, spoken);
    }
    run(&format!("DROP ROLE {role}"));
}
