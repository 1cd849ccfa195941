//! What a start means: a number that is never used again, a new image on trial, safe mode after failures.
//!
//! The bootloader takes the slot it is told and goes to the other one only where an image is damaged. So the program
//! counts its own starts before it does anything else, and switches back itself. An image that does not even get
//! that far is not saved by this.

use crate::messages::Configuration;
use crate::provision::Settings;
use crate::trial::Standing;

/// Octets in which a record is kept.
pub const RECORD: usize = 8;
/// Starts of a new image without being healthy, after which the old one is taken again.
const TRIALS: u8 = 3;
/// Starts without being healthy, after which the node starts in safe mode. A person who unplugs a node a few times
/// in its first minute should not get there.
const FAILURES: u8 = 5;
/// Running for so long is healthy, µs.
const HEALTHY_AFTER_US: u64 = 60_000_000;
/// Safe mode ends after so long, µs, and everything is tried again.
const SAFE_FOR_US: u64 = 600_000_000;
/// A new image that has not found the hub after so long, µs, is started again, and given up after [`TRIALS`].
const TRIAL_FOR_US: u64 = 300_000_000;

/// What is kept from start to start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// Number of this start.
    pub boot_id: u32,
    /// Starts in a row that were not healthy, this one included until it is.
    pub failures: u8,
    /// Slot of an image that has yet to prove itself.
    pub trial: Option<u8>,
    /// Starts with settings that have not proved themselves, this one included: see [`crate::trial`].
    pub tries: u8,
}

impl Record {
    /// Reads a record.
    pub fn read(octets: &[u8]) -> Option<Record> {
        let [a, b, c, d, failures, trial, tries, _] = *octets.first_chunk::<RECORD>()?;
        Some(Record {
            boot_id: u32::from_le_bytes([a, b, c, d]),
            failures,
            trial: (trial != 0xff).then_some(trial),
            tries,
        })
    }

    /// Writes it.
    pub fn write(&self) -> [u8; RECORD] {
        let [a, b, c, d] = self.boot_id.to_le_bytes();
        [a, b, c, d, self.failures, self.trial.unwrap_or(0xff), self.tries, 0]
    }
}

/// How to go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// As always.
    Normal,
    /// A new image is on trial.
    Trial,
    /// It has failed: take the other slot and restart.
    FallBack,
    /// The new image has failed or could not be started, the old one runs.
    FellBack,
    /// Without listening: the links and updates alone.
    Safe,
}

/// Counts this start, which runs from `slot`; `chance` is any number. The record must be in flash before anything else
/// happens.
pub fn start(last: Option<Record>, slot: u8, chance: u32) -> (Record, Start) {
    let last = last.unwrap_or(Record {
        // Where no record is left the key may be: then the numbers of the lost ones must not come again. Three quarters
        // of all numbers are left to count up.
        boot_id: chance >> 2,
        failures: 0,
        trial: None,
        tries: 0,
    });
    // At the end of the numbers it stays there: the hub refuses it, which is better than a nonce used twice.
    let boot_id = last.boot_id.saturating_add(1);
    let failures = last.failures.saturating_add(1);
    let record = |failures, trial| Record {
        boot_id,
        failures,
        trial,
        tries: last.tries,
    };
    match last.trial {
        Some(trial) if trial != slot => (record(1, None), Start::FellBack),
        // It stays on trial until the other slot runs: a cut before the switch must not make it the image that is kept.
        Some(trial) if failures > TRIALS => (record(failures, Some(trial)), Start::FallBack),
        Some(trial) => (record(failures, Some(trial)), Start::Trial),
        None if failures > FAILURES => (record(failures, None), Start::Safe),
        None => (record(failures, None), Start::Normal),
    }
}

/// A new image is in `slot` and will be started next.
pub fn put_on_trial(record: Record, slot: u8) -> Record {
    Record {
        failures: 0,
        trial: Some(slot),
        ..record
    }
}

/// What becomes of a start while it runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Watch {
    start: Start,
    began_us: u64,
    settled: bool,
}

/// What is to be done now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Nothing.
    Wait,
    /// Healthy: keep [`confirmed`].
    Confirm,
    /// Restart; in safe mode after [`confirmed`] was kept, so that everything is tried again.
    Restart,
}

impl Watch {
    /// Begins with the start.
    pub const fn new(start: Start, now_us: u64) -> Self {
        Watch {
            start,
            began_us: now_us,
            settled: false,
        }
    }

    /// How it started.
    pub const fn start(&self) -> Start {
        self.start
    }

    /// Looks at the state of things: `answered` while the hub answers.
    pub fn look(&mut self, now_us: u64, answered: bool) -> Verdict {
        let running = now_us.saturating_sub(self.began_us);
        let verdict = match self.start {
            _ if self.settled => Verdict::Wait,
            Start::Safe if running >= SAFE_FOR_US => Verdict::Restart,
            Start::Safe | Start::FallBack => Verdict::Wait,
            Start::Trial if answered && running >= HEALTHY_AFTER_US => Verdict::Confirm,
            Start::Trial if running >= TRIAL_FOR_US => Verdict::Restart,
            Start::Trial => Verdict::Wait,
            Start::Normal | Start::FellBack if running >= HEALTHY_AFTER_US => Verdict::Confirm,
            Start::Normal | Start::FellBack => Verdict::Wait,
        };
        self.settled |= verdict != Verdict::Wait;
        verdict
    }
}

/// The record of a start that has proved itself.
pub fn confirmed(record: Record) -> Record {
    Record {
        failures: 0,
        trial: None,
        ..record
    }
}

/// The record of a start that ends because somebody asked for it: that is no failure, however short it was.
pub fn asked_to_end(record: Record) -> Record {
    Record {
        failures: record.failures.saturating_sub(1),
        ..record
    }
}

/// What was found in flash at a start.
pub struct Found {
    /// The settings that are in use.
    pub settings: Settings,
    /// Whether they have proved themselves.
    pub standing: Standing,
    /// What this start means.
    pub start: Start,
    /// The number of this start is kept: it will never be used again.
    pub counted: bool,
}

impl Found {
    /// What is on trial: nothing where starts are not counted, for then there is no next turn.
    pub fn trial(&self) -> Standing {
        if self.counted { self.standing } else { Standing::Settled }
    }

    /// The settings as far as they can be used: without a number that is kept nothing may be sealed.
    pub fn usable(&self) -> Settings {
        if self.counted {
            return self.settings;
        }
        let serial = Configuration {
            uplink: Some("serial"),
            ..Configuration::default()
        };
        self.settings.with(&serial).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::Uplink;
    use proptest::prelude::*;

    const SECOND: u64 = 1_000_000;

    fn starts(mut record: Option<Record>, slot: u8, count: usize) -> Vec<Start> {
        (0..count)
            .map(|_| {
                let (next, how) = start(record, slot, 0);
                record = Record::read(&next.write());
                how
            })
            .collect()
    }

    #[test]
    fn without_a_number_that_is_kept_nothing_is_sealed() {
        let wifi = Configuration {
            ssid: Some("Sunflower"),
            hub: Some("hub.local:4729"),
            key: Some([7; 32]),
            name: Some("hall"),
            uplink: Some("wifi"),
            ..Configuration::default()
        };
        let settings = Settings::default().with(&wifi).unwrap();
        let found = |counted| Found {
            settings,
            standing: Standing::Trial,
            start: Start::Normal,
            counted,
        };
        assert_eq!(found(true).usable().uplink(), Uplink::Wifi);
        let usable = found(false).usable();
        assert_eq!(usable.uplink(), Uplink::Serial);
        assert_eq!(usable.name(), "hall");
        assert_eq!(
            [true, false].map(|counted| found(counted).trial()),
            [Standing::Trial, Standing::Settled]
        );
    }

    #[test]
    fn failures_lead_to_safe_mode_and_health_out_of_it() {
        let expected = [vec![Start::Normal; 5], vec![Start::Safe; 3]].concat();
        assert_eq!(starts(None, 0, 8), expected);
        let tired = Record {
            boot_id: 9,
            failures: 5,
            trial: None,
            tries: 0,
        };
        assert_eq!(start(Some(confirmed(tired)), 0, 9).1, Start::Normal);
    }

    #[test]
    fn restarts_that_were_asked_for_are_no_failures() {
        let mut record = None;
        for _ in 0..20 {
            let (next, how) = start(record, 0, 9);
            assert_eq!(how, Start::Normal);
            record = Some(asked_to_end(next));
        }
        // A new image does not pass by them either.
        let trial = put_on_trial(record.unwrap(), 0);
        let (next, _) = start(Some(trial), 0, 9);
        assert_eq!(
            asked_to_end(next),
            Record {
                boot_id: next.boot_id,
                ..trial
            }
        );
    }

    #[test]
    fn a_new_image_has_three_trials() {
        let record = put_on_trial(
            Record {
                boot_id: 4,
                failures: 4,
                trial: None,
                tries: 0,
            },
            1,
        );
        assert_eq!(
            starts(Some(record), 1, 4),
            [Start::Trial, Start::Trial, Start::Trial, Start::FallBack]
        );
        let failed = Record {
            boot_id: 8,
            failures: 3,
            trial: Some(1),
            tries: 0,
        };
        let (after, how) = start(Some(failed), 1, 9);
        assert_eq!(how, Start::FallBack);
        assert_eq!(
            start(Some(after), 1, 9).1,
            Start::FallBack,
            "the power was cut before the switch"
        );
        assert_eq!(start(Some(after), 0, 9).1, Start::FellBack);
    }

    #[test]
    fn an_image_that_the_bootloader_refused_is_noticed() {
        let record = put_on_trial(
            Record {
                boot_id: 4,
                failures: 0,
                trial: None,
                tries: 0,
            },
            1,
        );
        let (after, how) = start(Some(record), 0, 9);
        assert_eq!(
            (how, after),
            (
                Start::FellBack,
                Record {
                    boot_id: 5,
                    failures: 1,
                    trial: None,
                    tries: 0,
                }
            )
        );
    }

    #[test]
    fn numbers_only_go_up() {
        assert_eq!(start(None, 0, 0).0.boot_id, 1);
        assert_eq!(start(None, 0, u32::MAX).0.boot_id, 1 << 30);
        let last = Record {
            boot_id: u32::MAX,
            failures: 0,
            trial: None,
            tries: 0,
        };
        assert_eq!(start(Some(last), 0, 9).0.boot_id, u32::MAX);
    }

    #[test]
    fn verdicts_come_once_and_in_time() {
        for (how, answered, expected) in [
            (Start::Normal, false, Some((60, Verdict::Confirm))),
            (Start::FellBack, false, Some((60, Verdict::Confirm))),
            (Start::Trial, true, Some((60, Verdict::Confirm))),
            (Start::Trial, false, Some((300, Verdict::Restart))),
            (Start::Safe, true, Some((600, Verdict::Restart))),
            (Start::FallBack, true, None),
        ] {
            let mut watch = Watch::new(how, 5 * SECOND);
            let verdicts: Vec<_> = (0..1000)
                .map(|second| (second, watch.look((5 + second) * SECOND, answered)))
                .filter(|&(_, verdict)| verdict != Verdict::Wait)
                .collect();
            assert_eq!(verdicts, expected.into_iter().collect::<Vec<_>>(), "{how:?}");
        }
    }

    #[test]
    fn a_hub_that_answers_late_still_confirms() {
        let mut watch = Watch::new(Start::Trial, 0);
        assert_eq!(watch.look(100 * SECOND, false), Verdict::Wait);
        assert_eq!(watch.look(299 * SECOND, true), Verdict::Confirm);
        assert_eq!(watch.start(), Start::Trial);
    }

    proptest! {
        #[test]
        fn any_record_starts_and_goes_up(octets in any::<[u8; RECORD]>(), slot in 0u8..2, chance: u32) {
            let last = Record::read(&octets).unwrap();
            let (next, _) = start(Some(last), slot, chance);
            prop_assert!(next.boot_id > last.boot_id || last.boot_id == u32::MAX);
            prop_assert_eq!(Record::read(&next.write()), Some(next));
        }
    }
}
