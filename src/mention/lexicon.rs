//! What `config/lexicon/mention/*.toml` hold: words and forms of dates, quantities, names and roles, one file a language. Only the
//! article stage reads them; what the labelling reads stands in the files beside that folder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The built-in files: BCP 47 language and content. `parties` holds for all languages.
pub const BUILTIN: [(&str, &str); 8] = [
    ("vi", include_str!("../../config/lexicon/mention/vi.toml")),
    ("zh", include_str!("../../config/lexicon/mention/zh.toml")),
    ("en", include_str!("../../config/lexicon/mention/en.toml")),
    ("es", include_str!("../../config/lexicon/mention/es.toml")),
    ("pt", include_str!("../../config/lexicon/mention/pt.toml")),
    ("fr", include_str!("../../config/lexicon/mention/fr.toml")),
    ("de", include_str!("../../config/lexicon/mention/de.toml")),
    ("ja", include_str!("../../config/lexicon/mention/ja.toml")),
];

/// The list of parties.
pub const PARTIES: &str = include_str!("../../config/lexicon/mention/parties.toml");

/// Given names of many languages.
pub const GIVEN: &str = include_str!("../../config/lexicon/mention/given.toml");

/// `given.toml`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenFile {
    /// The names.
    pub given: Vec<String>,
    /// Family names before given names of two syllables with a hyphen between them (`Kim Jong-un`).
    pub hyphenated: Vec<String>,
    /// Names by which the press calls a person without more (`Obama`).
    pub single: Vec<String>,
}

/// Organisations that the press of all languages calls by the same name.
pub const ORGS: &str = include_str!("../../config/lexicon/mention/orgs.toml");

/// `orgs.toml`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrgFile {
    /// Key to names.
    pub names: BTreeMap<String, Vec<String>>,
}

/// Sino-Vietnamese readings.
pub const READINGS: &str = include_str!("../../config/lexicon/mention/readings.toml");

/// Parses the built-in files.
///
/// # Errors
/// [`Error::Config`] naming the file; a build whose tests pass has none.
pub fn builtin() -> Result<Vec<(String, MentionLexicon)>> {
    BUILTIN
        .iter()
        .map(|(language, content)| {
            let lexicon = toml::from_str(content)
                .map_err(|error| Error::Config(format!("built-in lexicon `mention/{language}`: {error}")))?;
            Ok(((*language).to_owned(), lexicon))
        })
        .collect()
}

/// One file, or `[mention]` of an overlay. Every part may be absent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MentionLexicon {
    /// Written without spaces between words.
    pub unspaced: bool,
    /// The grammar of dates.
    pub date: DateLexicon,
    /// Numbers and what they count.
    pub quantity: QuantityLexicon,
    /// Places beside the countries, which stand in `[country]` of the language's other file.
    pub place: PlaceLexicon,
    /// Persons.
    pub person: PersonLexicon,
    /// Roles: key of the head role to its names.
    pub role: BTreeMap<String, Vec<String>>,
    /// Organisations.
    pub org: OrgLexicon,
    /// Agencies and outlets beside those of `[[agency]]`: key to names. Only mentions read them.
    pub agency: BTreeMap<String, Vec<String>>,
    /// Bylines.
    pub author: AuthorLexicon,
    /// Names of countries, for languages that have no other file.
    pub country: crate::lexicon::Countries,
}

/// `[date]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DateLexicon {
    /// Names of months to 1–12.
    pub months: BTreeMap<String, u8>,
    /// Names of days of the month (`primero`).
    pub days: BTreeMap<String, u8>,
    /// Days of the week to 1–7, Monday first.
    pub weekdays: BTreeMap<String, u8>,
    /// Names of quarters (1–4) and halves (5, 6) of a year.
    pub quarters: BTreeMap<String, u8>,
    /// Classes of phrases for the forms, by name. `lead` are the words in front of a day that belong to it (`ngày`), `outside` those
    /// that show it and do not (`in`, `since`).
    pub classes: BTreeMap<String, Vec<String>>,
    /// Parts of the day, by key (`morning`), which may stand in front of a day.
    pub parts: BTreeMap<String, Vec<String>>,
    /// Words in front of a month or year that take only a part of it (`đầu`, `late`).
    pub vague: Vec<String>,
    /// Words behind a month or year that do (`初`).
    pub vague_behind: Vec<String>,
    /// Forms of days, months, years, decades … and ranges of days.
    pub forms: Vec<String>,
    /// Forms that are dates only behind a word of the class `lead`, a part of the day or a weekday.
    pub lead_forms: Vec<String>,
    /// Forms of terms, plans and spans of years, which are no events.
    pub periods: Vec<String>,
    /// Forms in the lunar calendar: kept as printed.
    pub lunar: Vec<String>,
    /// Forms that look like dates and are none.
    pub masks: Vec<String>,
    /// Words that stand for a day, month or year counted from the publication: `+0d`, `-1d`, `-1m`, `+1y`.
    pub relative: BTreeMap<String, Vec<String>>,
    /// In front of a date in its sentence: the day is yet to come. Lower case.
    pub announced: Vec<String>,
    /// Words between a date and the year that is counted from the day of publication (`de` in `5 de febrero de este año`). Lower case.
    pub year_joints: Vec<String>,
    /// Words of a decade that say that it is of the last century (`上世纪`).
    pub last_century: Vec<String>,
    /// Words right in front of a day with which something is compared (`so với`, `compared with`).
    pub compared: Vec<String>,
    /// The same right behind it (`相比`).
    pub compared_behind: Vec<String>,
    /// In front of a day in its sentence: it is a target, no event (`mục tiêu`, `goal`). Lower case.
    pub targets: Vec<String>,
    /// Words in front of a year to come (`đến`, `by`): it tells nothing about the day of the article. Lower case.
    pub horizons: Vec<String>,
    /// Words in front of a form that make it something else (`số 12/2020`).
    pub not_behind: Vec<String>,
    /// Words behind a form that make it something else (`30/6 tỉnh`).
    pub not_before: Vec<String>,
}

/// `[quantity]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuantityLexicon {
    /// Sign before the fraction.
    pub decimal: char,
    /// Sign between groups of three digits.
    pub group: char,
    /// Whether a space may stand between groups.
    pub group_space: bool,
    /// Number words below a hundred.
    pub numbers: BTreeMap<String, u32>,
    /// Words that multiply.
    pub scales: BTreeMap<String, u64>,
    /// Words for half of the scale before them.
    pub halves: Vec<String>,
    /// Words between the parts of a number in words.
    pub joints: Vec<String>,
    /// Qualifier (`> >= < <= ~`) to the words for it in front of a number.
    pub before: BTreeMap<String, Vec<String>>,
    /// Qualifier to the words for it behind a number.
    pub behind: BTreeMap<String, Vec<String>>,
    /// Words for a span between two numbers (`đến`, `to`).
    pub to: Vec<String>,
    /// Unit to the words behind a number that mean it. Currencies by ISO 4217.
    pub units: BTreeMap<String, Vec<String>>,
    /// Unit to the signs and words in front of a number that mean it.
    pub units_before: BTreeMap<String, Vec<String>>,
    /// Unit to the words behind a number that mean more than so many of it (`个多月`).
    pub units_more: BTreeMap<String, Vec<String>>,
    /// Unit to the words behind a number that mean half of one more (`个半小时`).
    pub units_half: BTreeMap<String, Vec<String>>,
    /// Words that may stand between a number and its unit (`quốc tế`, `new`).
    pub between: Vec<String>,
    /// Words in front of a number that make it a name or an order (`số`, `điều`, `No.`).
    pub not_behind: Vec<String>,
    /// Longer phrases that end with one of those and do not (`tổng số`).
    pub counted_behind: Vec<String>,
    /// Words behind a number that are not counted (`và`, `của`) or make it something else (`giờ`).
    pub not_before: Vec<String>,
    /// Phrases with a number that count nothing (`hai bên`, `24/7`).
    pub masks: Vec<String>,
    /// Words by which members are those of a committee, in front of the number in its sentence.
    pub committee: Vec<String>,
}

impl Default for QuantityLexicon {
    fn default() -> Self {
        QuantityLexicon {
            decimal: '.',
            group: ',',
            group_space: false,
            numbers: BTreeMap::new(),
            scales: BTreeMap::new(),
            halves: Vec::new(),
            joints: Vec::new(),
            before: BTreeMap::new(),
            behind: BTreeMap::new(),
            to: Vec::new(),
            units: BTreeMap::new(),
            units_before: BTreeMap::new(),
            units_more: BTreeMap::new(),
            units_half: BTreeMap::new(),
            between: Vec::new(),
            not_behind: Vec::new(),
            counted_behind: Vec::new(),
            not_before: Vec::new(),
            masks: Vec::new(),
            committee: Vec::new(),
        }
    }
}

/// `[place]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlaceLexicon {
    /// ISO 3166-1 alpha-2 to the names of its capital, first the one for `norm`.
    pub capitals: BTreeMap<String, Vec<String>>,
    /// ISO 3166-1 alpha-2 to names of cities, provinces and states.
    pub cities: BTreeMap<String, Vec<String>>,
    /// Parts of the world: UN M49 code to its names.
    pub regions: BTreeMap<String, Vec<String>>,
    /// Words in front of a name that make it a place (`tỉnh`, `thành phố`).
    pub heads: Vec<String>,
    /// Words behind which a place's name is a person's or a street's.
    pub not_behind: Vec<String>,
    /// Words behind a weak name at the beginning of a sentence that make it a country (`tuyên bố`).
    pub followed: Vec<String>,
}

/// `[person]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonLexicon {
    /// Family names with which names begin.
    pub surnames: Vec<String>,
    /// Given names with which names begin, in languages where they come first.
    pub given: Vec<String>,
    /// Words in front of a role that belong to it (`nguyên`, `cựu`), also with a hyphen between (`co-`).
    pub before_roles: Vec<String>,
    /// Words in front of a name (`ông`, `Mr.`).
    pub honorifics: Vec<String>,
    /// Words for kinds of persons that stand in front of names, and of much else (`人士`): a name behind one needs what follows names.
    pub kinds: Vec<String>,
    /// Words behind a name (`先生`).
    pub honorifics_behind: Vec<String>,
    /// Words in lower case inside names (`de`, `van`).
    pub particles: Vec<String>,
    /// Words behind a name that only persons are followed by (`cho biết`, `said`).
    pub says: Vec<String>,
    /// Those of `says` that say so in one character (`说`): the others follow much else too.
    pub spoken: String,
    /// Words in front of a name that only persons follow (`according to`, `said`).
    pub said: Vec<String>,
    /// Words in front of a name that make it another thing (`đường`, `Trường`).
    pub not_behind: Vec<String>,
    /// Names that are never a person's.
    pub never: Vec<String>,
    /// Words with a capital only because a sentence begins with them (`Theo`, `Một`): a name ends before one.
    pub openers: Vec<String>,
    /// Articles in front of a person's given name alone (`o Carlos`).
    pub articles: Vec<String>,
    /// Words behind a number that tell an age (`tuổi`): capitals in front of the number are a person's name.
    pub ages: Vec<String>,
    /// Family names that are common words too, in languages without spaces: they need more to show that they are one.
    pub weak: String,
    /// Characters with which foreign names are written, in languages that write them by sound.
    pub sounds: String,
    /// Characters of those with which foreign names are written and few words are: a name without points holds one.
    pub foreign: String,
    /// Last words of the names of streets, parks and the like (`Street`), which are no person's without a given name.
    pub sites: Vec<String>,
    /// Given names that are common words too (`Hope`): they begin a name only inside a sentence.
    pub given_weak: Vec<String>,
    /// Names of persons that stand without a word that tells them, in languages without spaces (`特朗普`).
    pub full: Vec<String>,
    /// Words behind a name and a comma that speak of a person (`who`).
    pub relatives: Vec<String>,
    /// Characters in front of a foreign name that tell two bearers apart (`老`, `小`).
    pub ages_apart: String,
    /// Characters behind the name of a town or district, which then is no person's (`市`).
    pub towns: String,
    /// Characters that follow a name and stand in none.
    pub ends: String,
    /// Characters that stand between names and in none, of persons and organisations: particles, pronouns, conjunctions.
    pub between: String,
}

/// `[org]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrgLexicon {
    /// Names of organisations, all of them: key to names. The key is `norm`.
    pub names: BTreeMap<String, Vec<String>>,
    /// First words of an organisation's name (`Bộ`, `Ủy ban`); the words of the name follow.
    pub heads: Vec<String>,
    /// Heads behind which any words with capitals are the name (`Công ty`, `Tập đoàn`).
    pub named: Vec<String>,
    /// Last words (`Ministry`, `Company`, `部`); the words of the name stand in front.
    pub tails: Vec<String>,
    /// Tails that need no place in front of them (`委员会`), in languages without spaces.
    pub strong: Vec<String>,
    /// How names with such tails begin (`国家`), beside places and `X市`; in languages with spaces words that begin no person's name and
    /// stand in an organisation's (`National`, `Royal`).
    pub beginnings: Vec<String>,
    /// First words in lower case that belong to the name behind them (`trường`, `công ty`).
    pub lower: Vec<String>,
    /// First words in lower case of public bodies (`bộ`, `sở`), whose names are not any words with capitals.
    pub lower_bodies: Vec<String>,
    /// Words in lower case in front of an organisation's name that are no part of it (`hãng`, `empresa`).
    pub apart: Vec<String>,
    /// First words of companies, whose names also stand alone (`Công ty`).
    pub companies: Vec<String>,
    /// Words of `words` that are verbs too: in lower case behind a capital they end a name (`Bộ Quốc phòng | tổ chức`).
    pub verbs: Vec<String>,
    /// Words in lower case that stand in no name, and before which one ends (`đã`, `của`).
    pub ends: Vec<String>,
    /// Tails that name nothing right behind a country (`公司`), in languages without spaces.
    pub bare: Vec<String>,
    /// Kinds of areas (`huyện`): capitals behind one belong to the name, known as a place or not.
    pub areas: Vec<String>,
    /// Words in lower case, or of several syllables, inside names (`ngoại giao`, `of`).
    pub words: Vec<String>,
    /// Last words that headlines have in capitals for much else (`Service`): no name where most words have capitals.
    pub plain: Vec<String>,
    /// Verbs of what organisations do: an acronym in front of one is an organisation's.
    pub acts: Vec<String>,
    /// Verbs that may stand between the two (`has`).
    pub auxiliaries: Vec<String>,
    /// Words that join two names, or two words of one (`and`, `y`).
    pub ands: Vec<String>,
    /// Words behind which a name goes on (`of`, `de`).
    pub of: Vec<String>,
    /// Articles that may stand behind those (`the`, `la`).
    pub articles: Vec<String>,
    /// Whose office a name may be (`Attorney’s`, `Sheriff’s`).
    pub owners: Vec<String>,
    /// Words right in front of a first word that belong to the name (`cơ quan` in front of `Cảnh sát`).
    pub outer: Vec<String>,
    /// Last words of a part of a known organisation that lies in a place (`分行`), in languages without spaces.
    pub branches: Vec<String>,
    /// Last words of a part of an organisation that stands right behind its name (`宣传部`), in languages without spaces.
    pub parts: Vec<String>,
    /// Characters that say of which level a public body is (`省`, `市`), in languages without spaces.
    pub levels: String,
    /// Words in front of the short form that brackets give a name (`hereafter`, `以下简称`).
    pub explains: Vec<String>,
    /// Last words of bodies whose names may begin with any characters (`医院`), in languages without spaces.
    pub institutions: Vec<String>,
    /// Words in front of those that say what kind they are, where they lie or what is done with them, and name nothing (`附近`, `私立`).
    pub generic: Vec<String>,
    /// Characters that count what follows (`个`), in languages without spaces; behind one of `counts` they make some organisation of it.
    pub counted: String,
    /// Characters in front of those (`一`, `这`).
    pub counts: String,
    /// Of `between` of `[person]`, those that stand inside a name with letters in brackets behind it.
    pub joints: String,
    /// Characters behind the name of a town of two characters (`市`).
    pub towns: String,
    /// Words in lower case in front of acronyms, which then are organisations' (`la CGT`), but those of `never`.
    pub leads: Vec<String>,
    /// Names that look like an organisation and are none.
    pub never: Vec<String>,
}

/// `[author]`: all in lower case.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthorLexicon {
    /// First words of a byline (`by`, `tác giả:`); a colon at the end must stand in the text.
    pub prefixes: Vec<String>,
    /// What stands between names.
    pub joints: Vec<String>,
    /// Words behind one name that make the line a byline (`기자`).
    pub suffixes: Vec<String>,
    /// Words behind a name that say what the person does: the name ends there.
    pub roles: Vec<String>,
    /// Last words of the name of an editorial team (`Team`, `Redaktion`).
    pub teams: Vec<String>,
    /// Words of a picture's credit: a line that has one names no author.
    pub pictures: Vec<String>,
    /// First words of a line that names somebody who is not the author (`reviewed by`).
    pub others: Vec<String>,
    /// Words in front of a name (`staff writer`).
    pub titles: Vec<String>,
    /// Words that no author's name has (`staff`, `agencies`).
    pub never: Vec<String>,
    /// Words in front of a name inside a line that make it a byline (`written by`).
    pub inside: Vec<String>,
    /// The same, where the line has a date too (`by`); they may also stand twice at its beginning.
    pub inside_dated: Vec<String>,
    /// What opens the names of the reporters inside the first or last paragraph (`(记者`).
    pub reporters: Vec<String>,
    /// Words of somebody who writes (`reporter`): a line that has one behind a name presents an author.
    pub writers: Vec<String>,
    /// Verbs between a name and such a word (`is`).
    pub bears: Vec<String>,
    /// Words that are names in this language although they stand in other lists, or mean something in other languages (`an`).
    pub names: Vec<String>,
    /// Words in front of a team that make it no name (`our`).
    pub no_team: Vec<String>,
    /// Last words of a line that names somebody who is not the author (`摄`).
    pub others_behind: Vec<String>,
    /// Articles in front of the name of a team (`the`).
    pub articles: Vec<String>,
    /// Words in lower case inside names (`van`).
    pub particles: Vec<String>,
    /// Beginnings of a name that are joined to it (`d'`).
    pub joined: Vec<String>,
    /// The press signs its stories with a name alone on the last line.
    pub signed: bool,
    /// Names in Han have a blank between family and given name.
    pub blank_in_names: bool,
}

/// `parties.toml`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyFile {
    /// The parties.
    pub party: Vec<Party>,
}

/// One party.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Party {
    /// Its name in English: `norm`.
    pub norm: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Party Facts id; absent where none was verified.
    pub partyfacts: Option<u32>,
    /// Names in every language, as printed.
    pub names: Vec<String>,
    /// Names that other countries' parties have too: they need a mention of the country in the same sentence.
    pub shared: Vec<String>,
    /// Names that only its own country's press gives it (`Đảng ta`, `我党`).
    pub at_home: Vec<String>,
}
