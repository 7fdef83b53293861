//! The command line: what was typed, and the help that teaches it.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use newsieve::table::Table;
use toml::Value;

const AFTER_HELP: &str = "\
Examples:
  newsieve run                                  clean ./seeds into ./output
  newsieve run dump/ more.jsonl.zst -o tables   clean a folder and a file
  newsieve explain dump/page.txt                see why each line was kept or cut
  newsieve report                               see what is in ./output

Exit codes:
  0    committed, or nothing new to commit
  1    could not finish; nothing of this run is visible in the output
  2    wrong usage or config
  3    committed, but an input was damaged, too many records were rejected (limits.max_reject_share),
       or nearly all text of a source was cut (limits.max_removed_share)
  75   another run holds the output's lock; try again later
  130  stopped by Ctrl-C (143: by SIGTERM); nothing was committed, give the same command again";

const INPUT_FORMATS: [&str; 8] = ["auto", "txt", "jsonl", "csv", "parquet", "warc", "wet", "html"];

/// Cleans dumps of scraped news text into Parquet tables.
///
/// Every line of every record gets a label (title, body, caption, related story, menu …), and every cut is written down with the
/// rule that made it. The clean articles, the audit trail, the duplicates and the rejects are tables in one output folder.
#[derive(Debug, Parser)]
#[command(name = "newsieve", version, after_help = AFTER_HELP, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes, before or after its name.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The output folder that is written or read.
    #[arg(short, long, global = true, value_name = "DIR", default_value = "./output")]
    pub output: PathBuf,
    /// When to show progress; auto: bars on a terminal only.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = When::Auto)]
    pub progress: When,
    /// Form of the messages on stderr.
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Say nothing on success.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more; twice: everything.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// When to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Bars on a terminal, nothing elsewhere.
    Auto,
    /// Also without a terminal: a line every few seconds.
    Always,
    /// Never.
    Never,
}

/// Form of the messages on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Sentences.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Run(RunArgs),
    Explain(ExplainArgs),
    Report(ReportArgs),
    Verify(VerifyArgs),
    Compact(CompactArgs),
    Reindex(ReindexArgs),
    Eval(EvalArgs),
    Train(TrainArgs),
    Schema(SchemaArgs),
    Config(ConfigCommand),
    Completions(CompletionsArgs),
    /// Print the man page.
    #[command(after_help = "Example:\n  newsieve man | man -l -")]
    Man,
}

/// Clean dumps into tables.
///
/// Reads folders and files: .txt, .html, .jsonl, .csv, .tsv, .parquet, .warc and .wet, plain or compressed (.gz, .zst, .bz2, .xz), and
/// all of these in .tar and .zip archives. Commits articles, segments, related stories, duplicates and rejects to the output folder. Inputs that were committed before are skipped, so a dump folder that grows can be
/// given again and again. A run that was stopped
/// has committed nothing: the same command goes on where it was.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve run dump/                                  a folder, all its files that can be read
  newsieve run 'crawl/*.warc.gz' pages.tar.zst        a pattern, and an archive
  zcat dump.gz | newsieve run -                       standard input
  newsieve run news.jsonl.gz --text-field content     JSON lines with another name for the text
  newsieve run dump/ --set label.preset=precision     leave unsure paragraphs out
  newsieve run dump/ --dry-run                        everything but the commit")]
pub struct RunArgs {
    /// Folders, files and patterns to clean, `-` for standard input; none: those of the config (`input.paths`, by default ./seeds).
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Threads; default: all cores. The tables do not depend on it.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub jobs: Option<u16>,
    /// Soft ceiling of memory, such as 512M or 2GiB. The tables do not depend on it. What the search for duplicates needs is sorted on
    /// disk above it; beside that every article of the run takes some hundred bytes.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = parse_size)]
    pub memory: u64,
    /// Name of this run; default: UTC time and a short hash.
    #[arg(long, value_name = "ID")]
    pub run_id: Option<String>,
    /// Do everything but the commit.
    #[arg(long)]
    pub dry_run: bool,
    /// Replace all earlier commits by this run.
    #[arg(long)]
    pub full_refresh: bool,
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// What is laid over the defaults of the configuration.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct Overlay {
    /// Config file, laid over the built-in defaults.
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Set one config key; may repeat. VALUE is TOML, and where that fails a plain string.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
}

/// Options that change the configuration, those of inputs included.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigArgs {
    #[command(flatten)]
    pub overlay: Overlay,
    /// Form of the input: auto (by name, then by content), txt and html (one record a file), jsonl (one object a line), csv (also TSV)
    /// and parquet (one record a row), warc and wet (web crawls). Of an archive it is the form of the members.
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(INPUT_FORMATS))]
    pub input_format: Option<String>,
    /// JSON field or column that holds the text.
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,
    /// JSON field or column that holds the id.
    #[arg(long, value_name = "NAME")]
    pub id_field: Option<String>,
    /// JSON field or column that holds the address.
    #[arg(long, value_name = "NAME")]
    pub url_field: Option<String>,
    /// JSON field or column that holds the title.
    #[arg(long, value_name = "NAME")]
    pub title_field: Option<String>,
    /// JSON field or column that holds the publication date.
    #[arg(long, value_name = "NAME")]
    pub date_field: Option<String>,
}

impl ConfigArgs {
    /// The flags as (config key, value, name of the flag).
    pub fn flags(&self) -> Vec<(&'static str, Value, &'static str)> {
        [
            ("input.format", &self.input_format, "--input-format"),
            ("input.text_field", &self.text_field, "--text-field"),
            ("input.id_field", &self.id_field, "--id-field"),
            ("input.url_field", &self.url_field, "--url-field"),
            ("input.title_field", &self.title_field, "--title-field"),
            ("input.date_field", &self.date_field, "--date-field"),
        ]
        .into_iter()
        .filter_map(|(key, value, flag)| value.as_ref().map(|value| (key, Value::String(value.clone()), flag)))
        .collect()
    }
}

/// Show every line of one record with its label, rule and confidence.
///
/// A file (or `-`, standard input) is cleaned alone, without the evidence of other records. What is no file is taken for the id of
/// a record and looked up in the output folder.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve explain dump/page.txt              the lines that fit the terminal
  newsieve explain -v news.jsonl --record 41  the record in line 41 (from 0), all text
  newsieve explain --reasons dump/page.txt    what moved the model, line by line
  newsieve explain 9f86d081884c7d65 --json    a record of the output, as JSON")]
pub struct ExplainArgs {
    /// Below each line the features that moved the model most, with their log-odds (+ towards text). Files only.
    #[arg(long)]
    pub reasons: bool,
    /// A file, `-` for standard input, or the id of a record in the output.
    #[arg(value_name = "FILE|-|ID")]
    pub target: String,
    /// Which record of a file with several: its line or row, from 0. Default: the first one.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    pub record: Option<i64>,
    /// Print one JSON object instead.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Show what is in the output: runs, articles, languages, labels, duplicates, rejects.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve report                     what is in ./output
  newsieve report -o tables           another output folder
  newsieve report --html report.html  as a page with plots, to look at or to send")]
pub struct ReportArgs {
    /// Write one HTML page with plots instead, `-` to standard output. It needs nothing else: no script, no network.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// Check an output folder against every promise that is made of it.
///
/// Files, hashes, schemas, and the laws that tie the tables together. What is wrong is printed line by line, and the exit code is
/// then 1.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve verify                   check ./output
  newsieve verify --deep -o tables  read every value too")]
pub struct VerifyArgs {
    /// Read every value and check each record too.
    #[arg(long)]
    pub deep: bool,
}

/// Put the small files of past commits together.
///
/// The rows stay, in the same order, with their run ids; there are fewer files and manifests. Old files go when the new ones stand. Large
/// commits are left alone until as much has come behind them, so that a row is copied a few times in its life. Good once a month.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve compact             ./output
  newsieve compact -o tables   another output folder")]
pub struct CompactArgs {}

/// Make the index of duplicates anew from the tables.
///
/// The index in `_state/index` tells a run which articles earlier runs have kept. `newsieve run` makes a missing or damaged index anew
/// by itself; this command does it at a time of your choosing. The files come out byte for byte as they were.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve reindex             the index of ./output
  newsieve reindex -o tables   of another output folder")]
pub struct ReindexArgs {
    /// Soft ceiling of memory, such as 512M or 2GiB.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = parse_size)]
    pub memory: u64,
}

/// Score the labels against labelled records.
///
/// GOLD is JSONL (plain or .gz): `raw_text` with one label for each of its lines in `labels` (body, title, noise, duplicate, blank)
/// and, where they are known, in `labels_fine`; `gold_body`, `gold_title`, `url`, `lang`, `variant`, `id`. A record without labels
/// is a page without an article. Prints lines and text (shingles of four words) by language, titles, confusions, the worst records.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve eval gold.jsonl                              the figures
  newsieve eval gold.jsonl --floors floors.toml         exit code 1 where one is below its floor
  newsieve eval gold.jsonl --set label.preset=recall    of another preset")]
pub struct EvalArgs {
    /// Files of labelled records.
    #[arg(value_name = "GOLD", required = true)]
    pub gold: Vec<PathBuf>,
    /// Figures that must be reached, as TOML: `[sets.page]` with `text_f1`, `macro_text_f1`, `title`, `fine`,
    /// `max_destroyed`, `max_rejected`, `max_clean_loss`, `language = { vi = 0.9 }`; above the tables `rejected_negatives` and
    /// `right_of_confident`.
    #[arg(long, value_name = "FILE")]
    pub floors: Option<PathBuf>,
    #[command(flatten)]
    pub overlay: Overlay,
}

/// A part of the model that can be fitted alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModelPart {
    /// The head that chooses the title among its candidates.
    Titles,
    /// The head that knows captions.
    Captions,
}

/// Train the labelling model.
///
/// Reads a folder of labelled records (dev*.jsonl.gz and train_*.jsonl.gz, in the form of `newsieve eval`), prints what
/// cross-validation over sites measures, and writes the model. The same records give the same model on every machine. The
/// model that is in force is compiled in: build again to use the new one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve train corpus/ --to config/model/labels.bin.zst
  newsieve train corpus/ --cross-validate                     only measure, write nothing")]
pub struct TrainArgs {
    /// Folder of labelled records.
    #[arg(value_name = "FOLDER")]
    pub corpus: PathBuf,
    /// Where the model goes.
    #[arg(long, value_name = "FILE", required_unless_present = "cross_validate")]
    pub to: Option<PathBuf>,
    /// Measure by cross-validation over sites first (five times the work).
    #[arg(long)]
    pub cross_validate: bool,
    /// Folder that keeps the models of the folds: what is there is not fitted again.
    #[arg(long, value_name = "FOLDER", requires = "cross_validate")]
    pub fold_models: Option<PathBuf>,
    /// Fit only one part of the model; the rest stays as it is compiled in (a third of the work).
    #[arg(long, value_name = "PART", requires = "to")]
    pub only: Option<ModelPart>,
    /// Give the labeller the web addresses of the tested records.
    #[arg(long, requires = "cross_validate")]
    pub addresses: bool,
    #[command(flatten)]
    pub overlay: Overlay,
}

/// Describe the tables: columns, types, units, meaning.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve schema                            all tables
  newsieve schema articles                   one table
  newsieve schema --format markdown > t.md   for a wiki")]
pub struct SchemaArgs {
    /// One table; none: all of them.
    #[arg(value_name = "TABLE", value_parser = PossibleValuesParser::new(Table::ALL.map(Table::as_str)))]
    pub table: Option<String>,
    /// Form of the description.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = SchemaForm::Text)]
    pub format: SchemaForm,
}

/// Form of `newsieve schema`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaForm {
    Text,
    Json,
    Markdown,
}

/// Show the effective config, or check a config file.
///
/// Without a command: `show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve config show                           all keys with their defaults
  newsieve config show -c my.toml > full.toml    what is in force, and where each value comes from
  newsieve config check my.toml                  is it valid?")]
pub struct ConfigCommand {
    #[command(subcommand)]
    pub action: Option<ConfigAction>,
}

#[derive(Debug, Subcommand)]
pub enum ConfigAction {
    /// Print the effective config as TOML, each value with its origin.
    Show(ConfigArgs),
    /// Check a config file: keys, values, lexicons.
    Check(CheckArgs),
}

/// Arguments of `newsieve config check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The config file; `-c FILE` says the same.
    #[arg(value_name = "FILE", conflicts_with = "file", required_unless_present_any = ["file", "sets"])]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub overlay: Overlay,
}

/// Print shell completions.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  newsieve completions bash > ~/.local/share/bash-completion/completions/newsieve
  newsieve completions zsh > ~/.zfunc/_newsieve
  newsieve completions fish > ~/.config/fish/completions/newsieve.fish")]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// Reads a size: a number and a unit. K, M, G, T and KiB … are powers of 1024, KB … powers of 1000, none is bytes.
fn parse_size(text: &str) -> Result<u64, String> {
    let allowed =
        || format!("`{text}` is no size; write a number and a unit, such as 512M, 2GiB or 1.5G (at least 1M)");
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| allowed())?;
    let unit = unit.trim().to_ascii_lowercase();
    let power = |letter: char| "kmgt".find(letter).map(|index| index as i32 + 1);
    let mut letters = unit.chars();
    let factor = match (letters.next().map(power), letters.as_str()) {
        (None, _) => 1.0,
        (Some(Some(power)), "" | "ib") => 1024_f64.powi(power),
        (Some(Some(power)), "b") => 1000_f64.powi(power),
        (Some(None), "") if unit == "b" => 1.0,
        _ => return Err(allowed()),
    };
    let bytes = number * factor;
    if (1e6..1e18).contains(&bytes) { Ok(bytes as u64) } else { Err(allowed()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("1GiB", Some(1 << 30)),
            ("512M", Some(512 << 20)),
            ("512m", Some(512 << 20)),
            ("1.5G", Some(3 << 29)),
            ("2GB", Some(2_000_000_000)),
            ("2 MiB", Some(2 << 20)),
            ("1048576", Some(1 << 20)),
            ("1048576B", Some(1 << 20)),
            ("64K", None),
            ("0", None),
            ("", None),
            ("G", None),
            ("1X", None),
            ("1Gi", None),
            ("-1G", None),
            ("1e9", None),
            ("1.2.3G", None),
            ("999999999999G", None),
        ] {
            assert_eq!(parse_size(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn global_flags_stand_before_or_after() {
        for line in ["newsieve -v -o x --log-format json run a b", "newsieve run a b -v -o x --log-format json"] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            assert_eq!((cli.global.verbose, cli.global.output.to_str()), (1, Some("x")), "{line}");
            assert_eq!(cli.global.log_format, LogFormat::Json);
            let Command::Run(run) = cli.command else { panic!("{line}") };
            assert_eq!(run.inputs.len(), 2);
            assert_eq!((run.memory, run.jobs), (1 << 30, None));
        }
    }

    #[test]
    fn wrong_usage_is_refused() {
        for line in [
            "newsieve",
            "newsieve rum",
            "newsieve run -j 0",
            "newsieve run --memory 1X",
            "newsieve run --input-format pdf",
            "newsieve -q -v run",
            "newsieve schema nothing",
            "newsieve explain",
            "newsieve explain x --record -1",
        ] {
            let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn flags_become_config_keys() {
        let line = "newsieve run --text-field body --input-format jsonl --set a=b --set c=d -c my.toml";
        let Command::Run(run) = Cli::try_parse_from(line.split(' ')).unwrap().command else { panic!() };
        let flags = run.config.flags();
        let keys: Vec<_> = flags.iter().map(|(key, _, flag)| (*key, *flag)).collect();
        assert_eq!(keys, [("input.format", "--input-format"), ("input.text_field", "--text-field")]);
        assert_eq!(run.config.overlay.sets, ["a=b", "c=d"]);
    }
}
