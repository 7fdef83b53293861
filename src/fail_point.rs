//! Places at which a test lets the program be killed or its disk be full: the steps between which nothing may be lost.
//!
//! The environment variable `NEWSIEVE_FAIL_POINT` chooses one: `NAME`, `NAME#3` (the third time it is reached) or `any#17` (the
//! seventeenth step of all); with `=full` behind it the step fails as on a full disk instead. Without the variable a step costs one look
//! at a constant.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// Name of the environment variable.
pub const VARIABLE: &str = "NEWSIEVE_FAIL_POINT";

struct Chosen {
    name: String,
    /// Which time, from 1.
    time: u64,
    is_full: bool,
    reached: AtomicU64,
}

/// Passes a step; ends the process or fails where the test has chosen it.
pub(crate) fn reach(name: &'static str) -> Result<()> {
    static CHOSEN: OnceLock<Option<Chosen>> = OnceLock::new();
    match CHOSEN.get_or_init(|| parse(&std::env::var(VARIABLE).ok()?)) {
        Some(chosen) if chosen.name == name || chosen.name == "any" => chosen.reach(name),
        _ => Ok(()),
    }
}

fn parse(text: &str) -> Option<Chosen> {
    let (place, kind) = text.split_once('=').unwrap_or((text, "kill"));
    let (name, time) = place.split_once('#').unwrap_or((place, "1"));
    Some(Chosen {
        name: name.to_owned(),
        time: time.parse().ok()?,
        is_full: kind == "full",
        reached: AtomicU64::new(0),
    })
}

impl Chosen {
    fn reach(&self, name: &'static str) -> Result<()> {
        if self.reached.fetch_add(1, Ordering::SeqCst) + 1 != self.time {
            return Ok(());
        }
        if self.is_full {
            return Err(Error::io("write", name)(std::io::ErrorKind::StorageFull.into()));
        }
        kill()
    }
}

/// Ends the process at once, as `kill -9` does.
fn kill() -> ! {
    #[cfg(unix)]
    {
        let _ = signal_hook::low_level::raise(signal_hook::consts::SIGKILL);
        // The signal is on its way.
        std::thread::sleep(std::time::Duration::from_secs(60));
    }
    std::process::abort()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_time_fails_and_no_other() {
        let chosen = parse("commit.part_moved#2=full").unwrap();
        assert_eq!((chosen.name.as_str(), chosen.time, chosen.is_full), ("commit.part_moved", 2, true));
        assert!(chosen.reach("commit.part_moved").is_ok());
        assert!(chosen.reach("commit.part_moved").is_err());
        assert!(chosen.reach("commit.part_moved").is_ok());
        assert!(!parse("any#17").unwrap().is_full);
        assert!(parse("any#x").is_none());
    }
}
