//! A person's data: the copy, and the end of the account.

use crate::web::phrase::Phrase;

/// The pages of download and deletion.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Data {
    pub heading: &'static str,
    pub download: &'static str,
    pub download_what: &'static str,
    pub download_link: &'static str,
    pub delete: &'static str,
    pub delete_what: &'static str,
    pub delete_link: &'static str,
    pub delete_heading: &'static str,
    pub delete_consequence: &'static str,
    pub delete_final: &'static str,
    pub type_address: fn(email: &str) -> Phrase,
    pub address: &'static str,
    pub delete_submit: &'static str,
    pub not_the_address: &'static str,
    pub not_the_address_then: &'static str,
    pub last_owner: fn(workspace: &str) -> Phrase,
    pub last_owner_then: &'static str,
    pub deleted_heading: &'static str,
    pub deleted: &'static str,
    pub to_start: &'static str,
}

/// English.
pub(in super::super) static ENGLISH: Data = Data {
    heading: "Your data",
    download: "Download",
    download_what: "Your profile, workspaces, sessions, connected apps, and what was written down about your account, as one JSON file.",
    download_link: "Download your data",
    delete: "Delete your account",
    delete_what: "You leave every workspace, every session ends, and every app loses its access. What you made in a workspace stays there.",
    delete_link: "Delete your account",
    delete_heading: "Delete your account?",
    delete_consequence: "You leave every workspace, every session ends, and every app loses its access at once.",
    delete_final: "It cannot be undone. Who registers with your address later is somebody new.",
    type_address: |email| Phrase::new("To go on, type ").name(email).text("."),
    address: "Your e-mail address",
    delete_submit: "Delete account",
    not_the_address: "That is not your address.",
    not_the_address_then: "Type it as it stands below the field.",
    last_owner: |workspace| {
        Phrase::new("You are the only owner of the workspace ")
            .name(workspace)
            .text(".")
    },
    last_owner_then: "Make somebody else its owner, or delete the workspace. Then your account can go.",
    deleted_heading: "Your account is deleted",
    deleted: "Nothing of it is left here but what the law wants to be kept: that it was deleted, and when.",
    to_start: "Go to the start page",
};

/// German.
pub(in super::super) static GERMAN: Data = Data {
    heading: "Ihre Daten",
    download: "Herunterladen",
    download_what: "Ihr Profil, Ihre Arbeitsbereiche, Sitzungen, verbundenen Apps und was über Ihr Konto aufgeschrieben wurde, als eine JSON-Datei.",
    download_link: "Ihre Daten herunterladen",
    delete: "Konto löschen",
    delete_what: "Sie verlassen jeden Arbeitsbereich, jede Sitzung endet, und jede App verliert ihren Zugriff. Was Sie in einem Arbeitsbereich gemacht haben, bleibt dort.",
    delete_link: "Konto löschen",
    delete_heading: "Ihr Konto löschen?",
    delete_consequence: "Sie verlassen jeden Arbeitsbereich, jede Sitzung endet, und jede App verliert sofort ihren Zugriff.",
    delete_final: "Das lässt sich nicht rückgängig machen. Wer sich später mit Ihrer Adresse registriert, ist jemand Neues.",
    type_address: |email| {
        Phrase::new("Geben Sie ")
            .name(email)
            .text(" ein, um fortzufahren.")
    },
    address: "Ihre E-Mail-Adresse",
    delete_submit: "Konto löschen",
    not_the_address: "Das ist nicht Ihre Adresse.",
    not_the_address_then: "Geben Sie sie so ein, wie sie unter dem Feld steht.",
    last_owner: |workspace| {
        Phrase::new("Der Arbeitsbereich ")
            .name(workspace)
            .text(" gehört nur Ihnen.")
    },
    last_owner_then: "Machen Sie jemand anderen zum Inhaber, oder löschen Sie den Arbeitsbereich. Dann kann Ihr Konto gelöscht werden.",
    deleted_heading: "Ihr Konto ist gelöscht",
    deleted: "Es ist nichts davon geblieben als das, was das Recht verlangt: dass und wann es gelöscht wurde.",
    to_start: "Zur Startseite",
};
