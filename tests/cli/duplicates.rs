//! Copies across records and across runs, and the index that remembers them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use newsieve::table::Table;

use crate::support::{Sandbox, article, feed, files, json_line};

/// An article without its last but one paragraph, and with another title.
fn cut(number: usize) -> String {
    let text = article(number);
    let mut paragraphs: Vec<&str> = text.split("\n\n").collect();
    paragraphs.remove(5);
    paragraphs[0] = "The same story under another headline of the day";
    paragraphs.join("\n\n")
}

/// An article with a paragraph of another one behind it.
fn extended(number: usize, by: usize) -> String {
    let other = article(by);
    article(number) + "\n\n" + other.split("\n\n").nth(3).unwrap()
}

/// Later record, kept record and its run, kind, dropped: of all edges.
fn edges(sandbox: &Sandbox) -> BTreeSet<[String; 5]> {
    let rows = sandbox.rows(Table::Duplicates);
    rows.iter().map(|row| ["id", "kept_id", "kept_run_id", "kind", "dropped"].map(|name| row[name].clone())).collect()
}

fn edge(id: &str, kept: &str, run: &str, kind: &str, dropped: bool) -> [String; 5] {
    [id, kept, run, kind, if dropped { "true" } else { "false" }].map(str::to_owned)
}

fn index_files(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    files(&sandbox.path("output/_state/index"))
}

#[test]
fn copies_of_an_earlier_run_are_dropped_for_it() {
    let sandbox = Sandbox::new();
    sandbox.write("in/monday.jsonl", feed(0..6));
    sandbox.run(&["run", "in", "--run-id", "r1"]).expect(0);
    assert!(edges(&sandbox).is_empty(), "{:#?}", edges(&sandbox));
    let tuesday = json_line("same", &article(1)) + &json_line("cut", &cut(2)) + &json_line("longer", &extended(3, 40));
    sandbox.write("in/tuesday.jsonl", tuesday + &json_line("new", &article(50)));
    sandbox.run(&["run", "in", "--run-id", "r2"]).expect(0);
    let expected = BTreeSet::from([
        edge("same", "a1", "r1", "exact", true),
        edge("cut", "a2", "r1", "near", true),
        edge("longer", "a3", "r1", "near", true),
    ]);
    assert_eq!(edges(&sandbox), expected);
    assert_eq!(sandbox.manifests()[1].counts.n_duplicates, 3);
    sandbox.assert_laws();
}

/// A new revision stays, however much it is like the old one.
#[test]
fn a_revision_stays_beside_what_it_revises() {
    let sandbox = Sandbox::new();
    sandbox.write("in/1.jsonl", json_line("x", &article(1)) + &json_line("copy", &cut(1)));
    sandbox.run(&["run", "in", "--run-id", "r1"]).expect(0);
    assert_eq!(edges(&sandbox), BTreeSet::from([edge("copy", "x", "r1", "near", true)]));
    sandbox.write("in/2.jsonl", json_line("x", &extended(1, 40)) + &json_line("copy", &cut(1)));
    sandbox.run(&["run", "in", "--run-id", "r2"]).expect(0);
    let second: Vec<_> = sandbox.rows(Table::Duplicates).split_off(1);
    let of = |id: &str| {
        let rows = second.iter().filter(|row| row["id"] == id);
        rows.map(|row| (row["kind"].clone(), row["dropped"].clone())).collect::<BTreeSet<_>>()
    };
    assert_eq!(of("x"), BTreeSet::from([("syndicated".to_owned(), "false".to_owned())]));
    assert!(of("copy").contains(&("near".to_owned(), "true".to_owned())));
    let articles = sandbox.rows(Table::Articles);
    assert_eq!(articles.iter().filter(|row| row["id"] == "x").count(), 2);
    assert!(articles[1]["quality_flags"].contains("revised_id"), "{articles:#?}");
    // Given once more, each is a copy of what is known.
    sandbox.write("in/3.jsonl", json_line("x", &extended(1, 40)) + &json_line("copy", &cut(1)) + "\n");
    sandbox.run(&["run", "in", "--run-id", "r3"]).expect(0);
    assert_eq!(sandbox.manifests()[2].counts.n_articles, 0);
    sandbox.assert_laws();
}

/// One run reads two dumps: the second may revise what the first has.
#[test]
fn a_revision_in_the_same_run_stays_too() {
    let sandbox = Sandbox::new();
    let first: String = (1..4).map(|number| json_line(&format!("x{number}"), &article(number))).collect();
    sandbox.write("monday.jsonl", first);
    let again = json_line("x1", &article(1)) + &json_line("x2", &extended(2, 40)) + &json_line("x3", &article(33));
    sandbox.write("tuesday.jsonl", again);
    sandbox.run(&["run", "monday.jsonl", "tuesday.jsonl", "--run-id", "r1"]).expect(0);
    let articles = sandbox.rows(Table::Articles);
    let revised = articles.iter().filter(|row| row["quality_flags"].contains("revised_id"));
    let revised: Vec<_> = revised.map(|row| (row["id"].as_str(), row["file_path"].as_str())).collect();
    assert_eq!(revised, [("x2", "tuesday.jsonl"), ("x3", "tuesday.jsonl")]);
    // The first x2 is a near copy of what revises it.
    assert_eq!(
        edges(&sandbox),
        BTreeSet::from([edge("x1", "x1", "r1", "exact", true), edge("x2", "x2", "r1", "near", true)])
    );
    assert_eq!(articles.len(), 4);
    sandbox.assert_laws();
}

#[test]
fn one_run_or_ten_give_the_same_clusters() {
    let records: Vec<(String, String)> = (0..10)
        .map(|number| (format!("a{number}"), article(number)))
        .chain((0..5).map(|number| (format!("b{number}"), cut(number))))
        .chain((2..8).map(|number| (format!("c{number}"), extended(number, number + 100))))
        .chain((0..9).map(|number| (format!("d{number}"), article(number))))
        .collect();
    let clusters = |parts: usize| {
        let sandbox = Sandbox::new();
        for (number, part) in records.chunks(records.len().div_ceil(parts)).enumerate() {
            let lines: String = part.iter().map(|(id, text)| json_line(id, text)).collect();
            sandbox.write(&format!("in/{number}.jsonl"), lines);
            sandbox.run(&["run", "in", "--run-id", &format!("r{number}")]).expect(0);
        }
        sandbox.assert_laws();
        let mut clusters: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in sandbox.rows(Table::Duplicates).iter().filter(|row| row["dropped"] == "true") {
            clusters.entry(row["kept_id"].clone()).or_default().extend([row["id"].clone(), row["kept_id"].clone()]);
        }
        clusters.into_values().collect::<BTreeSet<_>>()
    };
    let one = clusters(1);
    assert_eq!(one.len(), 10 - 1);
    assert_eq!(one, clusters(10));
}

/// Half of one record is cut, since it stands behind a heading of other stories; its copy has no such heading. Each says of the other
/// which lines are the article's, whichever came first.
#[test]
fn a_copy_is_found_whose_lines_were_cut() {
    const STORY: [&str; 6] = [
        "The harbour board voted on Tuesday to deepen the northern basin, a step that three councils had asked for since the storm \
         of last winter damaged the old quay.",
        "Work will begin in spring and last for two years, the head of the board told reporters, and ferries will use the southern \
         pier until the first section is open again.",
        "Fishermen fear for their berths and want a written promise that rents stay where they are, while the chamber of trade \
         expects forty more ships a month from the plan.",
        "A study of the seabed found no harm for the mussel banks, yet the society for nature wants a second one and has asked the \
         court of the district to look at the papers.",
        "The money comes from a loan of the regional bank, which the towns along the coast will pay back over twenty years out of \
         the fees that larger ships are going to bring.",
        "Divers will first clear the wreck of a barge that sank in the narrow part of the basin forty years ago and still tears \
         the nets of the boats that pass too close to it.",
    ];
    let parts = [&["Harbour board votes for a deeper basin"], &STORY[..3], &["Related stories"], &STORY[3..]];
    let cut = json_line("cut", &parts.concat().join("\n\n"));
    let whole = json_line("whole", &[&["Basin of the port to be dug out"], &STORY[1..]].concat().join("\n\n"));
    let run = |parts: &[&String], segments_stay: bool| {
        let sandbox = Sandbox::new();
        for (number, part) in parts.iter().enumerate() {
            sandbox.write(&format!("in/{number}.jsonl"), part.as_str());
            sandbox.run(&["run", "in", "--run-id", &format!("r{number}")]).expect(0);
            if !segments_stay {
                fs::remove_dir_all(sandbox.path("output/segments")).unwrap();
            }
        }
        let rows = sandbox.rows(Table::Duplicates);
        rows.iter().map(|row| (row["kind"].clone(), row["dropped"].clone())).collect::<Vec<_>>()
    };
    let dropped = [("near".to_owned(), "true".to_owned())];
    assert_eq!(run(&[&cut, &whole], true), dropped);
    assert_eq!(run(&[&whole, &cut], true), dropped);
    assert_eq!(run(&[&(cut.clone() + &whole)], true), dropped);
    // Without the lines of the earlier one the two stay side by side.
    assert_eq!(run(&[&cut, &whole], false), [("syndicated".to_owned(), "false".to_owned())]);
}

#[test]
fn a_lost_index_is_made_anew_byte_for_byte() {
    let sandbox = Sandbox::new();
    for number in 0..4 {
        sandbox.write(&format!("in/{number}.jsonl"), feed(number * 5..number * 5 + 6 - number));
        sandbox.run(&["run", "in", "--run-id", &format!("r{number}"), "--memory", "1M"]).expect(0);
    }
    let before = index_files(&sandbox);
    assert!(!before.is_empty());
    for (name, content) in &before {
        fs::write(sandbox.path("output/_state/index").join(name), &content[..content.len() / 2]).unwrap();
    }
    let said = sandbox.run(&["verify"]).expect(1);
    assert!(said.stdout.contains("`newsieve reindex` makes it anew"), "{}", said.stdout);
    sandbox.run(&["reindex"]).expect(0);
    assert!(before == index_files(&sandbox));
    fs::remove_dir_all(sandbox.path("output/_state")).unwrap();
    sandbox.run(&["reindex"]).expect(0);
    assert!(before == index_files(&sandbox));
    sandbox.assert_laws();
}

/// A night's run does not fail for an index that is gone, and finds the same with the new one.
#[test]
fn a_run_makes_a_lost_index_anew() {
    let mut tables = Vec::new();
    for lost in [false, true] {
        let sandbox = Sandbox::new();
        for number in 0..2 {
            sandbox.write(&format!("in/{number}.jsonl"), feed(number * 5..number * 5 + 5));
            sandbox.run(&["run", "in", "--run-id", &format!("r{number}")]).expect(0);
        }
        if lost {
            fs::remove_dir_all(sandbox.path("output/_state")).unwrap();
        }
        sandbox.write("in/2.jsonl", json_line("cut", &cut(7)) + &json_line("a3", &article(60)));
        sandbox.run(&["run", "in", "--run-id", "r2"]).expect(0);
        assert!(edges(&sandbox).contains(&edge("cut", "a7", "r1", "near", true)));
        sandbox.assert_laws();
        tables.push(["articles", "duplicates"].map(|table| files(&sandbox.path("output").join(table))));
        sandbox.run(&["reindex"]).expect(0);
        sandbox.assert_laws();
    }
    assert!(tables[0] == tables[1]);
}

#[test]
fn the_index_has_no_more_files_than_manifests_name() {
    let sandbox = Sandbox::new();
    for number in 0..12 {
        sandbox.write(&format!("in/{number}.jsonl"), feed(number..number + 1));
        sandbox.write("output/_state/index/dead.idx", "left by a run that was killed");
        sandbox.run(&["run", "in", "--run-id", &format!("r{number:02}")]).expect(0);
    }
    // Twelve runs of one article: small files are merged into the newest.
    assert!(index_files(&sandbox).len() < 4, "{:?}", index_files(&sandbox).keys());
    sandbox.assert_laws();
    sandbox.run(&["run", "in", "--run-id", "all", "--full-refresh"]).expect(0);
    assert_eq!(index_files(&sandbox).into_keys().collect::<Vec<_>>(), ["all.idx"]);
    assert_eq!(sandbox.manifests()[0].counts.n_articles, 12);
    sandbox.assert_laws();
}
