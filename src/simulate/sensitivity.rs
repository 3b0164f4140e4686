//! Which of the inputs that are only known as ranges move the answer. In: the rates and the worst month of every replication. Out:
//! a ranking. Never: a run of its own: the replications that make the band tell it.
//!
//! Each rate is drawn once a replication by a share of all chance. The worst month (demand less capacity, at its highest) is
//! regressed on that share, input by input, which are drawn independently; sums are exact integers and merge in any order.

use super::tally::Trajectory;
use crate::forecast::Driver;

/// Fewer replications than this rank nothing.
const FEWEST: u32 = 50;
/// A correlation has to be so many standard errors from 0 to be told from chance, as many are looked at.
const BEYOND_CHANCE: f64 = 3.5;
/// Inputs that are listed for each SKU.
const LISTED: usize = 5;
/// One share of all chance is drawn as a number below this.
const WHOLE: f64 = 65_536.0;

/// What replications add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Luck {
    /// Of each input: the sum and the sum of squares.
    inputs: Vec<(i128, i128)>,
    skus: Vec<SkuLuck>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct SkuLuck {
    worst: i128,
    squares: i128,
    /// Of each input, the sum of its products with the worst month.
    products: Vec<i128>,
}

impl Luck {
    pub fn add(&mut self, trajectory: &Trajectory) {
        let inputs = trajectory.luck.len();
        self.inputs.resize(inputs, (0, 0));
        self.skus.resize_with(trajectory.skus.len(), SkuLuck::default);
        for (sums, share) in self.inputs.iter_mut().zip(&trajectory.luck) {
            let share = i128::from(*share);
            *sums = (sums.0 + share, sums.1 + share * share);
        }
        for (sums, sku) in self.skus.iter_mut().zip(&trajectory.skus) {
            let excess = sku.readings.iter().map(|point| i128::from(point.demand()) - i128::from(point.capacity));
            let worst = excess.max().unwrap_or(0);
            sums.worst += worst;
            sums.squares += worst * worst;
            sums.products.resize(inputs, 0);
            for (product, share) in sums.products.iter_mut().zip(&trajectory.luck) {
                *product += worst * i128::from(*share);
            }
        }
    }

    pub fn merge(&mut self, other: &Luck) {
        for (a, b) in self.inputs.iter_mut().zip(&other.inputs) {
            *a = (a.0 + b.0, a.1 + b.1);
        }
        for (a, b) in self.skus.iter_mut().zip(&other.skus) {
            a.worst += b.worst;
            a.squares += b.squares;
            a.products.iter_mut().zip(&b.products).for_each(|(a, b)| *a += b);
        }
    }

    /// The inputs that move one SKU, most first.
    pub fn drivers(&self, sku: usize, part_number: &str, names: &[String], replications: u32) -> Vec<Driver> {
        let Some(sums) = self.skus.get(sku).filter(|_| replications >= FEWEST) else { return Vec::new() };
        let n = i128::from(replications);
        let spread_of_worst = (n * sums.squares - sums.worst * sums.worst) as f64;
        let driver = |(input, name): (usize, &String)| {
            let (share, squares) = *self.inputs.get(input)?;
            let spread = (n * squares - share * share) as f64;
            let together = (n * sums.products.get(input)? - share * sums.worst) as f64;
            if spread <= 0.0 || spread_of_worst <= 0.0 {
                return None;
            }
            let explained = (together * together / (spread * spread_of_worst)).min(1.0);
            let beyond = (explained * f64::from(replications - 2)).sqrt() > BEYOND_CHANCE * (1.0 - explained).sqrt();
            beyond.then(|| Driver {
                sku_part_number: part_number.to_owned(),
                input: name.clone(),
                swing_tenths: (together / spread * WHOLE * 0.8 * 10.0).round() as i64,
                explained_thousandths: (explained * 1000.0).round() as u32,
            })
        };
        let mut drivers: Vec<Driver> = names.iter().enumerate().filter_map(driver).collect();
        drivers.sort_by(|a, b| (b.explained_thousandths, &a.input).cmp(&(a.explained_thousandths, &b.input)));
        drivers.truncate(LISTED);
        drivers
    }
}
