//! How the cost of simulating grows. In: what was measured. Out: the same as a CSV and as a drawing. Never: a point that was not
//! measured, or a scale of memory that does not start at zero.

use std::fs;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::register_font;

const BLUE: RGBColor = RGBColor(0x2b, 0x59, 0xc3);
const TEXT: (&str, i32) = ("sans-serif", 13);

/// One size.
pub struct Measured {
    pub users: usize,
    pub replications: u32,
    /// Seats that joiners, movers and leavers gain and lose in one replication, on average.
    pub events: f64,
    /// One replication on one thread.
    pub seconds: f64,
    /// The most memory that the process has used so far; sizes are measured in ascending order.
    pub peak_mb: u64,
}

/// Writes `simulation-cost.csv` and `simulation-cost.svg` into the folder.
pub fn write(folder: &Path, measured: &[Measured], memory_of: usize) {
    fs::create_dir_all(folder).expect("a folder");
    let mut csv = "users,replications,events,seconds,peak MB\n".to_owned();
    for Measured { users, replications, events, seconds, peak_mb } in measured {
        csv.push_str(&format!("{users},{replications},{events:.0},{seconds:.5},{peak_mb}\n"));
    }
    fs::write(folder.join("simulation-cost.csv"), csv).expect("the CSV is written");
    draw(&folder.join("simulation-cost.svg"), measured, memory_of).expect("the drawing is written");
}

fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

fn draw(path: &Path, measured: &[Measured], memory_of: usize) -> Result<(), Box<dyn std::error::Error>> {
    register_font("sans-serif", FontStyle::Normal, notosans::REGULAR_TTF).map_err(|_| "no face")?;
    let area = SVGBackend::new(path, (1120, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let area = area.titled("Simulating 36 months with 200 licensed groups, one thread", ("sans-serif", 19))?;
    let (left, right) = area.split_horizontally(560);
    seconds(&left, measured)?;
    memory(&right, measured, memory_of)?;
    area.present()?;
    Ok(())
}

type Sheet<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Seconds a replication against events, both logarithmic, with the line on which both grow alike. Of one number of users the
/// most replications, whose time is known best.
fn seconds(area: &Sheet<'_>, measured: &[Measured]) -> Result<(), Box<dyn std::error::Error>> {
    let sizes = measured.chunk_by(|one, next| one.users == next.users);
    let measured: Vec<&Measured> = sizes.filter_map(|of_one_size| of_one_size.last()).collect();
    let events = bounds(measured.iter().map(|one| one.events));
    let seconds = bounds(measured.iter().map(|one| one.seconds));
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(36)
        .x_label_area_size(44)
        .y_label_area_size(58)
        .caption("seconds a replication, by events (both scales logarithmic)", ("sans-serif", 15))
        .build_cartesian_2d((events.0..events.1).log_scale(), (seconds.0..seconds.1).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("seats gained and lost by joiners, movers and leavers")
        .x_label_formatter(&|events| grouped(*events))
        .y_label_formatter(&|seconds| format!("{seconds}"))
        .label_style(TEXT)
        .draw()?;
    let mut rates: Vec<f64> = measured.iter().map(|one| one.seconds / one.events.max(1.0)).collect();
    rates.sort_by(f64::total_cmp);
    let rate = rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN);
    let ends = [seconds.0 / rate, seconds.1 / rate].map(|events_at| events_at.clamp(events.0, events.1));
    chart
        .draw_series(LineSeries::new(ends.map(|events| (events, events * rate)), BLACK.mix(0.35).stroke_width(1)))?
        .label(format!("proportional: {:.2} µs an event (median)", rate * 1e6))
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], BLACK.mix(0.35)));
    chart.draw_series(measured.iter().map(|one| Circle::new((one.events, one.seconds), 4, BLUE.filled())))?;
    let label = |one: &&Measured| {
        EmptyElement::at((one.events, one.seconds))
            + Text::new(format!("{} users", grouped(one.users as f64)), (10, -2), TEXT)
    };
    chart.draw_series(measured.iter().map(label))?;
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .border_style(TRANSPARENT)
        .background_style(WHITE)
        .label_font(TEXT)
        .draw()?;
    Ok(())
}

/// Peak memory against replications, of one number of users.
fn memory(area: &Sheet<'_>, measured: &[Measured], users: usize) -> Result<(), Box<dyn std::error::Error>> {
    let of = || measured.iter().filter(|one| one.users == users);
    let replications = bounds(of().map(|one| f64::from(one.replications)));
    let most = of().map(|one| one.peak_mb).max().unwrap_or(1) as f64 * 1.25;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(36)
        .x_label_area_size(44)
        .y_label_area_size(58)
        .caption(format!("peak memory in MB, by replications, {} users", grouped(users as f64)), ("sans-serif", 15))
        .build_cartesian_2d((replications.0..replications.1).log_scale(), 0.0..most)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("replications")
        .x_label_formatter(&|replications| grouped(*replications))
        .y_label_formatter(&|megabytes| grouped(*megabytes))
        .label_style(TEXT)
        .draw()?;
    let points: Vec<(f64, f64)> = of().map(|one| (f64::from(one.replications), one.peak_mb as f64)).collect();
    chart.draw_series(LineSeries::new(points.clone(), BLUE.stroke_width(2)))?;
    chart.draw_series(points.into_iter().map(|point| Circle::new(point, 4, BLUE.filled())))?;
    Ok(())
}

/// The powers of ten around all values, at least one apart.
fn bounds(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let most = values.fold(0.0, f64::max);
    let (low, high) = (least.log10().floor(), most.log10().ceil());
    (10_f64.powf(low), 10_f64.powf(high.max(low + 1.0)))
}
