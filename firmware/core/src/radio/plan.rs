//! Which channel to listen to, as a function of time alone, and what was listened to.

use crate::messages::{CHANNELS, ChannelPlan, Dwell};

/// Most dwells of one round.
pub const ROUND: usize = 128;
/// Shortest and longest dwell, ms. A beacon interval is 102.4 ms: a shorter dwell misses access points.
const DWELL_MS: (u16, u16) = (110, 10_000);
/// How long each channel is listened to in a survey, ms: two beacon intervals, and a switch.
pub const SURVEY_DWELL_MS: u16 = 250;
/// Of the channels of the 2.4 GHz band that may be used everywhere, 1 to 11 in steps of 5 MHz.
pub const CHANNELS_2GHZ: [u16; 11] = [2412, 2417, 2422, 2427, 2432, 2437, 2442, 2447, 2452, 2457, 2462];
/// Channels that keep most of the time after a survey.
const BUSY: usize = 3;
/// Weight of these against 1 of the others: with 11 channels three quarters of the time.
const BUSY_WEIGHT: u8 = 8;

/// Where to listen from when to when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turn {
    /// MHz.
    pub frequency: u16,
    /// Number of the dwell since time 0: another number is another dwell.
    pub number: u64,
    /// Node time, µs.
    pub start_us: u64,
    /// Node time, µs.
    pub end_us: u64,
}

/// A round of dwells that repeats. The same plan gives the same channel at the same node time, whatever came before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    round: [u16; ROUND],
    length: usize,
    dwell_us: u64,
}

impl Plan {
    /// Listens to one channel for ever.
    pub fn fixed(frequency: u16) -> Self {
        let mut round = [0; ROUND];
        round[0] = frequency;
        Plan {
            round,
            length: 1,
            dwell_us: 1_000_000,
        }
    }

    /// Listens to each channel in proportion to its weight, the dwells of one channel spread over the round (smooth
    /// weighted round robin). Weights are scaled so that a round has at most [`ROUND`] dwells, each channel at least
    /// one; weight 0 leaves a channel out. None without a channel.
    pub fn weighted(channels: &[(u16, u8)], dwell_ms: u16) -> Option<Self> {
        let mut weights = [0u32; CHANNELS];
        let used = channels.get(..channels.len().min(CHANNELS))?;
        let total: u32 = used.iter().map(|&(_, weight)| u32::from(weight)).sum();
        if total == 0 {
            return None;
        }
        let most = (ROUND - CHANNELS) as u32;
        for (scaled, &(_, weight)) in weights.iter_mut().zip(used) {
            *scaled = match u32::from(weight) {
                0 => 0,
                weight if total as usize <= ROUND => weight,
                weight => (weight * most / total).max(1),
            };
        }
        let mut plan = Plan {
            round: [0; ROUND],
            length: weights.iter().sum::<u32>() as usize,
            dwell_us: u64::from(dwell_ms.clamp(DWELL_MS.0, DWELL_MS.1)) * 1000,
        };
        plan.spread(used, &weights);
        Some(plan)
    }

    fn spread(&mut self, channels: &[(u16, u8)], weights: &[u32; CHANNELS]) {
        let total = self.length as i64;
        let mut credit = [0i64; CHANNELS];
        for slot in self.round.iter_mut().take(self.length) {
            let mut richest = 0;
            for (index, &weight) in weights.iter().enumerate() {
                credit[index] += i64::from(weight);
                if credit[index] > credit[richest] {
                    richest = index;
                }
            }
            credit[richest] -= total;
            *slot = channels.get(richest).map_or(0, |&(frequency, _)| frequency);
        }
    }

    /// The plan that the hub asked for; none where it leaves the choice to the node.
    pub fn asked(plan: &ChannelPlan) -> Option<Self> {
        Plan::weighted(plan.channels(), plan.dwell_ms)
    }

    /// All channels alike, to see where something goes on.
    pub fn survey(frequencies: &[u16]) -> Option<Self> {
        let mut channels = [(0, 0); CHANNELS];
        let used = frequencies.get(..frequencies.len().min(CHANNELS))?;
        for (channel, &frequency) in channels.iter_mut().zip(used) {
            *channel = (frequency, 1);
        }
        Plan::weighted(channels.get(..used.len())?, SURVEY_DWELL_MS)
    }

    /// After a survey: the busiest channels keep most of the time, the others are looked at in between, so that a
    /// network that moves is found again. Frames are counted per time listened.
    pub fn adapted(heard: &[Heard], dwell_ms: u16) -> Option<Self> {
        let mut channels = [(0, 0); CHANNELS];
        let used = heard.get(..heard.len().min(CHANNELS))?;
        for (index, (channel, own)) in channels.iter_mut().zip(used).enumerate() {
            let busier = used
                .iter()
                .enumerate()
                .filter(|&(other, h)| h.rate() > own.rate() || (h.rate() == own.rate() && other < index))
                .count();
            let busy = own.frames > 0 && busier < BUSY;
            *channel = (own.frequency, if busy { BUSY_WEIGHT } else { 1 });
        }
        Plan::weighted(channels.get(..used.len())?, dwell_ms)
    }

    /// The same without one channel; none where it was the only one.
    pub fn without(&self, frequency: u16) -> Option<Self> {
        let mut plan = Plan { length: 0, ..*self };
        for &kept in self.round().iter().filter(|&&one| one != frequency) {
            if let Some(slot) = plan.round.get_mut(plan.length) {
                *slot = kept;
                plan.length += 1;
            }
        }
        (plan.length > 0).then_some(plan)
    }

    /// Where to listen at `time_us`.
    pub fn at(&self, time_us: u64) -> Turn {
        let number = time_us / self.dwell_us;
        let index = (number % self.length.max(1) as u64) as usize;
        let start_us = number * self.dwell_us;
        Turn {
            frequency: self.round.get(index).copied().unwrap_or(0),
            number,
            start_us,
            end_us: start_us.saturating_add(self.dwell_us),
        }
    }

    /// Dwells of a round, in order.
    pub fn round(&self) -> &[u16] {
        self.round.get(..self.length).unwrap_or(&[])
    }

    /// How long a whole round takes, µs.
    pub fn round_us(&self) -> u64 {
        self.dwell_us * self.length as u64
    }
}

/// What one channel gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Heard {
    /// MHz.
    pub frequency: u16,
    /// Frames heard.
    pub frames: u32,
    /// Listened, µs.
    pub listened_us: u64,
    /// Turns in a row in which the radio refused it.
    pub refusals: u8,
}

impl Heard {
    /// Frames in 1,000 s.
    fn rate(&self) -> u64 {
        (u64::from(self.frames) * 1_000_000_000)
            .checked_div(self.listened_us)
            .unwrap_or(0)
    }

    /// Takes a dwell of the same channel.
    pub fn add(&mut self, dwell: &Dwell) {
        self.frames = self.frames.saturating_add(dwell.frames);
        self.listened_us = self.listened_us.saturating_add(u64::from(dwell.listened_us));
    }
}

/// Counts what is heard while a channel is listened to. Time between [`Listening::stop`] and [`Listening::start`] (a
/// switch of the channel, a scan, an association) is not listened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Listening {
    now: Option<Dwell>,
}

impl Listening {
    /// A dwell longer than this is reported in pieces, so that the hub need not wait: 1 s.
    pub const LONGEST_US: u64 = 1_000_000;

    /// Listens to nothing yet.
    pub const fn new() -> Self {
        Listening { now: None }
    }

    /// Begins to listen; gives the dwell that this ends.
    pub fn start(&mut self, frequency: u16, time_us: u64) -> Option<Dwell> {
        let ended = self.stop(time_us);
        self.now = Some(Dwell {
            frequency,
            start_us: time_us,
            ..Dwell::default()
        });
        ended
    }

    /// Stops listening; gives the dwell that this ends.
    pub fn stop(&mut self, time_us: u64) -> Option<Dwell> {
        let dwell = self.now.take()?;
        let listened = time_us.saturating_sub(dwell.start_us);
        Some(Dwell {
            listened_us: u32::try_from(listened).unwrap_or(u32::MAX),
            ..dwell
        })
    }

    /// Gives a piece of a long dwell when it is time; listening goes on.
    pub fn tick(&mut self, time_us: u64) -> Option<Dwell> {
        let dwell = self.now?;
        if time_us.saturating_sub(dwell.start_us) < Self::LONGEST_US {
            return None;
        }
        self.start(dwell.frequency, time_us)
    }

    /// A frame was heard, or something that could not be decoded.
    pub fn count(&mut self, decoded: bool) {
        if let Some(dwell) = &mut self.now {
            let counter = if decoded {
                &mut dwell.frames
            } else {
                &mut dwell.undecodable
            };
            *counter = counter.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(plan: &Plan, frequency: u16) -> usize {
        plan.round().iter().filter(|&&f| f == frequency).count()
    }

    #[test]
    fn time_alone_says_the_channel() {
        let plan = Plan::weighted(&[(2412, 1), (2437, 3)], 200).unwrap();
        assert_eq!(plan.round_us(), 800_000);
        for time in [0, 1, 199_999, 200_000, 799_999, 12_345_678_901] {
            let turn = plan.at(time);
            assert!(turn.start_us <= time && time < turn.end_us);
            assert_eq!(turn, plan.at(turn.start_us));
            assert_eq!(turn.frequency, plan.at(time + plan.round_us()).frequency);
        }
        assert_ne!(plan.at(199_999).number, plan.at(200_000).number);
        assert!(plan.at(u64::MAX).end_us >= plan.at(u64::MAX).start_us);
    }

    #[test]
    fn weights_are_kept_and_dwells_spread() {
        let plan = Plan::weighted(&[(2412, 1), (2437, 3), (2462, 4)], 200).unwrap();
        assert_eq!([2412, 2437, 2462].map(|f| share(&plan, f)), [1, 3, 4]);
        let longest_run = plan.round().chunk_by(|a, b| a == b).map(<[u16]>::len).max();
        assert_eq!(longest_run, Some(1));
    }

    #[test]
    fn large_weights_are_scaled_and_no_channel_is_lost() {
        let many: Vec<(u16, u8)> = (0..CHANNELS as u16)
            .map(|i| (5000 + i, if i == 0 { 255 } else { 1 }))
            .collect();
        let plan = Plan::weighted(&many, 200).unwrap();
        assert!(plan.round().len() <= ROUND);
        assert!(many.iter().all(|&(f, _)| share(&plan, f) >= 1));
        assert!(share(&plan, 5000) > 40);
        let all: Vec<(u16, u8)> = (0..100).map(|i| (5000 + i, 255)).collect();
        assert!(Plan::weighted(&all, 200).unwrap().round().len() <= ROUND);
        let silent = Plan::weighted(&[(2412, 0), (2437, 255)], 200).unwrap();
        assert_eq!((share(&silent, 2412), silent.at(0).frequency), (0, 2437));
    }

    #[test]
    fn no_channel_is_no_plan_and_dwells_are_held_to_what_makes_sense() {
        assert_eq!(Plan::weighted(&[], 200), None);
        assert_eq!(Plan::weighted(&[(2412, 0)], 200), None);
        assert_eq!(Plan::survey(&[]), None);
        assert_eq!(Plan::asked(&ChannelPlan::new(&[], 250).unwrap()), None);
        assert_eq!(Plan::weighted(&[(2412, 1)], 0).unwrap().round_us(), 110_000);
        assert_eq!(Plan::weighted(&[(2412, 1)], u16::MAX).unwrap().round_us(), 10_000_000);
        assert_eq!(Plan::fixed(2437).at(99_999_999).frequency, 2437);
    }

    #[test]
    fn the_busiest_channels_keep_most_of_the_time() {
        let mut heard = CHANNELS_2GHZ.map(|frequency| Heard {
            frequency,
            frames: 2,
            listened_us: 1_000_000,
            refusals: 0,
        });
        heard[0].frames = 900;
        heard[5].frames = 300;
        heard[5].listened_us = 100_000;
        heard[10].frames = 0;
        let plan = Plan::adapted(&heard, 250).unwrap();
        assert_eq!(share(&plan, 2412), 8);
        assert_eq!(share(&plan, 2437), 8);
        assert_eq!(share(&plan, 2417), 8, "the third busiest, first of equals");
        assert_eq!(share(&plan, 2462), 1);
        assert_eq!(plan.round().len(), 3 * 8 + 8);
        let nothing = CHANNELS_2GHZ.map(|frequency| Heard {
            frequency,
            ..Heard::default()
        });
        assert_eq!(Plan::adapted(&nothing, 250).unwrap().round(), CHANNELS_2GHZ);
    }

    #[test]
    fn dwells_cover_what_was_listened_and_nothing_else() {
        let mut listening = Listening::new();
        listening.count(true);
        assert_eq!(listening.stop(5), None);
        assert_eq!(listening.start(2412, 100), None);
        listening.count(true);
        listening.count(true);
        listening.count(false);
        let first = listening.stop(250_100).unwrap();
        assert_eq!(
            (first.frequency, first.start_us, first.listened_us),
            (2412, 100, 250_000)
        );
        assert_eq!((first.frames, first.undecodable), (2, 1));
        listening.count(true);
        assert_eq!(listening.start(2437, 252_000), None);
        assert_eq!(listening.tick(1_251_999), None);
        let piece = listening.tick(1_252_000).unwrap();
        assert_eq!((piece.listened_us, piece.frames), (1_000_000, 0));
        let second = listening.start(2412, 1_300_000).unwrap();
        assert_eq!((second.start_us, second.listened_us), (1_252_000, 48_000));
        assert_eq!(listening.stop(1).map(|d| d.listened_us), Some(0), "a clock set back");
    }
}
