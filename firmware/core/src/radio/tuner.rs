//! Which plan is followed: the hub's, or without one a survey, and then where most goes on.

use crate::messages::{CHANNELS, ChannelPlan, Dwell};
use crate::plan::{Heard, Plan, SURVEY_DWELL_MS, Turn};
use crate::rx_ctrl::channel_frequency;

/// Each channel is listened to so often before the busiest are chosen.
const SURVEY_ROUNDS: u64 = 2;
/// The choice is made anew this often, µs.
const CHOOSE_EVERY_US: u64 = 600_000_000;

/// A channel that the radio refuses in so many of its turns in a row is left out: while the driver starts, or joins a
/// network, it refuses every channel for a moment.
const REFUSALS: u8 = 5;

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
    /// Number of the turn that a refusal was counted for.
    refused_turn: u64,
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
            refused_turn: u64::MAX,
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

    /// The radio refuses the channel whose turn it is. True where it is left out from now on, of every plan.
    pub fn refuse(&mut self, frequency: u16, now_us: u64) -> bool {
        let Some(turn) = self.at(now_us).filter(|turn| turn.frequency == frequency) else {
            return false;
        };
        if self.held.is_some() || turn.number == self.refused_turn {
            return false;
        }
        self.refused_turn = turn.number;
        let used = self.heard.get_mut(..self.count).unwrap_or(&mut []);
        let Some(place) = used.iter().position(|heard| heard.frequency == frequency) else {
            return false;
        };
        if let Some(heard) = used.get_mut(place) {
            heard.refusals = heard.refusals.saturating_add(1);
            if heard.refusals < REFUSALS {
                return false;
            }
        }
        // The last one stays: something must be tried.
        let Some(own) = self.own.and_then(|own| own.without(frequency)) else {
            return false;
        };
        self.own = Some(own);
        self.asked = self.asked.and_then(|asked| asked.without(frequency));
        used.get_mut(place..).unwrap_or(&mut []).rotate_left(1);
        self.count -= 1;
        true
    }

    /// The radio is on this channel.
    pub fn accept(&mut self, frequency: u16) {
        if let Some(heard) = self.heard.iter_mut().find(|heard| heard.frequency == frequency) {
            heard.refusals = 0;
        }
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

    /// Frequencies that are left out while the radio refuses `refused` for so many turns.
    fn left_out(tuner: &mut Tuner, turns: u64, refused: impl Fn(u16, u64) -> bool) -> Vec<u16> {
        let mut left = Vec::new();
        for turn in 0..turns {
            // It is tried again and again while its turn lasts.
            for again in 0..3 {
                let now = turn * 250_000 + again * 5_000;
                let frequency = tuner.at(now).unwrap().frequency;
                if !refused(frequency, turn) {
                    tuner.accept(frequency);
                } else if tuner.refuse(frequency, now) {
                    left.push(frequency);
                }
            }
        }
        left
    }

    #[test]
    fn a_channel_that_the_radio_refuses_each_time_is_left_out() {
        let frequencies = [2412, 2437, 5180, 5500, 5520];
        let mut tuner = Tuner::new(&frequencies, 0);
        let plan = ChannelPlan::new(&[(5500, 3), (5180, 1)], 250).unwrap();
        tuner.ask(&plan).unwrap();
        assert_eq!(left_out(&mut tuner, 40, |frequency, _| frequency == 5500), [5500]);
        assert_eq!(share(&tuner, 5180, 0), 1000, "of the hub's plan the rest is followed");
        assert_eq!(
            tuner.ask(&plan).unwrap_err().0,
            "there is a channel in it that this chip does not hear"
        );
        tuner.ask(&ChannelPlan::new(&[], 0).unwrap()).unwrap();
        assert_eq!(left_out(&mut tuner, 60, |frequency, _| frequency > 5500), [5520]);
        for kept in [2412, 2437, 5180] {
            assert!((330..340).contains(&share(&tuner, kept, 0)));
        }
        let mut now = 0;
        for _ in 0..6 {
            now = listen(&mut tuner, now, 2_400, 2437);
        }
        assert_eq!(
            share(&tuner, 5500, now) + share(&tuner, 5520, now),
            0,
            "they do not come back with a choice"
        );
    }

    #[test]
    fn a_radio_that_refuses_everything_for_a_moment_loses_no_channel() {
        let mut tuner = Tuner::new(&CHANNELS_2GHZ, 0);
        assert_eq!(left_out(&mut tuner, 400, |_, turn| turn % 100 < 44), []);
        let mut only = Tuner::new(&[2412], 0);
        assert_eq!(left_out(&mut only, 40, |_, _| true), [], "the last one stays");
        only.hold(Some(5500));
        assert!(!only.refuse(5500, 0));
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
