//! Messages on stderr: sentences or JSON lines, written around the progress bars.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use indicatif::MultiProgress;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

use crate::cli::{Global, LogFormat};
use crate::escape::escape_lines;

/// Begins logging. Quiet: errors only.
pub fn init(global: &Global, bars: &MultiProgress) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => Level::ERROR,
        (false, 0) => Level::INFO,
        (false, 1) => Level::DEBUG,
        (false, _) => Level::TRACE,
    };
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(LogWriter(bars.clone()));
    match global.log_format {
        LogFormat::Json => builder.json().flatten_event(true).with_target(false).init(),
        LogFormat::Text => {
            let is_coloured = is_coloured(io::stderr().is_terminal());
            builder.event_format(Sentences { is_coloured }).init();
        }
    }
}

/// Whether a stream is coloured: on a terminal, unless `NO_COLOR` is set or the terminal is dumb.
pub fn is_coloured(is_terminal: bool) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_terminal && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// stderr, with the bars out of the way while a message is written.
#[derive(Clone)]
struct LogWriter(MultiProgress);

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = LogWriter;

    fn make_writer(&'a self) -> LogWriter {
        self.clone()
    }
}

impl Write for LogWriter {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        // A closed stderr must not stop a run.
        self.0.suspend(|| io::stderr().write_all(buffer)).or(Ok::<(), io::Error>(()))?;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `warning: message key=value`; plain information has no prefix.
struct Sentences {
    is_coloured: bool,
}

impl<S, N> FormatEvent<S, N> for Sentences
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut message = String::new();
        context.format_fields(Writer::new(&mut message), event)?;
        let (name, style) = match *event.metadata().level() {
            Level::ERROR => ("error: ", "red.bold"),
            Level::WARN => ("warning: ", "yellow.bold"),
            Level::INFO => ("", ""),
            Level::DEBUG => ("debug: ", "dim"),
            Level::TRACE => ("trace: ", "dim"),
        };
        let style = console::Style::from_dotted_str(style).force_styling(self.is_coloured);
        writeln!(writer, "{}{}", style.apply_to(name), escape_lines(&message))
    }
}
