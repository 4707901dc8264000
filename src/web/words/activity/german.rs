//! In German.

use super::{Activity, Said};
use crate::web::{phrase::Phrase, words::date};

pub(in crate::web::words) static GERMAN: Activity = Activity {
    heading: "Aktivität",
    actor: "Wer",
    actor_hint: "Eine E-Mail-Adresse, eine ID oder „operator“.",
    kind: "Was",
    any: "Alles",
    kinds: &[
        ("api_key", "API-Schlüssel"),
        ("client", "Apps"),
        ("consent", "Was Apps erlaubt wurde"),
        ("grant", "Beendete Zugriffe von Apps"),
        ("access_token", "Beendete Zugriffstokens"),
        ("refresh_token", "Doppelt vorgelegte Refresh-Tokens"),
        ("authorization_code", "Doppelt vorgelegte Codes"),
        ("member", "Mitglieder"),
        ("invitation", "Einladungen"),
        ("service_account", "Dienstkonten"),
        ("key_policy", "Regeln für API-Schlüssel"),
        ("workspace", "Der Arbeitsbereich"),
    ],
    target: "Worum es ging",
    target_hint: "Die ID einer Person, einer App, eines Schlüssels oder wessen auch immer.",
    credential: "Zugangsmittel",
    from: "Von",
    to: "Bis",
    day_hint: "Tage in UTC, wie 2026-05-03. Beide sind ganz gemeint.",
    no_day: "Das ist kein Tag.",
    no_day_then: "Schreiben Sie ihn wie 2026-05-03.",
    filter: "Filter",
    show: "Anzeigen",
    clear: "Filter aufheben",
    empty: "Nichts passt dazu.",
    nothing_yet: "Hier ist noch nichts geschehen.",
    checked: |rows, at| {
        let rows = if rows == 1 {
            "Der gezeigte Eintrag ist so, wie er versiegelt wurde".to_owned()
        } else {
            format!("Die {rows} gezeigten Einträge sind so, wie sie versiegelt wurden")
        };
        Phrase::new(format!("{rows} · geprüft um "))
            .time(at, date::GERMAN.time_of_day)
            .text(".")
    },
    broken: |sequence| format!("Eintrag {sequence} wurde außerhalb dieses Produkts verändert."),
    broken_then: "Heben Sie diese Seite auf und sagen Sie es den Betreibern des Servers: \
                  consentry audit verify sagt mehr.",
    removed: "Dieser Eintrag wurde aus der Datenbank genommen.",
    export: "Was dazu passt, exportieren:",
    older: "Ältere",
    newer: "Neuere",
    details: "Einzelheiten",
    details_of: |sequence| format!(" zu Eintrag {sequence}"),
    number: "Eintrag",
    address: "Von",
    request: "Anfrage",
    software: "Mit",
    event: "Ereignis",
    ending: |last_four| format!("endet auf {last_four}"),
    what: "Art",
    operator: "Der Betreiber des Servers",
    nobody: "Niemand Bekanntes",
    somebody: "eine Person, die es nicht mehr gibt",
    an_app: "eine App, die es nicht mehr gibt",
    something: "etwas, das es nicht mehr gibt",
    sentence,
};

fn sentence(kind: &str, said: &Said) -> Option<Phrase> {
    let Said { target, app, .. } = said;
    let actor = || said.actor.clone();
    Some(match kind {
        "consent.given" => actor().text(" hat ").and(app).text(" Zugriff erlaubt"),
        "consent.revoked" => actor().text(" hat ").and(app).text(" den Zugriff entzogen"),
        "authorization_code.replayed" => app
            .clone()
            .text(" hat einen Code zweimal vorgelegt: der Zugriff ist beendet"),
        "authorization_code.burnt" => app
            .clone()
            .text(" hat einen Code ohne seinen Nachweis vorgelegt: der Code gilt nicht mehr"),
        "refresh_token.reused" => app
            .clone()
            .text(" hat ein Refresh-Token zweimal vorgelegt: der Zugriff ist beendet"),
        "grant.revoked" => actor().text(" hat einen Zugriff beendet: ").and(app),
        "access_token.revoked" => actor().text(" hat ein Zugriffstoken beendet: ").and(app),
        "client.created" => actor().text(" hat die App ").and(target).text(" registriert"),
        "client.updated" => actor().text(" hat die App ").and(target).text(" geändert"),
        "client.secret_rolled" => actor()
            .text(" hat der App ")
            .and(target)
            .text(" ein neues Geheimnis gegeben"),
        "client.deleted" => actor().text(" hat die App ").and(target).text(" gelöscht"),
        "workspace.created" => actor().text(" hat den Arbeitsbereich angelegt"),
        "workspace.renamed" => actor().text(" hat Namen oder Adresse des Arbeitsbereichs geändert"),
        "workspace.deleted" => actor().text(" hat den Arbeitsbereich gelöscht"),
        "workspace.restored" => actor().text(" hat den Arbeitsbereich wiederhergestellt"),
        "member.added" => actor()
            .text(" hat ")
            .and(target)
            .text(format!(" als {} hinzugefügt", said.role)),
        "member.role_changed" => actor()
            .text(" hat die Rolle von ")
            .and(target)
            .text(format!(" geändert: {} statt {}", said.role, said.role_before)),
        "member.removed" => actor().text(" hat ").and(target).text(" entfernt"),
        "member.left" => actor().text(" hat den Arbeitsbereich verlassen"),
        "invitation.sent" => actor()
            .text(" hat ")
            .and(target)
            .text(format!(" als {} eingeladen", said.role)),
        "invitation.resent" => actor()
            .text(" hat die Einladung für ")
            .and(target)
            .text(" noch einmal gesendet"),
        "invitation.withdrawn" => actor()
            .text(" hat die Einladung für ")
            .and(target)
            .text(" zurückgezogen"),
        "invitation.accepted" => actor()
            .text(" hat die Einladung für ")
            .and(target)
            .text(" angenommen"),
        "api_key.created" => actor()
            .text(" hat den API-Schlüssel ")
            .and(target)
            .text(" angelegt"),
        "api_key.updated" => actor()
            .text(" hat den API-Schlüssel ")
            .and(target)
            .text(" geändert"),
        "api_key.rotated" => actor()
            .text(" hat den API-Schlüssel ")
            .and(target)
            .text(" erneuert"),
        "api_key.revoked" => actor()
            .text(" hat den API-Schlüssel ")
            .and(target)
            .text(" widerrufen"),
        "api_key.first_used" => key(target).text(" wurde zum ersten Mal verwendet"),
        "api_key.used_from_new_address" => {
            key(target).text(" wurde von einer Adresse aus verwendet, von der er noch nie kam")
        }
        "api_key.refused" => key(target).text(" wurde abgewiesen"),
        "api_key.expiring" => key(target).text(" läuft bald ab, und wem er gehört, der weiß es"),
        "api_key.leaked" => key(target).text(" wurde gefunden, wo andere ihn lesen können"),
        "api_key.exchanged" => key(target).text(" wurde gegen ein Zugriffstoken getauscht"),
        "api_key.token_revoked" => actor()
            .text(" hat ein Zugriffstoken beendet, vom API-Schlüssel ")
            .and(target),
        "service_account.created" => actor()
            .text(" hat das Dienstkonto ")
            .and(target)
            .text(format!(" als {} angelegt", said.role)),
        "service_account.role_changed" => actor()
            .text(" hat die Rolle des Dienstkontos ")
            .and(target)
            .text(format!(" geändert: {} statt {}", said.role, said.role_before)),
        "service_account.deleted" => actor()
            .text(" hat das Dienstkonto ")
            .and(target)
            .text(" gelöscht"),
        "key_policy.changed" => actor().text(" hat geändert, was API-Schlüssel dürfen"),
        "workspace.plan_changed" => actor().text(" hat dem Arbeitsbereich einen anderen Tarif gegeben"),
        _ => return None,
    })
}

fn key(target: &Phrase) -> Phrase {
    Phrase::new("Der API-Schlüssel ").and(target)
}
