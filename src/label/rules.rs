//! The rules by name: what the `rule` column says, how sure each is, and what it looks at.
//!
//! The confidences are shares of right labels rounded down, measured on labelled records when the rules were written; they order
//! the rules. Where the model judges a line, its chance takes their place in the tables.

/// A rule: its stable name, how sure it is, and what it does in one sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Stable dotted name, the value of the `rule` column.
    pub name: &'static str,
    /// 0 to 1.
    pub confidence: f32,
    /// What it looks at.
    pub about: &'static str,
    /// Its place in [`ALL`].
    pub number: usize,
}

macro_rules! rules {
    ($($constant:ident $name:literal $confidence:literal $about:literal;)*) => {
        #[allow(clippy::upper_case_acronyms, non_camel_case_types)]
        enum Number { $($constant),* }
        $(#[doc = $about] pub const $constant: Rule =
            Rule { name: $name, confidence: $confidence, about: $about, number: Number::$constant as usize };)*
        /// Every rule, in the order in which they are tried.
        pub const ALL: &[Rule] = &[$($constant),*];
    };
}

rules! {
    BLANK "blank" 1.0 "Nothing but white space or invisible characters.";
    SEPARATOR "separator" 0.95 "No letter and no digit: a rule of dashes, dots, stars.";
    TITLE_FIELD "title.field" 0.97 "The line is the title that the record's own field gives.";
    TITLE_FIRST "title.first_line" 0.9 "The first line that is not page furniture reads like a headline and prose follows.";
    TITLE_TOPIC "title.topic" 0.75 "Of the headlines in front of the first paragraph, the one that shares most words with the body.";
    TITLE_ADDRESS "title.address" 0.9 "The web address of the record has the line's words.";
    REPEAT_TITLE "repeat.title" 0.9 "The title again.";
    REPEAT_GLUED "repeat.glued_title" 0.95 "The title glued in front of a caption.";
    SEPARATOR_GLUE "separator.glue" 0.9 "The marker between a glued title and its caption.";
    CAPTION_GLUED "caption.glued" 0.95 "The caption behind a glued title and its marker.";
    CAPTION_CREDIT "caption.credit" 0.9 "The line ends with the credit of a picture.";
    CAPTION_BEGINNING "caption.beginning" 0.85 "The line begins as captions do.";
    CAPTION_TWICE "caption.twice" 0.8 "A line without a stop, printed twice in a row: alternative text and caption.";
    CAPTION_OPEN "caption.open" 0.6 "A long line without a stop between paragraphs that speaks of the same things.";
    CREDIT_AGENCY "credit.agency" 0.95 "The line is an agency's credit.";
    CREDIT_LINE "credit.line" 0.85 "The line has the form of a byline, an editor's line or a source.";
    CREDIT_NAME "credit.name" 0.7 "Two to four capitalised words alone behind the last paragraph: a byline.";
    DATE_LINE "date_line.form" 0.9 "The line gives a date of publication and little else.";
    NAV_LINE "nav.line" 0.9 "The line is a known piece of page furniture.";
    NAV_PREFIX "nav.prefix" 0.85 "The line begins as tags, share bars and legal lines do.";
    NAV_PATTERN "nav.pattern" 0.85 "The line has the form of a counter, a path through the site, a share bar.";
    NAV_BAR "nav.bar" 0.85 "Short entries with signs between them: a menu or share bar in one line.";
    NAV_HEADING "nav.heading" 0.85 "Heading of comments, tags, shares, advertisements.";
    NAV_BEFORE_TITLE "nav.before_title" 0.8 "A short line in front of the title.";
    NAV_AFTER_HEADING "nav.after_heading" 0.7 "What follows such a heading behind the end of the article.";
    NAV_TAIL "nav.tail" 0.65 "A scrap behind the end of the article.";
    RELATED_HEADING "related.heading" 0.95 "A known heading of other stories, and items in their rhythm follow.";
    RELATED_HEADING_EMPTY "related.heading_alone" 0.7 "A known heading of other stories with nothing behind it.";
    RELATED_HEADING_UNKNOWN "related.heading_unknown" 0.7 "A few words of which no list knows, in front of a block of other stories.";
    RELATED_RHYTHM "related.rhythm" 0.93 "Behind such a heading: captions, headlines and teasers in turn.";
    RELATED_HEADLESS "related.rhythm_without_heading" 0.75 "Captions, headlines and teasers in turn behind the article, without a heading.";
    RELATED_LINK "related.link" 0.9 "A link to another story inside the text.";
    RELATED_AFTER_END "related.after_end" 0.7 "Behind the end of the article: end mark, agency line or byline.";
    RELATED_ELSEWHERE "related.elsewhere" 0.85 "Another record of the dump begins with the line, or with one beside it.";
    RELATED_STRANGER "related.stranger" 0.55 "A headline between paragraphs with which it shares no words.";
    REPEAT_BLOCK "repeat.block" 0.95 "A run of lines that the record has already given in the same order.";
    REPEAT_LINE "repeat.line" 0.9 "A paragraph that the record has already given.";
    LEAD_MARK "lead.agency_mark" 0.95 "The first paragraph begins with an agency's mark.";
    LEAD_REPEATED "lead.repeated" 0.95 "The first paragraph is repeated by the dateline paragraph of the body.";
    LEAD_APART "lead.set_apart" 0.7 "A summary set apart from the body by a date line or byline.";
    BODY_PROSE "body.prose" 0.9 "A paragraph of running text.";
    BODY_SENTENCE "body.sentence" 0.75 "A short sentence among paragraphs.";
    BODY_SUBHEADING "body.subheading" 0.65 "A short line without a stop between paragraphs.";
    BODY_WRAPPED "body.wrapped" 0.8 "A line that goes on where the one before it left off: text broken at a fixed width.";
    BODY_LIST "body.list" 0.65 "Short lines between paragraphs or behind a colon: a list or table of the article.";
    MODEL_TEXT "model.text" 0.8 "The model takes the line for text where the rules do not.";
    MODEL_TITLE "model.title" 0.8 "The model takes the line for the title.";
    MODEL_LEAD "model.lead" 0.8 "The model takes the first paragraph for a summary.";
    MODEL_CAPTION "model.caption" 0.7 "The model takes the line for a caption.";
    MODEL_RELATED "model.related" 0.7 "The model takes the line for a part of another story.";
    MODEL_NOISE "model.noise" 0.7 "The model takes the line for page furniture.";
    TEMPLATE "nav.template" 0.85 "Many pages of the site print the line, and the model is not sure that it is text.";
    LISTING "nav.listing" 0.7 "The record is a list of stories without an article.";
    PLACEHOLDER "nav.placeholder" 0.9 "A page that says that there is no article.";
}

/// The rule of a name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.name == name)
}
