//! What must hold between the rows of credentials, whatever happened to the server (FA-07, FA-08, FA-09).

use consentry::platform::secret::Secret;
use diesel::{
    OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Bool, Uuid as SqlUuid},
};

/// What the database says after its recovery.
pub struct Ledger(pub PgConnection);

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Bool)]
    spent: bool,
    #[diesel(sql_type = BigInt)]
    successors: i64,
}

impl Ledger {
    /// How many rows.
    pub fn count(&mut self, rows: &str) -> i64 {
        sql_query(format!("SELECT count(*) FROM {rows}"))
            .get_result::<Count>(&mut self.0)
            .unwrap()
            .count
    }

    fn row(&mut self, query: &str, presented: &str) -> Row {
        let id = Secret::parse("cst", presented).unwrap().id();
        sql_query(query)
            .bind::<SqlUuid, _>(id)
            .get_result::<Row>(&mut self.0)
            .optional()
            .unwrap()
            .expect("what a client holds is stored")
    }

    /// Whether a refresh token is spent: then with its one successor stored, else with none.
    pub fn refresh_token_is_spent(&mut self, token: &str) -> bool {
        let row = self.row(
            "SELECT t.used_at IS NOT NULL AS spent, (SELECT count(*) FROM refresh_token s
                 WHERE s.grant_id = t.grant_id AND s.generation = t.generation + 1) AS successors
             FROM refresh_token t WHERE t.id = $1",
            token,
        );
        assert_eq!(row.successors, i64::from(row.spent), "FA-08 {token}");
        row.spent
    }

    /// Whether a code is spent: then with its tokens stored, else with none.
    pub fn code_is_spent(&mut self, code: &str) -> bool {
        let row = self.row(
            "SELECT c.redeemed_at IS NOT NULL AS spent,
                 (SELECT count(*) FROM refresh_token r WHERE r.grant_id = c.grant_id) AS successors
             FROM authorization_code c WHERE c.id = $1",
            code,
        );
        assert_eq!(row.successors, i64::from(row.spent), "FA-07 {code}");
        row.spent
    }

    /// What holds for all rows, whoever holds the credentials.
    pub fn holds(&mut self) {
        for (what, rows) in [
            (
                "a grant with two live refresh tokens",
                "(SELECT FROM refresh_token WHERE used_at IS NULL GROUP BY grant_id HAVING count(*) > 1) t",
            ),
            (
                "a spent refresh token without exactly one successor",
                "refresh_token t WHERE used_at IS NOT NULL AND 1 <> (SELECT count(*) FROM refresh_token s
                     WHERE s.grant_id = t.grant_id AND s.generation = t.generation + 1)",
            ),
            (
                "a refresh token without its access token",
                "(SELECT grant_id FROM refresh_token GROUP BY grant_id) t WHERE
                     (SELECT count(*) FROM refresh_token r WHERE r.grant_id = t.grant_id) <>
                     (SELECT count(*) FROM access_token a WHERE a.grant_id = t.grant_id)",
            ),
            (
                "a redeemed code without exactly one first refresh token",
                "authorization_code c WHERE redeemed_at IS NOT NULL AND 1 <> (SELECT count(*) FROM refresh_token r
                     WHERE r.grant_id = c.grant_id AND r.generation = 0)",
            ),
            (
                "tokens of a code that is not redeemed",
                "authorization_code c WHERE redeemed_at IS NULL AND EXISTS (SELECT FROM access_token a
                     WHERE a.grant_id = c.grant_id)",
            ),
        ] {
            assert_eq!(self.count(rows), 0, "FA-09 {what}");
        }
    }
}
