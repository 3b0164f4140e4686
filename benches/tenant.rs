//! What a tenant costs: reading it, evaluating its rules, settling its licences, simulating it. In: generated tenants. Out: times,
//! per user or per replication. Judge by ratios within one run.
//!
//! Sizes come from `SEATCAST_BENCH_USERS` (default `10000,100000`; add `1000000` with time and 8 GB to spare).

use std::time::Duration;

use chrono::NaiveTime;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mimalloc::MiMalloc;
use seatcast::catalog::Catalog;
use seatcast::generate::{self, DAY, Options};
use seatcast::ingest::{self, SourceFile};
use seatcast::rule::{Checked, RuleSet};
use seatcast::scenario::Baseline;
use seatcast::simulate::{self, Progress, Settings};
use seatcast::{licensing, rule};

/// As in the program.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

fn sizes() -> Vec<u32> {
    let given = std::env::var("SEATCAST_BENCH_USERS").unwrap_or_else(|_| "10000,100000".to_owned());
    given.split(',').filter_map(|size| size.trim().parse().ok()).collect()
}

fn files(options: &Options) -> Vec<SourceFile> {
    generate::tenant(options).into_iter().map(|(name, bytes)| SourceFile { name, bytes }).collect()
}

fn read(files: Vec<SourceFile>) -> Baseline {
    let options = ingest::Options::default();
    let tables = ingest::tables(files, &options);
    ingest::baseline(&tables, &options).value.expect("a generated tenant is read whole")
}

fn now() -> chrono::DateTime<chrono::Utc> {
    DAY.and_time(NaiveTime::MIN).and_utc()
}

fn making_and_reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("users a second");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
    for users in sizes() {
        let options = Options::new(users, 1);
        group.throughput(Throughput::Elements(u64::from(users)));
        group.bench_with_input(BenchmarkId::new("generate", users), &options, |bench, options| {
            bench.iter(|| generate::tenant(options));
        });
        let folder = files(&options);
        group.bench_with_input(BenchmarkId::new("ingest", users), &folder, |bench, folder| {
            bench.iter_with_large_drop(|| read(folder.clone()));
        });
    }
    group.finish();
}

/// Every rule of a tenant over every user: a user and a rule is one element.
fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rule evaluations a second");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
    for users in sizes() {
        let baseline = read(files(&Options { groups: 700, dynamic: 500, ..Options::new(users, 1) }));
        let texts = baseline.snapshot.groups.iter().filter_map(seatcast::directory::Group::rule);
        let texts: Vec<_> = texts.collect();
        let compile = || -> Vec<Checked> {
            texts.iter().filter_map(|text| rule::compile(&text.text, &text.origin).value).collect()
        };
        let checked = compile();
        group.throughput(Throughput::Elements(checked.len() as u64 * u64::from(users)));
        group.bench_function(BenchmarkId::new("compile and evaluate", users), |bench| {
            bench.iter(|| RuleSet::compile(&baseline.snapshot.users, &compile()).counts(now()));
        });
        let set = RuleSet::compile(&baseline.snapshot.users, &checked);
        group.bench_function(BenchmarkId::new("count", users), |bench| bench.iter(|| set.counts(now())));
        group.bench_function(BenchmarkId::new("members", users), |bench| bench.iter(|| set.members(now())));
    }
    group.finish();
}

/// Today's licences: memberships by rule, then one settlement.
fn assignment(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("users settled a second");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
    for users in sizes() {
        let baseline = read(files(&Options::new(users, 1)));
        let units: Vec<_> = baseline.supplies.iter().map(|supply| supply.units_on(DAY)).collect();
        let memberships = licensing::resolve(&baseline.snapshot, now()).value;
        group.throughput(Throughput::Elements(u64::from(users)));
        group.bench_function(BenchmarkId::new("assign", users), |bench| {
            let catalog = Catalog::embedded();
            let assign =
                |memberships| licensing::today(&baseline.snapshot, memberships, &baseline.policy, &units, catalog);
            bench.iter_batched(|| memberships.clone(), assign, criterion::BatchSize::LargeInput);
        });
    }
    group.finish();
}

/// Twenty-four months. One replication holds the set-up (today's licences, the pool of joiners); a thousand show what each adds.
fn replications(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replications a second");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
    for users in sizes() {
        let baseline = read(files(&Options::new(users, 1)));
        // A thousand of a large tenant take minutes: there, twenty stand for them.
        let many = if users <= 10_000 { 1000 } else { 20 };
        for replications in [1, many] {
            let settings = Settings::new(baseline.today, 24, replications, 1).expect("valid settings");
            group.throughput(Throughput::Elements(u64::from(replications)));
            let name = BenchmarkId::new(format!("simulate {replications}"), users);
            group.bench_function(name, |bench| {
                bench.iter(|| simulate::run(&baseline, Catalog::embedded(), &settings, &Progress::default()));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, making_and_reading, rules, assignment, replications);
criterion_main!(benches);
