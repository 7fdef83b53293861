//! A folder of its own for every test, the program in it, and the rows of what it wrote.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use arrow::array::{Array, AsArray};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::util::display::array_value_to_string;
use newsieve::output::{Manifest, Output};
use newsieve::table::Table;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

/// One row of a table: column to value as text; null columns are absent.
pub type Row = BTreeMap<String, String>;

/// The project's sample documents.
pub fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}

/// A folder in which the program is run; its output is `output` in it unless a test says otherwise.
pub struct Sandbox {
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Fails with both streams when the exit code is another one.
    #[track_caller]
    pub fn expect(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }
}

impl Sandbox {
    pub fn new() -> Sandbox {
        Sandbox { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, folders included.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_newsieve"));
        command.current_dir(self.folder.path()).args(arguments).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        ended(&mut self.command(arguments))
    }

    pub fn output(&self) -> Output {
        Output::open(self.path("output")).unwrap()
    }

    pub fn manifests(&self) -> Vec<Manifest> {
        self.output().manifests().unwrap()
    }

    /// All rows of a table, in the order of commits.
    pub fn rows(&self, table: Table) -> Vec<Row> {
        self.output().files_of(table).unwrap().iter().flat_map(|path| read_rows(path)).collect()
    }

    /// One column of all rows of a table; null is "".
    pub fn column(&self, table: Table, name: &str) -> Vec<String> {
        self.rows(table).into_iter().map(|mut row| row.remove(name).unwrap_or_default()).collect()
    }

    /// `file_path` to `reason` of all rejects.
    pub fn reasons(&self) -> Vec<(String, String)> {
        let rows = self.rows(Table::Rejects);
        rows.iter().map(|row| (row["file_path"].clone(), row["reason"].clone())).collect()
    }

    /// The law on counts of every run, and what `verify --deep` says of all others.
    #[track_caller]
    pub fn assert_laws(&self) {
        for run in self.rows(Table::Runs) {
            let count = |name: &str| run[name].parse::<i64>().unwrap();
            assert_eq!(
                count("n_records"),
                count("n_articles") + count("n_duplicates") + count("n_rejects"),
                "{run:#?}"
            );
        }
        self.run(&["verify", "--deep"]).expect(0);
    }
}

pub fn ended(command: &mut Command) -> Ended {
    let done = command.output().unwrap();
    Ended {
        code: done.status.code(),
        stdout: String::from_utf8(done.stdout).unwrap(),
        stderr: String::from_utf8(done.stderr).unwrap(),
    }
}

/// One value as text; instants as microseconds, for the names of time zones are not known here.
fn shown(column: &dyn Array, row: usize) -> String {
    match column.as_primitive_opt::<TimestampMicrosecondType>() {
        Some(instants) => instants.value(row).to_string(),
        None => array_value_to_string(column, row).unwrap(),
    }
}

fn read_rows(path: &Path) -> Vec<Row> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let columns = schema.fields().iter().zip(batch.columns());
            let known = columns.filter(|(_, column)| !column.is_null(row));
            rows.push(known.map(|(field, column)| (field.name().clone(), shown(column, row))).collect());
        }
    }
    rows
}

/// All files below a folder, by their path relative to it.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap());
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let relative = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (relative, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// The text of an article like no other number's: no two share more than a few phrases.
pub fn article(number: usize) -> String {
    const NOUNS: [&str; 32] = [
        "rice", "boat", "river", "school", "bridge", "lamp", "garden", "winter", "harvest", "market", "council",
        "teacher", "road", "mill", "orchard", "ferry", "library", "festival", "well", "roof", "choir", "bakery",
        "forest", "valley", "workshop", "railway", "museum", "kitchen", "harbour", "meadow", "clinic", "square",
    ];
    const LINKS: [&str; 16] = [
        "beside the",
        "after the",
        "and the",
        "which kept the",
        "before the",
        "with the old",
        "near the",
        "opened the",
        "without the",
        "behind the",
        "repaired the",
        "for the new",
        "under the",
        "that served the",
        "above the",
        "joined the",
    ];
    let mut state = number as u64 + 1;
    let mut draw = |count: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % count
    };
    let mut paragraph = |_| {
        let mut text = format!("The {}", NOUNS[draw(32)]);
        for _ in 0..11 {
            text.extend([" ", LINKS[draw(16)], " ", NOUNS[draw(32)]]);
        }
        text + " of the village, as the mayor said on Monday."
    };
    let body: Vec<String> = (0..6).map(&mut paragraph).collect();
    format!("Village number {number} opens its {} to visitors\n\n{}", NOUNS[number % 32], body.join("\n\n"))
}

/// One line of JSON lines.
pub fn json_line(id: &str, text: &str) -> String {
    serde_json::json!({ "id": id, "text": text }).to_string() + "\n"
}

/// JSON lines of the articles of some numbers.
pub fn feed(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| json_line(&format!("a{number}"), &article(number))).collect()
}
