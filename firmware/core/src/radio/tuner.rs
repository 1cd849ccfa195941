//! Which plan is followed: the hub's, or without one a survey, and then where most goes on.

use crate::messages::{CHANNELS, ChannelPlan, Dwell};
use crate::plan::{Heard, Plan, SURVEY_DWELL_MS, Turn};
use crate::rx_ctrl::channel_frequency;

/// Each channel is listened to so often before the busiest are chosen.
const SURVEY_ROUNDS: u64 = 2;
/// The choice is made anew this often, µs.
const CHOOSE_EVERY_US: u64 = 600_000_000;

/// Why a plan is not followed, in words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused(pub &'static str);

/// Number of the channel whose centre is `frequency` MHz, 0 where there is none in the 2.4 and 5 GHz bands.
pub const fn channel_number(frequency: u16) -> u8 {
    let mut channel = 1;
    while channel < 178 {
        if frequency != 0 && channel_frequency(channel) == frequency {
            return channel;
        }
        channel += 1;
    }
    0
}

/// Chooses where to listen.
#[derive(Clone, Copy, Debug)]
pub struct Tuner {
    heard: [Heard; CHANNELS],
    count: usize,
    /// Its own plan.
    own: Option<Plan>,
    asked: Option<Plan>,
    /// The channel of the access point, while it is joined.
    held: Option<u16>,
    choose_us: u64,
}

impl Tuner {
    /// Of a radio that hears these frequencies in MHz, at most [`CHANNELS`]; begins with a survey.
    pub fn new(frequencies: &[u16], now_us: u64) -> Self {
        let mut heard = [Heard::default(); CHANNELS];
        for (slot, &frequency) in heard.iter_mut().zip(frequencies) {
            slot.frequency = frequency;
        }
        let own = Plan::survey(frequencies);
        Tuner {
            heard,
            count: frequencies.len().min(CHANNELS),
            own,
            asked: None,
            held: None,
            choose_us: now_us.saturating_add(own.map_or(0, |plan| SURVEY_ROUNDS * plan.round_us())),
        }
    }

    /// Where to listen at `now_us`; nothing where there is nowhere to.
    pub fn at(&self, now_us: u64) -> Option<Turn> {
        let plan = match self.held {
            Some(frequency) => Plan::fixed(frequency),
            None => self.asked.or(self.own)?,
        };
        Some(plan.at(now_us))
    }

    /// The hub asks for a plan, or leaves the choice to the node. A plan with a channel that the radio does not hear
    /// is refused whole: the hub would wait for it.
    pub fn ask(&mut self, plan: &ChannelPlan) -> Result<(), Refused> {
        if self.held.is_some() {
            return Err(Refused("over Wi-Fi a node hears the channel of its access point"));
        }
        let known = |frequency: u16| self.channels().iter().any(|heard| heard.frequency == frequency);
        if plan.channels().iter().any(|&(frequency, _)| !known(frequency)) {
            return Err(Refused("there is a channel in it that this chip does not hear"));
        }
        self.asked = Plan::asked(plan);
        Ok(())
    }

    /// Stays on one channel, or is free again.
    pub fn hold(&mut self, frequency: Option<u16>) {
        self.held = frequency;
    }

    /// Takes what was heard, and now and then chooses anew.
    pub fn take(&mut self, dwell: &Dwell, now_us: u64) {
        if let Some(heard) = self.heard.iter_mut().find(|heard| heard.frequency == dwell.frequency) {
            heard.add(dwell);
        }
        if now_us < self.choose_us {
            return;
        }
        self.choose_us = now_us.saturating_add(CHOOSE_EVERY_US);
        if let Some(plan) = Plan::adapted(self.channels(), SURVEY_DWELL_MS) {
            self.own = Some(plan);
        }
        for heard in &mut self.heard {
            // Half of what is known fades with each choice: habits of a house change.
            heard.frames /= 2;
            heard.listened_us /= 2;
        }
    }

    fn channels(&self) -> &[Heard] {
        self.heard.get(..self.count).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::CHANNELS_2GHZ;

    fn share(tuner: &Tuner, frequency: u16, from_us: u64) -> usize {
        (0..1000)
            .filter(|turn| tuner.at(from_us + turn * 250_000).unwrap().frequency == frequency)
            .count()
    }

    fn listen(tuner: &mut Tuner, from_us: u64, turns: u64, busy: u16) -> u64 {
        for turn in 0..turns {
            let start_us = from_us + turn * 250_000;
            let frequency = tuner.at(start_us).unwrap().frequency;
            let frames = if frequency == busy { 500 } else { 3 };
            let dwell = Dwell {
                frequency,
                start_us,
                listened_us: 240_000,
                frames,
                undecodable: 0,
            };
            tuner.take(&dwell, start_us + 250_000);
        }
        from_us + turns * 250_000
    }

    #[test]
    fn channels_and_frequencies_go_both_ways() {
        for (channel, frequency) in [
            (1, 2412),
            (13, 2472),
            (14, 2484),
            (36, 5180),
            (165, 5825),
            (177, 5885),
            (0, 2413),
            (0, 0),
        ] {
            assert_eq!(channel_number(frequency), channel);
        }
    }

    #[test]
    fn after_a_survey_the_busy_channels_get_the_time_and_can_change() {
        let mut tuner = Tuner::new(&CHANNELS_2GHZ, 0);
        assert!((90..=91).contains(&share(&tuner, 2437, 0)));
        let mut now = listen(&mut tuner, 0, 22, 2437);
        assert!(share(&tuner, 2437, now) > 200);
        for _ in 0..6 {
            now = listen(&mut tuner, now, 2_400, 2462);
        }
        assert!(share(&tuner, 2462, now) > 200);
    }

    #[test]
    fn the_hub_goes_first_and_can_give_the_choice_back() {
        let mut tuner = Tuner::new(&CHANNELS_2GHZ, 0);
        tuner.ask(&ChannelPlan::new(&[(2412, 1)], 500).unwrap()).unwrap();
        assert_eq!(share(&tuner, 2412, 0), 1000);
        let unknown = ChannelPlan::new(&[(2412, 1), (5180, 1)], 500).unwrap();
        assert!(tuner.ask(&unknown).is_err());
        assert_eq!(share(&tuner, 2412, 0), 1000, "the plan before stays");
        tuner.ask(&ChannelPlan::new(&[], 0).unwrap()).unwrap();
        assert!(share(&tuner, 2412, 0) < 100);
    }

    #[test]
    fn an_access_point_holds_the_channel() {
        let mut tuner = Tuner::new(&CHANNELS_2GHZ, 0);
        tuner.hold(Some(5180));
        assert_eq!(tuner.at(77).unwrap().frequency, 5180);
        assert!(tuner.ask(&ChannelPlan::new(&[(2412, 1)], 500).unwrap()).is_err());
        tuner.hold(None);
        assert_ne!(tuner.at(77).unwrap().frequency, 5180);
        assert!(Tuner::new(&[], 0).at(0).is_none());
    }
}
