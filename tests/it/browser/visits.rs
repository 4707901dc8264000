//! Every page in every state. A new page is one more line here; its pictures are named after it.

use super::{
    stage::{DISABLED, LOCKED, Stage, UNVERIFIED, Who},
    tab::Tab,
};
use crate::support::server::PASSWORD;

/// What is done on the page that was opened, to come to the state that is meant.
pub enum Act {
    /// Types into a field.
    Fill(&'static str, &'static str),
    /// Clicks on what leads to another page.
    Follow(&'static str),
    /// Clicks on what changes this one.
    Click(&'static str),
    /// Runs a script: for what a person cannot do, such as sending a form that is not theirs.
    Script(&'static str),
    /// Fails unless this has the focus.
    Focused(&'static str),
}

use Act::{Click, Fill, Focused, Follow, Script};

/// A page in one state.
pub struct Visit {
    pub name: &'static str,
    /// The status with which it is answered.
    pub status: u16,
    pub who: Who,
    /// The address that is opened.
    pub url: fn(&Stage) -> String,
    pub acts: &'static [Act],
}

impl Visit {
    /// Comes to the page.
    pub async fn reach(&self, stage: &Stage, tab: &Tab) {
        tab.become_one_with(stage.cookies(self.who), &stage.server.origin)
            .await;
        tab.ask_for(Stage::asks_for(self.who)).await;
        tab.go(&(self.url)(stage)).await;
        for act in self.acts {
            match act {
                Fill(css, text) => tab.fill(css, text).await,
                Follow(css) => tab.follow(css).await,
                Click(css) => tab.click(css).await,
                Script(script) => drop(tab.script(script, Vec::new()).await),
                Focused(css) => {
                    let script = "return !!document.activeElement?.matches(arguments[0])";
                    let focused = tab.script(script, vec![(*css).into()]).await;
                    assert_eq!(focused, true, "{}: {css} has not the focus", self.name);
                }
            }
        }
        let script = "return performance.getEntriesByType('navigation')[0].responseStatus";
        let status = tab.script(script, Vec::new()).await;
        assert_eq!(status, self.status, "{} at {}", self.name, tab.at().await);
    }
}

const EMAIL: &str = "#email";
/// Nothing else has the focus, and the page says what it is in.
const GERMAN: &str = ":lang(de) > body";
const GERMAN_ALERT: &str = ":lang(de) [role=alert]";
const SIGN_IN: &str = "form[action^='/login'] button";
const REGISTER: &str = "form[action^='/register'] button";
const VERIFY: &str = "form[action^='/verify'] button";
const RESET: &str = "form[action^='/reset'] button";
const BEGIN: &str = "form[action='/dev/playground/begin'] button";
const SEND: &str = "#now a.btn.primary";
const ALLOW: &str = "button[value=allow]";

/// A row of the table.
const fn visit(
    name: &'static str,
    status: u16,
    who: Who,
    url: fn(&Stage) -> String,
    acts: &'static [Act],
) -> Visit {
    Visit {
        name,
        status,
        who,
        url,
        acts,
    }
}

/// The table: name, status, who, address, what is done there.
#[rustfmt::skip]
pub const VISITS: &[Visit] = &[
    visit("start", 200, Who::Stranger, |s| s.server.url("/"), &[]),
    visit("start-signed-in", 200, Who::Alice, |s| s.server.url("/"), &[]),

    visit("sign-in", 200, Who::Stranger, |s| s.server.url("/login"), &[]),
    visit("sign-in-to-app", 200, Who::Stranger, |s| s.server.url(&s.app.authorize_path(&[])), &[]),
    visit("sign-in-wrong", 422, Who::Stranger, |s| s.server.url(&s.app.authorize_path(&[])),
        &[Fill(EMAIL, "alice@people.example"), Fill("#password", "wrong"), Follow(SIGN_IN), Focused("[role=alert]")]),
    visit("sign-in-locked", 429, Who::Stranger, |s| s.server.url("/login"),
        &[Fill(EMAIL, LOCKED), Fill("#password", PASSWORD), Follow(SIGN_IN)]),
    visit("sign-in-disabled", 403, Who::Stranger, |s| s.server.url("/login"),
        &[Fill(EMAIL, DISABLED), Fill("#password", PASSWORD), Follow(SIGN_IN)]),
    visit("sign-in-stale", 400, Who::Stranger, |s| s.server.url("/login?request=00000000-0000-7000-8000-000000000000"), &[]),

    visit("sign-in-unverified", 403, Who::Stranger, |s| s.server.url("/login"),
        &[Fill(EMAIL, UNVERIFIED), Fill("#password", PASSWORD), Follow(SIGN_IN), Focused("[role=alert]")]),

    visit("register", 200, Who::Stranger, |s| s.server.url("/register"), &[]),
    visit("register-wrong", 422, Who::Stranger, |s| s.server.url("/register"),
        &[Fill("#name", "Nia"), Fill(EMAIL, "nia@new.example"), Fill("#password", "password1"), Follow(REGISTER), Focused("[role=alert]")]),
    visit("register-sent", 200, Who::Stranger, |s| s.server.url("/register"),
        &[Fill("#name", "Nia"), Fill(EMAIL, "nia@new.example"), Fill("#password", "wine poem lorry 4"), Follow(REGISTER)]),
    visit("register-closed", 403, Who::Stranger, |s| s.branded.url("/register"), &[]),
    visit("verify", 200, Who::Stranger, |s| s.server.url(&s.links.verify), &[]),
    visit("verify-wrong", 422, Who::Stranger, |s| s.server.url(&s.links.verify),
        &[Fill("#password", "wine poem lorry 4"), Follow(VERIFY), Focused("[role=alert]")]),
    visit("verified", 200, Who::Stranger, |s| s.server.url(&s.links.verify), &[Fill("#password", PASSWORD), Follow(VERIFY)]),
    visit("verify-over", 410, Who::Stranger, |s| s.server.url("/verify?token=cst_ec_0"), &[]),
    visit("verify-resend", 200, Who::Stranger, |s| s.server.url("/verify/resend"), &[]),
    visit("forgot", 200, Who::Stranger, |s| s.server.url("/forgot"), &[]),
    visit("forgot-sent", 200, Who::Stranger, |s| s.server.url("/forgot"),
        &[Fill(EMAIL, "nobody@people.example"), Follow("form[action^='/forgot'] button")]),
    visit("reset", 200, Who::Stranger, |s| s.server.url(&s.links.reset), &[]),
    visit("reset-weak", 422, Who::Stranger, |s| s.server.url(&s.links.reset),
        &[Fill("#password", "password1"), Follow(RESET), Focused("[role=alert]")]),
    visit("reset-done", 200, Who::Stranger, |s| s.server.url(&s.links.reset),
        &[Fill("#password", "wine poem lorry 4"), Follow(RESET)]),
    visit("reset-over", 410, Who::Stranger, |s| s.server.url("/reset?token=cst_ec_0"), &[]),
    visit("german-register", 200, Who::GermanStranger, |s| s.server.url("/register"), &[]),
    visit("german-reset-over", 410, Who::GermanStranger, |s| s.server.url("/reset?token=cst_ec_0"), &[]),

    visit("consent", 200, Who::Alice, |s| s.server.url(&s.app.authorize_path(&[("scope", EVERYTHING)])), &[]),
    visit("consent-again", 200, Who::Alice, |s| s.server.url(&s.known.authorize_path(&[])), &[]),
    visit("consent-nowhere", 200, Who::Nomad, |s| s.server.url(&s.app.authorize_path(&[])), &[]),
    visit("consent-unverified", 200, Who::Alice, |s| s.server.url(&s.unverified.authorize_path(&[])), &[]),
    visit("consent-alert", 422, Who::Alice, |s| s.server.url(&s.modest.authorize_path(&[("scope", "reviews.read")])),
        &[Click("#scope-reviews\\.read"), Follow(ALLOW)]),
    visit("consent-stale", 400, Who::Alice, |s| s.server.url("/oauth/authorize/00000000-0000-7000-8000-000000000000/consent"), &[]),

    visit("consent-answered", 400, Who::Quinn, |s| s.server.url(&s.past.answered), &[]),
    visit("consent-expired", 400, Who::Quinn, |s| s.server.url(&s.past.expired), &[]),

    visit("broken-unknown-app", 400, Who::Stranger, |s| s.server.url("/oauth/authorize?client_id=nobody"), &[]),
    visit("broken-redirect-uri", 400, Who::Stranger,
        |s| s.server.url(&s.app.authorize_path(&[("redirect_uri", "https://evil.example/cb")])), &[]),
    visit("broken-disabled-app", 400, Who::Stranger, |s| s.server.url(&s.disabled.authorize_path(&[])), &[]),
    visit("broken-malformed", 400, Who::Stranger, |s| s.server.url("/oauth/authorize?client_id=%ff"), &[]),

    visit("connected-apps", 200, Who::Alice, |s| s.server.url("/settings/integrations"), &[]),
    visit("connected-apps-empty", 200, Who::Bob, |s| s.server.url("/settings/integrations"), &[]),
    visit("connected-apps-removed", 200, Who::Quinn, |s| s.server.url(&s.past.removed), &[]),
    visit("remove-access", 200, Who::Alice, |s| s.server.url("/settings/integrations"), &[Follow("a[href$='/remove']")]),

    visit("second-factor", 200, Who::HalfTess, |s| s.server.url("/login/second-factor"), &[]),
    visit("second-factor-wrong", 422, Who::HalfTess, |s| s.server.url("/login/second-factor"),
        &[Fill("#code", "0000-0000-0000-0000"), Follow("form[action^='/login/second-factor'] button"), Focused("[role=alert]")]),

    visit("account", 200, Who::Alice, |s| s.server.url("/account"), &[]),
    visit("account-saved", 200, Who::Alice, |s| s.server.url("/account"), &[Follow("main form button"), Focused("[role=status]")]),
    visit("account-refused", 422, Who::Alice, |s| s.server.url("/account"), &[Fill("#name", " "), Follow("main form button")]),
    visit("account-email", 200, Who::Alice, |s| s.server.url("/account/email"), &[]),
    visit("account-email-asked", 200, Who::Alice, |s| s.server.url("/account/email?done=asked"), &[]),
    visit("account-email-over", 200, Who::Stranger, |s| s.server.url("/account/email/confirm?token=x"), &[]),
    visit("security", 200, Who::Alice, |s| s.server.url("/account/security"), &[]),
    visit("security-on", 200, Who::Tess, |s| s.server.url("/account/security"), &[]),
    visit("password", 200, Who::Alice, |s| s.server.url("/account/security/password"), &[]),
    visit("password-weak", 422, Who::Alice, |s| s.server.url("/account/security/password"),
        &[Fill("#old_password", PASSWORD), Fill("#new_password", "password1"), Follow("main form button"), Focused("[role=alert]")]),
    visit("two-factor", 200, Who::Bob, |s| s.server.url("/account/security"), &[Follow("form[action$='/begin'] button")]),
    visit("two-factor-wrong", 422, Who::Bob, |s| s.server.url("/account/security/two-factor"),
        &[Fill("#code", "1"), Follow("main form button"), Focused("[role=alert]")]),
    visit("two-factor-off", 200, Who::Tess, |s| s.server.url("/account/security/two-factor/off"), &[]),
    visit("recovery-codes", 200, Who::Tess, |s| s.server.url("/account/security/recovery-codes"), &[Follow("main form button")]),
    visit("sessions", 200, Who::Alice, |s| s.server.url("/account/sessions"), &[]),
    visit("confirm", 200, Who::Sam, |s| s.server.url("/account/email"), &[]),
    visit("confirm-wrong", 422, Who::Sam, |s| s.server.url("/account/email"),
        &[Fill("#password", "wrong"), Follow("main form button"), Focused("[role=alert]")]),
    visit("data", 200, Who::Alice, |s| s.server.url("/account/data"), &[]),
    visit("delete-account", 200, Who::Alice, |s| s.server.url("/account/data/delete"), &[]),
    visit("delete-account-wrong", 422, Who::Alice, |s| s.server.url("/account/data/delete"),
        &[Fill("#email", "bob@people.example"), Follow("main form button"), Focused("[role=alert]")]),
    visit("german-account", 200, Who::Greta, |s| s.server.url("/account"), &[]),
    visit("german-security", 200, Who::Greta, |s| s.server.url("/account/security"), &[]),
    visit("german-sessions", 200, Who::Greta, |s| s.server.url("/account/sessions"), &[]),
    visit("german-two-factor", 200, Who::Greta, |s| s.server.url("/account/security"), &[Follow("form[action$='/begin'] button")]),
    visit("german-delete-account", 200, Who::Greta, |s| s.server.url("/account/data/delete"), &[]),
    visit("workspaces", 200, Who::Olga, |s| s.server.url("/workspaces"), &[]),
    visit("workspaces-empty", 200, Who::Nomad, |s| s.server.url("/workspaces"), &[]),
    visit("workspaces-taken", 422, Who::Olga, |s| s.server.url("/workspaces"),
        &[Fill("#name", "Acme"), Fill("#slug", "acme"), Follow("form[action='/workspaces'] button"), Focused("[role=alert]")]),
    visit("members", 200, Who::Olga, |s| s.server.url("/w/gamma/settings"), &[]),
    visit("members-viewer", 200, Who::Olga, |s| s.server.url("/w/acme/settings/members"), &[]),
    visit("members-last-owner", 409, Who::Olga, |s| s.server.url("/w/gamma/settings/members"),
        &[Script("document.querySelector('select:has([value=owner][selected])').value = 'viewer'"),
            Follow("form:has([value=owner][selected]) button"), Focused("[role=alert]")]),
    visit("members-changed", 200, Who::Olga, |s| s.server.url("/w/gamma/settings/members"),
        &[Script("document.querySelector('select:has([value=viewer][selected])').value = 'member'"),
            Follow("form:has([value=viewer][selected]) button"), Focused("[role=status]")]),
    visit("member-remove", 200, Who::Olga, |s| s.server.url("/w/gamma/settings/members"),
        &[Follow("li:has([value=admin][selected]) a[href$='/remove']")]),
    visit("member-leave", 200, Who::Alice, |s| s.server.url("/w/acme/settings/members"), &[Follow("a[href$='/remove']")]),
    visit("invitations", 200, Who::Olga, |s| s.server.url("/w/gamma/settings/invitations"), &[]),
    visit("invitations-empty", 200, Who::Alice, |s| s.server.url("/w/beta/settings/invitations"), &[]),
    visit("invitations-viewer", 200, Who::Olga, |s| s.server.url("/w/acme/settings/invitations"), &[]),
    visit("invitations-member", 409, Who::Olga, |s| s.server.url("/w/gamma/settings/invitations"),
        &[Fill(EMAIL, "mia@people.example"), Follow("form[action$='/invitations'] button"), Focused("[role=alert]")]),
    visit("general", 200, Who::Olga, |s| s.server.url("/w/gamma/settings/general"), &[]),
    visit("general-viewer", 200, Who::Olga, |s| s.server.url("/w/acme/settings/general"), &[]),
    visit("general-taken", 422, Who::Olga, |s| s.server.url("/w/gamma/settings/general"),
        &[Fill("#slug", "acme"), Follow("form[action$='/general'] button")]),
    visit("activity", 200, Who::Olga, |s| s.server.url("/w/gamma/audit"), &[Click(".log details summary")]),
    visit("activity-filtered", 200, Who::Olga, |s| s.server.url("/w/gamma/audit?kind=invitation&actor=olga@people.example&from=2020-01-01"), &[]),
    visit("activity-empty", 200, Who::Olga, |s| s.server.url("/w/gamma/audit?actor=who@people.example"), &[]),
    visit("activity-no-day", 422, Who::Olga, |s| s.server.url("/w/gamma/audit"),
        &[Fill("#from", "yesterday"), Follow(".filter button"), Focused("[role=alert]")]),
    visit("activity-broken", 200, Who::Alice, |s| s.server.url("/w/beta/audit"), &[]),
    visit("activity-viewer", 403, Who::Olga, |s| s.server.url("/w/acme/audit"), &[]),
    visit("delete-workspace", 200, Who::Olga, |s| s.server.url("/w/gamma/settings/delete"), &[]),
    visit("delete-workspace-wrong", 422, Who::Olga, |s| s.server.url("/w/gamma/settings/delete"),
        &[Fill("#slug", "gama"), Follow("form[action$='/delete'] button")]),
    visit("deleted-workspace", 200, Who::Olga, |s| s.server.url("/w/delta/settings"), &[]),
    visit("invite-new", 200, Who::Stranger, |s| s.server.url(&s.invited[0]), &[]),
    visit("invite-weak", 422, Who::Stranger, |s| s.server.url(&s.invited[0]),
        &[Fill("#name", "Nina"), Fill("#password", "password1"), Follow("form[action^='/invite/'] button"), Focused("[role=alert]")]),
    visit("invite-join", 200, Who::Alice, |s| s.server.url(&s.invited[1]), &[]),
    visit("invite-another", 200, Who::Bob, |s| s.server.url(&s.invited[1]), &[]),
    visit("invite-sign-in", 200, Who::Stranger, |s| s.server.url(&s.invited[1]), &[]),
    visit("invite-over", 404, Who::Stranger, |s| s.server.url("/invite/cst_iv_0"), &[]),

    visit("error-403", 403, Who::Alice, |s| s.server.url("/"),
        &[Script("document.querySelector('[name=csrf_token]').value = 'forged'"), Follow("form[action='/logout'] button")]),
    visit("error-404", 404, Who::Stranger, |s| s.server.url("/nothing/here"), &[]),
    visit("error-405", 405, Who::Stranger, |s| s.server.url("/logout"), &[]),
    visit("error-500", 500, Who::Stranger, |s| s.faulty.url(&s.app.authorize_path(&[])), &[]),
    visit("error-503", 503, Who::Stranger, |s| s.down.url(&s.app.authorize_path(&[])), &[]),

    visit("error-codes", 200, Who::Stranger, |s| s.server.url("/docs/errors"), &[]),
    visit("error-code", 200, Who::Stranger, |s| s.server.url("/docs/errors/invalid_grant"), &[]),
    visit("error-code-short", 200, Who::Stranger, |s| s.server.url("/docs/errors/internal_error"), &[]),

    visit("german-start", 200, Who::Greta, |s| s.server.url("/"), &[]),
    visit("german-sign-in", 422, Who::GermanStranger, |s| s.server.url(&s.unverified.authorize_path(&[])),
        &[Fill(EMAIL, "alice@people.example"), Fill("#password", "wrong"), Follow(SIGN_IN), Focused(GERMAN_ALERT)]),
    visit("german-consent", 200, Who::Greta, |s| s.server.url(&s.app.authorize_path(&[("scope", EVERYTHING)])), &[Focused(GERMAN)]),
    visit("german-consent-unverified", 200, Who::Greta, |s| s.server.url(&s.unverified.authorize_path(&[])), &[]),
    visit("german-connected-apps", 200, Who::Greta, |s| s.server.url("/settings/integrations"), &[]),
    visit("german-remove-access", 200, Who::Greta, |s| s.server.url("/settings/integrations"), &[Follow("a[href$='/remove']")]),
    visit("german-activity", 200, Who::Greta, |s| s.server.url("/w/beta/audit"), &[]),
    visit("german-members", 200, Who::Greta, |s| s.server.url("/w/beta/settings/members"), &[]),
    visit("german-invitations", 409, Who::Greta, |s| s.server.url("/w/beta/settings/invitations"),
        &[Fill(EMAIL, "alice@people.example"), Follow("form[action$='/invitations'] button"), Focused(GERMAN_ALERT)]),
    visit("german-invite", 200, Who::GermanStranger, |s| s.server.url(&s.invited[0]), &[Focused(GERMAN)]),
    visit("german-broken", 400, Who::GermanStranger, |s| s.server.url("/oauth/authorize?client_id=nobody"), &[]),
    visit("german-error-404", 404, Who::GermanStranger, |s| s.server.url("/nothing/here"), &[Focused(GERMAN)]),
    visit("api", 200, Who::Stranger, |s| s.server.url("/docs/api"), &[]),

    visit("branded-start", 200, Who::Stranger, |s| s.branded.url("/"), &[]),
    visit("branded-sign-in", 200, Who::Stranger, |s| s.branded.url("/login"), &[]),

    visit("dev-start", 200, Who::Mara, |s| s.dev.url("/"), &[]),
    visit("playground", 200, Who::Mara, |s| s.dev.url("/dev/playground"), &[]),
    // The playground remembers: each goes on where the one before ended.
    visit("playground-request", 200, Who::Mara, |s| s.dev.url("/dev/playground"), &[Follow(BEGIN)]),
    visit("playground-code", 200, Who::Mara, |s| s.dev.url("/dev/playground"), &[Follow(SEND), Follow(ALLOW)]),
    visit("playground-tokens", 200, Who::Mara, |s| s.dev.url("/dev/playground"),
        &[Follow("form[action$='/exchange'] button"), Follow("form[action$='/introspect'] button"), Follow("form[action$='/refresh'] button")]),
    visit("playground-ended", 200, Who::Mara, |s| s.dev.url("/dev/playground"), &[Follow("form[action$='/refresh-again'] button")]),
    visit("dev-mail", 200, Who::Stranger, |s| s.dev.url("/dev/mail"), &[]),
    visit("dev-mail-empty", 200, Who::Stranger, |s| s.server.url("/dev/mail"), &[]),
    visit("dev-callback", 200, Who::Stranger, |s| s.dev.url("/dev/callback?code=cst_ac_0123456789abcdefghijklmnop&state=demo"), &[]),
    visit("dev-callback-refused", 200, Who::Stranger, |s| s.dev.url("/dev/callback?error=access_denied&state=demo"), &[]),
];

/// All that an app can ask for at one resource: read, changed, optional, and only for an admin.
const EVERYTHING: &str = "analytics.read posts.write reviews.read members.write profile.read";
