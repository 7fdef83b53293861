//! What the program does when it is asked to stop.

use std::sync::Arc;

use newsieve::stop::Stop;

/// Listens for signals from here on. The first SIGINT or SIGTERM asks the run to stop and ends every other command at once; the second
/// ends the run at once too. A file that grows over the limit of the shell becomes an error like a full disk.
#[cfg(unix)]
pub fn listen(stop: &Arc<Stop>) -> std::io::Result<Received> {
    use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

    use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    // By default it kills the process; with a handler the write fails with an error.
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    let received = Received(Arc::new(AtomicI32::new(0)));
    let (stop, first) = (Arc::clone(stop), received.clone());
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if first.0.swap(signal, Ordering::SeqCst) != 0 {
                end(signal);
            }
            on_first(signal, &stop);
        }
    });
    Ok(received)
}

/// The signal that came first; 0 = none.
#[derive(Debug, Clone)]
#[cfg(unix)]
pub struct Received(std::sync::Arc<std::sync::atomic::AtomicI32>);

#[cfg(unix)]
impl Received {
    /// The exit code of a run that was stopped.
    pub fn exit_code(&self) -> u8 {
        let signal = self.0.load(std::sync::atomic::Ordering::SeqCst);
        if signal == 0 { 130 } else { code(signal) }
    }
}

/// How long a run may take to leave its last checkpoint.
#[cfg(unix)]
const GRACE: std::time::Duration = std::time::Duration::from_secs(4);

#[cfg(unix)]
fn on_first(signal: i32, stop: &Arc<Stop>) {
    use newsieve::stop::Phase;

    match stop.request() {
        // What was done is in the checkpoint already, or there is nothing to lose.
        Phase::Idle | Phase::Finishing => end(signal),
        Phase::Committing => tracing::info!("the commit is under way and ends in a moment"),
        Phase::Reading => {
            tracing::info!("stopping; once more ends at once");
            // A record that takes long must not hold it up.
            let stop = Arc::clone(stop);
            std::thread::spawn(move || {
                std::thread::sleep(GRACE);
                if stop.now() != Phase::Committing {
                    end(signal);
                }
            });
        }
    }
}

#[cfg(unix)]
fn code(signal: i32) -> u8 {
    128 + signal as u8
}

#[cfg(unix)]
fn end(signal: i32) -> ! {
    std::process::exit(i32::from(code(signal)))
}

/// Elsewhere the system ends the program, which loses nothing that was committed.
#[derive(Debug, Clone)]
#[cfg(not(unix))]
pub struct Received;

#[cfg(not(unix))]
impl Received {
    /// The exit code of a run that was stopped.
    pub fn exit_code(&self) -> u8 {
        130
    }
}

#[cfg(not(unix))]
pub fn listen(_: &Arc<Stop>) -> std::io::Result<Received> {
    Ok(Received)
}
