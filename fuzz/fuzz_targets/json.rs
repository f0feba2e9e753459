//! Any bytes read as JSON in any framing: no panic, and every record accounted for.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = gatewatch_ingest::format::json::check_bytes(bytes);
});
