//! When a packet of a capture is due.

use std::time::{Duration, Instant};

use crate::args::Pace;

/// Ties the clock of a capture to that of this machine.
pub struct Pacer {
    pace: Pace,
    anchor: Option<(u64, Instant)>,
}

impl Pacer {
    /// A pacer whose first packet is due at once.
    pub fn new(pace: Pace) -> Self {
        Pacer { pace, anchor: None }
    }

    /// Whether packets wait for their time at all.
    pub fn paces(&self) -> bool {
        self.pace != Pace::Max
    }

    /// When the packet of this capture time, µs, is due; None at once. Where the clock of the capture goes back, the
    /// rest follows from there.
    pub fn due(&mut self, time_us: u64, now: Instant) -> Option<Instant> {
        let Pace::Times(times) = self.pace else { return None };
        let (since, began) = *self.anchor.get_or_insert((time_us, now));
        if time_us < since {
            self.anchor = Some((time_us, now));
            return None;
        }
        let wait = Duration::try_from_secs_f64((time_us - since) as f64 / 1e6 / times).unwrap_or(Duration::MAX);
        began.checked_add(wait).filter(|due| *due > now)
    }

    /// The capture's time at `now`, µs; None where it has none of its own.
    pub fn time_at(&self, now: Instant) -> Option<u64> {
        let Pace::Times(times) = self.pace else { return None };
        let (since, began) = self.anchor?;
        let passed = now.saturating_duration_since(began).as_secs_f64() * 1e6 * times;
        Some(since.saturating_add(passed as u64))
    }

    /// What comes next has another clock.
    pub fn restart(&mut self) {
        self.anchor = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_as_recorded_or_faster() {
        let now = Instant::now();
        let mut pacer = Pacer::new(Pace::Times(4.0));
        assert_eq!(pacer.time_at(now), None);
        assert_eq!(pacer.due(1_000_000, now), None);
        assert_eq!(pacer.due(3_000_000, now), Some(now + Duration::from_millis(500)));
        let later = now + Duration::from_millis(600);
        assert_eq!(pacer.due(3_000_000, later), None);
        assert_eq!(pacer.time_at(later), Some(3_400_000));
    }

    #[test]
    fn a_clock_that_goes_back_begins_again() {
        let now = Instant::now();
        let mut pacer = Pacer::new(Pace::Times(1.0));
        pacer.due(5_000_000, now);
        assert_eq!(pacer.due(1_000_000, now), None);
        assert_eq!(pacer.due(2_000_000, now), Some(now + Duration::from_secs(1)));
        assert_eq!(Pacer::new(Pace::Max).due(u64::MAX, now), None);
    }
}
