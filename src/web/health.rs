//! Whether the server is alive, and whether it can do its work.

use std::{borrow::Cow, sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    web::{self, Data},
};
use diesel::PgConnection;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::{
    platform::db::{Db, Internal, Verdict},
    web::{answers::refusals, methods::read_only, problem::Problem, words::errors},
};

/// What must hold before the server may be sent requests; a refusal says what does not, in words that anybody may read. Hung in by
/// the app, which knows what the schema must look like.
#[derive(Clone)]
pub struct Readiness(pub Arc<Check>);

/// A look at the database.
pub type Check = dyn Fn(&mut PgConnection) -> Verdict<(), String> + Send + Sync;

/// What of this file `/openapi.json` describes.
#[derive(OpenApi)]
#[openapi(paths(alive, ready))]
pub struct Operations;

/// `GET /health` and `GET /health/ready`; they need [`Db`] and [`Readiness`] as [`Data`].
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(read_only("/health", alive))
        .service(read_only("/health/ready", ready));
}

refusals! {
    ReadyRefusals: Problem [NOT_READY];
}

/// How the server is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok` where it is alive, `ready` where it can do its work.
    status: &'static str,
}

/// Says that the process is alive.
///
/// It asks nothing of the database: restart what does not answer this.
#[utoipa::path(
    get,
    path = "/health",
    tag = "Health",
    operation_id = "isAlive",
    responses((status = 200, description = "It is alive.", body = Health)),
)]
pub(crate) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Says whether the server can do its work.
///
/// A load balancer sends requests only where this answers 200.
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = "Health",
    operation_id = "isReady",
    responses((status = 200, description = "It can.", body = Health), ReadyRefusals),
)]
pub(crate) async fn ready(db: Data<Db>, readiness: Data<Readiness>) -> Result<HttpResponse, Problem> {
    let check = Arc::clone(&readiness.0);
    match db.read(move |connection| check(connection)).await {
        Ok(Ok(())) => Ok(HttpResponse::Ok().json(Health { status: "ready" })),
        Ok(Err(why)) => Err(not_ready(why)),
        Err(Internal::Unavailable(cause)) => {
            tracing::debug!(cause, "not ready");
            Err(not_ready("The database does not answer."))
        }
        Err(Internal::Fault(cause) | Internal::Unknown(cause)) => {
            tracing::error!(cause, "not ready");
            Err(not_ready("The database cannot be used."))
        }
    }
}

fn not_ready(why: impl Into<Cow<'static, str>>) -> Problem {
    Problem {
        retry_after: Some(Duration::from_secs(1)),
        ..Problem::new(&errors::NOT_READY, why)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        http::{StatusCode, header::RETRY_AFTER},
        test::{TestRequest, call_service, init_service},
    };

    use super::*;
    use crate::platform::db::Options;

    #[actix_web::test]
    async fn without_its_database_the_server_is_alive_and_not_ready() {
        let db = Db::new(&Options {
            // Nothing listens on port 1.
            url: "postgres://127.0.0.1:1/none".to_owned(),
            pool_size: 1,
            wait: Duration::from_millis(50),
            deadline: Duration::from_secs(5),
        });
        let app = App::new()
            .app_data(Data::new(db))
            .app_data(Data::new(Readiness(Arc::new(|_| Ok(Ok(()))))))
            .configure(routes);
        let app = init_service(app).await;
        let alive = call_service(&app, TestRequest::with_uri("/health").to_request()).await;
        assert_eq!(alive.status(), StatusCode::OK);
        let ready = call_service(&app, TestRequest::with_uri("/health/ready").to_request()).await;
        assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(ready.headers().contains_key(RETRY_AFTER));
        let problem = ready
            .response()
            .error()
            .and_then(|error| error.as_error::<Problem>());
        assert_eq!(problem.unwrap().code, &errors::NOT_READY);
    }
}
