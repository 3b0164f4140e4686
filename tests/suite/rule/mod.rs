//! The membership-rule language.

mod corpus;
mod eval;
mod language;
mod laws;
mod patterns;
mod sentences;
