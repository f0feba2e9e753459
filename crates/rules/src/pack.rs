//! The rules that ship in the binary.

static PACK: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pack.rs"));

const CASES: &str = ".test.toml";

/// The shipped rules: path inside the pack and text, in path order.
pub fn shipped_pack() -> impl Iterator<Item = (&'static str, &'static str)> {
    PACK.iter()
        .copied()
        .filter(|(path, _)| !path.ends_with(CASES))
}

/// The test cases of the shipped rules: the rule's path and the text of the cases beside it.
pub fn shipped_cases() -> impl Iterator<Item = (String, &'static str)> {
    PACK.iter().filter_map(|(path, text)| {
        let stem = path.strip_suffix(CASES)?;
        Some((format!("{stem}.toml"), *text))
    })
}
