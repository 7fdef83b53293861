//! The `newsieve` program: flags → configuration → library → exit code.

mod cli;
mod escape;
mod explain_view;
mod logging;
mod progress;
mod signals;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::{CommandFactory, Parser};
use newsieve::Cleaner;
use newsieve::config::{self, Effective};
use newsieve::decode::decode;
use newsieve::error::Error;
use newsieve::eval::{evaluate, floors::Floors, gold};
use newsieve::output::Output;
use newsieve::pipeline::{self, Control, RunRequest, RunSummary};
use newsieve::source::{self, FileReader};
use newsieve::stop::Stop;
use newsieve::table::{SchemaFormat, Table, describe};

use cli::{
    CheckArgs, Cli, Command, ConfigAction, ConfigArgs, EvalArgs, ExplainArgs, Global, LogFormat, ModelPart, Overlay,
    RunArgs, SchemaArgs, SchemaForm, TrainArgs,
};
use explain_view::{Display, View};
use progress::Bars;

/// Peak memory of a run is a fifth below that of the system's allocator on Linux (`docs/cost.md`).
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Committed, but an input was damaged, or too much was rejected or cut.
const EXIT_WITH_WARNINGS: u8 = 3;

fn main() -> ExitCode {
    let Cli { global, command } = Cli::parse();
    let bars = Bars::new(&global);
    logging::init(&global, bars.target());
    let stop = Arc::new(Stop::default());
    let signals = match signals::listen(&stop) {
        Ok(signals) => signals,
        Err(error) => {
            tracing::error!("cannot listen for signals: {error}");
            return ExitCode::FAILURE;
        }
    };
    match execute(command, &global, &bars, stop) {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if matches!(error.downcast_ref::<Error>(), Some(Error::Stopped)) => {
            tracing::warn!("{error:#}");
            ExitCode::from(signals.exit_code())
        }
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::from(error.downcast_ref::<Error>().map_or(1, Error::exit_code))
        }
    }
}

fn execute(command: Command, global: &Global, bars: &Bars, stop: Arc<Stop>) -> anyhow::Result<u8> {
    match command {
        Command::Run(args) => run(args, global, bars, stop),
        Command::Explain(args) => explain(&args, global),
        Command::Report(args) => report(args.html.as_deref(), &global.output),
        Command::Verify(args) => verify(&global.output, args.deep),
        Command::Compact(_) => compact(&global.output),
        Command::Reindex(args) => reindex(&global.output, args.memory),
        Command::Eval(args) => eval(&args),
        Command::Train(args) => train(&args),
        Command::Schema(args) => schema(&args),
        Command::Config(command) => configuration(command.action.unwrap_or(ConfigAction::Show(ConfigArgs::default()))),
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "newsieve", &mut script);
            emit(&String::from_utf8_lossy(&script))
        }
        Command::Man => emit(&man_page()?),
    }
}

/// Writes data to stdout.
fn emit(text: &str) -> anyhow::Result<u8> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).context("cannot write to standard output")?;
    Ok(0)
}

/// Whether the reader of stdout has seen enough (`newsieve … | head`): not an error.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn load(args: &ConfigArgs) -> Result<Effective, Error> {
    config::load(args.overlay.file.as_deref(), &args.overlay.sets, &args.flags())
}

/// Without flags of inputs.
fn load_overlay(overlay: &Overlay) -> Result<Effective, Error> {
    config::load(overlay.file.as_deref(), &overlay.sets, &[])
}

/// Environment variable with the seconds between two checkpoints; 0 = after every batch. For tests, and for disks that are very slow.
const CHECKPOINT_SECONDS: &str = "NEWSIEVE_CHECKPOINT_SECONDS";

fn checkpoint_every() -> anyhow::Result<Option<Duration>> {
    let Some(text) = std::env::var_os(CHECKPOINT_SECONDS) else { return Ok(None) };
    let seconds = text.to_str().and_then(|text| Duration::try_from_secs_f64(text.parse().ok()?).ok());
    match seconds {
        Some(seconds) => Ok(Some(seconds)),
        None => anyhow::bail!(Error::Config(format!("{CHECKPOINT_SECONDS} must be a number of seconds"))),
    }
}

fn run(args: RunArgs, global: &Global, bars: &Bars, stop: Arc<Stop>) -> anyhow::Result<u8> {
    let effective = load(&args.config)?;
    let inputs = if args.inputs.is_empty() { configured_inputs(&effective)? } else { args.inputs };
    let request = RunRequest {
        effective,
        inputs,
        output: global.output.clone(),
        jobs: args.jobs.map(usize::from),
        memory: args.memory,
        run_id: args.run_id,
        dry_run: args.dry_run,
        full_refresh: args.full_refresh,
        batch_records: pipeline::BATCH_RECORDS,
        control: Control { stop, checkpoint_every: checkpoint_every()? },
    };
    let summary = pipeline::run(&request, bars)?;
    for warning in &summary.warnings {
        // Exit code 3 needs its reason, also where only errors are heard.
        if global.quiet {
            tracing::error!("{warning}");
        } else {
            tracing::warn!("{warning}");
        }
    }
    match global.log_format {
        LogFormat::Json => log_summary(&summary),
        LogFormat::Text => tracing::info!("{}", sentence(&summary, request.dry_run)),
    }
    Ok(if summary.warnings.is_empty() { 0 } else { EXIT_WITH_WARNINGS })
}

/// The inputs of the config. Where only the default names them, they may well not be there.
fn configured_inputs(effective: &Effective) -> Result<Vec<PathBuf>, Error> {
    let paths: Vec<PathBuf> = effective.config.input.paths.iter().map(PathBuf::from).collect();
    let is_default = effective.origins.get("input.paths").is_some_and(|origin| origin == "default");
    match paths.iter().find(|path| is_default && !path.exists()) {
        Some(path) => Err(Error::Config(format!(
            "no input is named, and there is no `{}` here; name a folder or files: `newsieve run dump/`",
            path.display()
        ))),
        None => Ok(paths),
    }
}

fn log_summary(summary: &RunSummary) {
    tracing::info!(
        run_id = summary.run_id,
        committed = summary.committed,
        n_records = summary.n_records,
        n_articles = summary.n_articles,
        n_duplicates = summary.n_duplicates,
        n_rejects = summary.n_rejects,
        n_skipped_inputs = summary.n_skipped_inputs,
        bytes_in = summary.bytes_in,
        seconds = summary.seconds,
        warnings = summary.warnings.len(),
        "run finished"
    );
}

/// `1 record`, `1,234 records`.
fn count(number: u64, name: &str) -> String {
    format!("{} {name}{}", indicatif::HumanCount(number), if number == 1 { "" } else { "s" })
}

/// What a run did, for people.
fn sentence(summary: &RunSummary, dry_run: bool) -> String {
    let skipped = match summary.n_skipped_inputs {
        0 => String::new(),
        number => format!("; {} committed before and skipped", count(number as u64, "input")),
    };
    let what = format!(
        "{} in {:.1} s: {}, {}, {}{skipped}",
        count(summary.n_records as u64, "record"),
        summary.seconds,
        count(summary.n_articles as u64, "article"),
        count(summary.n_duplicates as u64, "duplicate"),
        count(summary.n_rejects as u64, "reject"),
    );
    match (summary.committed, dry_run) {
        (true, _) => format!("committed run {}: {what}", summary.run_id),
        (false, true) => format!("dry run, nothing committed: {what}"),
        (false, false) => format!("nothing new to commit: {what}"),
    }
}

fn report(html: Option<&Path>, output: &Path) -> anyhow::Result<u8> {
    let report = newsieve::report::report(output)?;
    match html {
        None => emit(&report.to_text()),
        Some(path) if path == Path::new("-") => emit(&report.to_html()),
        Some(path) => {
            std::fs::write(path, report.to_html()).map_err(Error::io("write", path))?;
            tracing::info!("wrote `{}`", path.display());
            Ok(0)
        }
    }
}

fn verify(output: &Path, deep: bool) -> anyhow::Result<u8> {
    let report = newsieve::verify::verify(output, deep)?;
    if report.findings.is_empty() {
        let (commits, files) = (count(report.commits as u64, "commit"), count(report.files as u64, "file"));
        tracing::info!("all good: {commits}, {files}, {}", count(report.rows, "row"));
        return Ok(0);
    }
    let lines: String = report.findings.iter().map(|finding| escape::escape(finding) + "\n").collect();
    // A reader that has seen enough does not make the output good.
    emit(&lines).or_else(|error| if is_closed_pipe(&error) { Ok(0) } else { Err(error) })?;
    let count = report.findings.len();
    let words = if count == 1 { "promise does" } else { "promises do" };
    anyhow::bail!("{count} {words} not hold for `{}`", output.display())
}

fn compact(output: &Path) -> anyhow::Result<u8> {
    if let Some(done) = newsieve::compact::compact(&Output::open(output)?)? {
        let (commits, files) = (count(done.commits as u64, "commit"), count(done.files_after as u64, "file"));
        tracing::info!("put {commits} together as {}: {files}, {} before", done.name, done.files_before);
    } else {
        tracing::info!("nothing to put together");
    }
    Ok(0)
}

fn reindex(output: &Path, memory: u64) -> anyhow::Result<u8> {
    let (files, articles) = newsieve::dedup::earlier::reindex(&Output::open(output)?, memory)?;
    tracing::info!("made {} anew, of {}", count(files as u64, "index file"), count(articles, "article"));
    Ok(0)
}

fn eval(args: &EvalArgs) -> anyhow::Result<u8> {
    let effective = load_overlay(&args.overlay)?;
    let floors = args.floors.as_deref().map(Floors::read).transpose()?;
    let mut records = Vec::new();
    for path in &args.gold {
        records.extend(gold::read(path)?);
    }
    let report = evaluate(&Cleaner::new(&effective)?, &effective.config, &records);
    emit(&report.to_string()).or_else(|error| if is_closed_pipe(&error) { Ok(0) } else { Err(error) })?;
    let missed = floors.map(|floors| floors.missed(&report)).unwrap_or_default();
    for floor in &missed {
        tracing::error!("{floor}");
    }
    Ok(u8::from(!missed.is_empty()))
}

fn train(args: &TrainArgs) -> anyhow::Result<u8> {
    let config = load_overlay(&args.overlay)?.config.label;
    let tell = |what: &str| tracing::info!("{what}");
    if args.cross_validate {
        let models = args.fold_models.as_deref();
        let report = newsieve::train::cross_validate(&args.corpus, &config, models, args.addresses, &tell)?;
        emit(&report.to_string())?;
    }
    if let Some(path) = &args.to {
        use newsieve::train::{Part, train, train_part};
        let model = match args.only {
            Some(ModelPart::Titles) => train_part(Part::Titles, &args.corpus, &config, &tell)?,
            Some(ModelPart::Captions) => train_part(Part::Captions, &args.corpus, &config, &tell)?,
            None => train(&args.corpus, &config, &tell)?,
        };
        model.save(path)?;
        tracing::info!("wrote {}", path.display());
    }
    Ok(0)
}

fn schema(args: &SchemaArgs) -> anyhow::Result<u8> {
    let format = match args.format {
        SchemaForm::Text => SchemaFormat::Text,
        SchemaForm::Json => SchemaFormat::Json,
        SchemaForm::Markdown => SchemaFormat::Markdown,
    };
    emit(&describe(args.table.as_deref().and_then(Table::from_name), format))
}

fn configuration(action: ConfigAction) -> anyhow::Result<u8> {
    match action {
        ConfigAction::Show(args) => emit(&load(&args)?.to_annotated_toml()?),
        ConfigAction::Check(CheckArgs { path, overlay }) => {
            let file = path.or(overlay.file);
            let effective = load_overlay(&Overlay { file: file.clone(), ..overlay })?;
            Cleaner::new(&effective)?;
            let count = effective.origins.values().filter(|origin| *origin != "default").count();
            let what = file.map_or_else(|| "the configuration".to_owned(), |file| format!("`{}`", file.display()));
            tracing::info!("{what} is valid and sets {count} of {} keys", effective.origins.len());
            Ok(0)
        }
    }
}

/// One page with a section for every command.
fn man_page() -> anyhow::Result<String> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let name = format!("newsieve {}", sub.get_name());
        writeln!(page, ".SH \"{}\"", name.to_uppercase())?;
        let man = clap_mangen::Man::new(sub.clone());
        let mut section = Vec::new();
        man.render_synopsis_section(&mut section)?;
        man.render_description_section(&mut section)?;
        man.render_options_section(&mut section)?;
        man.render_extra_section(&mut section)?;
        page.extend(String::from_utf8_lossy(&section).replace(".SH ", ".SS ").into_bytes());
    }
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn explain(args: &ExplainArgs, global: &Global) -> anyhow::Result<u8> {
    let effective = load(&args.config)?;
    let path = Path::new(&args.target);
    let view = if args.target == "-" {
        let format = source::Format::of_option(effective.config.input.format);
        let reader = source::open_stream(Box::new(io::stdin()), "-", format, &effective.config);
        explain_record(reader, args, &effective)?
    } else if path.is_dir() {
        anyhow::bail!(Error::Config(format!(
            "`{}` is a folder; name a file in it, or the id of a record",
            path.display()
        )));
    } else if path.exists() {
        let listing = source::list(&[path.to_owned()], &effective.config.input)?;
        match (listing.files.first(), listing.rejections.into_iter().next()) {
            (Some(file), _) => explain_record(source::open(file, &effective.config), args, &effective)?,
            (None, Some(rejection)) => View::of_rejection(&rejection),
            (None, None) => anyhow::bail!("`{}` holds no record", path.display()),
        }
    } else {
        explain_stored(&args.target, &global.output)?
    };
    if args.json {
        return emit(&(serde_json::to_string_pretty(&view.to_json())? + "\n"));
    }
    let is_terminal = io::stdout().is_terminal();
    let display = Display {
        width: is_terminal.then(|| usize::from(console::Term::stdout().size().1)),
        is_coloured: logging::is_coloured(is_terminal),
        is_full: global.verbose > 0,
    };
    emit(&view.to_text(&display))
}

/// Cleans one record of a file alone.
fn explain_record(mut reader: FileReader, args: &ExplainArgs, effective: &Effective) -> anyhow::Result<View> {
    let item = reader.by_ref().find(|item| {
        let origin = item.as_ref().map_or_else(|rejection| &rejection.origin, |raw| &raw.origin);
        args.record.is_none_or(|record| record == origin.record_no)
    });
    let Some(item) = item else {
        match args.record {
            Some(record) => anyhow::bail!("`{}` has no record {record} (lines count from 0)", args.target),
            None => anyhow::bail!("`{}` holds no record", args.target),
        }
    };
    match item.and_then(|raw| decode(raw, &effective.config)) {
        Ok(record) => {
            let cleaner = Cleaner::new(effective)?;
            let reasons = if args.reasons || args.json { cleaner.reasons(&record) } else { Vec::new() };
            Ok(View::of_cleaned(&cleaner.clean(record), &reasons))
        }
        Err(rejection) => Ok(View::of_rejection(&rejection)),
    }
}

/// Reads one record back from the output.
fn explain_stored(id: &str, output: &Path) -> anyhow::Result<View> {
    let opened = Output::open(output)
        .with_context(|| format!("`{id}` is no file, so it was to be looked up as an id in the output"))?;
    match opened.find_record(id)? {
        Some(stored) => Ok(View::of_stored(&stored)),
        None => anyhow::bail!("`{id}` is neither a file nor the id of a record in the output `{}`", output.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_one_sentence() {
        let mut summary = RunSummary {
            run_id: "r1".to_owned(),
            committed: true,
            n_records: 1234,
            n_articles: 1,
            n_duplicates: 0,
            n_rejects: 1233,
            n_skipped_inputs: 2,
            seconds: 0.84,
            ..RunSummary::default()
        };
        let what =
            "1,234 records in 0.8 s: 1 article, 0 duplicates, 1,233 rejects; 2 inputs committed before and skipped";
        assert_eq!(sentence(&summary, false), format!("committed run r1: {what}"));
        summary.committed = false;
        assert_eq!(sentence(&summary, true), format!("dry run, nothing committed: {what}"));
        assert_eq!(sentence(&summary, false), format!("nothing new to commit: {what}"));
    }

    #[test]
    fn a_closed_pipe_is_told_from_other_errors() {
        let pipe = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).context("cannot write");
        assert!(is_closed_pipe(&pipe));
        assert!(!is_closed_pipe(&anyhow::anyhow!("other")));
    }

    #[test]
    fn the_man_page_has_every_command() {
        let page = man_page().unwrap();
        for command in [
            "RUN",
            "EXPLAIN",
            "REPORT",
            "VERIFY",
            "COMPACT",
            "REINDEX",
            "EVAL",
            "TRAIN",
            "SCHEMA",
            "CONFIG",
            "COMPLETIONS",
        ] {
            assert!(page.contains(&format!(".SH \"NEWSIEVE {command}\"")), "{command}");
        }
    }
}
