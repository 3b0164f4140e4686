//! Cost rows in the shape of the FinOps cost and usage specification (FOCUS 1.2). In: a forecast. Out: CSV. Never: claims to
//! conform; FOCUS describes charges that were made, and these are forecast (`x_IsForecast`).

use chrono::NaiveDate;

use super::{RenderError, clean};
use crate::forecast::{Forecast, MonthPoint, SkuForecast};

const HEADERS: [&str; 37] = [
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ConsumedQuantity",
    "ConsumedUnit",
    "BilledCost",
    "EffectiveCost",
    "ContractedCost",
    "ContractedUnitPrice",
    "ListCost",
    "ListUnitPrice",
    "ServiceCategory",
    "ServiceName",
    "ProviderName",
    "PublisherName",
    "SkuId",
    "SkuPriceId",
    "SubAccountId",
    "Tags",
    "x_SkuPartNumber",
    "x_Scenario",
    "x_Quantile",
    "x_SeatsShort",
    "x_ReplicationsShort",
    "x_RenewalDate",
    "x_IsForecast",
];

/// One row a SKU and month. The last point of a forecast is its horizon: the month after it is not forecast.
pub fn render(forecast: &Forecast, scenario: Option<&str>) -> Result<Vec<u8>, RenderError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADERS)?;
    for sku in &forecast.skus {
        for pair in sku.points.windows(2) {
            if let [point, next] = pair {
                writer.write_record(row(forecast, scenario, sku, point, next.day))?;
            }
        }
    }
    writer.into_inner().map_err(|error| RenderError::Csv(error.into_error().into()))
}

fn row(
    forecast: &Forecast,
    scenario: Option<&str>,
    sku: &SkuForecast,
    point: &MonthPoint,
    end: NaiveDate,
) -> [String; 37] {
    let text = clean::cell;
    let word = |word: &str| word.to_owned();
    let tenant = text(&forecast.provenance.tenant);
    let cost = point.cost.map_or(String::new(), |cost| cost.decimal());
    let currency = point.cost.or(sku.price).map_or(String::new(), |money| money.currency.code().to_owned());
    let instant = |day: NaiveDate| format!("{day}T00:00:00Z");
    [
        tenant.clone(),
        tenant.clone(),
        currency,
        instant(point.day),
        instant(end),
        instant(point.day),
        instant(end),
        word("Purchase"),
        String::new(),
        text(&sku.product_name),
        word("Recurring"),
        word("Standard"),
        point.capacity.to_string(),
        word("Count"),
        point.demand.p50.to_string(),
        word("Count"),
        cost.clone(),
        cost.clone(),
        cost,
        sku.price.map_or(String::new(), |price| price.decimal()),
        // What a month would have cost at list prices is not part of a forecast.
        String::new(),
        sku.list_price.map_or(String::new(), |price| price.decimal()),
        word("Business Applications"),
        text(&sku.product_name),
        word("Microsoft"),
        word("Microsoft"),
        text(&sku.sku_id),
        price_id(sku),
        tenant,
        tags(sku, scenario),
        text(&sku.sku_part_number),
        text(scenario.unwrap_or("baseline")),
        word("P50"),
        point.shortfall.p50.to_string(),
        point.replications_short.to_string(),
        renewal(forecast, sku, point.day),
        word("true"),
    ]
}

/// The unit price of a SKU by what it is: SKU, currency, amount. None without a price.
fn price_id(sku: &SkuForecast) -> String {
    sku.price.map_or(String::new(), |price| {
        clean::cell(&format!("{}:{}:{}", sku.sku_id, price.currency.code(), price.decimal()))
    })
}

/// A JSON object, as FOCUS asks for. Who holds the seats of a SKU is not part of a forecast, so no department stands here: a row is a
/// SKU and month, whole.
fn tags(sku: &SkuForecast, scenario: Option<&str>) -> String {
    let tags = serde_json::json!({ "scenario": scenario.unwrap_or("baseline"), "important": sku.important });
    clean::cell(&tags.to_string())
}

/// The next day from `day` on at which a subscription of the SKU renews, changes, ends or loses its grace.
fn renewal(forecast: &Forecast, sku: &SkuForecast, day: NaiveDate) -> String {
    let own = forecast.renewals.iter().filter(|event| sku.is_called(&event.sku) && event.day >= day);
    own.map(|event| event.day).min().map_or(String::new(), |day| day.to_string())
}
