//! The codes of findings about files. In: nothing. Out: stable names. Never: reused for another meaning.

use crate::diagnostic::Code;

// Bytes.
pub const EMPTY: Code = Code("D100");
pub const NOT_CSV: Code = Code("D101");
pub const TOO_LARGE: Code = Code("D102");
pub const ENCODING: Code = Code("D103");
pub const NUL: Code = Code("D104");
pub const HALF_UNIT: Code = Code("D105");
pub const PROVED_CODE_PAGE: Code = Code("D106");
// Records.
pub const FIELD_COUNT: Code = Code("D200");
pub const OPEN_QUOTE: Code = Code("D201");
pub const AFTER_QUOTE: Code = Code("D202");
pub const DUPLICATE_HEADER: Code = Code("D203");
pub const SECOND_EXPORT: Code = Code("D204");
pub const HEADER_ONLY: Code = Code("D205");
pub const TOO_MANY_COLUMNS: Code = Code("D206");
pub const FIELD_TOO_LONG: Code = Code("D207");
pub const CONSOLE_TABLE: Code = Code("D208");
pub const ROWS_SKIPPED: Code = Code("D209");
pub const NO_LAST_LINE_END: Code = Code("D210");
// Sources.
pub const UNKNOWN_SOURCE: Code = Code("D300");
pub const NO_CAPACITY: Code = Code("D302");
pub const CONCEALED: Code = Code("D303");
pub const NO_GROUP: Code = Code("D304");
pub const PLACEHOLDER: Code = Code("D306");
pub const NO_RULES: Code = Code("D308");
// Values.
pub const BOOLEAN: Code = Code("D400");
pub const DATE: Code = Code("D401");
pub const DATE_ORDER: Code = Code("D402");
pub const NUMBER: Code = Code("D403");
pub const GUID: Code = Code("D404");
pub const LOST_LETTERS: Code = Code("D405");
pub const UNKNOWN_PRODUCT: Code = Code("D406");
pub const AMBIGUOUS_PRODUCT: Code = Code("D407");
pub const MISSING_KEY: Code = Code("D408");
pub const WORD: Code = Code("D409");
pub const SHORTENED_NUMBER: Code = Code("D411");
pub const EXPIRED_IN_TOTAL: Code = Code("D410");
// The whole tenant.
pub const DUPLICATE: Code = Code("D500");
pub const CONTRADICTION: Code = Code("D501");
pub const CONFLICT: Code = Code("D502");
pub const UNMATCHED: Code = Code("D503");
pub const UNKNOWN_MEMBER: Code = Code("D504");
pub const COUNTS_DIFFER: Code = Code("D505");
pub const NO_USERS: Code = Code("D506");
pub const NO_SKUS: Code = Code("D507");
pub const NO_IDS: Code = Code("D508");
pub const SOFT_DELETED: Code = Code("D509");
pub const UNKNOWN_GROUP: Code = Code("D510");
pub const NO_MEMBERS: Code = Code("D511");
pub const NO_LICENSES: Code = Code("D512");
pub const NO_TODAY: Code = Code("D513");
pub const NO_FILES: Code = Code("D514");
pub const REFUSED_FILE: Code = Code("D515");
pub const PAST_LEAVE: Code = Code("D517");
// Supply.
pub const UNEXPLAINED_UNITS: Code = Code("S100");
pub const TOO_MANY_UNITS: Code = Code("S101");
pub const LOT: Code = Code("S102");
pub const PRICE: Code = Code("S103");
pub const PLAN_RULE: Code = Code("S104");
pub const RESERVATION: Code = Code("S105");
// Settings.
pub const SETTINGS: Code = Code("P100");
pub const UNKNOWN_SETTING: Code = Code("P101");
pub const WRONG_SETTING: Code = Code("P102");
pub const OVERRULED: Code = Code("P103");
// Scenarios.
pub const SCENARIO: Code = Code("P500");
pub const UNKNOWN_IN_SCENARIO: Code = Code("P501");
pub const WRONG_IN_SCENARIO: Code = Code("P502");
pub const MISSING_IN_SCENARIO: Code = Code("P503");
pub const UNKNOWN_NAME: Code = Code("P504");
pub const DATE_IN_SCENARIO: Code = Code("P505");
pub const CONTRADICTION_IN_SCENARIO: Code = Code("P506");
pub const CYCLE: Code = Code("P507");
