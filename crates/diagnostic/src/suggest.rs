//! Names near to a misspelled one.

/// Longer names are not compared: no one means a near one by them, and comparing takes time.
const LONGEST_NAME: usize = 96;

/// The candidates that `name` is probably a misspelling of, nearest first, three at most.
///
/// Letter case does not count. Equal distances are ordered by name, so the answer does not depend
/// on the order of the candidates.
///
/// ```
/// use gatewatch_diagnostic::did_you_mean;
///
/// assert_eq!(did_you_mean("startWith", ["startsWith", "endsWith", "length"]), ["startsWith"]);
/// assert!(did_you_mean("frobnicate", ["head", "tail"]).is_empty());
/// ```
#[must_use]
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = letters(name);
    let Some(allowed) = allowed_distance(wanted.len()) else {
        return Vec::new();
    };
    let mut near: Vec<(usize, &'a str)> = Vec::new();
    for candidate in candidates {
        if candidate.len().abs_diff(name.len()) > allowed * 4 {
            continue;
        }
        let other = letters(candidate);
        if other.len().abs_diff(wanted.len()) > allowed {
            continue;
        }
        let distance = distance(&wanted, &other);
        if distance <= allowed {
            near.push((distance, candidate));
        }
    }
    near.sort_unstable();
    near.dedup();
    // What is clearly nearest stands alone; the rest would only distract.
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.into_iter()
        .filter(|(distance, _)| *distance <= best + usize::from(best > 1))
        .map(|(_, candidate)| candidate)
        .take(3)
        .collect()
}

/// The same as a question to show as a hint; `None` if nothing is near.
///
/// ```
/// use gatewatch_diagnostic::suggestion;
///
/// assert_eq!(suggestion("haed", ["head", "tail"]).as_deref(), Some("did you mean `head`?"));
/// ```
#[must_use]
pub fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = did_you_mean(name, candidates);
    match near.as_slice() {
        [] => None,
        [only] => Some(format!("did you mean `{only}`?")),
        several => Some(format!("did you mean one of `{}`?", several.join("`, `"))),
    }
}

fn letters(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).collect()
}

/// One slip for every three letters; nothing is near to a single letter.
fn allowed_distance(length: usize) -> Option<usize> {
    match length {
        0 | 1 => None,
        2..=5 => Some(1),
        6..LONGEST_NAME => Some((length / 3).min(4)),
        _ => None,
    }
}

/// Letters to insert, remove, replace or swap with their neighbour (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let width = right.len() + 1;
    let mut before_last = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut current = vec![0; width];
    for (row, left_letter) in left.iter().enumerate() {
        current[0] = row + 1;
        for (column, right_letter) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(left_letter != right_letter);
            let mut best = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0
                && column > 0
                && left[row - 1] == *right_letter
                && right[column - 1] == *left_letter;
            if swapped {
                best = best.min(before_last[column - 1] + 1);
            }
            current[column + 1] = best;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names_come_first() {
        let fields = ["md5", "mdx", "sha1", "process.name", "process.pid"];
        assert_eq!(did_you_mean("md4", fields), ["md5", "mdx"]);
        assert_eq!(did_you_mean("proces.name", fields), ["process.name"]);
        assert_eq!(did_you_mean("PROCESS.NAME", fields), ["process.name"]);
    }

    #[test]
    fn swapped_letters_are_one_slip() {
        assert_eq!(did_you_mean("wehre", ["where"]), ["where"]);
        assert_eq!(did_you_mean("haed", ["head"]), ["head"]);
    }

    #[test]
    fn nothing_is_near_to_odd_names() {
        assert!(did_you_mean("", ["a"]).is_empty());
        assert!(did_you_mean("x", ["y"]).is_empty());
        assert!(did_you_mean(&"a".repeat(100_000), ["a"]).is_empty());
        assert_eq!(suggestion("abc", []), None);
    }

    #[test]
    fn several_are_listed() {
        assert_eq!(
            suggestion("bat", ["cat", "hat", "dog"]).as_deref(),
            Some("did you mean one of `cat`, `hat`?")
        );
    }

    #[test]
    fn distance_is_symmetric_and_zero_for_equal() {
        for (left, right, expected) in [("kitten", "sitting", 3), ("ab", "ba", 1), ("", "abc", 3)] {
            assert_eq!(distance(&letters(left), &letters(right)), expected);
            assert_eq!(distance(&letters(right), &letters(left)), expected);
        }
        assert_eq!(distance(&letters("same"), &letters("same")), 0);
    }
}
