//! The corpora of the fuzz targets, through the same functions: what fuzzing has found stays mended.

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::path::Path;

#[track_caller]
fn replay(name: &str, target: fn(&[u8])) {
    let folder = Path::new("fuzz/corpus").join(name);
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is part of the repository") {
        let path = entry.expect("the corpus can be listed").path();
        let bytes = fs::read(&path).expect("the corpus can be read");
        // The name stands in the message of a panic.
        let outcome = std::panic::catch_unwind(|| target(&bytes));
        assert!(outcome.is_ok(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 5, "{count} files in {}", folder.display());
}

#[test]
fn records() {
    replay("record", targets::record);
}

#[test]
fn labels() {
    replay("labels", targets::labels);
}

#[test]
fn readers() {
    replay("reader", targets::reader);
}

#[test]
fn configs() {
    replay("config", targets::config);
}
