//! `GET /metrics`, on a listener of its own: the numbers are the operator's, not the public's.

use actix_web::{
    HttpResponse,
    web::{self, Data},
};

use crate::{platform::telemetry::Metrics, web::methods::read_only};

/// The Prometheus text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`; it needs [`Metrics`] as [`Data`].
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(read_only("/metrics", render));
}

async fn render(metrics: Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok().content_type(TEXT).body(metrics.render())
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        test::{TestRequest, call_and_read_body, init_service},
    };

    use super::*;
    use crate::platform::telemetry::recorder_of_a_test;

    #[actix_web::test]
    async fn what_was_counted_is_rendered() {
        let (recorder, metrics) = recorder_of_a_test();
        ::metrics::with_local_recorder(&recorder, || ::metrics::counter!("things_total").increment(3));
        let app = init_service(App::new().app_data(Data::new(metrics)).configure(routes)).await;
        let text = call_and_read_body(&app, TestRequest::with_uri("/metrics").to_request()).await;
        assert!(text.ends_with(b"things_total 3\n\n"), "{text:?}");
    }
}
