//! Names that may have been meant.

/// Names like `wanted`, the most similar first: those of which at least half of the letters need no change, as in
/// Elasticsearch.
pub(crate) fn similar<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    similar_above(wanted, names, 0.5)
}

/// The same with a threshold between 0 and 1.
pub(crate) fn similar_above<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    threshold: f64,
) -> Vec<&'a str> {
    let mut found: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (similarity(wanted, name, threshold), name))
        .filter(|&(score, _)| score >= threshold)
        .collect();
    found.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.cmp(second)));
    found.into_iter().map(|(_, name)| name).collect()
}

/// Longer names are not compared: nobody mistypes them.
const LONGEST: usize = 256;

/// One minus the share of letters to change. 0 where it is plainly below the threshold.
fn similarity(a: &str, b: &str, threshold: f64) -> f64 {
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
    if share(a.len().abs_diff(b.len())) < threshold {
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
    use super::similar;

    #[test]
    fn finds_what_elasticsearch_finds() {
        let functions = ["cidrmatch", "between", "stringcontains", "string", "length"];
        assert_eq!(similar("match", functions), ["cidrmatch"]);
        assert_eq!(similar("arraycontains", functions), ["stringcontains"]);
        assert!(similar("safe", functions).is_empty());
        assert_eq!(similar("md4", ["md5", "pid"]), ["md5"]);
        assert!(similar("", ["a"]).is_empty());
        assert!(similar(&"x".repeat(100_000), ["a"]).is_empty());
    }
}
