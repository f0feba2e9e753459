//! Syslog lines: framing, headers, times.
//!
//! ```
//! use gatewatch_ingest::format::syslog::Header;
//!
//! let header = Header::parse("Feb 21 21:54:44 web sshd[34]: Accepted password for joe from 192.0.2.7 port 9 ssh2");
//! assert_eq!(header.and_then(|header| header.program), Some("sshd"));
//! ```

mod frame;
mod header;
mod plain;
mod run;
mod stamp;
mod structured;
mod year;

pub use frame::{Frame, Frames, Framing, MAX_RECORD, NEXT_BYTES, Piece, PieceOf, Pieces};
pub use header::Header;
pub(crate) use plain::{LastHeader, Plain};
pub(crate) use stamp::month;
pub use stamp::{Stamp, classic_stamp, iso_stamp, kernel_time};
pub use year::{Assumed, YearBasis, YearClock, YearSpan};

/// Does this line tell that it is one of a syslog file? Only lines that say when and by which program, or `host program[pid]: `, do: others
/// may be read from a syslog file, but tell too little.
pub fn looks_like_syslog(line: &[u8]) -> bool {
    let end = line.len().min(1024);
    let text = String::from_utf8_lossy(&line[..end]);
    let Some(header) = Header::parse(text.trim_start_matches('\0')) else {
        return false;
    };
    // `2024-01-02 10:20:30 INFO main: ...` is how applications log.
    let spaced = text
        .get(..11)
        .is_some_and(|head| head.ends_with(' ') && head.starts_with(|c: char| c.is_ascii_digit()));
    header.program.is_some() && (!spaced || header.pid.is_some())
}

#[cfg(test)]
mod tests {
    use super::looks_like_syslog;

    #[test]
    fn lines_tell_a_syslog_file() {
        for (line, expect) in [
            ("Feb 21 21:54:44 web sshd[34]: x", true),
            ("<13>Feb 21 21:54:44 web su: x", true),
            ("2024-02-21T21:54:44+01:00 web cron[1]: x", true),
            ("<86>1 2023-10-06T07:47:13.917Z h sshd 162122 - - x", true),
            ("srv sshd[13709]: x", true),
            ("2024-01-02 10:20:30 INFO main: x", false),
            ("2024-01-02 10:20:30 web main[3]: x", true),
            ("Jan 22 07:54:32 web Job terminated", false),
            ("time,host,user", false),
            ("", false),
        ] {
            assert_eq!(looks_like_syslog(line.as_bytes()), expect, "{line}");
        }
    }
}
