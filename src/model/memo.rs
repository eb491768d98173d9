//! Work that windows share, made once and kept while it is likely to be asked for again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Values by key, the least recently used dropped beyond `capacity`.
///
/// What is kept must be a function of its key and of the table alone: two threads that miss at the same time both make it, and either
/// value may stay. Waiting for the other instead could lock up, because a waiting thread may be given the very task that it waits for.
#[derive(Debug)]
pub struct Memo<K, V> {
    capacity: usize,
    held: Mutex<Held<K, V>>,
}

#[derive(Debug)]
struct Held<K, V> {
    n_asked: u64,
    values: BTreeMap<K, (u64, Arc<V>)>,
}

impl<K: Ord + Clone, V> Memo<K, V> {
    /// Holds nothing yet.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, held: Mutex::new(Held { n_asked: 0, values: BTreeMap::new() }) }
    }

    /// The value of `key`, made where it is not held. Errors are not kept.
    pub fn get<E>(&self, key: &K, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        if let Some(value) = self.find(key) {
            return Ok(value);
        }
        let value = Arc::new(make()?);
        let mut held = self.held.lock().expect("no thread panics while it holds the values");
        held.n_asked += 1;
        let now = held.n_asked;
        held.values.insert(key.clone(), (now, Arc::clone(&value)));
        while self.capacity < held.values.len() {
            let oldest = held.values.iter().min_by_key(|(_, (asked, _))| *asked).map(|(key, _)| key.clone());
            held.values.remove(&oldest.expect("more values are held than the capacity"));
        }
        Ok(value)
    }

    fn find(&self, key: &K) -> Option<Arc<V>> {
        let mut held = self.held.lock().expect("no thread panics while it holds the values");
        held.n_asked += 1;
        let now = held.n_asked;
        let (asked, value) = held.values.get_mut(key)?;
        *asked = now;
        Some(Arc::clone(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memo_makes_a_value_once_and_drops_the_one_not_asked_for_longest() {
        let memo: Memo<u32, u32> = Memo::new(2);
        let mut made = vec![];
        for key in [1, 2, 1, 3, 1, 2] {
            let value = memo.get(&key, || {
                made.push(key);
                Ok::<_, ()>(key * 10)
            });
            assert_eq!(value.map(|value| *value), Ok(key * 10));
        }
        // 3 drops 2, which was asked for before 1.
        assert_eq!(made, [1, 2, 3, 2]);
        assert_eq!(memo.get(&9, || Err::<u32, _>("no")).err(), Some("no"));
    }
}
