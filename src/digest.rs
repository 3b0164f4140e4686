//! What went in, so that a result can name it. In: bytes of a file. Out: their SHA-256. Never: opens a file.

use sha2::{Digest, Sha256};

/// One input file: its name inside the tenant folder, and the SHA-256 of its bytes in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct InputDigest {
    pub name: String,
    pub sha256: String,
}

impl InputDigest {
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { name: name.to_owned(), sha256 }
    }
}
