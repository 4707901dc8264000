//! The pages of people: start and sign-in.

/// The start page.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Home {
    pub heading: fn(is_signed_in: bool) -> &'static str,
    pub signed_in_as: &'static str,
    pub signed_out: &'static str,
    pub sign_in: &'static str,
    pub sign_out: &'static str,
    pub connected_apps: &'static str,
}

/// Sign-in.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Login {
    pub heading: fn(product_name: &str) -> String,
    pub continue_to: fn(title: &str) -> String,
    pub email: &'static str,
    pub password: &'static str,
    pub submit: &'static str,
    pub wrong: &'static str,
    pub locked: fn(until: &str) -> String,
    pub disabled: &'static str,
}

/// English.
pub(super) static ENGLISH_HOME: Home = Home {
    heading: |is_signed_in| {
        if is_signed_in {
            "Your account"
        } else {
            "You are not signed in"
        }
    },
    signed_in_as: "You are signed in as",
    signed_out: "Sign in to see which apps may use your account.",
    sign_in: "Sign in",
    sign_out: "Sign out",
    connected_apps: "Connected apps",
};

/// English.
pub(super) static ENGLISH_LOGIN: Login = Login {
    heading: |product_name| format!("Sign in to {product_name}"),
    continue_to: |title| format!("to continue to {title}"),
    email: "E-mail address",
    password: "Password",
    submit: "Sign in",
    wrong: "The e-mail address or the password is wrong. Check both and try again.",
    locked: |until| format!("There were too many tries. Try again at {until}."),
    disabled: "This account is disabled. Ask the people who run this product.",
};
