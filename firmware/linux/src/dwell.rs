//! What was listened to, and for how long: the denominator of every rate.

/// Silence longer than this is not taken for listening where nothing but frames tells that there was any: the
/// recording was paused, or two were joined. On an unused channel a frame can be minutes away.
const LONGEST_SILENCE_US: u64 = 600_000_000;

/// A report goes out when its first stay is this old.
const REPORT_EVERY_US: u64 = 1_000_000;

/// Stays in one report. Nobody hops so fast; more of them are the interleaved frames of several receivers in one
/// capture.
const MOST: usize = 32;

/// A stay on one channel.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub struct Stay {
    /// MHz, 0 unknown.
    pub frequency: u16,
    /// Node time when it began, µs.
    pub start: u64,
    /// µs.
    pub listened: u64,
    /// Frames that could be read.
    pub frames: u32,
    /// Receptions that could not.
    pub undecodable: u32,
}

/// Adds up stays.
#[derive(Default)]
pub struct DwellLog {
    stays: Vec<Stay>,
    /// Which channel is listened to, and up to when that has been counted.
    now: Option<(u16, u64)>,
}

impl DwellLog {
    /// A reception at `time`, on the channel of `frequency`.
    pub fn hear(&mut self, frequency: u16, time: u64, readable: bool) {
        self.tune(frequency, time);
        if let Some(stay) = self.stays.last_mut() {
            let count = if readable {
                &mut stay.frames
            } else {
                &mut stay.undecodable
            };
            *count = count.saturating_add(1);
        }
    }

    /// The channel is `frequency` from `time` on.
    pub fn tune(&mut self, frequency: u16, time: u64) {
        self.pass(time);
        self.now = Some((frequency, time));
        if self
            .stays
            .last()
            .is_some_and(|last| last.frequency == frequency && ends(last) == time)
        {
            return;
        }
        if self.stays.len() >= MOST {
            self.put_together();
        }
        self.stays.push(Stay {
            frequency,
            start: time,
            listened: 0,
            frames: 0,
            undecodable: 0,
        });
    }

    /// Time has passed on the channel that is listened to.
    pub fn pass(&mut self, time: u64) {
        let Some((frequency, since)) = self.now else { return };
        let passed = time.saturating_sub(since);
        if (1..=LONGEST_SILENCE_US).contains(&passed) {
            match self.stays.last_mut().filter(|last| ends(last) == since) {
                Some(last) => last.listened += passed,
                None => self.stays.push(Stay {
                    frequency,
                    start: since,
                    listened: passed,
                    frames: 0,
                    undecodable: 0,
                }),
            }
        }
        self.now = Some((frequency, time));
    }

    /// Nothing connects what comes with what was: another file.
    pub fn interrupt(&mut self) {
        self.now = None;
    }

    /// Whether a report is due at `time`.
    pub fn is_due(&self, time: u64) -> bool {
        self.stays.len() > MOST
            || self
                .stays
                .first()
                .is_some_and(|first| time.abs_diff(first.start) >= REPORT_EVERY_US)
    }

    /// What is to be reported; it is forgotten here.
    pub fn take(&mut self) -> Vec<Stay> {
        std::mem::take(&mut self.stays)
    }

    /// Puts the stays of each channel together and lays them end to end, as a receiver that hops slowly would have
    /// stayed: none is lost, and no two overlap.
    fn put_together(&mut self) {
        let mut together: Vec<Stay> = Vec::with_capacity(MOST);
        for stay in &self.stays {
            match together.iter_mut().find(|sum| sum.frequency == stay.frequency) {
                Some(sum) => {
                    sum.listened = sum.listened.saturating_add(stay.listened);
                    sum.frames = sum.frames.saturating_add(stay.frames);
                    sum.undecodable = sum.undecodable.saturating_add(stay.undecodable);
                }
                None => together.push(*stay),
            }
        }
        let mut start = together.first().map_or(0, |first| first.start);
        for stay in &mut together {
            stay.start = start;
            start = start.saturating_add(stay.listened);
        }
        self.stays = together;
    }
}

fn ends(stay: &Stay) -> u64 {
    stay.start.saturating_add(stay.listened)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay(frequency: u16, start: u64, listened: u64, frames: u32, undecodable: u32) -> Stay {
        Stay {
            frequency,
            start,
            listened,
            frames,
            undecodable,
        }
    }

    #[test]
    fn time_between_frames_belongs_to_the_channel_of_the_earlier_one() {
        let mut log = DwellLog::default();
        log.hear(2412, 1_000, true);
        log.hear(2412, 4_000, false);
        log.hear(2437, 10_000, true);
        log.hear(2412, 15_000, true);
        log.pass(16_000);
        let expected = [
            stay(2412, 1_000, 9_000, 1, 1),
            stay(2437, 10_000, 5_000, 1, 0),
            stay(2412, 15_000, 1_000, 1, 0),
        ];
        assert_eq!(log.take(), expected);
        log.pass(17_000);
        assert_eq!(log.take(), [stay(2412, 16_000, 1_000, 0, 0)]);
    }

    #[test]
    fn a_report_is_due_after_a_second() {
        let mut log = DwellLog::default();
        log.hear(2412, 5, true);
        assert!(!log.is_due(1_000_004));
        assert!(log.is_due(1_000_005));
        log.take();
        assert!(!log.is_due(u64::MAX));
    }

    #[test]
    fn interleaved_receivers_are_laid_end_to_end_and_nothing_is_lost() {
        let mut log = DwellLog::default();
        for number in 0..1_000u64 {
            log.hear(if number % 3 == 0 { 2412 } else { 5180 }, number * 100, number % 2 == 0);
        }
        log.pass(100_000);
        let stays = log.take();
        assert!(stays.len() <= MOST);
        assert_eq!(stays.iter().map(|stay| stay.listened).sum::<u64>(), 100_000);
        assert_eq!(
            stays.iter().map(|stay| stay.frames + stay.undecodable).sum::<u32>(),
            1_000
        );
        let low: u64 = stays
            .iter()
            .filter(|stay| stay.frequency == 2412)
            .map(|stay| stay.listened)
            .sum();
        assert_eq!(low, 334 * 100);
        for pair in stays.windows(2) {
            assert!(ends(&pair[0]) <= pair[1].start, "{pair:?}");
        }
    }

    #[test]
    fn more_channels_than_a_report_has_make_it_due() {
        let mut log = DwellLog::default();
        for number in 0..=MOST as u16 {
            assert!(!log.is_due(100));
            log.hear(2412 + number, 10 + u64::from(number), true);
        }
        assert!(log.is_due(100));
        assert_eq!(log.take().iter().map(|stay| stay.frames).sum::<u32>(), MOST as u32 + 1);
    }

    #[test]
    fn long_silence_and_clocks_set_back_are_not_listening() {
        let mut log = DwellLog::default();
        log.hear(2412, 0, true);
        log.hear(2412, LONGEST_SILENCE_US + 1, true);
        log.hear(2412, 10, true);
        log.hear(2412, 12, true);
        log.interrupt();
        log.hear(2412, 1_000, true);
        assert_eq!(log.take().iter().map(|stay| stay.listened).sum::<u64>(), 2);
    }

    #[test]
    fn a_tuned_channel_is_listened_to_even_in_silence() {
        let mut log = DwellLog::default();
        log.tune(5180, 100);
        log.tune(5200, 350);
        log.pass(400);
        assert_eq!(log.take(), [stay(5180, 100, 250, 0, 0), stay(5200, 350, 50, 0, 0)]);
    }
}
