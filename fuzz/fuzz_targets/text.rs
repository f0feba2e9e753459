//! Any bytes read as a log of text lines, and as a record of every source: no panic, and every record accounted for.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = gatewatch_ingest::source::check_bytes(bytes);
});
