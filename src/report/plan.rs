//! The files of a purchase plan and of a bundle. In: a plan or a bundle, and options. Out: JSON, and file names with bytes. Never: writes them.

use serde_json::Value;

use super::document::{Level, bundle, purchase_plan};
use super::{Options, RenderError, Theme, chart, clean, html, markdown, pdf, xlsx};
use crate::forecast::{Bundle, Plan};

/// Changes when a field goes or changes its meaning; new fields do not change it.
const VERSION: u32 = 1;

/// The plan for other programs.
pub fn plan_json(plan: &Plan) -> Result<Vec<u8>, RenderError> {
    versioned(serde_json::to_value(plan)?)
}

fn versioned(mut value: Value) -> Result<Vec<u8>, RenderError> {
    if let Value::Object(fields) = &mut value {
        fields.insert("version".to_owned(), VERSION.into());
    }
    let mut bytes = serde_json::to_vec_pretty(&value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Every line of the plan as a table, for spreadsheets.
pub fn plan_csv(plan: &Plan) -> Result<Vec<u8>, RenderError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "lastDayToAct",
        "day",
        "skuId",
        "skuPartNumber",
        "action",
        "subscription",
        "term",
        "unitsBefore",
        "unitsAfter",
        "until",
        "cost",
        "currency",
        "alreadySet",
    ])?;
    for sku in &plan.skus {
        for line in &sku.lines {
            let action = serde_json::to_value(line.action)?;
            writer.write_record([
                line.last_day_to_act.to_string(),
                line.day.to_string(),
                sku.sku_id.clone(),
                clean::cell(&sku.sku_part_number),
                action.as_str().unwrap_or_default().to_owned(),
                clean::cell(&line.subscription),
                line.term.unwrap_or_default().to_owned(),
                line.units_before.to_string(),
                line.units_after.to_string(),
                line.until.to_string(),
                line.cost.decimal(),
                line.cost.currency.to_string(),
                line.already_set.to_string(),
            ])?;
        }
    }
    writer.into_inner().map_err(|error| RenderError::Csv(error.into_error().into()))
}

/// A bundle for other programs.
pub fn bundle_json(made: &Bundle) -> Result<Vec<u8>, RenderError> {
    versioned(serde_json::to_value(made)?)
}

/// Every user who would change, a line each. `user` gives the userPrincipalName of an id.
fn bundle_csv(made: &Bundle, user: &dyn Fn(&str) -> Option<String>) -> Result<Vec<u8>, RenderError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["id", "userPrincipalName", "givesUp", "gets", "savesAMonth", "currency"])?;
    for one in &made.moves {
        for id in &one.users {
            writer.write_record([
                clean::cell(id),
                clean::cell(&user(id).unwrap_or_default()),
                clean::cell(&one.gives_up.join(";")),
                clean::cell(&one.gets.join(";")),
                one.saves.decimal(),
                one.saves.currency.to_string(),
            ])?;
        }
    }
    writer.into_inner().map_err(|error| RenderError::Csv(error.into_error().into()))
}

/// Every file of a bundle.
pub fn bundle_files(
    made: &Bundle,
    user: &dyn Fn(&str) -> Option<String>,
    options: &Options,
) -> Result<Vec<(String, Vec<u8>)>, RenderError> {
    let document = bundle(made, options.language);
    Ok(vec![
        ("bundle.pdf".to_owned(), pdf::render(&document, &[], options.template.as_deref(), &options.fonts)?),
        ("bundle.html".to_owned(), html::render(&document, &[])),
        ("bundle.md".to_owned(), markdown::render(&document, Level::Full).into_bytes()),
        ("bundle.json".to_owned(), bundle_json(made)?),
        ("bundle.csv".to_owned(), bundle_csv(made, user)?),
        ("bundle.xlsx".to_owned(), xlsx::tables_of(&document)?),
    ])
}

/// Every file of a plan.
pub fn plan_files(plan: &Plan, options: &Options) -> Result<Vec<(String, Vec<u8>)>, RenderError> {
    let document = purchase_plan(plan, options.language);
    let draw = |theme: Theme| {
        let drawn = document.charts.iter().map(|chart| Ok((chart, chart::svg(chart, options.language, theme)?)));
        drawn.collect::<Result<Vec<_>, RenderError>>()
    };
    let (pages, pictures) = (draw(Theme::Light)?, draw(options.theme)?);
    let mut files = vec![
        ("plan.pdf".to_owned(), pdf::render(&document, &pages, options.template.as_deref(), &options.fonts)?),
        ("plan.html".to_owned(), html::render(&document, &pages)),
        ("plan.md".to_owned(), markdown::render(&document, Level::Full).into_bytes()),
        ("plan.json".to_owned(), plan_json(plan)?),
        ("plan.csv".to_owned(), plan_csv(plan)?),
        ("plan.xlsx".to_owned(), xlsx::tables_of(&document)?),
    ];
    for (chart, svg) in &pictures {
        files.push((format!("{}.svg", chart.id), chart::portable(svg).into_bytes()));
        files.push((format!("{}.png", chart.id), chart::png(&chart.id, svg, &options.fonts)?));
    }
    Ok(files)
}
