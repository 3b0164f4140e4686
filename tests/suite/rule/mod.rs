//! The membership-rule language.

mod advice;
mod book;
mod commands;
mod corpus;
mod difference;
mod eval;
mod language;
mod laws;
mod oracle;
mod patterns;
mod readings;
mod sentences;
