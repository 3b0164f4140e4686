//! The codes of findings about the past. Stable and never reused.

use crate::diagnostic::Code;

/// A column is missing.
pub(super) const COLUMN: Code = Code("D600");
/// A cell cannot be read.
pub(super) const CELL: Code = Code("D601");
/// There is too little past to learn from.
pub(super) const TOO_SHORT: Code = Code("D602");
/// A snapshot cannot be read.
pub(super) const SNAPSHOT: Code = Code("D603");
