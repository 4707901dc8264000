//! German.

use super::{Around, End, General, Invitations, Members, Settings, Workspaces};
use crate::{
    platform::config::Role,
    web::{phrase::Phrase, words::date},
};

/// German.
pub static GERMAN_SETTINGS: Settings = Settings {
    around: Around {
        error: |heading| format!("Fehler: {heading}"),
        problem: "Es wurde nichts geändert",
        navigation: "Einstellungen des Arbeitsbereichs",
        members: "Mitglieder",
        invitations: "Einladungen",
        general: "Allgemein",
        activity: "Aktivität",
        workspace: |name| Phrase::new("Arbeitsbereich ").name(name),
        your_role: |role| format!("Ihre Rolle hier: {role}"),
        switch: "Andere Arbeitsbereiche",
        all: "Alle Ihre Arbeitsbereiche",
        more: "Weitere zeigen",
        first: "Zurück zu den ersten",
        only_admins: "Nur Admins können das ändern.",
        role_choice: |role| match role {
            Role::Viewer => "Betrachter: sieht alles an",
            Role::Member => "Mitglied: arbeitet mit allem",
            Role::Admin => "Admin: verwaltet auch die Mitglieder",
            Role::Owner => "Inhaber: darf den Arbeitsbereich auch löschen",
        },
        day: |at| Phrase::default().time(at, date::GERMAN.day),
        minute: |at| Phrase::default().time(at, date::GERMAN.minute),
    },
    members: Members {
        heading: "Mitglieder",
        you: "Sie",
        role: "Rolle",
        joined: "Dabei seit",
        role_of: |name| Phrase::new("Rolle von ").name(name),
        change: "Rolle ändern",
        change_of: |name| Phrase::new(" von ").name(name),
        remove: "Entfernen",
        remove_of: |name| Phrase::new(": ").name(name),
        leave: "Arbeitsbereich verlassen",
        alone: "Außer Ihnen ist noch niemand hier.",
        alone_hint: "Eine Einladung holt andere herein, ob sie schon ein Konto haben oder nicht.",
        invite: "Jemanden einladen",
        changed: |name, role| Phrase::of(name).text(format!(" hat jetzt die Rolle {role}.")),
        gone: "Diese Person gehört nicht mehr zum Arbeitsbereich.",
        last_owner: "Dies ist der letzte Inhaber des Arbeitsbereichs.",
        last_owner_then: "Machen Sie zuerst ein anderes Mitglied zum Inhaber, oder löschen Sie den Arbeitsbereich.",
        remove_heading: |name, workspace| Phrase::of(name).text(" aus ").name(workspace).text(" entfernen"),
        remove_consequence: "Der Zugriff endet mit der nächsten Anfrage, auf jedem Gerät, auch für die Apps, die diese Person \
                             hier verbunden hat.",
        remove_stays: "Das Konto und die anderen Arbeitsbereiche der Person bleiben, wie sie sind. Eine neue Einladung lässt sie \
                       zurückkommen.",
        keep: "Mitglied behalten",
        submit_remove: "Mitglied entfernen",
        leave_heading: |workspace| Phrase::of(workspace).text(" verlassen"),
        leave_consequence: "Ihr Zugriff endet mit der nächsten Anfrage, auf jedem Gerät, auch für die Apps, die Sie hier \
                            verbunden haben.",
        leave_back: "Sie selbst können das nicht zurücknehmen: Um zurückzukommen, brauchen Sie eine neue Einladung.",
        stay: "Bleiben",
    },
    invitations: Invitations {
        heading: "Einladungen",
        form: "Jemanden einladen",
        email: "E-Mail-Adresse",
        role: "Rolle",
        submit: "Einladung senden",
        hint: |good_for| {
            format!(
                "An diese Adresse geht eine E-Mail mit einem Link. Er gilt einmal, {} lang.",
                (date::GERMAN.lasting)(good_for)
            )
        },
        open: "Offene Einladungen",
        empty: "Keine offenen Einladungen.",
        empty_hint: "Wen Sie einladen, der steht hier, bis er dabei ist.",
        sent: "Gesendet",
        until: "Gilt bis",
        by: "Eingeladen von",
        nobody: "Jemandem, dessen Konto es nicht mehr gibt",
        over: "Abgelaufen",
        resend: "Noch einmal senden",
        withdraw: "Zurückziehen",
        to: |email| Phrase::new(": Einladung an ").name(email),
        invited: |email, until| {
            Phrase::new("Die Einladung an ")
                .name(email)
                .text(" ist unterwegs. Ihr Link gilt bis ")
                .time(until, date::GERMAN.minute)
                .text(".")
        },
        withdrawn: "Diese Einladung ist nicht mehr offen: Ihr Link gilt nicht.",
        no_address: "Das ist keine E-Mail-Adresse.",
        no_address_then: "Sie hat ein @ und dahinter eine Domain, wie in mara@example.com.",
        member: |email| Phrase::of(email).text(" gehört schon zu diesem Arbeitsbereich."),
        member_then: "Die Rolle können Sie auf der Seite der Mitglieder ändern.",
        already: |email| Phrase::of(email).text(" hat schon eine offene Einladung."),
        already_then: "Senden Sie sie unten noch einmal, oder ziehen Sie sie zurück, um eine andere Rolle zu wählen.",
        too_many: |email, until| {
            Phrase::of(email)
                .text(" hat von hier schon viele E-Mails bekommen. Die nächste kann gehen am ")
                .time(until, date::GERMAN.minute)
                .text(".")
        },
        too_many_then: "So wird niemand überschwemmt. Frühere Links gelten so lange, wie sie sagen.",
        too_fast: |until| {
            Phrase::new("Das war zu viel auf einmal. Versuchen Sie es wieder am ")
                .time(until, date::GERMAN.minute)
                .text(".")
        },
        too_fast_then: "Es wurde keine E-Mail gesendet.",
    },
    general: General {
        heading: "Allgemein",
        name: "Bezeichnung",
        slug: "Kurzname in Adressen",
        slug_hint: "2 bis 63 Kleinbuchstaben ohne Umlaute, Ziffern und einzelne Bindestriche.",
        slug_change: "Mit einem neuen gelten Links mit dem alten nicht mehr.",
        submit: "Bezeichnung und Adresse speichern",
        saved: |name| {
            Phrase::new("Gespeichert. Der Arbeitsbereich heißt ")
                .name(name)
                .text(".")
        },
        bad_name: "Der Arbeitsbereich braucht eine Bezeichnung von 1 bis 100 Zeichen.",
        bad_name_then: "Kürzen Sie sie, oder geben Sie eine ein.",
        bad_slug: "Dieser Kurzname geht nicht.",
        bad_slug_then: "Nehmen Sie 2 bis 63 Kleinbuchstaben ohne Umlaute, Ziffern und einzelne Bindestriche, mit keinem am Rand.",
        taken: "Dieser Kurzname ist vergeben.",
        taken_then: "Wählen Sie einen anderen.",
        delete_heading: "Diesen Arbeitsbereich löschen",
        delete_hint: |undo| {
            format!(
                "Mitglieder, Apps und Programme verlieren sofort den Zugriff. {} lang können Sie es zurücknehmen.",
                (date::GERMAN.lasting)(undo)
            )
        },
        delete: "Arbeitsbereich löschen",
        only_owners: "Nur Inhaber können den Arbeitsbereich löschen.",
    },
    end: End {
        heading: |name| Phrase::of(name).text(" löschen"),
        consequence: "Mitglieder, Apps und Programme verlieren mit ihrer nächsten Anfrage den Zugriff.",
        undo: |undo| {
            format!(
                "{} lang kann ein Inhaber ihn hier wiederherstellen, mit allem darin. Danach lässt es sich nicht mehr zurücknehmen.",
                (date::GERMAN.lasting)(undo)
            )
        },
        label: "Kurzname des Arbeitsbereichs",
        hint: "Damit es sicher dieser ist, tippen Sie",
        keep: "Arbeitsbereich behalten",
        submit: "Arbeitsbereich löschen",
        mismatch: "Das ist nicht der Kurzname dieses Arbeitsbereichs.",
        mismatch_then: "Tippen Sie ihn so, wie er über dem Feld steht.",
        deleted_heading: |name| Phrase::of(name).text(" ist gelöscht"),
        deleted: "Niemand kann ihn derzeit nutzen: kein Mitglied, keine App, kein Programm.",
        until: |until| {
            Phrase::new("Ein Inhaber kann ihn wiederherstellen, mit allem darin, bis ")
                .time(until, date::GERMAN.minute)
                .text(".")
        },
        restore: "Arbeitsbereich wiederherstellen",
        restore_short: "Wiederherstellen",
    },
    workspaces: Workspaces {
        heading: "Ihre Arbeitsbereiche",
        empty: "Sie gehören zu keinem Arbeitsbereich.",
        empty_hint: "Wer in einem ist, kann Sie per E-Mail einladen.",
        settings: "Einstellungen",
        settings_of: |name| Phrase::new(" von ").name(name),
        deleted: "Gelöscht",
        create: "Einen Arbeitsbereich anlegen",
        create_submit: "Arbeitsbereich anlegen",
        by_operator: |product_name| {
            format!("Neue Arbeitsbereiche legen die Betreiber von {product_name} an.")
        },
        account: "Ihr Konto",
    },
};
