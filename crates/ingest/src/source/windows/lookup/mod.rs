//! What numbers in Windows events mean: one small sorted table a file.

pub(super) mod access;
pub(super) mod audit;
pub(super) mod directory;
pub(super) mod dns;
pub(super) mod kerberos;
pub(super) mod logon;
pub(super) mod names;
pub(super) mod task;

/// The text that a table, sorted by number, has for a number.
fn find(table: &[(u32, &'static str)], number: u32) -> Option<&'static str> {
    let at = table
        .binary_search_by_key(&number, |(number, _)| *number)
        .ok()?;
    Some(table[at].1)
}

/// The names of the bits that are set, in the order of the table.
fn flags(table: &[(u64, &'static str)], bits: u64) -> Vec<&'static str> {
    table
        .iter()
        .filter(|(bit, _)| bits & bit == *bit)
        .map(|(_, name)| *name)
        .collect()
}

#[cfg(test)]
fn assert_sorted(table: &[(u32, &'static str)]) {
    assert!(
        table.windows(2).all(|pair| pair[0].0 < pair[1].0),
        "sorted, without doubles"
    );
}
