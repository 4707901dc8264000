//! Why a credential does not work, as whoever presented it is told.

use crate::{
    access::resolve::Dead,
    api_keys::standing::Ended,
    platform::config::Config,
    web::{
        caller::{invalid_token, workspace_forbidden},
        problem::Problem,
        words::errors,
    },
};

/// The refusal: 401 for what does not live, 403 for what lives and may not.
#[must_use]
pub fn problem(dead: Dead, config: &Config) -> Problem {
    let gone = |code, detail: &'static str| Problem {
        challenge: Some("Bearer error=\"invalid_token\""),
        ..Problem::new(code, detail)
    };
    match dead {
        Dead::Unknown => invalid_token(),
        Dead::Workspace => workspace_forbidden(),
        Dead::Key(Ended::Revoked) => gone(&errors::KEY_REVOKED, "This API key was revoked."),
        Dead::Key(Ended::Expired) => gone(&errors::KEY_EXPIRED, "This API key has expired."),
        Dead::Key(Ended::Replaced) => gone(
            &errors::KEY_REPLACED,
            "This API key was rolled; it has a newer secret.",
        ),
        Dead::Key(Ended::Policy) => gone(
            &errors::KEY_FORBIDDEN_BY_POLICY,
            "The workspace does not allow keys that live as long as this one.",
        ),
        Dead::Key(Ended::OwnerGone) => gone(
            &errors::KEY_OWNER_GONE,
            "Whoever this API key belongs to does not belong to the workspace any more.",
        ),
        Dead::Key(Ended::WorkspaceGone) => gone(
            &errors::WORKSPACE_GONE,
            "The workspace of this API key was deleted.",
        ),
        Dead::Key(Ended::Plan) => plan_required(config),
        Dead::Network => Problem::new(
            &errors::NETWORK_FORBIDDEN,
            "This API key may not be used from this address.",
        ),
        Dead::Origin => Problem::new(
            &errors::ORIGIN_FORBIDDEN,
            "This key may not be used on this page.",
        ),
    }
}

/// 403 `plan_required`, with the operator's page for it.
#[must_use]
pub fn plan_required(config: &Config) -> Problem {
    let detail = "The workspace's plan has no API keys.";
    match &config.upgrade_url {
        Some(url) => Problem::new(
            &errors::PLAN_REQUIRED,
            format!("{detail} Change the plan at {url}"),
        ),
        None => Problem::new(&errors::PLAN_REQUIRED, detail),
    }
}
