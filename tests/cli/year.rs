//! A simulated year: nightly runs over a folder that grows and overlaps with itself, `compact` each month, three crashes a month.
//!
//! `NEWSIEVE_YEAR=365 cargo test --release --test cli year` takes the whole year (about a quarter of an hour); the short form takes a few
//! nights of small dumps.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use newsieve::fail_point::VARIABLE;
use newsieve::table::Table;

use crate::support::{Sandbox, article, files, json_line};

/// A part of the year, and how much comes in a night.
struct Calendar {
    nights: usize,
    month: usize,
    new_articles: usize,
}

impl Calendar {
    fn of_environment() -> Calendar {
        match std::env::var("NEWSIEVE_YEAR").ok().and_then(|nights| nights.parse().ok()) {
            Some(nights) => Calendar { nights, month: 30, new_articles: 400 },
            None => Calendar { nights: 16, month: 8, new_articles: 20 },
        }
    }
}

/// What a night brings, and how many records that is: new articles, copies and revisions of earlier nights, damaged lines, a listing.
fn dump(night: usize, calendar: &Calendar) -> (String, usize) {
    let count = calendar.new_articles;
    let first = night * count;
    let mut lines: Vec<String> =
        (first..first + count).map(|number| json_line(&format!("a{number}"), &article(number))).collect();
    let overlap = count / 4;
    for number in first.saturating_sub(overlap)..first {
        lines.push(json_line(&format!("copy{night}-{number}"), &article(number)));
    }
    if night > 3 {
        // Copies out of the whole year so far, and a new text under an old id.
        let spread = (0..overlap).map(|step| step * first / overlap);
        lines.extend(spread.map(|number| json_line(&format!("old{night}-{number}"), &article(number))));
        lines.push(json_line(&format!("a{}", first / 2), &article(1_000_000 + night)));
    }
    lines.push("{\n".to_owned());
    lines.push(json_line(&format!("list{night}"), "Home\nNews\nSport\n"));
    let records = lines.len();
    (lines.concat(), records)
}

/// Runs a command and gives the CPU seconds that it took.
fn timed(sandbox: &Sandbox, arguments: &[&str]) -> f64 {
    let command = sandbox.command(arguments);
    let mut shell = Command::new("sh");
    shell.args(["-c", "\"$0\" \"$@\" || test $? -eq 3 || exit 1; times"]).arg(command.get_program()).args(arguments);
    let done = shell.current_dir(command.get_current_dir().unwrap()).stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    // The second line is that of the children: `0m0.31s 0m0.02s`.
    let text = String::from_utf8(done.stdout).unwrap();
    let seconds = |time: &str| {
        let (minutes, seconds) = time.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    };
    text.lines().last().unwrap().split_whitespace().map(seconds).sum()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn a_year_of_nights() {
    let calendar = Calendar::of_environment();
    let sandbox = Sandbox::new();
    let (mut records, mut crashes, mut most_files) = (0, 0, 0);
    let mut costs = Vec::new();
    let run: &[&str] = &["run", "in", "-q"];
    for night in 0..calendar.nights {
        let (text, count) = dump(night, &calendar);
        sandbox.write(&format!("in/{night:03}.jsonl"), text);
        records += count;
        let in_month = night % calendar.month;
        if in_month % (calendar.month / 3).max(1) == 1 {
            // Somewhere between the first checkpoint and the last file that is cleared away.
            let step = 1 + (night * 7919) % 45;
            let mut command = sandbox.command(run);
            let killed = command.env(VARIABLE, format!("any#{step}")).stderr(Stdio::null()).status().unwrap();
            crashes += usize::from(killed.code().is_none());
        }
        costs.push(timed(&sandbox, run));
        if in_month + 1 == calendar.month {
            most_files = most_files.max(files(&sandbox.path("output")).len());
            if night / calendar.month % 2 == 1 {
                let mut command = sandbox.command(&["compact", "-q"]);
                let step = 1 + (night * 7) % 90;
                let killed = command.env(VARIABLE, format!("any#{step}")).stderr(Stdio::null()).status().unwrap();
                crashes += usize::from(killed.code().is_none());
            }
            sandbox.run(&["compact", "-q"]).expect(0);
            sandbox.run(&["verify", "-q"]).expect(0);
        }
    }
    sandbox.run(&["verify", "--deep", "-q"]).expect(0);
    let runs = sandbox.rows(Table::Runs);
    assert_eq!(runs.len(), calendar.nights);
    let sum = |name: &str| runs.iter().map(|run| run[name].parse::<usize>().unwrap()).sum::<usize>();
    assert_eq!(sum("n_records"), records);
    assert_eq!(sum("n_articles") + sum("n_duplicates") + sum("n_rejects"), records);
    assert_eq!(sum("n_rejects"), 2 * calendar.nights);
    assert_eq!(sum("n_articles"), calendar.nights * calendar.new_articles + calendar.nights.saturating_sub(4));
    // A month of nights, what compaction has left of the months before, and the index.
    let bound = 8 * (calendar.month + 10);
    assert!(most_files <= bound, "{most_files} files");
    let last = calendar.nights;
    let early = median(costs[calendar.month - 5..calendar.month].to_vec());
    let late = median(costs[last - 5..].to_vec());
    let _ = writeln!(
        std::io::stderr(),
        "simulated year: {last} nights, {records} records, all accounted for, {crashes} crashes, at most {most_files} files; a night cost \
         {early:.2} CPU s after a month and {late:.2} at the end ({:.2} times)",
        late / early
    );
    // The short form is too small to say anything of cost.
    if last >= 300 {
        assert!(late <= 1.3 * early, "{late} and {early}");
    }
    let _ = fs::remove_dir_all(sandbox.path("output"));
}
