//! Bounded tables without a heap: the rows of a message, and what was said lately.

/// Mixes a key into a well-spread number (the finaliser of SplitMix64).
pub const fn mix(key: u64) -> u64 {
    let a = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    b ^ (b >> 31)
}

/// What a [`Rows`] table can hold.
pub trait Key: Copy + Eq + Default {
    /// A number that spreads the keys.
    fn spread(&self) -> u64;
}

impl Key for u64 {
    fn spread(&self) -> u64 {
        mix(*self)
    }
}

impl Key for u32 {
    fn spread(&self) -> u64 {
        mix(*self as u64)
    }
}

/// The distinct keys of one message in order of first use, at most `ROWS`, found by a hash index of `SLOTS` octets:
/// a power of two above `ROWS`, so that a probe always meets a free slot. `ROWS` is at most 255, row numbers are octets.
pub struct Rows<K, const ROWS: usize, const SLOTS: usize> {
    keys: [K; ROWS],
    count: usize,
    /// 1 + row, or 0.
    slots: [u8; SLOTS],
}

impl<K: Key, const ROWS: usize, const SLOTS: usize> Default for Rows<K, ROWS, SLOTS> {
    fn default() -> Self {
        Rows::new()
    }
}

impl<K: Key, const ROWS: usize, const SLOTS: usize> Rows<K, ROWS, SLOTS> {
    const FITS: () = assert!(ROWS <= 255 && SLOTS.is_power_of_two() && SLOTS > ROWS);

    /// An empty table.
    pub fn new() -> Self {
        const { Self::FITS };
        Rows {
            keys: [K::default(); ROWS],
            count: 0,
            slots: [0; SLOTS],
        }
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.count = 0;
        self.slots.fill(0);
    }

    /// Rows in use.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The keys in order of their rows.
    pub fn keys(&self) -> &[K] {
        self.keys.get(..self.count).unwrap_or(&[])
    }

    /// The row of `key`, a new one if there is none yet; nothing when the table is full.
    #[inline]
    pub fn row(&mut self, key: K) -> Option<Row> {
        let mut slot = key.spread() as usize & (SLOTS - 1);
        loop {
            let entry = self.slots.get_mut(slot)?;
            if *entry == 0 {
                let index = self.count;
                *self.keys.get_mut(index)? = key;
                *entry = index as u8 + 1;
                self.count += 1;
                return Some(Row {
                    index: index as u8,
                    new: true,
                });
            }
            let index = *entry - 1;
            if self.keys.get(usize::from(index)) == Some(&key) {
                return Some(Row { index, new: false });
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
    }
}

/// Where a key is in a [`Rows`] table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Number of the row.
    pub index: u8,
    /// The key was not there before.
    pub new: bool,
}

/// Remembers values by key, at most `SIZE` of them: sets of [`WAYS`], of which the entry touched longest ago makes
/// room for a new key. `SIZE` is a power of two.
pub struct Lately<V, const SIZE: usize> {
    entries: [Entry<V>; SIZE],
    evicted: u32,
}

/// Entries of one set.
pub const WAYS: usize = 8;

#[derive(Clone, Copy, Default)]
struct Entry<V> {
    /// 1 + key, or 0: free.
    key: u64,
    touched: u64,
    value: V,
}

impl<V: Copy + Default, const SIZE: usize> Default for Lately<V, SIZE> {
    fn default() -> Self {
        Lately::new()
    }
}

impl<V: Copy + Default, const SIZE: usize> Lately<V, SIZE> {
    const FITS: () = assert!(SIZE.is_power_of_two() && SIZE >= WAYS);

    /// Remembers nothing yet.
    pub fn new() -> Self {
        const { Self::FITS };
        Lately {
            entries: [Entry::default(); SIZE],
            evicted: 0,
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.fill(Entry::default());
    }

    /// Entries that made room for others since the beginning.
    pub fn evicted(&self) -> u32 {
        self.evicted
    }

    /// The value of `key` (below 2^64 - 1), touched at `now`; its default if the key is new.
    pub fn touch(&mut self, key: u64, now: u64) -> &mut V {
        let stored = key.wrapping_add(1);
        let base = (mix(key) as usize & (SIZE / WAYS - 1)) * WAYS;
        let mut found = base;
        let mut oldest = u64::MAX;
        for index in base..base + WAYS {
            let entry = &self.entries[index];
            if entry.key == stored {
                found = index;
                break;
            }
            let age = if entry.key == 0 {
                0
            } else {
                entry.touched.saturating_add(1)
            };
            if age < oldest {
                oldest = age;
                found = index;
            }
        }
        let entry = &mut self.entries[found];
        if entry.key != stored {
            if entry.key != 0 {
                self.evicted = self.evicted.wrapping_add(1);
            }
            *entry = Entry {
                key: stored,
                touched: now,
                value: V::default(),
            };
        }
        entry.touched = now;
        &mut entry.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_by_first_use_and_bounded() {
        let mut rows: Rows<u64, 3, 4> = Rows::new();
        let seen: Vec<_> = [10, 11, 10, 12].iter().map(|&k| rows.row(k).unwrap()).collect();
        assert_eq!(seen.iter().map(|r| r.index).collect::<Vec<_>>(), [0, 1, 0, 2]);
        assert_eq!(
            seen.iter().map(|r| r.new).collect::<Vec<_>>(),
            [true, true, false, true]
        );
        assert_eq!(rows.row(13), None);
        assert_eq!(rows.row(12).map(|r| r.index), Some(2));
        assert_eq!(rows.keys(), [10, 11, 12]);
        rows.clear();
        assert!(rows.is_empty());
        assert_eq!(rows.row(12).map(|r| (r.index, r.new)), Some((0, true)));
    }

    #[test]
    fn a_full_table_of_255_keeps_finding() {
        let mut rows: Rows<u64, 255, 512> = Rows::new();
        for key in 0..255 {
            assert_eq!(rows.row(key * 3).map(|r| r.index), Some(key as u8));
        }
        assert_eq!(rows.row(1), None);
        for key in 0..255 {
            assert_eq!(rows.row(key * 3).map(|r| (r.index, r.new)), Some((key as u8, false)));
        }
    }

    #[test]
    fn the_entry_touched_longest_ago_makes_room() {
        let mut lately: Lately<u32, WAYS> = Lately::new();
        for key in 0..WAYS as u64 {
            *lately.touch(key, key) = key as u32 + 1;
        }
        assert_eq!(*lately.touch(0, 100), 1);
        assert_eq!(*lately.touch(50, 101), 0);
        assert_eq!(lately.evicted(), 1);
        assert_eq!(*lately.touch(0, 102), 1);
        assert_eq!(*lately.touch(1, 103), 0, "key 1 was the oldest");
        lately.clear();
        assert_eq!(*lately.touch(0, 104), 0);
    }
}
