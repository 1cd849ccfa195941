//! What went through, in numbers.

use std::fmt::Write;
use std::time::Duration;

use airwarden_core::messages::kind;
use airwarden_core::reception::Reception;
use airwarden_core::record::MESSAGE;

/// Counts of one run.
#[derive(Default, Debug, Clone)]
pub struct Tally {
    frames: u64,
    bad: u64,
    headerless: u64,
    frame_messages: u64,
    frame_octets: u64,
    element_octets: u64,
    other_octets: u64,
    messages: u64,
    link_octets: u64,
}

impl Tally {
    /// A reception came in.
    pub fn hear(&mut self, reception: &Reception<'_>, readable: bool) {
        self.frames += 1;
        self.bad += u64::from(reception.fcs_bad);
        self.headerless += u64::from(!readable && !reception.fcs_bad);
    }

    /// A message went out and took `octets` on the link.
    pub fn send(&mut self, message: &[u8], octets: usize) {
        let length = message.len() as u64;
        self.messages += 1;
        self.link_octets += octets as u64;
        // The kinds of PROTOCOL.md §1 that nodes send fit in the one octet behind the array's.
        match message.get(1).copied().map(u32::from) {
            Some(kind::FRAMES) => {
                self.frame_messages += 1;
                self.frame_octets += length;
            }
            Some(kind::ELEMENTS) => self.element_octets += length,
            _ => self.other_octets += length,
        }
    }

    /// Receptions so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Octets of frames and elements messages a frame.
    pub fn octets_per_frame(&self) -> f64 {
        ratio(self.frame_octets + self.element_octets, self.frames)
    }

    /// Frames that a full datagram holds at this rate.
    pub fn frames_per_datagram(&self) -> f64 {
        if self.frames == 0 {
            0.0
        } else {
            MESSAGE as f64 / self.octets_per_frame()
        }
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Tally) {
        self.frames += other.frames;
        self.bad += other.bad;
        self.headerless += other.headerless;
        self.frame_messages += other.frame_messages;
        self.frame_octets += other.frame_octets;
        self.element_octets += other.element_octets;
        self.other_octets += other.other_octets;
        self.messages += other.messages;
        self.link_octets += other.link_octets;
    }

    /// All of it as one line of JSON.
    pub fn json(&self, took: Duration) -> String {
        let mut json = String::from("{");
        for (name, count) in [
            ("frames", self.frames),
            ("bad_fcs", self.bad),
            ("headerless", self.headerless),
            ("messages", self.messages),
            ("frame_messages", self.frame_messages),
            ("frame_octets", self.frame_octets),
            ("element_octets", self.element_octets),
            ("other_octets", self.other_octets),
            ("link_octets", self.link_octets),
        ] {
            let _ = write!(json, "\"{name}\":{count},");
        }
        let seconds = took.as_secs_f64();
        let rate = if seconds > 0.0 {
            self.frames as f64 / seconds
        } else {
            0.0
        };
        let _ = write!(
            json,
            "\"octets_per_frame\":{:.3},\"frames_per_message\":{:.2},\"frames_per_datagram\":{:.2},\
             \"seconds\":{seconds:.6},\"frames_per_second\":{rate:.0}}}",
            self.octets_per_frame(),
            ratio(self.frames, self.frame_messages),
            self.frames_per_datagram(),
        );
        json
    }
}

fn ratio(of: u64, by: u64) -> f64 {
    if by == 0 { 0.0 } else { of as f64 / by as f64 }
}
