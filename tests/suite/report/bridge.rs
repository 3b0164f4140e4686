//! The bridge from today's demand to the horizon's: its parts add up, and who asks for a licence has a step of their own.

use seatcast::report::{Cell, Language, Picture, document};

use super::FORECAST;

#[test]
fn requests_are_a_step_of_their_own_where_anybody_asks() {
    for (language, asked_for) in [(Language::English, "Asked for"), (Language::Dutch, "Gevraagd")] {
        let mut forecast = FORECAST.clone();
        for requested in [0, 125] {
            let bridge = &mut forecast.skus[0].bridge;
            bridge.requested_tenths += requested;
            bridge.closing_tenths += requested;
            let document = document(&forecast, language);
            let (_, table) = document.tables().find(|(_, table)| table.id == "bridge").unwrap();
            let titles: Vec<&str> = table.columns.iter().map(|column| column.title.as_str()).collect();
            assert_eq!(titles.contains(&asked_for), requested > 0, "{titles:?}");
            for row in &table.rows {
                let tenths = |cell: &Cell| match cell {
                    Cell::Tenths(tenths) => *tenths,
                    _ => panic!("no tenths: {cell:?}"),
                };
                let (closing, parts) = row.cells[1..].split_last().unwrap();
                assert_eq!(parts.iter().map(tenths).sum::<i64>(), tenths(closing), "{row:?}");
            }
            let mut drawn = 0;
            for chart in &document.charts {
                let Picture::Bridge(steps) = &chart.picture else { continue };
                drawn += 1;
                assert_eq!(steps.iter().any(|step| step.name == asked_for), requested > 0);
                let (closing, parts) = steps.split_last().unwrap();
                assert_eq!(parts.iter().map(|step| step.tenths).sum::<i64>(), closing.tenths);
            }
            assert!(drawn > 0);
        }
    }
}
