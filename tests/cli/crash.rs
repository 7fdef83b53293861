//! Nothing lost: the program is killed at every step and at random times, its disk is full, it is started many times at once, it is
//! asked to stop; and each time the same command, given again, leaves the very bytes of a run that was never disturbed.
//!
//! `NEWSIEVE_CRASH=long cargo test --release --test cli crash` takes every step, not only some; it takes about ten minutes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use newsieve::document::hash_hex;
use newsieve::fail_point::VARIABLE;
use serde_json::Value;

use crate::support::{Ended, Sandbox, article, ended, feed, files, json_line};

const SIGKILL: i32 = 9;

/// What is done to an output of two commits.
const COMMANDS: [&[&str]; 3] =
    [&["run", "in", "--run-id", "r3"], &["run", "in", "--run-id", "r3", "--full-refresh"], &["compact"]];

fn is_long() -> bool {
    std::env::var_os("NEWSIEVE_CRASH").is_some_and(|form| form == "long")
}

/// Tells what was done even where the test's output is captured.
fn tell(summary: &str) {
    let _ = writeln!(std::io::stderr(), "{summary}");
}

/// Inputs, and an output with the commits `r1` and `r2` that the third command finds.
fn prepared() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..40));
    sandbox.run(&["run", "in", "--run-id", "r1", "-o", "base"]).expect(0);
    sandbox.write("in/b.jsonl", feed(30..60));
    sandbox.run(&["run", "in", "--run-id", "r2", "-o", "base"]).expect(0);
    // New articles, copies of this run and of earlier ones, rejects, three batches; ids that stand twice.
    let copies: String = (0..30).map(|number| json_line(&format!("copy{number}"), &article(number * 5))).collect();
    sandbox.write("in/c.jsonl", feed(60..1000) + &copies + "{\n{\n" + &feed(990..1000) + &feed(1000..1100));
    sandbox.write("in/d/page.txt", article(5000));
    sandbox
}

fn copy_folder(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    for folder in ["_staging", "_commits", "_state"] {
        fs::create_dir_all(to.join(folder)).unwrap();
    }
}

/// All that a commit promises to be the same: tables but `runs`, index, and the names of the manifests.
fn promised(output: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = files(output);
    // Not what tells the time, and what is remembered of the files of this machine.
    files.retain(|path, _| !path.starts_with("runs/") && path != "_state/lock" && path != "_state/inputs.json");
    for (path, bytes) in &mut files {
        if path.starts_with("_commits/") {
            bytes.clear();
        }
    }
    files
}

#[track_caller]
fn assert_promised(expected: &BTreeMap<String, Vec<u8>>, output: &Path, what: &str) {
    let found = promised(output);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(expected), names(&found), "{what}");
    for (path, bytes) in expected {
        assert!(found[path] == *bytes, "{what}: {path} has other bytes");
    }
}

/// What a strict reader sees at this moment: every file that a manifest in force names is there and whole, and the manifests are those
/// before the command or those after it.
#[track_caller]
fn look(output: &Path, states: [&BTreeSet<String>; 2], what: &str) {
    let manifests: Vec<Value> = fs::read_dir(output.join("_commits"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        .collect();
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let replaced: BTreeSet<String> = manifests.iter().flat_map(|manifest| texts(&manifest["replaces"])).collect();
    let run_id = |manifest: &Value| manifest["run_id"].as_str().unwrap().to_owned();
    let in_force: Vec<&Value> = manifests.iter().filter(|manifest| !replaced.contains(&run_id(manifest))).collect();
    let names: BTreeSet<String> = in_force.iter().map(|manifest| run_id(manifest)).collect();
    assert!(states.contains(&&names), "{what}: {names:?}");
    for file in in_force.iter().flat_map(|manifest| manifest["files"].as_array().unwrap()) {
        let path = output.join(file["path"].as_str().unwrap());
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{what}: {}: {error}", path.display()));
        assert_eq!(hash_hex(&bytes), file["hash"].as_str().unwrap(), "{what}: {}", path.display());
    }
}

/// Run ids of the manifests in a folder.
fn commits(files: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let name = |path: &String| Some(path.strip_prefix("_commits/")?.strip_suffix(".json")?.to_owned());
    files.keys().filter_map(name).collect()
}

/// How often the program was killed.
#[derive(Default)]
struct Kills {
    steps: AtomicUsize,
    times: AtomicUsize,
}

/// One command, and what it makes of the prepared output.
struct Trial<'a> {
    sandbox: &'a Sandbox,
    arguments: &'a [&'a str],
    code: i32,
    expected: BTreeMap<String, Vec<u8>>,
    states: [BTreeSet<String>; 2],
    takes: Duration,
}

impl<'a> Trial<'a> {
    fn new(sandbox: &'a Sandbox, arguments: &'a [&'a str], number: usize) -> Trial<'a> {
        let output = format!("expected{number}");
        copy_folder(&sandbox.path("base"), &sandbox.path(&output));
        let before = commits(&files(&sandbox.path(&output)));
        let begun = Instant::now();
        let done = ended(Trial::command(sandbox, arguments, &output));
        let takes = begun.elapsed();
        let code = done.code.unwrap();
        assert!([0, 3].contains(&code), "{done:#?}");
        let expected = promised(&sandbox.path(&output));
        let after = commits(&expected);
        assert_ne!(before, after);
        Trial { sandbox, arguments, code, expected, states: [before, after], takes }
    }

    /// With a checkpoint after every batch.
    fn command(sandbox: &Sandbox, arguments: &[&str], output: &str) -> &'a mut Command {
        let mut command = sandbox.command(arguments);
        command.args(["-o", output]).env("NEWSIEVE_CHECKPOINT_SECONDS", "0");
        Box::leak(Box::new(command))
    }

    /// Kills the command at its n-th step, or by `kill`; false where it ended before.
    fn kill(&self, output: &str, step: Option<usize>, after: Duration) -> bool {
        let command = Trial::command(self.sandbox, self.arguments, output);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let status = if let Some(step) = step {
            command.env(VARIABLE, format!("any#{step}")).status().unwrap()
        } else {
            let mut child = command.spawn().unwrap();
            std::thread::sleep(after);
            let _ = child.kill();
            child.wait().unwrap()
        };
        assert!(status.signal() == Some(SIGKILL) || status.code() == Some(self.code), "{status}");
        status.signal() == Some(SIGKILL)
    }

    /// Looks at what was left, gives the command again, and compares.
    fn finish(&self, output: &str, what: &str, verify_first: bool) {
        let folder = self.sandbox.path(output);
        look(&folder, [&self.states[0], &self.states[1]], what);
        if verify_first {
            let verified = self.sandbox.run(&["verify", "-o", output]);
            assert_eq!(verified.code, Some(0), "{what}: {verified:#?}");
            look(&folder, [&self.states[0], &self.states[1]], what);
        }
        let again = ended(Trial::command(self.sandbox, self.arguments, output));
        // A commit that was finished by the next command has told its warnings already.
        assert!(again.code == Some(0) || again.code == Some(self.code), "{what}: {again:#?}");
        // The command that finds its work done clears away what is left of it all the same.
        assert_promised(&self.expected, &folder, what);
        fs::remove_dir_all(folder).unwrap();
    }
}

/// Calls a function with the numbers of a range on two threads.
fn on_two_threads(numbers: impl Iterator<Item = usize>, call: impl Fn(usize) + Sync) {
    let numbers = std::sync::Mutex::new(numbers.collect::<Vec<_>>().into_iter());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(number) = { numbers.lock().unwrap().next() } {
                    call(number);
                }
            });
        }
    });
}

#[test]
fn a_killed_command_loses_nothing() {
    let sandbox = prepared();
    let kills = Kills::default();
    for (number, arguments) in COMMANDS.iter().enumerate() {
        let trial = Trial::new(&sandbox, arguments, number);
        // Every step, or every n-th, each time others; the numbers end where the command comes to its end.
        let stride = if is_long() { 1 } else { 5 };
        let past_the_end = AtomicUsize::new(usize::MAX);
        on_two_threads((number % stride + 1..400).step_by(stride), |step| {
            if step >= past_the_end.load(Ordering::SeqCst) {
                return;
            }
            let (output, what) = (format!("step{number}-{step}"), format!("{arguments:?} killed at step {step}"));
            copy_folder(&sandbox.path("base"), &sandbox.path(&output));
            if trial.kill(&output, Some(step), Duration::ZERO) {
                kills.steps.fetch_add(1, Ordering::SeqCst);
            } else {
                past_the_end.fetch_min(step, Ordering::SeqCst);
            }
            if is_long() && step % 3 > 0 {
                // Once more, in the run that goes on.
                let again = trial.kill(&output, Some(step / 2 + 1), Duration::ZERO);
                kills.steps.fetch_add(usize::from(again), Ordering::SeqCst);
            }
            trial.finish(&output, &what, step % 2 == 0);
        });
        let times = if is_long() { 40 } else { 4 };
        on_two_threads(0..times, |time| {
            let output = format!("time{number}-{time}");
            // How long the command takes was measured once; where it came to its end earlier this time, it is killed earlier.
            for halved in 0..4 {
                let after = trial.takes.mul_f64((time as f64 + 0.5) / times as f64 / f64::from(1 << halved));
                let what = format!("{arguments:?} killed after {after:?}");
                copy_folder(&sandbox.path("base"), &sandbox.path(&output));
                let killed = trial.kill(&output, None, after);
                trial.finish(&output, &what, time % 2 == 0);
                if killed {
                    kills.times.fetch_add(1, Ordering::SeqCst);
                    break;
                }
            }
        });
    }
    let (steps, times) = (kills.steps.into_inner(), kills.times.into_inner());
    tell(&format!(
        "crash test: killed {} times ({steps} at named steps, {times} at other times); every output was whole at once, and the same \
         command left the same bytes",
        steps + times
    ));
    assert!(steps + times >= if is_long() { 300 } else { 40 }, "{steps} + {times}");
}

#[test]
fn a_full_disk_ends_with_1_and_loses_nothing() {
    let sandbox = prepared();
    let trial = Trial::new(&sandbox, COMMANDS[0], 0);
    let points = if is_long() { 60 } else { 24 };
    let (failed, by_step) = (AtomicUsize::new(0), AtomicUsize::new(0));
    on_two_threads(0..points, |point| {
        let output = format!("full{point}");
        copy_folder(&sandbox.path("base"), &sandbox.path(&output));
        let command = Trial::command(&sandbox, trial.arguments, &output);
        let done = if point % 4 == 0 {
            // A step fails as on a full disk.
            by_step.fetch_add(1, Ordering::SeqCst);
            ended(command.env(VARIABLE, format!("any#{}=full", point + 2)))
        } else {
            // A file cannot grow over a size: 512 bytes to some megabytes.
            let blocks = (1.45_f64.powf(point as f64 * 24.0 / points as f64)) as usize;
            let mut shell = Command::new("sh");
            shell.args(["-c", "ulimit -f $0; exec \"$@\"", &blocks.to_string()]);
            shell.arg(command.get_program()).args(command.get_args()).current_dir(command.get_current_dir().unwrap());
            ended(shell.env("NEWSIEVE_CHECKPOINT_SECONDS", "0").stdin(Stdio::null()))
        };
        let what = format!("point {point}: {done:#?}");
        assert!(done.code == Some(1) || done.code == Some(trial.code), "{what}");
        if done.code == Some(1) {
            failed.fetch_add(1, Ordering::SeqCst);
            assert_eq!(commits(&files(&sandbox.path(&output))), trial.states[0], "{what}");
            assert!(done.stderr.contains("cannot "), "{what}");
        }
        let verified = sandbox.run(&["verify", "--deep", "-o", &output]);
        assert_eq!(verified.code, Some(0), "{what}: {verified:#?}");
        trial.finish(&output, &what, false);
    });
    let failed = failed.into_inner();
    tell(&format!(
        "full disk: {failed} runs of {points} ended with 1 ({} of these points were steps, the others limits of a file's size); every output \
         verified, and the same command completed it",
        by_step.into_inner()
    ));
    assert!(failed >= 20, "{failed} of {points}");
}

/// Starts a command so many times at once and gives their ends and how long each took.
fn at_once(sandbox: &Sandbox, count: usize, output: &str) -> Vec<(Ended, Duration)> {
    let begun = Instant::now();
    let spawn = |_| {
        let mut command = sandbox.command(&["run", "in", "-o", output]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..count).map(spawn).collect();
    let wait = move |child: Child| {
        let done = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ended = Ended { code: done.status.code(), stdout: text(done.stdout), stderr: text(done.stderr) };
        (ended, begun.elapsed())
    };
    let threads: Vec<_> = children.into_iter().map(|child| std::thread::spawn(move || wait(child))).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn of_processes_started_at_once_one_commits_and_the_others_end_with_75() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..3000));
    for (count, output) in [(2, "two"), (10, "ten"), (10, "two")] {
        let before = sandbox.path(output).exists();
        if before {
            sandbox.write("in/b.jsonl", feed(3000..6000));
        }
        let ends = at_once(&sandbox, count, output);
        let with = |code| ends.iter().filter(|(ended, _)| ended.code == Some(code)).count();
        assert_eq!((with(0), with(75)), (1, count - 1), "{ends:#?}");
        let slowest = ends.iter().filter(|(ended, _)| ended.code == Some(75)).map(|(_, time)| *time).max().unwrap();
        tell(&format!("{count} processes at once: 1 committed, {} ended with 75 within {slowest:.2?}", count - 1));
        // A second on a machine that has nothing else to do.
        assert!(slowest < Duration::from_secs(10), "{slowest:?}");
        let mut refused = ends.iter().filter(|(ended, _)| ended.code == Some(75));
        assert!(refused.all(|(ended, _)| ended.stderr.contains("(process ")), "{ends:#?}");
        sandbox.run(&["verify", "--deep", "-o", output]).expect(0);
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}

/// Waits until a run has written down some records.
fn wait_for_records(output: &Path) {
    let has_records = || {
        let staging = fs::read_dir(output.join("_staging")).ok()?.next()?.ok()?.path();
        let checkpoint: Value =
            serde_json::from_slice(&fs::read(staging.join("_journal/checkpoint.json")).ok()?).ok()?;
        checkpoint["tally"]["records"].as_i64().filter(|records| *records > 0)
    };
    let begun = Instant::now();
    while has_records().is_none() {
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_run_that_is_asked_to_stop_is_resumed() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..4000));
    sandbox.write("in/b.jsonl", feed(3600..4400));
    for (name, code, output) in [("INT", 130, "int"), ("TERM", 143, "term")] {
        let command = Trial::command(&sandbox, &["run", "in"], output);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        wait_for_records(&sandbox.path(output));
        let begun = Instant::now();
        signal(&child, name);
        let done = child.wait_with_output().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        let words = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(code), "{words}");
        assert!(words.contains("the same command goes on from here"), "{words}");
        assert!(commits(&files(&sandbox.path(output))).is_empty());
        let run_id = fs::read_dir(sandbox.path(output).join("_staging")).unwrap().next().unwrap().unwrap().file_name();
        // A dry run touches nothing of it.
        sandbox.run(&["run", "in", "--dry-run", "-o", output]).expect(0);
        let again = sandbox.run(&["run", "in", "-o", output]).expect(0);
        assert!(again.stderr.contains("goes on with run"), "{}", again.stderr);
        let run_id = run_id.to_str().unwrap();
        assert_eq!(commits(&files(&sandbox.path(output))), BTreeSet::from([run_id.to_owned()]));
        sandbox.run(&["run", "in", "--run-id", run_id, "-o", "whole"]).expect(0);
        assert_promised(&promised(&sandbox.path("whole")), &sandbox.path(output), name);
        sandbox.run(&["verify", "--deep", "-o", output]).expect(0);
        fs::remove_dir_all(sandbox.path("whole")).unwrap();
    }
}

#[test]
fn another_command_does_not_go_on_with_a_run_that_was_stopped() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..1200));
    let stopped = |arguments: &[&str]| {
        let _ = fs::remove_dir_all(sandbox.path("output"));
        let command = Trial::command(&sandbox, arguments, "output");
        // The second batch is written down.
        let done = ended(command.env(VARIABLE, "checkpoint.placed#3"));
        assert_eq!(done.code, None, "{done:#?}");
    };
    let goes_on = |arguments: &[&str]| {
        let again = sandbox.run(arguments);
        assert!([Some(0), Some(3)].contains(&again.code), "{again:#?}");
        assert_eq!(fs::read_dir(sandbox.path("output/_staging")).unwrap().count(), 0);
        again.stderr.contains("goes on with run")
    };
    let plain: &[&str] = &["run", "in"];
    stopped(plain);
    assert!(goes_on(plain));
    stopped(plain);
    assert!(!goes_on(&["run", "in", "--run-id", "named"]));
    stopped(&["run", "in", "--run-id", "one"]);
    assert!(!goes_on(&["run", "in", "--run-id", "two"]));
    stopped(plain);
    assert!(!goes_on(&["run", "in", "--set", "label.preset=recall"]));
    stopped(plain);
    assert!(!goes_on(&["run", "in", "--set", "table.zstd_level=4"]));
    stopped(plain);
    sandbox.write("in/b.jsonl", feed(0..3));
    assert!(!goes_on(plain));
    fs::remove_file(sandbox.path("in/b.jsonl")).unwrap();
    stopped(plain);
    // The same size, another content, in what was read already.
    let text = fs::read_to_string(sandbox.path("in/a.jsonl")).unwrap();
    sandbox.write("in/a.jsonl", text.replacen("village", "VILLAGE", 1));
    assert!(!goes_on(plain));
    stopped(plain);
    // Power failed: the journal is not what the checkpoint says.
    let journal = fs::read_dir(sandbox.path("output/_staging")).unwrap().next().unwrap().unwrap().path();
    let segments = journal.join("_journal/segments.0.arrows");
    let bytes = fs::read(&segments).unwrap();
    fs::write(&segments, &bytes[..bytes.len() / 3]).unwrap();
    assert!(!goes_on(plain));
    sandbox.run(&["verify", "--deep"]).expect(0);
}

#[test]
fn the_second_signal_ends_at_once() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..8000));
    let command = Trial::command(&sandbox, &["run", "in"], "output");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for_records(&sandbox.path("output"));
    let begun = Instant::now();
    signal(&child, "INT");
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    // A stream that gives nothing is not waited for.
    let mut child = sandbox.command(&["run", "-", "-o", "stream"]).stdin(Stdio::piped()).spawn().unwrap();
    while !sandbox.path("stream/_state/lock").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(500));
    signal(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(143));
}
