//! Exit codes, all of them: 0 done, 1 `--fail-on` was met (or a check found faults), 2 an error, or a path that was named could not
//! be opened, or an exception could not be used.

use std::io::ErrorKind;
use std::process::ExitCode;

use crate::output::complain;

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It did what was asked.
    Done,
    /// It did, and found what `--fail-on` names, or a check found faults.
    Found,
    /// It did, but for a path that was named and could not be opened, or an exception that could not be used, as was told.
    Incomplete,
    /// It did, and the answer itself is an error (a refused request), printed where the answer goes.
    Refused,
}

/// The process's exit code. A reader that went away (`gatewatch ... | head`) is no error.
pub fn code(result: anyhow::Result<Ending>) -> ExitCode {
    match result {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Found) => ExitCode::from(1),
        Ok(Ending::Refused | Ending::Incomplete) => ExitCode::from(2),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause
            .downcast_ref::<std::io::Error>()
            .map(std::io::Error::kind);
        let json = cause
            .downcast_ref::<serde_json::Error>()
            .and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(ErrorKind::BrokenPipe)
    })
}
