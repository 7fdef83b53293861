//! The outside of the program: what a person, a script or a cron job relies on, seen through its command line.
#![expect(clippy::unwrap_used, reason = "helpers of tests are outside of the lint's exception")]

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/commands.rs"]
mod commands;
#[path = "cli/compact.rs"]
mod compact;
#[cfg(unix)]
#[path = "cli/crash.rs"]
mod crash;
#[path = "cli/damage.rs"]
mod damage;
#[path = "cli/determinism.rs"]
mod determinism;
#[path = "cli/duplicates.rs"]
mod duplicates;
#[path = "cli/exit_codes.rs"]
mod exit_codes;
#[path = "cli/explain.rs"]
mod explain;
#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/inputs.rs"]
mod inputs;
#[path = "cli/reruns.rs"]
mod reruns;
#[path = "cli/support.rs"]
mod support;
#[path = "cli/survey.rs"]
mod survey;
#[cfg(unix)]
#[path = "cli/year.rs"]
mod year;
