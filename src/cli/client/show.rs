//! `consentry client show`.

use crate::{
    cli::{
        CliError, Global,
        client::{named, view::View},
        output,
    },
    oauth::client::secret,
};

#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  consentry client show 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90 --json")]
pub(crate) struct Args {
    /// The `client_id`
    #[arg(value_name = "ID")]
    id: String,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<(), CliError> {
    let mut context = global.open()?;
    let client = named(&mut context.conn, &args.id)?;
    let secrets = secret::live(&mut context.conn, client.id, context.now)?;
    let view = View::of(&client).with_stored(&secrets);
    let mut fields = view.fields(&client);
    for secret in &secrets {
        let until = match secret.expires_at {
            Some(at) => format!("works until {}", output::time(at)),
            None => "works".to_owned(),
        };
        fields.push((
            "secret",
            format!("made {}, {until}", output::time(secret.created_at)),
        ));
    }
    output::one(global, &view, &fields)
}
