//! The pictures and pages that the README shows are what the program makes of the demo.
//!
//! After a change that is meant, `SEATCAST_GALLERY=write cargo test gallery` puts the new ones in their place.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What of the demo's outputs is kept.
const SHOWN: [&str; 8] = [
    "overview.png",
    "runway.png",
    "shortage-chance.png",
    "renewals.png",
    "POWER_BI_PRO.png",
    "SPE_E3-bridge.png",
    "report.md",
    "report.pdf",
];

#[test]
fn the_gallery_is_what_the_demo_makes() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let gallery = root.join("reports/gallery");
    let made = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_seatcast"))
        .args(["forecast", "data/demo", "--quiet", "--out", made.path().to_str().unwrap()])
        .current_dir(&root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let write = std::env::var("SEATCAST_GALLERY").is_ok_and(|value| value == "write");
    for name in SHOWN {
        let new = fs::read(made.path().join(name)).unwrap();
        if write {
            fs::write(gallery.join(name), &new).unwrap();
        }
        let kept = fs::read(gallery.join(name)).unwrap_or_default();
        assert!(kept == new, "reports/gallery/{name} is not what `seatcast forecast data/demo` makes");
    }
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    for name in SHOWN {
        assert!(readme.contains(&format!("reports/gallery/{name}")), "the README does not show {name}");
    }
}
