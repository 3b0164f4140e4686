//! The scenarios of the demo, which the README shows.

use std::path::Path;
use std::process::Command;

fn seatcast(arguments: &[&str]) -> std::process::Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Command::new(env!("CARGO_BIN_EXE_seatcast")).args(arguments).current_dir(root).output().unwrap()
}

#[test]
fn a_forecast_of_a_scenario_has_a_folder_of_its_own_and_names_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let arguments = ["forecast", "data/demo", "--scenario", "acquisition", "--replications", "4", "--months", "6"];
    let output = seatcast(&[&arguments[..], &["--out", out, "--format", "json", "--quiet"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(folder.path().join("forecast.json")).unwrap();
    for input in ["scenarios/acquisition.toml", "kestrel/users.csv"] {
        assert!(text.contains(input), "{input} is no input");
    }
}

#[test]
fn a_scenario_that_is_not_there_is_a_finding_with_the_nearest() {
    let output =
        seatcast(&["forecast", "data/demo", "--scenario", "acquisitoin", "--replications", "1", "--months", "1"]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("did you mean `acquisition`?"), "{stderr}");
}
