//! What can stop a run. A bad record never does: it becomes a row of `rejects`.

use std::path::PathBuf;

/// An error that stops a command. The message names the file or key, what was wrong, and the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read, written, renamed or synced.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried: `read`, `create` …
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The configuration or the command line is wrong; the message names the key and what is allowed.
    #[error("{0}")]
    Config(String),
    /// A Parquet file could not be written or read.
    #[error("cannot {action} the table file `{}`", path.display())]
    Table {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another run holds the lock of the output folder.
    #[error("another run holds the output `{}`{}; try again when it has ended", output.display(), holder)]
    Locked {
        /// The output folder.
        output: PathBuf,
        /// ` (process 123, since …)`, or nothing where it is not known.
        holder: String,
    },
    /// The run was asked to stop; nothing of it is visible, and the same command goes on from what was done.
    #[error("stopped before the commit; the same command goes on from here")]
    Stopped,
    /// The output folder is not what a command needs: no commits, an unknown version, files missing …
    #[error("{0}")]
    Output(String),
}

/// The result of everything that can stop a command.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The exit code of CONTRACT section 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Config(_) => 2,
            Error::Locked { .. } => 75,
            Error::Stopped => 130,
            Error::Io { .. } | Error::Table { .. } | Error::Output(_) => 1,
        }
    }

    /// For `map_err` on file operations.
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { action, path, source }
    }

    /// For `map_err` on Parquet and Arrow operations.
    pub fn table<E: std::error::Error + Send + Sync + 'static>(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(E) -> Error {
        let path = path.into();
        move |source| Error::Table { action, path, source: Box::new(source) }
    }
}
