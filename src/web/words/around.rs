//! What stands around every page, and the pages that any room may answer with.

use crate::web::words::errors::{self, ErrorDoc};

/// What stands around every page.
pub struct Layout {
    /// The link that jumps over what stands before the content.
    pub skip: &'static str,
    /// The title of a browser tab, from the page's heading and the product's name.
    pub title: fn(heading: &str, product_name: &str) -> String,
    /// What the header's navigation is called for who does not see it.
    pub nav: &'static str,
    /// The header's link to the person's account.
    pub account: &'static str,
    /// The header's link to the person's workspaces.
    pub workspaces: &'static str,
    /// The header's button.
    pub sign_out: &'static str,
    /// Before the code of a refusal, which leads to the code's page.
    pub code: &'static str,
    /// Before the request id.
    pub request_id: &'static str,
    /// The footer's link to help.
    pub help_link: &'static str,
    /// The footer's word on where to find help, from the product's name.
    pub help: fn(product_name: &str) -> String,
}

/// The pages that say what the codes of refusals mean; the texts of each code are in [`super::errors`].
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct ErrorDocs {
    pub heading: &'static str,
    pub intro: &'static str,
    pub status: &'static str,
    pub by_redirect: &'static str,
    pub what: &'static str,
    pub why: &'static str,
    pub fix: &'static str,
    pub wrong: &'static str,
    pub right: &'static str,
    pub all: &'static str,
}

/// The page that a refused person gets.
pub struct ErrorPage {
    /// The heading, from the status.
    pub title: fn(status: u16) -> &'static str,
    /// What happened and what to do, for every code that has a page. None of any: the page has the sentence that programs get,
    /// which is English.
    pub sentences: &'static [(&'static ErrorDoc, &'static str)],
    /// The way out: to the start page.
    pub start: &'static str,
    /// What to do with the two values below it.
    pub report: &'static str,
}

/// English.
pub(super) static ENGLISH_LAYOUT: Layout = Layout {
    skip: "Skip to content",
    nav: "Main",
    account: "Account",
    workspaces: "Workspaces",
    sign_out: "Sign out",
    code: "Code",
    request_id: "Request id",
    title: |heading, product_name| format!("{heading} \u{2013} {product_name}"),
    help_link: "Help",
    help: |product_name| format!("Help: write to the people who run {product_name}."),
};

/// English.
pub(super) static ENGLISH_ERROR_PAGE: ErrorPage = ErrorPage {
    title: |status| match status {
        401 => "Sign in first",
        403 => "This is not allowed",
        404 => "Page not found",
        405 => "This page cannot be used that way",
        408 => "The request took too long",
        413 => "That was too much to read",
        429 => "Too many tries",
        503 => "Not available right now",
        500.. => "Something went wrong on our side",
        _ => "The request cannot be understood",
    },
    // What programs get is as good for people, and says more of the case.
    sentences: &[],
    start: "Go to the start page",
    report: "If you ask for help, give these two values. They tell us what happened.",
};

/// German.
pub(super) static GERMAN_LAYOUT: Layout = Layout {
    skip: "Zum Inhalt springen",
    nav: "Hauptnavigation",
    account: "Konto",
    workspaces: "Arbeitsbereiche",
    sign_out: "Abmelden",
    code: "Code",
    request_id: "Anfrage-ID",
    title: |heading, product_name| format!("{heading} \u{2013} {product_name}"),
    help_link: "Hilfe",
    help: |product_name| format!("Hilfe: Schreiben Sie den Betreibern von {product_name}."),
};

/// German.
pub(super) static GERMAN_ERROR_PAGE: ErrorPage = ErrorPage {
    title: |status| match status {
        401 => "Melden Sie sich erst an",
        403 => "Das ist nicht erlaubt",
        404 => "Seite nicht gefunden",
        405 => "Diese Seite lässt sich so nicht benutzen",
        408 => "Die Anfrage hat zu lange gedauert",
        413 => "Das war zu viel auf einmal",
        429 => "Zu viele Versuche",
        503 => "Im Moment nicht erreichbar",
        500.. => "Bei uns ist etwas schiefgegangen",
        _ => "Die Anfrage ist nicht zu verstehen",
    },
    sentences: &[
        (
            &errors::BAD_REQUEST,
            "Die Anfrage ist nicht zu verstehen. Es wurde nichts getan.",
        ),
        (
            &errors::BAD_BODY,
            "Die Anfrage kam nicht vollständig an. Es wurde nichts getan.",
        ),
        (
            &errors::MALFORMED_QUERY,
            "Die Adresse ist nicht lesbar. Öffnen Sie die Seite über den Link, der zu ihr führt.",
        ),
        (
            &errors::MALFORMED_FORM,
            "Das Formular kam nicht so an, wie unsere Seite es schickt. Öffnen Sie die Seite noch einmal, und senden Sie es von dort.",
        ),
        (
            &errors::INSECURE_TRANSPORT,
            "Die Anfrage kam über http, wo jeder sie mitlesen kann. Öffnen Sie die Seite mit https am Anfang der Adresse.",
        ),
        (&errors::UNAUTHORIZED, "Hier müssen Sie sich erst ausweisen."),
        (&errors::FORBIDDEN, "Das ist nicht erlaubt."),
        (
            &errors::ACCOUNT_DISABLED,
            "Dieses Konto ist gesperrt. Wenden Sie sich an die Betreiber.",
        ),
        (
            &errors::CODE_NOT_VALID,
            "Dieser Link gilt nicht mehr. Lassen Sie sich eine neue E-Mail senden.",
        ),
        (
            &errors::CSRF_TOKEN,
            "Dieses Formular ist zu alt, oder es wurde nicht in diesem Browser geöffnet. Öffnen Sie die Seite noch einmal, und \
             senden Sie es von dort.",
        ),
        (
            &errors::FOREIGN_ORIGIN,
            "Dieses Formular kam von einer anderen Website. Öffnen Sie die Seite noch einmal, und senden Sie es von dort.",
        ),
        (&errors::NOT_FOUND, "Unter dieser Adresse gibt es nichts."),
        (
            &errors::PERMISSION_DENIED,
            "Das darf Ihre Rolle in diesem Arbeitsbereich nicht. Wenden Sie sich an einen Admin oder Inhaber.",
        ),
        (
            &errors::BAD_FORWARDED_REQUEST,
            "Diese Anfrage ist nicht eindeutig und wurde deshalb nicht durchgelassen.",
        ),
        (
            &errors::NO_RULE,
            "Für diese Anfrage gibt es keine Regel; deshalb wurde sie nicht durchgelassen.",
        ),
        (
            &errors::INSUFFICIENT_SCOPE,
            "Dieser Zugang reicht dafür nicht aus.",
        ),
        (
            &errors::LAST_OWNER,
            "Der Arbeitsbereich wäre ohne Inhaber. Machen Sie erst jemand anderen zum Inhaber.",
        ),
        (
            &errors::SLUG_TAKEN,
            "Dieses Kürzel hat schon ein anderer Arbeitsbereich. Wählen Sie ein anderes.",
        ),
        (
            &errors::ALREADY_MEMBER,
            "Jemand mit dieser Adresse gehört schon zum Arbeitsbereich.",
        ),
        (
            &errors::ALREADY_INVITED,
            "Eine Einladung an diese Adresse ist schon offen. Senden Sie sie noch einmal, oder ziehen Sie sie zurück.",
        ),
        (
            &errors::INVITATION_NOT_FOUND,
            "Diese Einladung gilt nicht. Bitten Sie, dass man Ihnen eine neue schickt.",
        ),
        (
            &errors::INVITATION_FOR_ANOTHER_ADDRESS,
            "Diese Einladung ging an eine andere Adresse als Ihre.",
        ),
        (
            &errors::PASSWORD_REQUIRED,
            "Mit dieser Adresse hat sich mehr als einmal jemand registriert. Geben Sie auch das Passwort an, das Sie gewählt haben.",
        ),
        (
            &errors::KEY_REVOKED,
            "Dieser API-Schlüssel wurde widerrufen. Legen Sie einen neuen an.",
        ),
        (
            &errors::KEY_EXPIRED,
            "Dieser API-Schlüssel ist abgelaufen. Legen Sie einen neuen an.",
        ),
        (
            &errors::KEY_REPLACED,
            "Dieser API-Schlüssel wurde erneuert. Verwenden Sie den neueren.",
        ),
        (
            &errors::KEY_FORBIDDEN_BY_POLICY,
            "Der Arbeitsbereich erlaubt keine API-Schlüssel, die so lange gelten. Legen Sie einen neuen an.",
        ),
        (
            &errors::KEY_OWNER_GONE,
            "Wem dieser API-Schlüssel gehört, der gehört nicht mehr zum Arbeitsbereich.",
        ),
        (
            &errors::WORKSPACE_GONE,
            "Der Arbeitsbereich dieses API-Schlüssels wurde gelöscht.",
        ),
        (
            &errors::PLAN_REQUIRED,
            "Der Tarif des Arbeitsbereichs enthält keine API-Schlüssel.",
        ),
        (
            &errors::NETWORK_FORBIDDEN,
            "Dieser API-Schlüssel gilt nicht von dieser Adresse aus.",
        ),
        (
            &errors::ORIGIN_FORBIDDEN,
            "Dieser Schlüssel gilt nicht auf dieser Seite.",
        ),
        (
            &errors::METHOD_NOT_ALLOWED,
            "Diese Adresse lässt sich nicht auf diesem Weg aufrufen. Beginnen Sie auf der Startseite.",
        ),
        (
            &errors::REQUEST_TIMEOUT,
            "Die Anfrage kam nicht rechtzeitig an. Es wurde nichts getan.",
        ),
        (
            &errors::PAYLOAD_TOO_LARGE,
            "Die Anfrage ist größer als 64 kB. Es wurde nichts getan.",
        ),
        (
            &errors::UNSUPPORTED_MEDIA_TYPE,
            "Die Anfrage hat eine Form, die hier nicht gelesen wird. Es wurde nichts getan.",
        ),
        (
            &errors::UNSUPPORTED_CHARSET,
            "Die Anfrage hat einen Zeichensatz, der hier nicht gelesen wird. Es wurde nichts getan.",
        ),
        (
            &errors::TOO_MANY_REQUESTS,
            "Es waren zu viele Anfragen. Versuchen Sie es später wieder.",
        ),
        // One sentence for two cases: where nobody knows whether it was done, nobody may be told to simply try again.
        (
            &errors::INTERNAL_ERROR,
            "Der Fehler liegt bei uns. Vielleicht wurde trotzdem getan, was Sie wollten: Sehen Sie nach, bevor Sie es noch einmal \
             versuchen.",
        ),
        (
            &errors::TEMPORARILY_UNAVAILABLE,
            "Der Server kann gerade nicht antworten. Es wurde nichts getan. Versuchen Sie es gleich noch einmal.",
        ),
        (
            &errors::REQUEST_EXPIRED,
            "Dieser Link gilt nicht mehr. Beginnen Sie noch einmal in der App, die Sie hierher geschickt hat.",
        ),
        (
            &errors::REQUEST_ANSWERED,
            "Diese Anfrage ist schon beantwortet; die erste Antwort gilt.",
        ),
        (
            &errors::EMAIL_UNVERIFIED,
            "Diese E-Mail-Adresse ist noch nicht bestätigt. Öffnen Sie den Link in der E-Mail, die wir Ihnen gesendet haben.",
        ),
        (
            &errors::INVALID_CREDENTIALS,
            "E-Mail-Adresse oder Passwort stimmt nicht.",
        ),
        (
            &errors::SECOND_FACTOR_REQUIRED,
            "Zu diesem Konto gehört ein zweiter Faktor. Melden Sie sich mit dem Code aus Ihrer App an.",
        ),
        (
            &errors::INVALID_SECOND_FACTOR,
            "Dieser Code stimmt nicht. Nehmen Sie den nächsten, den Ihre App zeigt.",
        ),
        (
            &errors::INVALID_TOKEN,
            "Diese Anmeldung gilt nicht mehr. Melden Sie sich noch einmal an.",
        ),
        (
            &errors::SESSION_REQUIRED,
            "Das geht nur, wenn Sie selbst angemeldet sind.",
        ),
        (
            &errors::WORKSPACE_FORBIDDEN,
            "In diesem Arbeitsbereich dürfen Sie nichts tun. Es wurde nichts getan.",
        ),
        (
            &errors::WORKSPACE_REQUIRED,
            "Es ist nicht gesagt, um welchen Arbeitsbereich es geht. Es wurde nichts getan.",
        ),
        (
            &errors::WORKSPACES_CLOSED,
            "Arbeitsbereiche legen hier nur die Betreiber an. Wenden Sie sich an sie.",
        ),
        (
            &errors::RECENT_PROOF_REQUIRED,
            "Dafür müssen Sie noch einmal zeigen, dass Sie es sind. Melden Sie sich neu an, und versuchen Sie es dann wieder.",
        ),
        (
            &errors::MALFORMED_BODY,
            "Die Anfrage hat nicht die Form, die hier gelesen wird. Es wurde nichts getan.",
        ),
        (
            &errors::INVALID_VALUE,
            "Eine der Angaben lässt sich so nicht übernehmen. Es wurde nichts getan.",
        ),
        (
            &errors::MISDIRECTED_REQUEST,
            "Diese Seite hat eine andere Adresse. Beginnen Sie auf der Startseite dieses Servers.",
        ),
        (
            &errors::NOT_READY,
            "Der Server ist noch nicht bereit. Versuchen Sie es gleich noch einmal.",
        ),
        (
            &errors::UNKNOWN_PROVIDER,
            "Mit diesem Anbieter kann man sich hier nicht anmelden. Wählen Sie auf der Anmeldeseite einen anderen Weg.",
        ),
        (
            &errors::INVALID_ID_TOKEN,
            "Was der Anbieter über Sie gesagt hat, ließ sich nicht prüfen. Beginnen Sie die Anmeldung noch einmal.",
        ),
        (
            &errors::IDENTITY_NOT_LINKED,
            "Zu dieser E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich mit Ihrem Passwort an, und verknüpfen Sie den Anbieter \
             dann in Ihrem Konto.",
        ),
        (
            &errors::REGISTRATION_CLOSED,
            "Ein Konto bekommt hier nur, wer eingeladen ist. Bitten Sie um eine Einladung.",
        ),
        (
            &errors::PROVIDER_UNAVAILABLE,
            "Der Anbieter, mit dem Sie sich anmelden wollen, antwortet gerade nicht. Versuchen Sie es später wieder.",
        ),
        (
            &errors::INVALID_REQUEST,
            "In der Anfrage fehlt etwas, oder etwas ist nicht lesbar. Beginnen Sie noch einmal in der App, die Sie hierher geschickt \
             hat.",
        ),
        (
            &errors::INVALID_CLIENT,
            "Die App konnte nicht zeigen, wer sie ist. Wenden Sie sich an ihre Entwickler.",
        ),
        (
            &errors::INVALID_GRANT,
            "Was die App vorgelegt hat, gilt nicht mehr. Beginnen Sie noch einmal in der App.",
        ),
        (
            &errors::UNAUTHORIZED_CLIENT,
            "Dafür ist die App nicht registriert. Wenden Sie sich an ihre Entwickler.",
        ),
        (
            &errors::UNSUPPORTED_GRANT_TYPE,
            "Auf diesem Weg bekommt hier keine App ein Token. Wenden Sie sich an ihre Entwickler.",
        ),
        (
            &errors::INVALID_SCOPE,
            "Die App bittet um etwas, das sie hier nicht bekommen kann. Wenden Sie sich an ihre Entwickler.",
        ),
        (
            &errors::INVALID_TARGET,
            "Die App will eine Schnittstelle benutzen, die es hier nicht gibt. Wenden Sie sich an ihre Entwickler.",
        ),
        (
            &errors::UNKNOWN_CLIENT,
            "Diese App ist hier nicht registriert. Wenden Sie sich an ihre Entwickler.",
        ),
        (
            &errors::INVALID_REDIRECT_URI,
            "Die Adresse, an die diese App Sie zurückschicken will, ist nicht die ihre. Deshalb bleiben Sie hier.",
        ),
        (
            &errors::CLIENT_DISABLED,
            "Die Betreiber haben diese App ausgeschaltet. Wenden Sie sich an sie, wenn Sie die App brauchen.",
        ),
        (
            &errors::SERVER_ERROR,
            "Der Fehler liegt bei uns. Beginnen Sie noch einmal in der App, die Sie hierher geschickt hat.",
        ),
    ],
    start: "Zur Startseite",
    report: "Wenn Sie um Hilfe bitten, nennen Sie diese beiden Werte. Sie sagen uns, was geschehen ist.",
};

/// English; for developers, so there is no other.
pub(super) static ENGLISH_ERROR_DOCS: ErrorDocs = ErrorDocs {
    heading: "Error codes",
    intro: "Every refusal names one of these codes. They do not change; the sentences beside them may. An answer also has a \
            request id: give it to the people who run this server if you need their help.",
    status: "HTTP status",
    by_redirect: "Sent to your redirect URI, not as a status of its own",
    what: "What happened",
    why: "Why",
    fix: "What to do",
    wrong: "A request that meets it",
    right: "As it should be",
    all: "All error codes",
};
