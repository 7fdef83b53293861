//! The report for a terminal.

use std::fmt::Write as _;

use super::{Report, Section};

/// Columns of the terminal that an example or name may take.
const CELL_WIDTH: usize = 60;

/// Writes all tables, and the warnings of the last run.
pub(super) fn write(report: &Report) -> String {
    let mut parts: Vec<String> = report.sections.iter().map(table).collect();
    if !report.warnings.is_empty() {
        let mut text = format!("Warnings of the last run ({})\n", report.last_run);
        for warning in &report.warnings {
            let _ = writeln!(text, "  {warning}");
        }
        parts.push(text);
    }
    parts.join("\n")
}

/// The first column and examples stand left, numbers right.
fn table(section: &Section) -> String {
    let head = section.head.iter().map(|&name| name.to_owned()).collect();
    let rows = section.rows.iter().map(|row| row.cells.iter().map(|cell| shorten(&cell.to_string())).collect());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let widths: Vec<usize> = (0..section.head.len())
        .map(|column| lines.iter().map(|line| width(&line[column])).max().unwrap_or(0))
        .collect();
    let mut text = format!("{}\n", section.title);
    for line in lines.iter().filter(|line| line.iter().any(|cell| !cell.is_empty())) {
        let is_left = |column: usize| column == 0 || section.head[column] == "example";
        let cells: Vec<String> =
            line.iter().zip(&widths).enumerate().map(|(column, (cell, &to))| pad(cell, to, is_left(column))).collect();
        let _ = writeln!(text, "  {}", cells.join("  ").trim_end());
    }
    text
}

fn pad(cell: &str, to: usize, left: bool) -> String {
    let space = " ".repeat(to.saturating_sub(width(cell)));
    if left { format!("{cell}{space}") } else { format!("{space}{cell}") }
}

fn shorten(text: &str) -> String {
    if width(text) <= CELL_WIDTH {
        return text.to_owned();
    }
    let mut left = CELL_WIDTH - 1;
    let fits = |char: &char| {
        let fits = char_width(*char) <= left;
        left = left.saturating_sub(char_width(*char));
        fits
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    short
}

/// Columns that a text takes on a terminal.
fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// 2 for East Asian wide characters and emoji, 0 for marks that combine with the character before, else 1.
fn char_width(char: char) -> usize {
    match u32::from(char) {
        0x0300..=0x036F | 0x200B..=0x200F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::fixture::{commit_run, one_run};
    use crate::report::report;

    #[test]
    fn tells_what_is_in_an_output() {
        let (_folder, output) = one_run();
        commit_run(&output, "r2", &[]);
        let text = report(output.root()).unwrap().to_text();
        for line in [
            "  records                   8",
            "  articles                  4",
            "  r1         4         2           1        1        0",
            "  en               4          46            25.0 %",
            "  example.org            4            25.0 %",
            "  exact      2        2",
            "  no_article        2  d.txt: nothing reads like an article",
            "  short         4  100.0 %",
            "  related         2          20    0.0 %",
            "Warnings of the last run (r2)\n  one input was passed over",
        ] {
            assert!(text.contains(line), "{line}\n---\n{text}");
        }
    }

    #[test]
    fn wide_characters_count_twice_and_marks_nothing() {
        assert_eq!(width("越南 ab"), 7);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(pad("越南", 6, false), "  越南");
        assert_eq!(shorten(&"越".repeat(40)), format!("{}…", "越".repeat(29)));
        assert_eq!(shorten(&"a".repeat(60)), "a".repeat(60));
    }
}
