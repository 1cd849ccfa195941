//! Degrading in steps under load, never silently: what is not sent is counted by class and address.

mod filter;

pub use filter::{Filter, SIBLINGS, Seen};

/// Classes of what is left out (PROTOCOL.md §7).
pub mod class {
    /// Beacons, by transmitter.
    pub const BEACONS: u8 = 0;
    /// ACK and CTS, by receiver.
    pub const ANSWERS: u8 = 1;
    /// Other data and control frames, of which one of n is sent.
    pub const OTHERS: u8 = 2;
    /// Frames of the other nodes' uplinks.
    pub const SIBLINGS: u8 = 3;
}

/// Beacons are thinned to one a second and transmitter.
pub const STEP_BEACONS: u8 = 1;
/// ACK and CTS are only counted.
pub const STEP_ANSWERS: u8 = 2;
/// From here on one of 2, 4, 8, 16 of the other data and control frames is sent.
pub const STEP_SAMPLING: u8 = 3;
/// The last step: one of 16.
pub const LAST_STEP: u8 = 6;

/// The ring is this full, of 256: one step up. Three quarters leave 64 of 256 slots, 13 ms at 5,000 frames/s.
const UP: u32 = 192;
/// The ring is at most this full, of 256: calm.
const DOWN: u32 = 64;
/// Between two steps up, µs: a step needs the time to empty the ring before it is judged.
const UP_EVERY: u64 = 100_000;
/// Calm for so long before one step down, µs: longer than the pause between two bursts of a download.
const DOWN_AFTER: u64 = 5_000_000;

/// The steps, climbed by load and left after calm.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ladder {
    step: u8,
    stepped_us: Option<u64>,
    calm_since_us: Option<u64>,
}

impl Ladder {
    /// On the ground: everything is sent.
    pub const fn new() -> Self {
        Ladder {
            step: 0,
            stepped_us: None,
            calm_since_us: None,
        }
    }

    /// Takes a look at the ring: `used` of `slots` at `now_us`. True if the step changed.
    pub fn observe(&mut self, used: u32, slots: u32, now_us: u64) -> bool {
        let fill = u64::from(used) * 256 / u64::from(slots.max(1));
        let before = self.step;
        if fill >= u64::from(UP) {
            self.calm_since_us = None;
            let due = self.stepped_us.is_none_or(|at| now_us.abs_diff(at) >= UP_EVERY);
            if due && self.step < LAST_STEP {
                self.step += 1;
                self.stepped_us = Some(now_us);
            }
        } else if fill > u64::from(DOWN) {
            self.calm_since_us = None;
        } else {
            let since = *self.calm_since_us.get_or_insert(now_us);
            if self.step > 0 && now_us.abs_diff(since) >= DOWN_AFTER {
                self.step -= 1;
                self.stepped_us = Some(now_us);
                self.calm_since_us = Some(now_us);
            }
        }
        self.step != before
    }

    /// Where it stands, 0 to [`LAST_STEP`].
    pub fn step(&self) -> u8 {
        self.step
    }

    /// One of how many data and control frames is sent.
    pub fn thinned(&self) -> u8 {
        1 << self.step.saturating_sub(STEP_SAMPLING - 1).min(4)
    }
}

#[cfg(test)]
mod tests {
    use super::filter::ADDRESSED;
    use super::*;
    use crate::frame::{FrameControl, Header};
    use crate::mac::Mac;
    use crate::messages::Total;

    fn header(fc: u16, from: u64, to: u64) -> Header {
        Header {
            fc: FrameControl(fc),
            a1: Mac(to),
            a2: FrameControl(fc).has_transmitter().then_some(Mac(from)),
            ..Header::default()
        }
    }

    fn climbed(step: u8) -> Ladder {
        let mut ladder = Ladder::new();
        for index in 0..u64::from(step) {
            assert!(ladder.observe(200, 256, index * UP_EVERY));
        }
        ladder
    }

    fn seen(header: &Header, now_us: u64) -> Seen<'_> {
        Seen {
            now_us,
            header: Some(header),
            length: 100,
            is_eapol: false,
        }
    }

    const BEACON: u16 = 0x0080;
    const DATA: u16 = 0x0088;
    const ACK: u16 = 0x00d4;
    const DEAUTHENTICATION: u16 = 0x00c0;

    #[test]
    fn load_climbs_step_by_step_and_calm_descends_late() {
        let mut ladder = Ladder::new();
        assert!(!ladder.observe(191, 256, 0));
        assert!(ladder.observe(192, 256, 1));
        assert!(!ladder.observe(256, 256, 2), "one step in 100 ms");
        assert!(ladder.observe(256, 256, 100_001));
        assert_eq!(ladder.step(), 2);
        assert!(!ladder.observe(0, 256, 200_000));
        assert!(!ladder.observe(100, 256, 5_000_000), "half full is not calm");
        assert!(!ladder.observe(0, 256, 5_100_000));
        assert!(!ladder.observe(0, 256, 10_099_999));
        assert!(ladder.observe(0, 256, 10_100_000));
        assert!(!ladder.observe(0, 256, 10_200_000), "each step down waits anew");
        assert!(ladder.observe(0, 256, 15_100_000));
        assert_eq!((ladder.step(), ladder.thinned()), (0, 1));
        assert!(
            !ladder.observe(5, 0, 15_100_001),
            "a ring without slots is full, not a division by zero"
        );
    }

    #[test]
    fn the_ladder_ends() {
        let mut ladder = Ladder::new();
        let thinned: Vec<u8> = (0..9)
            .map(|index| {
                ladder.observe(256, 256, index * UP_EVERY);
                ladder.thinned()
            })
            .collect();
        assert_eq!(thinned, [1, 1, 2, 4, 8, 16, 16, 16, 16]);
        assert_eq!(ladder.step(), LAST_STEP);
    }

    #[test]
    fn step_one_sends_a_beacon_a_second_and_transmitter() {
        let ladder = climbed(1);
        let mut filter = Filter::new();
        let mut sent = 0;
        for tenth in 0..30u64 {
            for ap in 1..=2 {
                sent +=
                    u32::from(filter.passes(&seen(&header(BEACON, ap, Mac::BROADCAST.0), tenth * 100_000), &ladder));
            }
        }
        assert_eq!(sent, 6);
        assert!(filter.passes(&seen(&header(ACK, 0, 5), 0), &ladder));
        let totals = filter.take_totals(3_000_000).unwrap();
        assert_eq!((totals.start_us, totals.span_us), (100_000, 2_900_000));
        let expected = [1, 2].map(|ap| Total {
            class: class::BEACONS,
            frames: 27,
            octets: 2700,
            address: Some(Mac(ap)),
        });
        assert_eq!(totals.classes(), expected);
        assert_eq!(filter.take_totals(4_000_000), None);
    }

    #[test]
    fn step_two_counts_answers_by_receiver_and_step_three_samples() {
        let mut filter = Filter::new();
        assert!(!filter.passes(&seen(&header(ACK, 0, 5), 0), &climbed(2)));
        assert!(filter.passes(&seen(&header(DATA, 1, 2), 0), &climbed(2)));
        let sampling = climbed(STEP_SAMPLING + 1);
        let sent = (0..4000)
            .filter(|&n| filter.passes(&seen(&header(DATA, 1, 2), n), &sampling))
            .count();
        assert!((850..1150).contains(&sent), "{sent} of 4,000 at one of four");
        let totals = filter.take_totals(4000).unwrap();
        let kinds: Vec<_> = totals
            .classes()
            .iter()
            .map(|t| (t.class, t.address, t.frames))
            .collect();
        assert_eq!(
            kinds,
            [
                (class::ANSWERS, Some(Mac(5)), 1),
                (class::OTHERS, None, 4000 - sent as u32)
            ]
        );
    }

    #[test]
    fn evidence_always_passes() {
        let ladder = climbed(LAST_STEP);
        let mut filter = Filter::new();
        for now in 0..100 {
            assert!(filter.passes(&seen(&header(DEAUTHENTICATION, 1, 2), now), &ladder));
            let eapol = header(DATA, 1, 2);
            assert!(filter.passes(
                &Seen {
                    is_eapol: true,
                    ..seen(&eapol, now)
                },
                &ladder
            ));
            assert!(filter.passes(
                &Seen {
                    header: None,
                    ..seen(&eapol, now)
                },
                &ladder
            ));
        }
    }

    #[test]
    fn siblings_are_counted_at_every_step() {
        let mut filter = Filter::new();
        filter.set_siblings([Mac(7), Mac(8)]);
        assert!(!filter.passes(&seen(&header(DATA, 7, 2), 0), &Ladder::new()));
        assert!(!filter.passes(&seen(&header(ACK, 0, 8), 0), &Ladder::new()));
        assert!(filter.passes(&seen(&header(DATA, 3, 2), 0), &Ladder::new()));
        assert_eq!(filter.take_totals(1).map(|t| t.classes().len()), Some(2));
        filter.set_siblings((0..1000).map(Mac));
        filter.set_siblings([]);
        assert!(filter.passes(&seen(&header(DATA, 7, 2), 0), &Ladder::new()));
    }

    #[test]
    fn more_addresses_than_places_are_summed() {
        let ladder = climbed(2);
        let mut filter = Filter::new();
        for receiver in 0..100 {
            assert!(!filter.passes(&seen(&header(ACK, 0, receiver), 0), &ladder));
        }
        let totals = filter.take_totals(1).unwrap();
        assert_eq!(totals.classes().len(), ADDRESSED + 1);
        assert_eq!(totals.classes().iter().map(|t| t.frames).sum::<u32>(), 100);
    }
}
