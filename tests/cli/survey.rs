//! What many pages of a site print tells the site's lines from the article's.

use newsieve::table::Table;

use crate::support::{Sandbox, article, json_line};

/// Reads like a subheading of the article on any single page.
const BOX: &str = "The council opens the old railway museum to visitors on Sunday evening";

fn pages(numbers: impl Iterator<Item = usize>) -> String {
    let page = |number: usize| {
        let article = article(number);
        let mut lines: Vec<&str> = article.split("\n\n").collect();
        lines.insert(4, BOX);
        json_line(&format!("a{number}"), &lines.join("\n"))
    };
    numbers.map(page).collect()
}

/// What became of the box on each page.
fn fates(sandbox: &Sandbox) -> Vec<(String, String)> {
    let is_box = |row: &&std::collections::BTreeMap<String, String>| row.get("text").is_some_and(|text| text == BOX);
    let rows = sandbox.rows(Table::Segments);
    let mut fates: Vec<_> = rows.iter().filter(is_box).map(|row| (row["id"].clone(), row["kept"].clone())).collect();
    fates.sort();
    fates
}

#[test]
fn a_line_of_many_pages_is_the_sites() {
    let sandbox = Sandbox::new();
    for (pages, kept) in [(pages(0..3), "true"), (pages(0..9), "false"), (pages((0..9).rev()), "false")] {
        sandbox.write("in/feed.jsonl", pages);
        sandbox.run(&["run", "in", "--full-refresh"]).expect(0);
        let fates = fates(&sandbox);
        assert!(fates.len() >= 3 && fates.iter().all(|(_, fate)| fate == kept), "{fates:?}");
        sandbox.assert_laws();
    }
}

#[test]
fn the_survey_can_be_left_out() {
    let sandbox = Sandbox::new();
    sandbox.write("in/feed.jsonl", pages(0..6));
    sandbox.run(&["run", "in", "--set", "label.template_records=0"]).expect(0);
    assert!(fates(&sandbox).iter().all(|(_, fate)| fate == "true"));
}

/// What records are read together decides what is published of them, not which of them are duplicates.
#[test]
fn duplicates_do_not_depend_on_which_records_a_run_reads_together() {
    let other = article(1);
    let page = format!("{}\n\n{other}", article(2));
    let feed = [json_line("a1", &other), json_line("a2", &page), json_line("a3", &format!("{page}\n\nRead more."))];
    let kept = |parts: &[String]| {
        let sandbox = Sandbox::new();
        for part in parts {
            sandbox.write("in/feed.jsonl", part);
            sandbox.run(&["run", "in"]).expect(0);
        }
        sandbox.assert_laws();
        let alone = sandbox.rows(Table::Articles).iter().filter(|row| row.contains_key("text_alone")).count();
        let mut kept = sandbox.column(Table::Articles, "id");
        kept.sort();
        (kept, alone)
    };
    let (together, alone) = kept(&[feed.concat()]);
    assert_eq!(alone, 1);
    assert_eq!(together, ["a1", "a2"]);
    assert_eq!(kept(&feed), (together, 0));
}

/// Below one story the beginning of another, which stands alone in a record of its own.
#[test]
fn the_beginning_of_another_record_is_that_records() {
    let other = article(1);
    let begins: Vec<&str> = other.split("\n\n").take(2).collect();
    let feed = json_line("a1", &other) + &json_line("a2", &format!("{}\n\n{}", article(2), begins.join("\n\n")));
    for (set, cut) in [("label.stories_of_others=true", true), ("label.stories_of_others=false", false)] {
        let sandbox = Sandbox::new();
        sandbox.write("in/feed.jsonl", &feed);
        sandbox.run(&["run", "in", "--set", set]).expect(0);
        let rows = sandbox.rows(Table::Segments);
        let rules: Vec<&str> = rows
            .iter()
            .filter(|row| row["id"] == "a2" && begins.contains(&row["text"].trim()))
            .map(|row| row["rule"].as_str())
            .collect();
        assert_eq!(rules.len(), 2);
        assert!(rules.iter().all(|rule| (*rule == "related.elsewhere") == cut), "{set}: {rules:?}");
        sandbox.assert_laws();
    }
}
