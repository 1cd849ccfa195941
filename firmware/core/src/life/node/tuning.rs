//! Which channel the radio is on, and what was listened to.

use core::fmt::Write;

use super::{Emit, Node};
use crate::messages::{Dwell, NodeMessage};
use crate::text::Text;
use crate::tuner::channel_number;

impl<const CACHE: usize> Node<CACHE> {
    /// The frequency to switch to now, if it is another one. Nothing is listened to until [`Node::tuned`].
    pub fn retune(&mut self, now_us: u64, emit: Emit<'_>) -> Option<u16> {
        let turn = self.tuner.at(now_us)?;
        if self.listened_mhz == Some(turn.frequency) {
            return None;
        }
        self.listened_mhz = None;
        if let Some(dwell) = self.listening.stop(now_us) {
            self.report(&dwell, now_us, emit);
        }
        Some(turn.frequency)
    }

    /// The radio refuses this frequency. Where it does so each time the hub is told, and it is left out.
    pub fn refused(&mut self, frequency: u16, now_us: u64, emit: Emit<'_>) {
        if self.tuner.refuse(frequency, now_us) {
            let mut text: Text<60> = Text::new();
            // What does not fit is left out.
            let _ = write!(
                text,
                "the radio refuses channel {}: left out",
                channel_number(frequency)
            );
            self.log(1, text.as_str(), emit);
        }
    }

    /// The radio is on this frequency from now on.
    pub fn tuned(&mut self, frequency: u16, now_us: u64, emit: Emit<'_>) {
        self.tuner.accept(frequency);
        self.listened_mhz = Some(frequency);
        if let Some(dwell) = self.listening.start(frequency, now_us) {
            self.report(&dwell, now_us, emit);
        }
    }

    /// The access point holds the radio on this frequency; none: nothing does, and nothing is listened to.
    pub fn held(&mut self, frequency: Option<u16>, now_us: u64, emit: Emit<'_>) {
        self.tuner.hold(frequency);
        match frequency {
            Some(frequency) => self.tuned(frequency, now_us, emit),
            None => {
                self.listened_mhz = None;
                if let Some(dwell) = self.listening.stop(now_us) {
                    self.report(&dwell, now_us, emit);
                }
            }
        }
    }

    pub(super) fn report(&mut self, dwell: &Dwell, now_us: u64, emit: Emit<'_>) {
        self.tuner.take(dwell, now_us);
        self.say(&NodeMessage::Dwell(*dwell), emit);
    }
}
