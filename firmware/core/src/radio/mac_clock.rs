//! From the radio's clock to the node's.

use crate::clock::Unwrap;

/// The least delay is looked for anew in windows of this length, µs: the two clocks may drift apart.
const WINDOW_US: u64 = 10_000_000;
/// A difference beyond this is no delay: the radio's clock was set, µs.
const JUMP_US: i32 = 1_000_000;

/// Puts the stamps of the radio's 32-bit µs clock on the timer of the node. A frame arrives some time after it was
/// stamped, never before: the least difference seen is the difference of the clocks, and the delay of the fastest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MacClock {
    /// Added to a stamp gives the low 32 bits of the timer.
    offset: Option<u32>,
    window_least: Option<u32>,
    window_ends_us: u64,
}

impl MacClock {
    /// Has seen nothing.
    pub const fn new() -> Self {
        MacClock {
            offset: None,
            window_least: None,
            window_ends_us: 0,
        }
    }

    /// Node time of a stamp that was seen when the timer was at `arrived_us`.
    pub fn time(&mut self, stamp: u32, arrived_us: u64) -> u64 {
        let seen = (arrived_us as u32).wrapping_sub(stamp);
        let offset = match self.offset {
            Some(offset) if !has_jumped(seen, offset) => offset,
            _ => {
                self.window_least = None;
                self.window_ends_us = arrived_us.saturating_add(WINDOW_US);
                seen
            }
        };
        self.offset = Some(least(offset, seen));
        self.window_least = Some(self.window_least.map_or(seen, |before| least(before, seen)));
        if arrived_us >= self.window_ends_us {
            self.offset = self.window_least.take();
            self.window_ends_us = arrived_us.saturating_add(WINDOW_US);
        }
        let now = self.offset.unwrap_or(seen);
        Unwrap::near(arrived_us, stamp.wrapping_add(now))
    }
}

fn has_jumped(seen: u32, offset: u32) -> bool {
    (seen.wrapping_sub(offset) as i32).saturating_abs() > JUMP_US
}

fn least(a: u32, b: u32) -> u32 {
    if (b.wrapping_sub(a) as i32) < 0 { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_delay_of_the_fastest_is_what_remains() {
        let mut clock = MacClock::new();
        let begin = 0xffff_0000u64;
        let mut worst = 0;
        for number in 0..10_000u64 {
            let sent = begin + number * 1_000;
            let delay = 40 + (number * 7919) % 3_000;
            let time = clock.time((sent as u32).wrapping_sub(123_456_789), sent + delay);
            if number > 100 {
                worst = worst.max(time.abs_diff(sent));
            }
        }
        assert!(worst < 80, "{worst}");
    }

    #[test]
    fn drift_is_followed_in_both_directions() {
        for drift in [-40i64, 40] {
            let mut clock = MacClock::new();
            let worst = (0..200_000i64).map(|number| {
                let sent = number * 10_000;
                // Parts per million.
                let stamp = (sent + sent * drift / 1_000_000) as u32;
                let time = clock.time(stamp, sent as u64 + 50);
                time.abs_diff(sent as u64)
            });
            assert!(worst.max().unwrap() < 1_000);
        }
    }

    #[test]
    fn a_clock_that_is_set_is_followed() {
        let mut clock = MacClock::new();
        clock.time(5_000_000, 6_000_000);
        assert_eq!(clock.time(5_000_100, 6_000_100), 6_000_100);
        assert_eq!(clock.time(7, 9_000_000), 9_000_000);
        assert_eq!(clock.time(1_007, 9_001_040), 9_001_000);
    }

    proptest! {
        #[test]
        fn no_stamp_leads_far_away(stamps in proptest::collection::vec((any::<u32>(), 0u32..100_000), 1..100)) {
            let mut clock = MacClock::new();
            let mut now = 1 << 33;
            for (stamp, step) in stamps {
                now += u64::from(step);
                let time = clock.time(stamp, now);
                prop_assert!(time.abs_diff(now) <= 2_000_000, "{} at {}", time, now);
            }
        }
    }
}
