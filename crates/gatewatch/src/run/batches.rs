//! Work on many items, on all threads, whose results are taken in order.

use std::thread;

/// Items that one thread gets at a time: enough to be worth a thread, few enough that their results fit into memory.
const PART: usize = 128;

/// Makes something of each item on all threads, and hands it to `take` on this one, in the order of the items.
///
/// # Errors
///
/// The first failure of either, in the order of the items. What follows it may have been made, but is not taken.
pub fn made_in_order<I: Sync, T: Send>(
    items: &[I],
    threads: usize,
    make: impl Fn(&I) -> anyhow::Result<T> + Sync,
    mut take: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for batch in items.chunks(PART * threads.max(1)) {
        let (first, others) = batch.split_at(PART.min(batch.len()));
        if others.is_empty() {
            for item in first {
                take(make(item)?)?;
            }
            continue;
        }
        let part = |items: &[I]| items.iter().map(&make).collect::<Vec<_>>();
        thread::scope(|scope| {
            let others: Vec<_> = others
                .chunks(PART)
                .map(|items| scope.spawn(move || part(items)))
                .collect();
            for item in first.iter().map(&make).collect::<Vec<_>>() {
                take(item?)?;
            }
            for made in others {
                let made = made.join().map_err(|_| {
                    anyhow::anyhow!("a thread crashed: this is a fault in gatewatch")
                })?;
                for item in made {
                    take(item?)?;
                }
            }
            anyhow::Ok(())
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::made_in_order;

    #[test]
    fn the_order_is_that_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        for threads in [0, 1, 2, 3, 8] {
            for count in [0, 1, 127, 128, 129, 257, 1000] {
                let mut taken = Vec::new();
                let made = made_in_order(
                    &items[..count],
                    threads,
                    |item| Ok(item * 2),
                    |item| {
                        taken.push(item / 2);
                        Ok(())
                    },
                );
                assert!(made.is_ok());
                assert_eq!(taken, items[..count], "{threads} threads, {count} items");
            }
        }
    }

    #[test]
    fn the_first_failure_ends_it() {
        let items: Vec<u32> = (0..600).collect();
        for threads in [1, 2, 8] {
            let mut taken = 0;
            let failed = made_in_order(
                &items,
                threads,
                |item| {
                    anyhow::ensure!(*item != 300, "no {item}");
                    Ok(*item)
                },
                |_| {
                    taken += 1;
                    Ok(())
                },
            );
            assert_eq!(
                failed.map_err(|error| error.to_string()),
                Err("no 300".to_owned())
            );
            assert_eq!(taken, 300);
        }
    }
}
