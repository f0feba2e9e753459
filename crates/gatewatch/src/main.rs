//! The command line: load, read, detect, report.
fn main() {}
