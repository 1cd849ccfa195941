//! Three things that go wrong slowly: a heap that runs out, a task that hangs, a hub that cannot be reached.

/// Fewer free octets than this are the first floor: what can wait must wait. The radio's buffers of 1.6 kB come and
/// go by the dozen.
const STRAINED_BELOW: u32 = 24 * 1024;
/// The second floor: the radio will fail soon.
const FAILING_BELOW: u32 = 8 * 1024;
/// Looks in a row on the second floor, after which a restart is better. One a second: bursts pass.
const FAILING_LOOKS: u8 = 12;

/// How the heap is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heap {
    /// Enough.
    Enough,
    /// Below the first floor: send no frames over Wi-Fi.
    Strained,
    /// Below the second one for too long: restart.
    Failing,
}

/// Watches the heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HeapWatch {
    lowest: u32,
    failing: u8,
}

impl Default for HeapWatch {
    fn default() -> Self {
        HeapWatch::new()
    }
}

impl HeapWatch {
    /// Has not looked yet.
    pub const fn new() -> Self {
        HeapWatch {
            lowest: u32::MAX,
            failing: 0,
        }
    }

    /// Looks, once a second: `free` octets, and whether one of the radio's buffers could be had in one piece: a heap
    /// in crumbs is as good as none.
    pub fn look(&mut self, free: u32, whole_buffer: bool) -> Heap {
        self.lowest = self.lowest.min(free);
        if free >= FAILING_BELOW && whole_buffer {
            self.failing = 0;
            return if free < STRAINED_BELOW {
                Heap::Strained
            } else {
                Heap::Enough
            };
        }
        self.failing = self.failing.saturating_add(1);
        if self.failing >= FAILING_LOOKS {
            Heap::Failing
        } else {
            Heap::Strained
        }
    }

    /// Least octets that were free.
    pub const fn lowest(&self) -> u32 {
        self.lowest
    }
}

/// Knows whether each of `TASKS` tasks still runs. The hardware watchdog is fed only while all do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Liveness<const TASKS: usize> {
    seen_us: [u64; TASKS],
    longest_us: u64,
}

impl<const TASKS: usize> Liveness<TASKS> {
    /// All are taken to have run just now; none may be silent for `longest_us`.
    pub const fn new(now_us: u64, longest_us: u64) -> Self {
        Liveness {
            seen_us: [now_us; TASKS],
            longest_us,
        }
    }

    /// A task has come round.
    pub fn seen(&mut self, task: usize, now_us: u64) {
        if let Some(seen) = self.seen_us.get_mut(task) {
            *seen = now_us;
        }
    }

    /// The first task that hangs.
    pub fn hanging(&self, now_us: u64) -> Option<usize> {
        self.seen_us
            .iter()
            .position(|&seen| now_us.saturating_sub(seen) > self.longest_us)
    }
}

/// The access point is joined anew after so long without a word of the hub, µs.
const REJOIN_AFTER_US: u64 = 120_000_000;
/// The node restarts after so long, µs: an hour, since a hub may be down for a night, and each restart costs what
/// the node knows of its channel.
const RESTART_AFTER_US: u64 = 3_600_000_000;

/// What to do about silence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Silence {
    /// Nothing.
    Bear,
    /// Leave the access point and join it again.
    Rejoin,
    /// Restart.
    Restart,
}

/// Watches for words of the hub where the uplink is Wi-Fi.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HubWatch {
    heard_us: u64,
    rejoined_us: u64,
}

impl HubWatch {
    /// Counts from now.
    pub const fn new(now_us: u64) -> Self {
        HubWatch {
            heard_us: now_us,
            rejoined_us: now_us,
        }
    }

    /// The hub has said something that could be opened.
    pub fn heard(&mut self, now_us: u64) {
        self.heard_us = now_us;
        self.rejoined_us = now_us;
    }

    /// Looks at the time.
    pub fn look(&mut self, now_us: u64) -> Silence {
        if now_us.saturating_sub(self.heard_us) >= RESTART_AFTER_US {
            return Silence::Restart;
        }
        if now_us.saturating_sub(self.rejoined_us) >= REJOIN_AFTER_US {
            self.rejoined_us = now_us;
            return Silence::Rejoin;
        }
        Silence::Bear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_floors_and_patience_on_the_second() {
        let mut watch = HeapWatch::new();
        assert_eq!(watch.look(STRAINED_BELOW, true), Heap::Enough);
        assert_eq!(watch.look(STRAINED_BELOW - 1, true), Heap::Strained);
        assert_eq!(watch.look(FAILING_BELOW, true), Heap::Strained);
        for _ in 1..FAILING_LOOKS {
            assert_eq!(watch.look(FAILING_BELOW - 1, true), Heap::Strained);
        }
        assert_eq!(watch.look(FAILING_BELOW - 1, true), Heap::Failing);
        assert_eq!(watch.look(100_000, true), Heap::Enough, "a burst passes");
        assert_eq!(watch.lowest(), FAILING_BELOW - 1);
    }

    #[test]
    fn crumbs_are_as_bad_as_nothing() {
        let mut watch = HeapWatch::new();
        let looks: Vec<Heap> = (0..FAILING_LOOKS).map(|_| watch.look(50_000, false)).collect();
        assert_eq!(looks.last(), Some(&Heap::Failing));
        assert!(looks.iter().rev().skip(1).all(|&heap| heap == Heap::Strained));
    }

    #[test]
    fn one_task_that_hangs_is_named() {
        let mut liveness: Liveness<3> = Liveness::new(0, 10);
        assert_eq!(liveness.hanging(10), None);
        for task in [0, 2, 99] {
            liveness.seen(task, 8);
        }
        assert_eq!(liveness.hanging(11), Some(1));
        liveness.seen(1, 11);
        assert_eq!(liveness.hanging(12), None);
    }

    #[test]
    fn silence_is_born_then_acted_upon() {
        let mut watch = HubWatch::new(0);
        let mut rejoins = 0;
        for second in 0..3599u64 {
            match watch.look(second * 1_000_000) {
                Silence::Rejoin => rejoins += 1,
                Silence::Bear => {}
                Silence::Restart => panic!("at {second} s"),
            }
        }
        assert_eq!(rejoins, 29);
        assert_eq!(watch.look(RESTART_AFTER_US), Silence::Restart);
        watch.heard(RESTART_AFTER_US);
        assert_eq!(watch.look(RESTART_AFTER_US + 1), Silence::Bear);
    }
}
