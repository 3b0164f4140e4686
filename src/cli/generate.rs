//! `seatcast generate`: a synthetic tenant folder. In: a size and a seed. Out: seven files. Never: two results for one seed.

use std::path::PathBuf;

use clap::value_parser;

use super::{Exit, Failure, outputs};
use crate::generate::{self, File, Options, Tenant};

/// Make a synthetic tenant folder of any size: the same seed gives the same bytes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many accounts: people, guests, rooms and service accounts.
    #[arg(long, default_value_t = 2000, value_name = "N", value_parser = value_parser!(u32).range(1..=10_000_000))]
    users: u32,
    /// What the tenant is drawn from.
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// How many groups; at least 40 [default: one for every 250 accounts].
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(40..=1_000_000))]
    groups: Option<u32>,
    /// How many of the groups are dynamic; at least 20 [default: half of them, at most 5,000].
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(20..=15_000))]
    dynamic: Option<u32>,
    /// How many of the groups carry licences; at least 14, dynamic ones first [default: a tenth of them].
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(14..=15_000))]
    licensed: Option<u32>,
    /// How many SKUs the tenant owns.
    #[arg(long, default_value_t = generate::BASE_SKUS, value_name = "N",
          value_parser = value_parser!(u32).range(i64::from(generate::BASE_SKUS)..=i64::from(generate::MOST_SKUS)))]
    skus: u32,
    /// The folder to write to.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut options = Options { skus: args.skus, ..Options::new(args.users, args.seed) };
    if let Some(groups) = args.groups {
        options = Options { groups, dynamic: (groups / 2).min(5_000), licensed: (groups / 10).max(14), ..options };
    }
    options.dynamic = args.dynamic.unwrap_or(options.dynamic);
    options.licensed = args.licensed.unwrap_or(options.licensed);
    let tenant = Tenant::new(&options);
    for file in File::ALL {
        outputs::write_chunks(&args.out.join(file.name()), tenant.chunks(file))?;
    }
    Ok(Exit::Done)
}
