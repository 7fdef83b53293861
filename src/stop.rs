//! How a run is asked to stop, and what it is doing when it is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// What a run is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing that would be lost.
    #[default]
    Idle,
    /// It reads and cleans. A request is seen within one record; what was cleaned is kept for the run that resumes.
    Reading,
    /// It looks for duplicates and writes tables. No request is looked for; a process that ends here loses nothing that was cleaned.
    Finishing,
    /// It commits: a matter of moments, after which the run stands.
    Committing,
}

/// A request to stop, shared by who asks and who is asked.
#[derive(Debug, Default)]
pub struct Stop {
    requested: AtomicBool,
    phase: Mutex<Phase>,
}

impl Stop {
    /// Asks the run to stop. Tells what it is doing: while it is [`Phase::Finishing`] it does not look, and once it is
    /// [`Phase::Committing`] it will end well.
    pub fn request(&self) -> Phase {
        let phase = self.phase();
        if *phase != Phase::Committing {
            self.requested.store(true, Ordering::SeqCst);
        }
        *phase
    }

    /// Whether the run was asked to stop.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }

    /// What the run is doing now.
    #[must_use]
    pub fn now(&self) -> Phase {
        *self.phase()
    }

    /// Begins a phase, unless a stop was requested before.
    pub(crate) fn enter(&self, phase: Phase) -> Result<()> {
        let mut current = self.phase();
        if self.is_requested() {
            return Err(Error::Stopped);
        }
        *current = phase;
        Ok(())
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_seen_at_the_next_phase_and_never_in_a_commit() {
        let stop = Stop::default();
        stop.enter(Phase::Reading).unwrap();
        assert_eq!(stop.request(), Phase::Reading);
        assert!(stop.is_requested());
        assert!(matches!(stop.enter(Phase::Finishing), Err(Error::Stopped)));
        let stop = Stop::default();
        stop.enter(Phase::Committing).unwrap();
        assert_eq!(stop.request(), Phase::Committing);
        assert!(!stop.is_requested());
    }
}
