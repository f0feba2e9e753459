//! Any bytes read as a Windows event log: no panic, and every record accounted for.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = gatewatch_ingest::format::evtx::check_bytes(bytes);
});
