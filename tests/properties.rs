//! The laws, on generated pages. Each was seen to fail once with the code broken on purpose.
#![expect(clippy::unwrap_used, reason = "helpers of tests are outside of the lint's exception")]

use std::path::Path;
use std::sync::OnceLock;

use newsieve::Cleaner;
use newsieve::config::load;
use newsieve::document::{CallerFields, Cleaned, Label, Origin, Record};
use proptest::prelude::*;

fn cleaner() -> &'static Cleaner {
    static CLEANER: OnceLock<Cleaner> = OnceLock::new();
    CLEANER.get_or_init(|| Cleaner::new(&load(None, &[], &[]).unwrap()).unwrap())
}

fn clean(text: &str) -> Cleaned {
    cleaner().clean(Record {
        origin: Origin { file_path: "page.txt".into(), record_no: 0, input: 0 },
        id: "page".into(),
        caller_id: false,
        text: text.to_owned(),
        encoding: "utf-8".into(),
        fields: CallerFields::default(),
    })
}

/// Lines as pages have them: prose, headlines, furniture, headings, marks, blanks, carriage returns, odd characters.
fn line() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "",
        "",
        "   ",
        "\r",
        "\u{200b}",
        "-----",
        "Tin liên quan",
        "更多",
        "Related",
        "Chia sẻ",
        "Tags: a, b",
        "(TTXVN)",
        "(完)",
        "Hội chợ gạo khai mạc tại thị trấn ven sông",
        "Hội chợ gạo khai mạc tại thị trấn ven sông ảnh 1Quang cảnh hội chợ.",
        "VOV.VN - Sáng 6/8, hội chợ gạo lần thứ ba khai mạc với hơn một trăm gian hàng của các hợp tác xã trong tỉnh.",
        "Ban tổ chức cho biết năm nay có nhiều giống lúa mới, được nông dân trồng thử từ đầu vụ và cho năng suất khá cao./.",
        "Xong việc ở chợ, bà con ra về trong mưa. >> Xem thêm: Chợ nổi họp phiên cuối năm trên sông",
        "越通社河内——当地农民合作社在河边举行了第三届大米交易会,来自各省的一百多个展位参加。",
        "图自越通社",
        "12/10/2024 08:24",
        "216",
        "Ông Trần Văn Lúa, Chủ tịch Hội Nông dân tỉnh, gặp 12 đại biểu Lào và Campuchia tại Hà Nội từ ngày 4-7/10.",
        "Sáng 6/8, Tổng thống Mexico thăm hơn 300 hộ dân theo Nghị quyết 418/NQ-CP.",
        "越共中央总书记阮文稻10月5日在河内会见墨西哥劳动党(PT)代表团600余名代表。",
        "Mayor Anna Miller said on Oct. 5, 2024 that 300 people from Peru, Chile and Cuba had met in Lima.",
        // decomposed letters, full-width digits and signs
        "Sa\u{301}ng 6/8, o\u{302}ng Tra\u{302}\u{300}n Va\u{306}n Lu\u{301}a ga\u{323}\u{306}p 12 \u{111}a\u{323}i bie\u{302}\u{309}u.",
        "\u{ff11}月\u{ff11}\u{ff14}日\u{ff0c}越南与\u{ff13}\u{ff14}个国家建立关系\u{ff08}\u{ff15}\u{ff18}\u{ff05}\u{ff09}。",
    ]);
    prop_oneof![6 => known.prop_map(str::to_owned), 1 => any::<String>().prop_map(|text| text.replace('\n', " "))]
}

fn page() -> impl Strategy<Value = String> {
    prop::collection::vec(line(), 0..40).prop_map(|lines| lines.join("\n"))
}

/// Segments of one line joined with nothing, lines joined with line feeds.
fn rebuilt(cleaned: &Cleaned) -> String {
    let mut text = String::new();
    let mut line = 0;
    for segment in &cleaned.segments {
        while line < segment.span.line_no {
            text.push('\n');
            line += 1;
        }
        text.push_str(&cleaned.record.text[segment.span.bytes.clone()]);
    }
    text
}

proptest! {
    // More cases: PROPTEST_CASES=20000 cargo test --release --test properties
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn segments_rebuild_the_record(text in page()) {
        let cleaned = clean(&text);
        prop_assert_eq!(rebuilt(&cleaned), text.clone());
        let mut chars = 0;
        let mut line = 0;
        for segment in &cleaned.segments {
            chars += i64::from(segment.span.line_no - line);
            line = segment.span.line_no;
            prop_assert_eq!(segment.span.chars.start, chars);
            let part = &text[segment.span.bytes.clone()];
            prop_assert_eq!(segment.span.chars.end - segment.span.chars.start, part.chars().count() as i64);
            chars = segment.span.chars.end;
        }
        prop_assert_eq!(cleaned.segments.last().unwrap().span.line_no as usize, text.matches('\n').count());
    }

    #[test]
    fn blank_lines_and_only_they_are_blank(text in page()) {
        for segment in clean(&text).segments {
            let part = &text[segment.span.bytes.clone()];
            let blank = part.trim_matches(newsieve::text::is_blank).is_empty();
            prop_assert_eq!(segment.verdict.label == Label::Blank, blank, "{:?}", part);
        }
    }

    #[test]
    fn every_published_paragraph_stands_in_the_record(text in page()) {
        let cleaned = clean(&text);
        if let Ok(article) = &cleaned.outcome {
            let source = newsieve::text::nfc(&text).into_owned();
            for paragraph in article.text.split('\n') {
                prop_assert!(source.contains(paragraph), "{:?}", paragraph);
            }
            // White space in titles is folded.
            let spaced = source.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert!(article.title.as_deref().is_none_or(|title| spaced.contains(title)), "{:?}", article.title);
        }
    }

    #[test]
    fn related_items_are_numbered_and_named_by_segments(text in page()) {
        let cleaned = clean(&text);
        for segment in &cleaned.segments {
            if let Some(item) = segment.verdict.item_no {
                prop_assert!(item >= 1);
            }
            if let Some(original) = segment.verdict.repeat_of {
                prop_assert!((original as usize) < cleaned.segments.len());
            }
            prop_assert!((0.0..=1.0).contains(&segment.verdict.confidence));
        }
        if let Ok(article) = &cleaned.outcome {
            let numbers: Vec<i32> = article.related.iter().map(|item| item.item_no).collect();
            prop_assert_eq!(numbers, (1..=article.related.len() as i32).collect::<Vec<_>>());
        }
    }

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        let cleaned = clean(&text);
        prop_assert_eq!(rebuilt(&cleaned), text);
    }

    /// A mention's surface is the decoded text between its offsets and lies in its segment; mentions stand in order, and those of one
    /// kind do not overlap.
    #[test]
    fn mentions_stand_where_they_say(text in page()) {
        let cleaned = clean(&text);
        let Ok(article) = &cleaned.outcome else { return Ok(()) };
        let chars: Vec<char> = text.chars().collect();
        let mut ends = std::collections::HashMap::new();
        let mut last = (0, 0);
        for mention in &article.mentions {
            let (from, to) = (mention.chars.start as usize, mention.chars.end as usize);
            prop_assert_eq!(&mention.surface, &chars[from..to].iter().collect::<String>());
            prop_assert!(from < to);
            let span = &cleaned.segments[mention.seg_no as usize].span.chars;
            prop_assert!(span.start <= mention.chars.start && mention.chars.end <= span.end);
            prop_assert!(cleaned.segments[mention.seg_no as usize].verdict.kept);
            prop_assert!(last <= (mention.seg_no, from));
            last = (mention.seg_no, from);
            let end = ends.insert(mention.kind, to).unwrap_or(0);
            prop_assert!(end <= from, "two of kind {} overlap at {from}", mention.kind);
        }
        prop_assert_eq!(&article.mentions, &clean(&text).outcome.unwrap().mentions);
    }
}

#[test]
fn cleaning_a_clean_text_loses_next_to_nothing() {
    let (mut all, mut lost) = (0, 0);
    for folder in ["vi", "zh", "en", "es", "pt"] {
        for entry in std::fs::read_dir(Path::new("seeds").join(folder)).unwrap() {
            let Ok(text) = std::fs::read_to_string(entry.unwrap().path()) else { continue };
            let Ok(article) = clean(&text).outcome else { continue };
            let once = article.text.clone();
            let again = clean(&format!("{}\n\n{once}", article.title.unwrap_or_default()));
            let kept = again.outcome.map(|article| article.text).unwrap_or_default();
            all += once.lines().count();
            lost += once.lines().filter(|line| !kept.contains(line)).count();
        }
    }
    assert!(all > 100, "{all} paragraphs");
    assert!(lost * 100 <= all, "{lost} of {all} paragraphs lost");
}
