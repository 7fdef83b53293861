//! Progress of a run: a bar on a terminal, a line now and then where one is asked for without a terminal.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{
    HumanBytes, HumanDuration, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};
use newsieve::pipeline::Progress;

use crate::cli::{Global, LogFormat, When};

/// How often a line is written where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(5);
const TEMPLATE: &str = "{msg:8} {wide_bar} {bytes}/{total_bytes} · {rate} · {left}";

/// Shows how far a run is.
pub struct Bars {
    multi: MultiProgress,
    has_lines: bool,
    state: Mutex<State>,
    records: Arc<AtomicU64>,
}

/// The phase under way.
struct State {
    bar: ProgressBar,
    phase: String,
    started: Instant,
    last_line: Instant,
}

impl Bars {
    /// Decides by the flags and the terminal what is shown. JSON messages and quiet runs get no bars unless they are asked for.
    pub fn new(global: &Global) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let is_plain = global.quiet || global.log_format == LogFormat::Json;
        let has_bars = match global.progress {
            When::Always => is_terminal,
            When::Auto => is_terminal && !is_plain,
            When::Never => false,
        };
        let target = if has_bars { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let now = Instant::now();
        Bars {
            multi: MultiProgress::with_draw_target(target),
            has_lines: global.progress == When::Always && !is_terminal,
            state: Mutex::new(State { bar: ProgressBar::hidden(), phase: String::new(), started: now, last_line: now }),
            records: Arc::new(AtomicU64::new(0)),
        }
    }

    /// What messages must be written around.
    pub fn target(&self) -> &MultiProgress {
        &self.multi
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Progress is a picture: a thread that died while drawing leaves nothing wrong behind.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn style(&self) -> ProgressStyle {
        let records = Arc::clone(&self.records);
        let rate = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = out.write_str(&rate(records.load(Ordering::Relaxed), state.elapsed()));
        };
        let left = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = if state.pos() == 0 {
                write!(out, "…")
            } else {
                write!(out, "{:#} left", HumanDuration(state.eta()))
            };
        };
        ProgressStyle::with_template(TEMPLATE)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key("rate", rate)
            .with_key("left", left)
    }
}

fn rate(records: u64, elapsed: Duration) -> String {
    format!("{:.0} records/s", records as f64 / elapsed.as_secs_f64().max(0.001))
}

impl Progress for Bars {
    fn start(&self, phase: &str, total_bytes: u64) {
        let mut state = self.state();
        state.bar.finish_and_clear();
        self.records.store(0, Ordering::Relaxed);
        state.started = Instant::now();
        phase.clone_into(&mut state.phase);
        if !self.multi.is_hidden() {
            state.bar =
                self.multi.add(ProgressBar::new(total_bytes).with_style(self.style()).with_message(phase.to_owned()));
            state.bar.enable_steady_tick(Duration::from_millis(200));
        } else if self.has_lines {
            state.bar = ProgressBar::hidden();
            state.bar.set_length(total_bytes);
        }
    }

    fn advance(&self, bytes: u64, records: u64) {
        let records = self.records.fetch_add(records, Ordering::Relaxed) + records;
        let mut state = self.state();
        state.bar.inc(bytes);
        if self.has_lines && state.last_line.elapsed() >= LINE_INTERVAL {
            state.last_line = Instant::now();
            let total = state.bar.length().unwrap_or(0);
            let mut line = format!("{}: {}", state.phase, HumanBytes(state.bar.position()));
            let _ = write!(line, " of {}, {}", HumanBytes(total), rate(records, state.started.elapsed()));
            tracing::info!("{line}");
        }
    }

    fn finish(&self) {
        self.state().bar.finish_and_clear();
    }
}
