//! Many texts that another may begin with.

/// Texts, of which it is told quickly whether another begins with one of them, each with what that means. Of several that fit
/// the first counts.
pub(crate) struct Starts<T> {
    /// By the first byte: where those begin and end that begin with it.
    places: [(u16, u16); 256],
    starts: Vec<(&'static str, T)>,
}

impl<T: Copy> Starts<T> {
    /// From texts that are not empty.
    pub(crate) fn new(starts: &[(&'static str, T)]) -> Self {
        let first = |start: &str| start.as_bytes().first().copied().unwrap_or(0);
        let mut sorted = starts.to_vec();
        // Those with the same first byte stay in order.
        sorted.sort_by_key(|(start, _)| first(start));
        let mut places = [(0, 0); 256];
        for (byte, place) in (0..=u8::MAX).zip(&mut places) {
            let before = |end: bool| {
                let count = sorted.partition_point(|(start, _)| {
                    first(start) < byte || (end && first(start) == byte)
                });
                u16::try_from(count).expect("a table in the program is short")
            };
            *place = (before(false), before(true));
        }
        Self {
            places,
            starts: sorted,
        }
    }

    /// What the start of the text means, if it is among these.
    pub(crate) fn find(&self, text: &str) -> Option<T> {
        let first = *text.as_bytes().first()?;
        let (from, to) = self.places[usize::from(first)];
        self.starts[usize::from(from)..usize::from(to)]
            .iter()
            .find(|(start, _)| text.starts_with(start))
            .map(|(_, meaning)| *meaning)
    }
}

impl Starts<()> {
    /// From texts that mean nothing further.
    pub(crate) fn of(starts: &[&'static str]) -> Self {
        let starts: Vec<_> = starts.iter().map(|start| (*start, ())).collect();
        Self::new(&starts)
    }

    /// Does the text begin with one of these?
    pub(crate) fn begin(&self, text: &str) -> bool {
        self.find(text).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::Starts;

    #[test]
    fn the_first_that_fits_counts() {
        let starts = Starts::new(&[("TLS: a", 1), ("abc", 2), ("TLS", 3), ("TLS: b", 4)]);
        for (text, expect) in [
            ("TLS: a!", Some(1)),
            ("TLS: b", Some(3)),
            ("abcd", Some(2)),
            ("ab", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(starts.find(text), expect, "{text}");
        }
        assert!(Starts::of(&["é"]).begin("é!"));
        assert!(!Starts::of(&[]).begin("x"));
    }
}
