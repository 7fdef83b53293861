//! Records for the tests of `table`, `output`, `verify` and `report`.

use crate::config::TableConfig;
use crate::document::{
    Article, CallerFields, Cleaned, Label, Measures, Mention, Origin, Reason, Record, Rejection, RelatedItem, Segment,
    Span, Verdict, excerpt, hash_hex,
};
use crate::table::RunRow;

/// The table settings of the defaults.
pub(crate) fn table_config() -> TableConfig {
    TableConfig { row_group_bytes: 1 << 26, part_bytes: 1 << 30, zstd_level: 3 }
}

/// A record of the file `<id>.txt`.
pub(crate) fn record(id: &str, text: &str) -> Record {
    Record {
        origin: Origin { file_path: format!("{id}.txt").into(), record_no: 0, input: 0 },
        id: id.to_owned(),
        caller_id: false,
        text: text.to_owned(),
        encoding: "utf-8".to_owned(),
        fields: CallerFields { url: Some(format!("https://example.org/{id}")), ..CallerFields::default() },
    }
}

/// One segment a line: the first is the title, lines that begin with `>` are related, empty ones blank, the others body.
pub(crate) fn segments(text: &str) -> Vec<Segment> {
    let (mut byte, mut char, mut items) = (0, 0, 0);
    let mut segments = Vec::new();
    for (number, line) in text.split('\n').enumerate() {
        let label = match line {
            "" => Label::Blank,
            _ if line.starts_with('>') => Label::Related,
            _ if number == 0 => Label::Title,
            _ => Label::Body,
        };
        items += i32::from(label == Label::Related);
        let chars = line.chars().count() as i64;
        segments.push(Segment {
            span: Span { line_no: number as i32, bytes: byte..byte + line.len(), chars: char..char + chars },
            verdict: Verdict {
                label,
                rule: "fixture.line",
                confidence: 0.9,
                repeat_of: None,
                item_no: (label == Label::Related).then_some(items),
                kept: matches!(label, Label::Title | Label::Body),
                alone: None,
            },
        });
        byte += line.len() + 1;
        char += chars + 1;
    }
    segments
}

/// A record with an article, one related item and one mention.
pub(crate) fn cleaned(id: &str, text: &str) -> Cleaned {
    let record = record(id, text);
    let body = text.split('\n').skip(1).filter(|line| !line.is_empty() && !line.starts_with('>')).collect::<Vec<_>>();
    let body = body.join("\n");
    let article = Article {
        content_hash: hash_hex(body.to_lowercase().as_bytes()),
        text_hash: hash_hex(body.as_bytes()),
        domain: Some("example.org".to_owned()),
        title: text.split('\n').next().map(str::to_owned),
        text_chars: body.chars().count() as i32,
        text: body,
        language: "en".to_owned(),
        date: Some("2024-01-01".to_owned()),
        date_published: Some(1_704_067_200_000_000),
        crawl_not_before: Some(19_723),
        quality_flags: vec!["short".to_owned()],
        n_lines: text.split('\n').count() as i32,
        removed_char_share: 0.25,
        related: vec![RelatedItem { item_no: 1, headline: Some("Other".to_owned()), ..RelatedItem::default() }],
        mentions: vec![Mention { kind: "place", surface: "Hà Nội".to_owned(), chars: 0..6, ..Mention::default() }],
        measures: Measures {
            mean_paragraph_chars: Some(17.0),
            digit_share: Some(0.0),
            punctuation_share: Some(0.1),
            language_consistency: Some(1.0),
            ..Measures::default()
        },
        ..Article::default()
    };
    Cleaned { segments: segments(text), record, outcome: Ok(Box::new(article)) }
}

/// A decodable record without an article.
pub(crate) fn rejected(id: &str, text: &str) -> Cleaned {
    let record = record(id, text);
    let rejection = Rejection {
        origin: record.origin.clone(),
        id: Some(id.to_owned()),
        stage: "article",
        reason: Reason::NoArticle,
        detail: "nothing reads like an article".to_owned(),
        excerpt: Some(excerpt(text)),
        raw_bytes_hash: Some(hash_hex(text.as_bytes())),
    };
    Cleaned { segments: segments(text), record, outcome: Err(rejection) }
}

/// A row of `runs` with the given counts.
pub(crate) fn run_row(n_articles: i64, n_duplicates: i64, n_rejects: i64) -> RunRow {
    RunRow {
        started: 1_704_067_200_000_000,
        finished: 1_704_067_201_000_000,
        inputs: "[]".to_owned(),
        n_records: n_articles + n_duplicates + n_rejects,
        n_articles,
        n_duplicates,
        n_rejects,
        n_skipped_inputs: 0,
        bytes_in: 100,
        peak_rss_bytes: None,
    }
}
