//! Frames as Parquet. In: a frame. Out: bytes, the same for the same frame on every machine and thread count. Never: compressed,
//! which would tie the bytes to the version of a codec.

use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter};

/// The bytes of a Parquet file with the rows of `frame`.
///
/// # Errors
/// Where a column is of a type that Parquet cannot hold.
pub fn bytes(mut frame: DataFrame) -> Result<Vec<u8>, polars::error::PolarsError> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Uncompressed)
        .set_parallel(false)
        .finish(&mut frame)?;
    Ok(bytes)
}
