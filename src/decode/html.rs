//! The text of an HTML page.

use dom_smoothie::{Config, Readability, TextMode};
use encoding_rs::Encoding;

use crate::config::HtmlText;

/// Bytes of a page in which its charset must be declared (1024 in the standard; real pages are later).
const DECLARATION_BYTES: usize = 4096;
/// Elements above which the main text is not looked for, since the search is not linear; newspapers' pages have some thousands.
const MAX_ELEMENTS: usize = 50_000;
/// Elements above which the visible text is not laid out line by line: that takes time with the square of them, a second for so many.
const MAX_VISIBLE_ELEMENTS: usize = 20_000;
/// Depth of open elements above which a page is not parsed as one: the parser's work grows with the square of it. Real pages stay below 100.
const MAX_DEPTH: usize = 500;
/// What a browser does not show.
const INVISIBLE: &str = "head, script, style, noscript, template, svg, iframe, object, select, textarea, [hidden]";

/// What is taken from a page.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    /// `main`, `visible`, or `tags` where the page was too deep or too large to be parsed and its tags were only left out.
    pub(super) kind: &'static str,
}

/// Takes the text out of a page.
pub(super) fn read(page: &str, mode: HtmlText) -> Page {
    if is_too_deep(page) {
        return Page { text: without_tags(page), title: None, date: None, kind: "tags" };
    }
    let config = Config { text_mode: TextMode::Formatted, max_elements_to_parse: MAX_ELEMENTS, ..Config::default() };
    let Ok(mut readability) = Readability::new(page, None, Some(config)) else {
        return Page { text: without_tags(page), title: None, date: None, kind: "tags" };
    };
    let metadata = readability.get_article_metadata(readability.parse_json_ld());
    let known =
        |text: String| Some(text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty());
    let title = known(metadata.title).or_else(|| known(readability.get_article_title().to_string()));
    let date = metadata.published_time.and_then(known);
    let main = match mode {
        HtmlText::Main => readability.parse().ok().map(|article| article.text_content.trim().to_owned()),
        HtmlText::Visible => None,
    };
    let (text, kind) = match main.filter(|text| !text.is_empty()) {
        Some(text) => (text, "main"),
        None if elements(page) > MAX_VISIBLE_ELEMENTS => (without_tags(page), "tags"),
        None => (visible_text(page), "visible"),
    };
    Page { text, title, date, kind }
}

fn visible_text(page: &str) -> String {
    let Ok(readability) = Readability::new(page, None, None) else { return without_tags(page) };
    let document = readability.doc;
    document.select(INVISIBLE).remove();
    document.formatted_text().trim().to_owned()
}

/// Number of start tags.
fn elements(page: &str) -> usize {
    let bytes = page.as_bytes();
    memchr::memchr_iter(b'<', bytes).filter(|at| bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic)).count()
}

/// Whether more elements are open at once than in any real page. Counts tags only: an unclosed paragraph counts as open, as it may be.
fn is_too_deep(page: &str) -> bool {
    // These have no end tag.
    const VOID: [&str; 14] =
        ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
    // These need none.
    const OPEN_END: [&str; 9] = ["p", "li", "dt", "dd", "tr", "td", "th", "option", "tbody"];
    let mut depth = 0_usize;
    for at in memchr::memchr_iter(b'<', page.as_bytes()) {
        let tag = &page[at + 1..];
        let name_at = usize::from(tag.starts_with('/'));
        let name_end = tag.bytes().skip(name_at).take_while(u8::is_ascii_alphanumeric).count();
        let name = &tag[name_at..name_at + name_end];
        let is = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        if name.is_empty() || is(&VOID) || is(&OPEN_END) {
            continue;
        }
        depth = if name_at == 1 { depth.saturating_sub(1) } else { depth + 1 };
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

/// The text between tags, one line a tag: what is left for pages that no parser should be given.
fn without_tags(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        push_line(&mut text, &rest[..at]);
        rest = match rest[at..].find('>') {
            Some(end) => &rest[at + end + 1..],
            None => "",
        };
    }
    push_line(&mut text, rest);
    text
}

fn push_line(text: &mut String, line: &str) {
    let line = line.trim();
    if !line.is_empty() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
    }
}

/// The charset that a page names in a `meta` element or in an XML declaration.
pub(super) fn declared_charset(page: &[u8]) -> Option<String> {
    let head = page[..page.len().min(DECLARATION_BYTES)].to_ascii_lowercase();
    let mut from = 0;
    for key in [&b"charset="[..], b"encoding="] {
        while let Some(at) = memchr::memmem::find(&head[from..], key) {
            from += at + key.len();
            let label = head[from..].trim_ascii_start();
            let label = label.strip_prefix(b"\"").or_else(|| label.strip_prefix(b"'")).unwrap_or(label);
            let end = label.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"-_:.+".contains(byte)));
            let label = &label[..end.unwrap_or(label.len())];
            if Encoding::for_label(label).is_some() {
                return Some(String::from_utf8_lossy(label).into_owned());
            }
        }
        from = 0;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>Bridge opens | The Paper</title>\
        <meta property=\"og:title\" content=\"Bridge opens after nine years\">\
        <meta property=\"article:published_time\" content=\"2024-05-06T07:08:09+07:00\"></head><body>\
        <nav><ul><li><a href=\"/\">Home</a></li><li><a href=\"/sport\">Sport</a></li></ul></nav><article>\
        <p>The bridge over the Sella was opened on Friday, nine years after the first stone was laid, and the mayor cut a \
        ribbon that her predecessor had ordered.</p><p>Several hundred people walked across it before noon, and a band \
        played on the northern bank until the rain came down from the hills.</p><p>The old ferry, which carried its last \
        passengers on Thursday, will be moored beside the museum, the town council said in a statement.</p></article>\
        <script>var hidden = 'no text';</script></body></html>";

    #[test]
    fn main_text_title_and_date_of_a_page() {
        let page = read(PAGE, HtmlText::Main);
        assert_eq!(page.kind, "main");
        assert!(page.text.starts_with("The bridge over the Sella"), "{}", page.text);
        assert!(page.text.ends_with("said in a statement.") && !page.text.contains("Sport"), "{}", page.text);
        assert_eq!(page.title.as_deref(), Some("Bridge opens after nine years"));
        assert_eq!(page.date.as_deref(), Some("2024-05-06T07:08:09+07:00"));
    }

    #[test]
    fn the_visible_text_is_all_that_is_shown() {
        let page = read(PAGE, HtmlText::Visible);
        assert_eq!(page.kind, "visible");
        assert!(page.text.starts_with("Home\nSport") && !page.text.contains("hidden"), "{}", page.text);
        let short = read("<p>One line &amp; no more", HtmlText::Main);
        assert_eq!((short.text.as_str(), short.title), ("One line & no more", None));
    }

    #[test]
    fn absurdly_deep_pages_are_read_in_linear_time() {
        let deep = format!("{}text{}", "<div>".repeat(200_000), "</div>".repeat(200_000));
        let page = read(&deep, HtmlText::Main);
        assert_eq!((page.text.as_str(), page.kind), ("text", "tags"));
        let flat = format!("<p>start</p>{}<p>end</p>", "<b>x</b> ".repeat(60_000));
        assert_eq!(read(&flat, HtmlText::Main).kind, "tags");
        // Laying out the paragraphs of a megabyte took minutes.
        let paragraphs = format!("<div>{}</div>", "<p>a</p>".repeat(120_000));
        assert_eq!(read(&paragraphs, HtmlText::Visible).kind, "tags");
    }

    #[test]
    fn declared_charsets() {
        for (page, expected) in [
            ("<meta charset=gb2312>", Some("gb2312")),
            ("<META http-equiv=Content-Type content=\"text/html; charset=Windows-1258\">", Some("windows-1258")),
            ("<?xml version=\"1.0\" encoding=\"big5\"?><html>", Some("big5")),
            ("<meta charset=nonsense><meta charset='utf-8'>", Some("utf-8")),
            ("<p>charset", None),
        ] {
            assert_eq!(declared_charset(page.as_bytes()).as_deref(), expected, "{page}");
        }
    }
}
