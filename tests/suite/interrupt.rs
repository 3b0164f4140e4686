//! Ctrl-C: no half-written file, no temporary one.
#![cfg(unix)]

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn an_interrupted_run_leaves_whole_files_only() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("tenant");
    let mut child = Command::new(env!("CARGO_BIN_EXE_seatcast"))
        .args(["generate", "--users", "100000", "--out", out.to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let names = || -> Vec<String> {
        let entries = fs::read_dir(&out).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    // A large file is being written when a temporary one is there.
    while !names().iter().any(|name| name.ends_with(".tmp")) {
        assert!(child.try_wait().unwrap().is_none(), "the tenant was written before it could be interrupted");
        std::thread::sleep(Duration::from_millis(2));
    }
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(130), "the code that shells give Ctrl-C");
    for name in names() {
        assert!(!name.ends_with(".tmp"), "{name} was left");
        let text = fs::read_to_string(out.join(&name)).unwrap();
        assert!(text.ends_with('\n'), "{name} is cut");
    }
}
