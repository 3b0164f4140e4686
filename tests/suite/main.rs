//! The whole suite, one binary.

mod architecture;
mod floor;
