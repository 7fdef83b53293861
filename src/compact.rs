//! Puts the files of small commits together: the same rows in the same order, fewer files and manifests.
//!
//! The new manifest takes the place of the last of those that it replaces in the order of commits, and knows every run that went into it:
//! what was read is skipped as before, each run's counts are checked as before, and the index of duplicates, which counts articles run by
//! run, stays as it is.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::config::TableConfig;
use crate::dedup::earlier::entries_in_force;
use crate::document::hash_hex;
use crate::error::Result;
use crate::fail_point;
use crate::output::{Counts, MANIFEST_VERSION, Manifest, MergedRun, Output, Run};
use crate::table::{SCHEMA_VERSION, StagedFile, Table, TableWriter, VERSION, WriterSettings, copy_rows, read_columns};

/// A commit is put together with those behind it when it is at most so many times as large: then there are few commits (the logarithm of
/// their number), and a row is copied a few times in its life.
const RATIO: u64 = 4;
/// Bytes below which a commit is put together with those behind it in any case: they are written in seconds.
const SMALL_BYTES: u64 = 256 << 20;

/// What [`compact`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compacted {
    /// Name of the new commit.
    pub name: String,
    /// Commits that were put together.
    pub commits: usize,
    /// Their files.
    pub files_before: usize,
    /// Files of the new commit.
    pub files_after: usize,
}

/// Puts the newest commits together as far as they are small beside each other; `None` where there is nothing to gain.
///
/// # Errors
/// Another command holds the lock, a table cannot be read, or a file cannot be written. The commits are as they were then.
pub fn compact(output: &Output) -> Result<Option<Compacted>> {
    let lock = output.lock()?;
    output.sweep(&lock)?;
    let manifests = output.manifests()?;
    let sizes: Vec<u64> = manifests.iter().map(bytes_of).collect();
    let (stay, merged) = manifests.split_at(manifests.len() - commits_to_merge(&sizes));
    let Some(last) = merged.last() else { return Ok(None) };
    let name = name_of(merged, last);
    let staging = output.stage_dir(&name);
    let staged = write_tables(output, merged, last, &staging)?;
    fail_point::reach("compact.staged")?;
    let manifest = manifest_of(&name, stay, merged, last);
    let files_before = merged.iter().map(|manifest| manifest.files.len()).sum();
    let done = output.commit(&lock, &staged, &[], manifest)?;
    Ok(Some(Compacted { name, commits: merged.len(), files_before, files_after: done.files.len() }))
}

fn bytes_of(manifest: &Manifest) -> u64 {
    manifest.files.iter().map(|file| file.bytes).sum()
}

/// How many of the newest commits are put together, given the bytes of all from the oldest on.
fn commits_to_merge(sizes: &[u64]) -> usize {
    let Some((newest, older)) = sizes.split_last() else { return 0 };
    let mut total = *newest;
    let is_small = |size: &&u64| {
        let is_small = **size <= total.saturating_mul(RATIO).max(SMALL_BYTES);
        total += if is_small { **size } else { 0 };
        is_small
    };
    match older.iter().rev().take_while(is_small).count() {
        0 => 0,
        count => count + 1,
    }
}

/// A name that no other commit has and that does not depend on the clock.
fn name_of(merged: &[Manifest], last: &Manifest) -> String {
    let runs: Vec<&str> = merged.iter().map(|manifest| manifest.run_id.as_str()).collect();
    format!("compact-{:06}-{}", last.sequence, &hash_hex(runs.join("\0").as_bytes())[..8])
}

fn write_tables(
    output: &Output,
    merged: &[Manifest],
    last: &Manifest,
    staging: &std::path::Path,
) -> Result<Vec<StagedFile>> {
    let known: Option<TableConfig> =
        last.config.get("table").and_then(|table| serde_json::from_value(table.clone()).ok());
    let config = match known {
        Some(config) => config,
        None => crate::config::load(None, &[], &[])?.config.table,
    };
    let settings = WriterSettings { config, config_hash: config_hashes(merged) };
    let mut staged = Vec::new();
    for table in Table::ALL {
        let mut writer = TableWriter::create(staging, table, &settings)?;
        for path in files_of(output, merged, table) {
            for batch in read_columns(&path, &[])? {
                copy_rows(table, &batch?, &path, &mut writer)?;
            }
        }
        staged.extend(writer.finish()?);
        fail_point::reach("compact.table_written")?;
    }
    Ok(staged)
}

fn files_of(output: &Output, merged: &[Manifest], table: Table) -> Vec<PathBuf> {
    let files = merged.iter().flat_map(|manifest| &manifest.files).filter(|file| file.table == table.as_str());
    files.map(|file| output.root().join(&file.path)).collect()
}

/// The hashes of all configs that rows were made under, in the order of their first commit.
fn config_hashes(merged: &[Manifest]) -> String {
    let mut seen = BTreeSet::new();
    let runs = merged.iter().flat_map(Manifest::runs);
    let hashes: Vec<&str> = runs.map(|run| run.config_hash).filter(|hash| seen.insert(*hash)).collect();
    hashes.join(",")
}

fn manifest_of(name: &str, stay: &[Manifest], merged: &[Manifest], last: &Manifest) -> Manifest {
    let runs: Vec<MergedRun> = merged.iter().flat_map(Manifest::runs).map(merged_run).collect();
    // Index files of the commits that go stay in force; what they replaced is named on as long as one that stays adds it.
    let is_merged =
        |entry_path: &String| merged.iter().any(|manifest| manifest.index.iter().any(|e| e.path == *entry_path));
    let all: Vec<Manifest> = stay.iter().chain(merged).cloned().collect();
    let index = entries_in_force(&all).into_iter().filter(|entry| is_merged(&entry.path)).cloned().collect();
    let is_added = |path: &&String| stay.iter().any(|manifest| manifest.index.iter().any(|entry| entry.path == **path));
    let index_replaces =
        merged.iter().flat_map(|manifest| &manifest.index_replaces).filter(is_added).cloned().collect();
    Manifest {
        format_version: MANIFEST_VERSION,
        sequence: 0,
        run_id: name.to_owned(),
        schema_version: SCHEMA_VERSION,
        version: VERSION.to_owned(),
        config_hash: config_hashes(merged),
        config: last.config.clone(),
        inputs: Vec::new(),
        counts: total(&runs),
        warnings: Vec::new(),
        files: Vec::new(),
        replaces: merged.iter().map(|manifest| manifest.run_id.clone()).collect(),
        runs,
        index,
        index_replaces,
    }
}

fn merged_run(run: Run<'_>) -> MergedRun {
    MergedRun {
        run_id: run.run_id.to_owned(),
        sequence: run.sequence,
        config_hash: run.config_hash.to_owned(),
        inputs: run.inputs.to_vec(),
        counts: run.counts,
        warnings: run.warnings.to_vec(),
    }
}

fn total(runs: &[MergedRun]) -> Counts {
    let sum = |count: fn(&Counts) -> i64| runs.iter().map(|run| count(&run.counts)).sum();
    Counts {
        n_records: sum(|counts| counts.n_records),
        n_articles: sum(|counts| counts.n_articles),
        n_duplicates: sum(|counts| counts.n_duplicates),
        n_rejects: sum(|counts| counts.n_rejects),
        n_skipped_inputs: sum(|counts| counts.n_skipped_inputs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::fixture::{commit_run, one_run};
    use crate::table::to_json;
    use crate::verify::verify;

    fn rows(output: &Output, table: Table) -> Vec<serde_json::Map<String, serde_json::Value>> {
        let files = output.files_of(table).unwrap();
        let batches = files.iter().flat_map(|path| read_columns(path, &[]).unwrap()).map(|batch| batch.unwrap());
        batches.flat_map(|batch| (0..batch.num_rows()).map(|row| to_json(&batch, row)).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn rows_stay_and_files_are_fewer() {
        let (_folder, output) = one_run();
        assert_eq!(compact(&output).unwrap(), None);
        commit_run(&output, "r2", &[]);
        commit_run(&output, "a3", &[]);
        let before: Vec<_> = Table::ALL.map(|table| rows(&output, table)).into();
        let done = compact(&output).unwrap().unwrap();
        assert_eq!((done.commits, done.files_before, done.files_after), (3, 21, 7));
        let after: Vec<_> = Table::ALL.map(|table| rows(&output, table)).into();
        assert_eq!(before, after);
        let manifests = output.manifests().unwrap();
        let runs: Vec<_> = manifests.iter().flat_map(Manifest::runs).map(|run| (run.run_id, run.sequence)).collect();
        assert_eq!(runs, [("r1", 1), ("r2", 2), ("a3", 3)]);
        assert_eq!(manifests[0].sequence, 3);
        assert_eq!(verify(output.root(), true).unwrap().findings, Vec::<String>::new());
        assert_eq!(output.find_record("a").unwrap().unwrap().run_id, "a3");
        // The next commit comes behind, and an id that went in is not given again.
        assert_eq!(commit_run(&output, "r4", &[]).sequence, 4);
        let again = crate::output::fixture::manifest("r2", 0, 0, 0);
        assert_eq!(output.commit(&output.lock().unwrap(), &[], &[], again).unwrap_err().exit_code(), 2);
        assert_eq!(compact(&output).unwrap().unwrap().commits, 2);
        assert_eq!(output.manifests().unwrap()[0].runs.len(), 4);
    }

    #[test]
    fn small_commits_are_put_together_and_large_ones_left_alone() {
        let large = SMALL_BYTES * 10;
        assert_eq!(commits_to_merge(&[]), 0);
        assert_eq!(commits_to_merge(&[5]), 0);
        assert_eq!(commits_to_merge(&[5, 700, 6]), 3);
        assert_eq!(commits_to_merge(&[large, 700, 6]), 2);
        assert_eq!(commits_to_merge(&[large, 6]), 0);
        assert_eq!(commits_to_merge(&[large, large, large / 4, 6]), 0);
        assert_eq!(commits_to_merge(&[large, large / 2, large / 4]), 3);
        // Ten years of months.
        let mut commits: Vec<u64> = Vec::new();
        let (mut copied, month) = (0, SMALL_BYTES);
        for _ in 0..120 {
            commits.push(month);
            let count = commits_to_merge(&commits);
            let merged: u64 = commits.split_off(commits.len() - count).iter().sum();
            commits.extend((merged > 0).then_some(merged));
            copied += merged;
        }
        assert!(commits.len() <= 6 && copied / (120 * month) <= 20, "{commits:?} {}", copied / (120 * month));
    }
}
