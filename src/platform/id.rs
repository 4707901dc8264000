//! Typed ids: UUIDv7, so that rows are ordered by the time they were made and partitions can be cut by it.

use uuid::{NoContext, Uuid};

use crate::platform::clock::Timestamp;

/// A new UUIDv7 of this instant.
///
/// The instant is the request's own `now`, so that a test which moves the clock moves ids with it.
#[must_use]
pub fn uuid_at(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(
        NoContext,
        seconds,
        now.timestamp_subsec_nanos(),
    ))
}

/// Declares ids that cannot be taken for one another.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id of this instant.
            #[must_use]
            pub fn generate(now: Timestamp) -> Self {
                Self(uuid_at(now))
            }

            /// Reads the hyphenated lower-case form, the only one that we print.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let id = Uuid::try_parse(text).ok()?;
                (id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text).then_some(Self(id))
            }

            /// When it was made: its first 48 bits say it, to the millisecond.
            #[must_use]
            pub fn made_at(self) -> Option<Timestamp> {
                let (seconds, nanos) = self.0.get_timestamp()?.to_unix();
                Timestamp::from_timestamp(i64::try_from(seconds).ok()?, nanos)
            }

            /// The bare UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Uuid)))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                <Uuid as diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg>>::from_sql(bytes)
                    .map(Self)
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                <Uuid as diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg>>::to_sql(&self.0, out)
            }
        }
    )*};
}

ids! {
    /// A person's account; the `sub` of tokens that act for a person.
    AccountId;
    /// A workspace (tenant).
    WorkspaceId;
    /// A registered OAuth client; its text form is the `client_id`.
    ClientId;
    /// What a person allowed a client in a workspace.
    ConsentId;
    /// One completed authorization: a family of tokens.
    GrantId;
    /// What somebody typed to register an address that is not verified.
    RegistrationId;
    /// A stored, checked authorization request.
    AuthorizationRequestId;
    /// A person signed in, in a browser or a program; the `sid` of session tokens.
    SessionId;
    /// An invitation to a workspace.
    InvitationId;
    /// An API key; what can be shown of it, and its `client_id` at the token endpoint.
    ApiKeyId;
    /// Whom API keys belong to that nobody in particular has; the `sub` of such a key.
    ServiceAccountId;
    /// A fact in the audit log.
    AuditEventId;
    /// A job in the queue.
    JobId;
}
