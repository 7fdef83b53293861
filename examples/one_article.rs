//! Cleans one page in memory and prints what became of every line: the library without files and tables.
//!
//! Run it with `cargo run --release --example one_article`.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use newsieve::Cleaner;
use newsieve::config;
use newsieve::decode::decode;
use newsieve::document::{CallerFields, Content, Label, Origin, RawRecord};
use newsieve::error::Error;

/// A page as a scraper delivers it: menu, article, another story, share bar.
const PAGE: &str = "\
Home | News | Culture

Village library moves into the old ferry office

The library of Port Avel has moved into the disused ferry office, where readers can now watch the tide from their chairs.

Volunteers carried four thousand books down the hill in two days, and the school band played at every second corner.

Read also: Why the harbour clock runs seven minutes late

Opening hours stay as they were, said librarian Oda Fennick, who has worked without a proper roof since the spring storms.

Share this article
";

fn main() -> Result<(), Error> {
    // The built-in defaults; the arguments would lay a file, `key=value` settings and flags over them.
    let effective = config::load(None, &[], &[])?;
    // Compiles the lexicons, which takes longer than many pages: build it once and share it between threads.
    let cleaner = Cleaner::new(&effective)?;

    let raw = RawRecord {
        origin: Origin { file_path: "page.txt".into(), record_no: 0, input: 0 },
        content: Content::Bytes(PAGE.as_bytes().to_vec()),
        fields: CallerFields { url: Some("https://news.example/library".to_owned()), ..CallerFields::default() },
    };
    // Text or a rejection with its reason: a bad record is data, not an error.
    let record = match decode(raw, &effective.config) {
        Ok(record) => record,
        Err(rejection) => {
            println!("rejected as {}: {}", rejection.reason.as_str(), rejection.detail);
            return Ok(());
        }
    };
    let page = cleaner.clean(record);

    for segment in page.segments.iter().filter(|segment| segment.verdict.label != Label::Blank) {
        let mark = if segment.verdict.kept { '+' } else { '-' };
        let beginning: String = page.record.text[segment.span.bytes.clone()].chars().take(50).collect();
        println!("{mark} {:<15} {:<18} {beginning}", segment.verdict.label.as_str(), segment.verdict.rule);
    }
    match page.outcome {
        Ok(article) => println!("\n{}\n\n{}", article.title.as_deref().unwrap_or("(no title)"), article.text),
        Err(rejection) => println!("\nno article: {}", rejection.detail),
    }
    Ok(())
}
