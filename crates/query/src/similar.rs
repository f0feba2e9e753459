//! Names that may have been meant.

/// Names like `wanted`, the most similar first: those of which at least half of the letters need no change, as in
/// Elasticsearch.
pub(crate) fn similar<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (similarity(wanted, name), name))
        .filter(|&(score, _)| score >= THRESHOLD)
        .collect();
    found.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.cmp(second)));
    found.into_iter().map(|(_, name)| name).collect()
}

const THRESHOLD: f64 = 0.5;

/// Are the names equal but for one or two letters that stand together? Cheap: for thousands of names.
pub(crate) fn differs_little(a: &str, b: &str) -> bool {
    const LETTERS: usize = 2;
    if a.len().abs_diff(b.len()) > LETTERS {
        return false;
    }
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a.as_bytes()[same..], &b.as_bytes()[same..]);
    let same = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    a.len().max(b.len()) - same <= LETTERS
}

/// Longer names are not compared: nobody mistypes them.
const LONGEST: usize = 256;

/// One minus the share of letters to change. 0 where it is plainly below the threshold.
fn similarity(a: &str, b: &str) -> f64 {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let longest = a.len().max(b.len());
    if longest == 0 || longest > LONGEST {
        return 0.0;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "lengths are at most a few hundred"
    )]
    let share = |changes: usize| 1.0 - changes as f64 / longest as f64;
    if share(a.len().abs_diff(b.len())) < THRESHOLD {
        return 0.0;
    }
    share(distance(&a, &b))
}

/// The least number of letters to insert, delete or replace.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, first) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, second) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(first != second);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{differs_little, similar};

    #[test]
    fn finds_what_elasticsearch_finds() {
        let functions = ["cidrmatch", "between", "stringcontains", "string", "length"];
        assert_eq!(similar("match", functions), ["cidrmatch"]);
        assert_eq!(similar("arraycontains", functions), ["stringcontains"]);
        assert!(similar("safe", functions).is_empty());
        assert_eq!(similar("md4", ["md5", "pid"]), ["md5"]);
        assert!(similar("", ["a"]).is_empty());
        assert!(similar(&"x".repeat(100_000), ["a"]).is_empty());
        assert!(differs_little("proces.name", "process.name"));
        assert!(differs_little("process.nmae", "process.name"));
        assert!(!differs_little("process.nm", "process.name.x"));
        assert!(differs_little("a", "b"));
    }
}
