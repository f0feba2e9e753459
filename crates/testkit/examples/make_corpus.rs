//! Writes the Windows part of the repository's logs:
//! `cargo run -p gatewatch-testkit --example make_corpus -- corpus`.

use std::error::Error;
use std::path::PathBuf;

use gatewatch_testkit::corpus;

fn main() -> Result<(), Box<dyn Error>> {
    let directory: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("give the directory to write to")?
        .into();
    for file in corpus::files()? {
        let path = directory.join(file.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, file.bytes)?;
    }
    Ok(())
}
