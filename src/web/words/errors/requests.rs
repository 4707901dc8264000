//! Codes that any page or endpoint may answer with.

use super::{ErrorDoc, errors};

errors! {
    BAD_REQUEST: 400 "The request cannot be understood" {
        code: "bad_request",
        what: "The server could not read the request, so it did nothing. HTTP that cannot be parsed at all is answered with an empty 400 or 431.",
        why: ["A part of it is not of the form that this address reads."],
        fix: "Send the request with an ordinary HTTP library, and compare it with the documentation of the endpoint.",
        wrong: "POST /dev/clock\nContent-Type: application/json\n\n{\"advance\": \"an hour\"}",
        right: "POST /dev/clock\nContent-Type: application/json\n\n{\"advance\": 3600}",
    }
    BAD_BODY: 400 "The body of the request is broken" {
        code: "bad_body",
        what: "The body did not arrive as it was announced, so nothing was done.",
        why: [
            "The chunks of a chunked body are malformed.",
            "The connection was cut before the body was complete.",
        ],
        fix: "Send it again. If it happens each time, look at what stands between your program and the server.",
        wrong: "POST /oauth/token\nTransfer-Encoding: chunked\n\nzz\r\ngrant_type=…",
        right: "POST /oauth/token\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 29\n\ngrant_type=client_credentials",
    }
    MALFORMED_QUERY: 400 "The address cannot be read" {
        code: "malformed_query",
        what: "What stands after the question mark of the address is not well-formed, so the page was not shown.",
        why: [
            "A percent sign is not followed by two hexadecimal digits.",
            "The text is not UTF-8.",
            "A parameter is given twice.",
        ],
        fix: "Open the page from the link that led to it. If your program builds the link, let a library encode the parameters.",
        wrong: "GET /login?request=%zz",
        right: "GET /login",
    }
    MALFORMED_FORM: 400 "The form cannot be read" {
        code: "malformed_form",
        what: "The form did not arrive as our page sends it, so nothing was done.",
        why: [
            "A field is given twice, or a field is missing.",
            "The text is not application/x-www-form-urlencoded in UTF-8.",
        ],
        fix: "Open the page again and send the form from there. Programs use the API instead of the forms.",
        wrong: "POST /login\nContent-Type: application/x-www-form-urlencoded\n\nemail=a%40example.com&email=b%40example.com",
        right: "POST /login\nContent-Type: application/x-www-form-urlencoded\n\ncsrf_token=…&email=a%40example.com&password=…",
    }
    REQUEST_EXPIRED: 400 "The link is too old" {
        code: "request_expired",
        what: "A sign-in or consent page was opened whose request is over. Nothing was allowed and nothing was issued.",
        why: [
            "It was open for longer than the server keeps it.",
            "It was begun in another browser, or the browser lost its cookies.",
        ],
        fix: "Go back to the app and start again: it makes a new request. An app never stores or shares the address of a consent page.",
        wrong: "GET /oauth/authorize/0199…/consent, an hour later",
        right: "GET /oauth/authorize?response_type=code&client_id=…&redirect_uri=…&state=…",
    }
    REQUEST_ANSWERED: 400 "The request was answered already" {
        code: "request_answered",
        what: "A sign-in or consent page was opened, or its form sent, after the person had answered it. The first answer stands.",
        why: [
            "A button was pressed twice, or the page was opened again in another tab.",
            "The person went back in the browser after answering.",
        ],
        fix: "Go back to the app: it may have its answer already. If not, start there again.",
        wrong: "POST /oauth/authorize/0199…/consent, a second time",
        right: "GET /oauth/authorize?response_type=code&client_id=…&redirect_uri=…&state=…",
    }
    INSECURE_TRANSPORT: 400 "The request came without TLS" {
        code: "insecure_transport",
        what: "The proxy in front of the server says that the request reached it over plain http, so nothing was done (RFC 6749 §3.2).",
        why: [
            "The address begins with http:// instead of https://.",
            "The proxy serves this site over plain http too, and names that in X-Forwarded-Proto or Forwarded.",
        ],
        fix: "Use https, and treat what was in the request as known to others: roll the client secret. Operators: let the proxy redirect or refuse plain http.",
        wrong: "POST http://id.example.com/oauth/token",
        right: "POST https://id.example.com/oauth/token",
    }
    UNAUTHORIZED: 401 "This needs a credential" {
        code: "unauthorized",
        what: "The address answers only to callers that prove who they are.",
        why: ["The request carries no credential, or one that is not valid any more."],
        fix: "Sign in, or send a valid credential in the Authorization header.",
        wrong: "A program's request without an Authorization header, where one is needed",
        right: "The same request\nAuthorization: Bearer …",
    }
    FORBIDDEN: 403 "This is not allowed" {
        code: "forbidden",
        what: "The server understood the request and will not do it for this caller.",
        why: ["The caller is known, but lacks the permission."],
        fix: "Ask somebody who may, or ask an admin for the permission.",
        wrong: "The same request, by a caller without the permission",
        right: "The same request, by a caller with it",
    }
    ACCOUNT_DISABLED: 403 "The account is switched off" {
        code: "account_disabled",
        what: "The password was right, and the people who run the server have switched the account off. Nobody was signed in.",
        why: ["An operator disabled the account. Its sessions and the access that it gave to apps do not work meanwhile."],
        fix: "Ask the people who run the server: only they can switch it on again.",
        wrong: "POST /login, for an account that is switched off",
        right: "POST /login, after it was enabled again",
    }
    EMAIL_UNVERIFIED: 403 "The address is not confirmed" {
        code: "email_unverified",
        what: "The password was right, and nobody has shown yet that the e-mail address is theirs. Nobody was signed in.",
        why: ["The link in the mail that was sent at registration has not been opened."],
        fix: "Open the link in the mail, or have it sent again: POST /v1/auth/resend-verification.",
        wrong: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"local\", \"email\": \"new@example.com\", \"password\": \"…\"}",
        right: "POST /v1/auth/verify-email\nContent-Type: application/json\n\n{\"token\": \"…\", \"password\": \"…\"}\n\nthen POST /v1/auth/session",
    }
    PASSWORD_REQUIRED: 403 "The password is needed too" {
        code: "password_required",
        what: "Somebody registered with this e-mail address more than once, and the token of the mail does not say which of them its reader is. Nothing was done; the token is as good as before.",
        why: [
            "The person registered twice.",
            "A stranger registered with the address too: anybody can, and must not get an account that its owner confirms.",
        ],
        fix: "Ask the person for the password that they registered with, and send it with the token. Whoever does not know it sets a new one: POST /v1/auth/forgot-password.",
        wrong: "POST /v1/auth/verify-email\nContent-Type: application/json\n\n{\"token\": \"…\"}",
        right: "POST /v1/auth/verify-email\nContent-Type: application/json\n\n{\"token\": \"…\", \"password\": \"…\"}",
    }
    INVALID_CREDENTIALS: 401 "The address or the password is wrong" {
        code: "invalid_credentials",
        what: "Nobody was signed in. The answer is the same whether or not an account has the address.",
        why: [
            "The e-mail address or the password has a typo.",
            "The account signs in through another provider and has no password.",
            "POST /v1/auth/verify-email: nobody registered with the address and this password.",
        ],
        fix: "Check both and try again; a forgotten password is set anew with POST /v1/auth/forgot-password.",
        wrong: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"local\", \"email\": \"mara@example.com\", \"password\": \"wrong\"}",
        right: "The same, with the person's password",
    }
    SECOND_FACTOR_REQUIRED: 401 "A second factor is needed" {
        code: "second_factor_required",
        what: "The address and the password are right, and the account has a second factor, which the request does not bring. Nobody was signed in.",
        why: ["The person has switched on codes from an app: a password alone does not sign them in."],
        fix: "Ask the person for the code that their app shows, or for a recovery code, and send the request again with otp or recoveryCode.",
        wrong: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"local\", \"email\": \"mara@example.com\", \"password\": \"…\"}",
        right: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"local\", \"email\": \"mara@example.com\", \"password\": \"…\", \"otp\": \"123456\"}",
    }
    INVALID_SECOND_FACTOR: 401 "The second factor is wrong" {
        code: "invalid_second_factor",
        what: "The address and the password are right, and the code is not. Nobody was signed in.",
        why: [
            "The code has a typo, or its half minute is over.",
            "The code was used before: each works once.",
            "The clock of the person's device is more than half a minute off.",
        ],
        fix: "Wait for the next code of the app and send that, or send a recovery code that was not used yet.",
        wrong: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"local\", \"email\": \"mara@example.com\", \"password\": \"…\", \"otp\": \"000000\"}",
        right: "The same, with the code that the person's app shows now",
    }
    INVALID_TOKEN: 401 "The token is not valid" {
        code: "invalid_token",
        what: "The token in the Authorization header, or in the body, is of no use, so nothing was done (RFC 6750 §3.1).",
        why: [
            "It has expired; a session's access token lives for an hour.",
            "Its session was ended: by signing out, by a new password, or because a refresh token was used twice.",
            "It was not made by this server, or was changed on its way.",
        ],
        fix: "Renew the session with POST /v1/auth/session/refresh, or sign in again.",
        wrong: "GET /v1/me\nAuthorization: Bearer (a token from yesterday)",
        right: "GET /v1/me\nAuthorization: Bearer (the newest access token)",
    }
    SESSION_REQUIRED: 403 "This needs a person's session" {
        code: "session_required",
        what: "The credential is valid, and it is not the session of a person, which alone may do this.",
        why: ["An access token of an app was sent. Apps act at the APIs that they were allowed to use, not on people's accounts here."],
        fix: "Sign in with POST /v1/auth/session and send that access token.",
        wrong: "GET /v1/me\nAuthorization: Bearer (an app's access token)",
        right: "GET /v1/me\nAuthorization: Bearer (a session's access token)",
    }
    WORKSPACE_FORBIDDEN: 403 "Not this workspace" {
        code: "workspace_forbidden",
        what: "The request names a workspace that its credential may not act in. Nothing was done.",
        why: [
            "The person is not, or no longer, a member of it.",
            "There is no such workspace; the answer is the same, so that nobody learns which there are.",
            "Two headers, or the header and the address, name two workspaces.",
        ],
        fix: "Name one of the workspaces that GET /v1/workspaces lists, by id or slug.",
        wrong: "GET /v1/workspaces/current\nAuthorization: Bearer …\nx-workspace-id: another",
        right: "GET /v1/workspaces/current\nAuthorization: Bearer …\nx-workspace-id: northwind",
    }
    WORKSPACE_REQUIRED: 400 "Say in which workspace" {
        code: "workspace_required",
        what: "The request acts in a workspace and does not say in which.",
        why: [
            "The person is in no workspace, or the session has none by default.",
            "The operator wants the workspace to be named with each request.",
        ],
        fix: "Send the header x-workspace-id with the id or slug of the workspace.",
        wrong: "GET /v1/workspaces/current\nAuthorization: Bearer …",
        right: "GET /v1/workspaces/current\nAuthorization: Bearer …\nx-workspace-id: northwind",
    }
    PERMISSION_DENIED: 403 "Your role does not allow this" {
        code: "permission_denied",
        what: "The caller is a member of the workspace, and their role is too low for this. Nothing was done.",
        why: [
            "Inviting, removing, and giving roles need the role admin; what concerns owners, and deleting the workspace, needs owner.",
            "Nobody gives a role that is higher than their own.",
        ],
        fix: "Ask an admin or an owner of the workspace: GET /v1/workspaces/{id}/members lists them.",
        wrong: "PATCH /v1/workspaces/northwind/members/0199…\nAuthorization: Bearer (of an admin)\n\n{\"role\": \"owner\"}",
        right: "PATCH /v1/workspaces/northwind/members/0199…\nAuthorization: Bearer (of an owner)\n\n{\"role\": \"owner\"}",
    }
    LAST_OWNER: 409 "The workspace needs an owner" {
        code: "last_owner",
        what: "The workspace would be without an owner who can sign in. Nothing was done.",
        why: ["The last owner wants to leave, is to be removed, is to get a lower role, or deletes their account."],
        fix: "Make somebody else an owner first, or delete the workspace.",
        wrong: "DELETE /v1/workspaces/northwind/members/0199… (the only owner)",
        right: "PATCH /v1/workspaces/northwind/members/0198…\n\n{\"role\": \"owner\"}\n\nthen DELETE /v1/workspaces/northwind/members/0199…",
    }
    SLUG_TAKEN: 409 "The slug is taken" {
        code: "slug_taken",
        what: "Another workspace has the slug. Nothing was done.",
        why: ["Slugs are unique on the whole server.", "A workspace that was deleted keeps its slug for as long as it can be restored."],
        fix: "Choose another slug.",
        wrong: "POST /v1/workspaces\nContent-Type: application/json\n\n{\"name\": \"Northwind\", \"slug\": \"northwind\"}",
        right: "POST /v1/workspaces\nContent-Type: application/json\n\n{\"name\": \"Northwind\", \"slug\": \"northwind-traders\"}",
    }
    ALREADY_MEMBER: 409 "They are a member already" {
        code: "already_member",
        what: "Somebody with the address belongs to the workspace. No mail was sent.",
        why: ["They accepted an earlier invitation."],
        fix: "Give them another role, if that is what you want: PATCH /v1/workspaces/{id}/members/{account}.",
        wrong: "POST /v1/workspaces/northwind/invitations\n\n{\"email\": \"mara@example.com\", \"role\": \"admin\"}",
        right: "PATCH /v1/workspaces/northwind/members/0199…\n\n{\"role\": \"admin\"}",
    }
    ALREADY_INVITED: 409 "They are invited already" {
        code: "already_invited",
        what: "An invitation to the address is open. No mail was sent.",
        why: ["Only one invitation to a workspace is open for each address."],
        fix: "Send it again with POST /v1/workspaces/{id}/invitations/{invitation}/resend, or withdraw it first.",
        wrong: "POST /v1/workspaces/northwind/invitations, a second time",
        right: "POST /v1/workspaces/northwind/invitations/0199…/resend",
    }
    WORKSPACES_CLOSED: 403 "Only the operator makes workspaces" {
        code: "workspaces_closed",
        what: "On this server people do not make workspaces, delete them, or give them other slugs. Nothing was done.",
        why: ["The operator runs it for one organisation: `mode` is `self_hosted`."],
        fix: "Ask for an invitation to the workspace. Operators: `consentry workspace create`.",
        wrong: "POST /v1/workspaces, at a server for one organisation",
        right: "GET /v1/workspaces",
    }
    INVITATION_NOT_FOUND: 404 "The invitation is not valid" {
        code: "invitation_not_found",
        what: "No invitation that can be accepted has this token. Nothing was done, and the answer is the same for each reason.",
        why: [
            "It was accepted already, or withdrawn.",
            "It has expired: it is good for seven days.",
            "It was sent again, and this is the link of the older mail.",
            "The link was not copied whole.",
        ],
        fix: "Ask whoever invited you to send it again.",
        wrong: "POST /v1/auth/accept-invite, a second time",
        right: "POST /v1/auth/accept-invite\nContent-Type: application/json\n\n{\"token\": \"(from the newest mail)\"}",
    }
    INVITATION_FOR_ANOTHER_ADDRESS: 403 "The invitation is for somebody else" {
        code: "invitation_for_another_address",
        what: "The invitation is good, and it was sent to another address than that of the signed-in person. Nothing was done.",
        why: ["Somebody forwarded the mail, or you have two accounts and are signed in with the other one."],
        fix: "Sign in as the person who was invited, or ask for an invitation to your own address.",
        wrong: "POST /v1/auth/accept-invite\nAuthorization: Bearer (of another person)\n\n{\"token\": \"…\"}",
        right: "POST /v1/auth/accept-invite\nAuthorization: Bearer (of the invited person)\n\n{\"token\": \"…\"}",
    }
    RECENT_PROOF_REQUIRED: 403 "Prove again who you are" {
        code: "recent_proof_required",
        what: "This needs a proof of who you are that is not older than ten minutes. Nothing was done.",
        why: ["What cannot be undone, or would let somebody else in, is not done on the word of a screen that was left open."],
        fix: "Sign in again with POST /v1/auth/session and send the request with the new access token. In a browser the page asks for the password.",
        wrong: "DELETE /v1/workspaces/…\nAuthorization: Bearer (signed in an hour ago)",
        right: "DELETE /v1/workspaces/…\nAuthorization: Bearer (signed in just now)",
    }
    MALFORMED_BODY: 400 "The JSON cannot be read" {
        code: "malformed_body",
        what: "The body is not JSON, or not of the form that the endpoint reads. The sentence in `detail` names the place. Nothing was done.",
        why: [
            "A member is missing, has another type, or is given twice.",
            "A member is not known: it has a typo, or it is nothing that a caller can set.",
        ],
        fix: "Compare the body with the endpoint's at /docs/api.",
        wrong: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"local\", \"mail\": \"mara@example.com\"}",
        right: "POST /v1/auth/session\nContent-Type: application/json\n\n{\"provider\": \"local\", \"email\": \"mara@example.com\", \"password\": \"…\"}",
    }
    INVALID_VALUE: 422 "A value is not acceptable" {
        code: "invalid_value",
        what: "The body has the right form, and one of its values cannot be taken. The sentence in `detail` says which and why. Nothing was done.",
        why: ["A name is empty, an address is no address, a password is too easy to guess, a slug has other characters than a-z, 0-9 and hyphens."],
        fix: "Change the value that `detail` names.",
        wrong: "POST /v1/workspaces\nContent-Type: application/json\n\n{\"name\": \"\"}",
        right: "POST /v1/workspaces\nContent-Type: application/json\n\n{\"name\": \"Northwind\", \"slug\": \"northwind\"}",
    }
    CODE_NOT_VALID: 410 "The link of the mail is not good any more" {
        code: "code_not_valid",
        what: "The token of a link that was sent by mail is worth nothing, so nothing was done. The answer is the same for all of these reasons.",
        why: [
            "It was used: each works once.",
            "It is too old: 24 hours to verify an address, 30 minutes to set a new password.",
            "A newer mail has taken its place, or the account has another address by now.",
            "The link was not copied whole.",
        ],
        fix: "Have another mail sent: POST /v1/auth/resend-verification or POST /v1/auth/forgot-password.",
        wrong: "POST /v1/auth/verify-email\nContent-Type: application/json\n\n{\"token\": \"…\"}, a second time",
        right: "The same, with the token of the newest mail",
    }
    CSRF_TOKEN: 403 "The form was not opened in this browser" {
        code: "csrf_token",
        what: "The form's token did not fit this browser, so nothing was done.",
        why: [
            "The form was open for too long, or you signed out and in again since.",
            "The browser does not keep cookies for this site.",
            "Another site tried to send the form in your name.",
        ],
        fix: "Open the page again and send the form from there. Allow cookies for this site.",
        wrong: "POST /settings/integrations/…/remove\nContent-Type: application/x-www-form-urlencoded\n\n(without csrf_token)",
        right: "POST /settings/integrations/…/remove\nContent-Type: application/x-www-form-urlencoded\nCookie: …\n\ncsrf_token=… (as the page has it)",
    }
    FOREIGN_ORIGIN: 403 "The form came from another site" {
        code: "foreign_origin",
        what: "The browser said that the form was sent from another site, so nothing was done.",
        why: [
            "Another site tried to act in your name (cross-site request forgery).",
            "A proxy shows this server under another address than the configured issuer.",
        ],
        fix: "Open the page at its own address and send the form from there. Operators: the issuer must be the address that browsers use.",
        wrong: "POST /logout\nOrigin: https://another.example",
        right: "POST /logout\nOrigin: https://id.example.com",
    }
    NOT_FOUND: 404 "There is nothing at this address" {
        code: "not_found",
        what: "The server has no page or endpoint at this address, or nothing that this caller may know of.",
        why: [
            "The address has a typo.",
            "What was there was removed.",
            "It belongs to somebody else; then the answer is the same as if it did not exist.",
        ],
        fix: "Check the address. All endpoints are listed at /docs/api.",
        wrong: "POST /oauth2/token",
        right: "POST /oauth/token",
    }
    METHOD_NOT_ALLOWED: 405 "The address does not answer this method" {
        code: "method_not_allowed",
        what: "There is something at this address, but it is not asked that way. Nothing was done.",
        why: ["Only the methods in the Allow header of the answer are known there."],
        fix: "Use one of the methods in the Allow header.",
        wrong: "GET /oauth/token?grant_type=client_credentials",
        right: "POST /oauth/token\nContent-Type: application/x-www-form-urlencoded\n\ngrant_type=client_credentials",
    }
    REQUEST_TIMEOUT: 408 "The body did not arrive in time" {
        code: "request_timeout",
        what: "The server waited for the rest of the request and gave up. Nothing was done.",
        why: ["The connection is very slow, or the announced length is larger than what was sent."],
        fix: "Send it again, the whole body at once, with the Content-Length that it has.",
        wrong: "POST /oauth/token\nContent-Length: 500\n\ngrant_type=client_credentials",
        right: "POST /oauth/token\nContent-Length: 29\n\ngrant_type=client_credentials",
    }
    PAYLOAD_TOO_LARGE: 413 "The body is too large" {
        code: "payload_too_large",
        what: "The body of the request is larger than 64 kB, so it was not read.",
        why: ["No form or call of this server needs so much."],
        fix: "Send only the parameters of the endpoint.",
        wrong: "POST /oauth/token\nContent-Length: 10000000",
        right: "POST /oauth/token\nContent-Length: 29\n\ngrant_type=client_credentials",
    }
    MISDIRECTED_REQUEST: 421 "The server was asked by another name" {
        code: "misdirected_request",
        what: "In development everything under /dev/, and every page, is answered at the server's own address only. What only reads is sent there; anything else is refused, and nothing was done.",
        why: ["The request's Host header has another name: a name that points to this machine may belong to somebody else (DNS rebinding)."],
        fix: "Use the address that `consentry dev` prints.",
        wrong: "POST /dev/playground/begin\nHost: rebound.example",
        right: "POST /dev/playground/begin\nHost: 127.0.0.1:8080",
    }
    UNSUPPORTED_MEDIA_TYPE: 415 "The type of the body is not read here" {
        code: "unsupported_media_type",
        what: "The body is of a type that this address does not read, so nothing was done.",
        why: ["The Content-Type header is missing, is given twice, or names another type or character set."],
        fix: "Forms and OAuth endpoints read application/x-www-form-urlencoded in UTF-8, the endpoints under /v1 application/json.",
        wrong: "POST /login\nContent-Type: text/plain",
        right: "POST /login\nContent-Type: application/x-www-form-urlencoded",
    }
    UNSUPPORTED_CHARSET: 400 "The character set is not read here" {
        code: "unsupported_charset",
        what: "The Content-Type header names a parameter that a form does not have, or a character set other than UTF-8. Nothing was done.",
        why: ["Two programs that read the same bytes in two character sets see two different requests."],
        fix: "Send the form in UTF-8, and leave the charset out.",
        wrong: "POST /login\nContent-Type: application/x-www-form-urlencoded; charset=utf-16",
        right: "POST /login\nContent-Type: application/x-www-form-urlencoded",
    }
    TOO_MANY_REQUESTS: 429 "Too many requests" {
        code: "too_many_requests",
        what: "There were more requests than the server takes from one caller in a while.",
        why: [
            "Guessing passwords must not be worth trying: after some failed sign-ins an e-mail address is locked for a while. Who signed in with it in a browser before still can there.",
            "Too many sign-ins failed from one network. Others there wait too; whoever is signed in stays so.",
            "One client asked, or one credential was used, more often than `rate_limits` of the server allows. Each has its own count, wherever its requests come from.",
            "Credentials of clients were wrong too often from one network. Only wrong ones are refused for it, so correct the credentials instead of waiting.",
            "From one network came more sign-ins, registrations or forgotten passwords than people there could type.",
        ],
        fix: "Wait for as long as the Retry-After header says, then try again. The RateLimit header of each answer says beforehand how many requests are left (r) and when all are back (t, in seconds).",
        wrong: "Trying again at once",
        right: "Trying again after the seconds in Retry-After",
    }
    INTERNAL_ERROR: 500 "Something went wrong on our side" {
        code: "internal_error",
        what: "The server met a fault of its own. It may be that what you asked for was done all the same.",
        why: ["This should not happen. The cause stands in the server's log under the request id."],
        fix: "Look whether it was done before you send it again. If it happens again, give the request id to the people who run the server.",
        right: "The same request, with the x-request-id of the answer in your report",
    }
    NOT_READY: 503 "The server is not ready" {
        code: "not_ready",
        what: "The server is alive, and cannot do its work yet. Only /health/ready answers this.",
        why: [
            "The database does not answer.",
            "The database lacks migrations of this version.",
        ],
        fix: "Send it no requests until it is ready. Operators: read the sentence in `detail`; `consentry migrate up` brings the schema up to date.",
        right: "GET /health/ready, until it answers 200",
    }
}
