//! Any bytes read as a log of syslog lines: no panic, and every record accounted for.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = gatewatch_ingest::source::linux_auth::check_bytes(bytes);
});
