//! How many items an answer has, and which.

use gatewatch_query::{Pipe, PipeKind};

/// From which end items are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the first.
    Head,
    /// From the last.
    Tail,
}

/// How many items an answer has, and which.
///
/// The first pipe, or without pipes the request, says from which end `size` counts; then the pipes follow in their order.
///
/// ```
/// use gatewatch_detect::search::{Direction, Limits};
/// use gatewatch_query::{Pipe, PipeKind};
///
/// let head = |count| Pipe { kind: PipeKind::Head, count };
/// let tail = |count| Pipe { kind: PipeKind::Tail, count };
/// let items = |pipes| Limits::new(10, Direction::Tail, pipes).apply((1..=20).collect());
/// assert_eq!(items(vec![]), (11..=20).collect::<Vec<_>>());
/// assert_eq!(items(vec![head(5), tail(2)]), [4, 5]);
/// assert_eq!(items(vec![tail(3), head(1)]), [18]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    cuts: Vec<(Direction, usize)>,
}

impl Limits {
    /// The limits of a request: its size, the end it asks for, and the pipes of its query.
    pub fn new(size: usize, position: Direction, pipes: Vec<Pipe>) -> Self {
        let direction = |pipe: &Pipe| match pipe.kind {
            PipeKind::Head => Direction::Head,
            PipeKind::Tail => Direction::Tail,
        };
        let first = pipes.first().map_or(position, direction);
        let mut cuts = vec![(first, size)];
        cuts.extend(pipes.iter().map(|pipe| {
            let count = usize::try_from(pipe.count).unwrap_or(usize::MAX);
            (direction(pipe), count)
        }));
        Self { cuts }
    }

    /// The end from which the answer is taken first.
    pub fn direction(&self) -> Direction {
        self.cuts[0].0
    }

    /// How many items from that end can be in the answer.
    pub fn most(&self) -> usize {
        self.cuts
            .iter()
            .take_while(|(direction, _)| *direction == self.direction())
            .map(|(_, count)| *count)
            .min()
            .unwrap_or(0)
    }

    /// The items of the answer, from all items in ascending order.
    pub fn apply<T>(&self, mut items: Vec<T>) -> Vec<T> {
        for (direction, count) in &self.cuts {
            cut(&mut items, *direction, *count);
        }
        items
    }

    /// Drops items that cannot be in the answer, from items in ascending order.
    pub fn trim<T>(&self, items: &mut Vec<T>) {
        cut(items, self.direction(), self.most());
    }
}

fn cut<T>(items: &mut Vec<T>, direction: Direction, count: usize) {
    match direction {
        Direction::Head => items.truncate(count),
        Direction::Tail => {
            let excess = items.len().saturating_sub(count);
            items.drain(..excess);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Limits};
    use gatewatch_query::{Pipe, PipeKind};

    #[track_caller]
    fn check(size: usize, position: Direction, pipes: &[(&str, u32)], expect: &[u32]) {
        let pipes = pipes
            .iter()
            .map(|(name, count)| Pipe {
                kind: if *name == "head" {
                    PipeKind::Head
                } else {
                    PipeKind::Tail
                },
                count: *count,
            })
            .collect();
        let limits = Limits::new(size, position, pipes);
        assert_eq!(limits.apply((1..=20).collect()), expect);
        // Dropping early what cannot be in the answer changes nothing.
        let mut kept: Vec<u32> = Vec::new();
        for item in 1..=20 {
            kept.push(item);
            limits.trim(&mut kept);
        }
        assert_eq!(limits.apply(kept), expect);
    }

    #[test]
    fn the_first_limit_fixes_the_direction() {
        use Direction::{Head, Tail};
        check(3, Tail, &[], &[18, 19, 20]);
        check(3, Head, &[], &[1, 2, 3]);
        check(10, Tail, &[("head", 20)], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        check(10, Tail, &[("head", 5), ("tail", 2)], &[4, 5]);
        check(10, Head, &[("tail", 3), ("head", 1)], &[18]);
        check(10, Tail, &[("head", 3), ("tail", 8)], &[1, 2, 3]);
        check(10, Tail, &[("head", 3), ("head", 2)], &[1, 2]);
        check(10, Tail, &[("head", 2), ("head", 3)], &[1, 2]);
        check(2, Tail, &[("head", 5), ("tail", 1)], &[2]);
        check(0, Tail, &[], &[]);
        check(0, Tail, &[("head", 3)], &[]);
        check(10, Tail, &[("tail", 0)], &[]);
    }
}
