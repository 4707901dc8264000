//! Codes of API keys, and of what a credential may not do.

use super::{ErrorDoc, errors};

errors! {
    KEY_REVOKED: 401 "The API key was revoked" {
        code: "key_revoked",
        what: "The API key is right, and somebody has ended it for good. Nothing was done.",
        why: [
            "A person who may manage the keys of the workspace revoked it.",
            "It was found where others could read it, and the workspace has such keys revoked.",
        ],
        fix: "Make a new key in the workspace, and put it where this one was. The workspace's activity log says who revoked this one, and when.",
        wrong: "Authorization: Bearer cst_ak_…, after it was revoked",
        right: "Authorization: Bearer cst_ak_…, of a key that lives",
    }
    KEY_EXPIRED: 401 "The API key has expired" {
        code: "key_expired",
        what: "The API key is right, and its time is over. Nothing was done.",
        why: ["It was made for a time, and nobody rolled or replaced it before that was over."],
        fix: "Make a new key in the workspace. Its owner is reminded by mail 14, 3 and 1 days before a key expires.",
        wrong: "Authorization: Bearer cst_ak_…, after its expiry",
        right: "Authorization: Bearer cst_ak_…, of a key that lives",
    }
    KEY_REPLACED: 401 "The API key has a newer secret" {
        code: "key_replaced",
        what: "The key was rolled: it has a newer secret, and the time in which this one worked beside it is over. Nothing was done.",
        why: ["The program still holds the secret from before the roll."],
        fix: "Give the program the newest secret of the key. Whoever has lost it can roll the key again.",
        wrong: "Authorization: Bearer cst_ak_…, the one from before the roll",
        right: "Authorization: Bearer cst_ak_…, the newest",
    }
    KEY_FORBIDDEN_BY_POLICY: 401 "The workspace does not allow this API key any more" {
        code: "key_forbidden_by_policy",
        what: "The workspace has decided how long its keys may live, and this one is older, or has no end. Nothing was done.",
        why: ["An admin of the workspace has changed its policy for keys since this one was made."],
        fix: "Make a new key that the policy allows.",
        wrong: "Authorization: Bearer cst_ak_…, older than the policy allows",
        right: "Authorization: Bearer cst_ak_…, of a key that the policy allows",
    }
    KEY_OWNER_GONE: 401 "Whoever the API key belongs to is gone" {
        code: "key_owner_gone",
        what: "The key belongs to a person or a service account that does not belong to the workspace any more. Nothing was done.",
        why: [
            "The person left the workspace, was removed from it, or their account was disabled.",
            "The service account was deleted.",
        ],
        fix: "Make a new key, best one of a service account: that outlives whoever made it.",
        wrong: "Authorization: Bearer cst_ak_…, of somebody who has left",
        right: "Authorization: Bearer cst_ak_…, of a service account",
    }
    WORKSPACE_GONE: 401 "The workspace of the API key is gone" {
        code: "workspace_gone",
        what: "The workspace that the key acts in was deleted. Nothing was done.",
        why: ["An owner deleted the workspace. For seven days it can be had back, and its keys with it."],
        fix: "Ask an owner of the workspace to restore it.",
        wrong: "Authorization: Bearer cst_ak_…, of a workspace that was deleted",
        right: "The same, after the workspace was restored",
    }
    PLAN_REQUIRED: 403 "The workspace's plan has no API keys" {
        code: "plan_required",
        what: "The plan of the workspace allows no API keys: none can be made, and none works. Apps and webhooks work without them.",
        why: ["The workspace has a plan without API access, or was moved to one."],
        fix: "Choose a plan with API access; the answer names the page for it, where the operator has one.",
        wrong: "Authorization: Bearer cst_ak_…, of a workspace without API access",
        right: "The same, after the workspace has a plan with API access",
    }
    NETWORK_FORBIDDEN: 403 "The API key may not be used from there" {
        code: "network_forbidden",
        what: "The key is bound to addresses, and the request came from another. Nothing was done.",
        why: [
            "The program runs somewhere else now, or its traffic leaves by another way.",
            "Whoever asked about the key did not say from where it came: `client_address` at introspection.",
        ],
        fix: "Add the address to the key, or use it from one that it has.",
        wrong: "Authorization: Bearer cst_ak_…, from an address that the key does not name",
        right: "The same, from an address that it names",
    }
    ORIGIN_FORBIDDEN: 403 "The key may not be used on this page" {
        code: "origin_forbidden",
        what: "The key stands in web pages, and this page is not one of those that it may stand in. Nothing was done.",
        why: [
            "The request has no Origin header, or that of another site.",
            "Whoever asked about the key did not say from which page it came: `origin` at introspection.",
        ],
        fix: "Add the page's origin to the key, exactly: scheme, host and port.",
        wrong: "Authorization: Bearer cst_pk_…\nOrigin: https://other.example",
        right: "Authorization: Bearer cst_pk_…\nOrigin: https://www.example.com",
    }
}
