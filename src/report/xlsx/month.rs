//! One SKU and month as the engine has it. In: a forecast, the columns of a sheet. Out: cells. Never: a formula.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::sheet::Formats;
use super::{amount, excel_day};
use crate::forecast::{Forecast, MonthPoint, SkuForecast};
use crate::report::clean;

/// Where a sheet has what, columns from 0: seats but for `day`, `chance` (a share) and `cost` (money of `currency`).
pub struct MonthColumns {
    pub sku: u16,
    pub day: u16,
    pub capacity: u16,
    /// P10, P50 and P90.
    pub demand: [u16; 3],
    pub chance: u16,
    pub cost: u16,
    pub currency: u16,
}

impl MonthColumns {
    /// Writes a row. A chance needs replications, and a cost a price: without them the cells stay empty.
    pub fn write(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        (forecast, sku, point): (&Forecast, &SkuForecast, &MonthPoint),
        formats: &Formats,
    ) -> Result<(), XlsxError> {
        sheet.write_string(row, self.sku, clean::cell(&sku.sku_part_number))?;
        sheet.write_datetime_with_format(row, self.day, &excel_day(point.day)?, &formats.day)?;
        sheet.write_number_with_format(row, self.capacity, point.capacity, &formats.count)?;
        let demand = [point.demand.p10, point.demand.p50, point.demand.p90];
        for (column, seats) in self.demand.iter().zip(demand) {
            sheet.write_number_with_format(row, *column, seats, &formats.count)?;
        }
        if forecast.provenance.replications > 0 {
            let share = f64::from(point.replications_short) / f64::from(forecast.provenance.replications);
            sheet.write_number_with_format(row, self.chance, share, &formats.share)?;
        }
        if let Some(cost) = point.cost {
            sheet.write_number_with_format(row, self.cost, amount(cost), &formats.money(cost.currency))?;
            sheet.write_string_with_format(row, self.currency, cost.currency.code(), &formats.beside)?;
        }
        Ok(())
    }
}
