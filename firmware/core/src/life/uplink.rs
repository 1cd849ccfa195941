//! What goes to the hub and when: hello until it is answered, and a queue that never waits.

use crate::cobs;

/// Until the hub answers, hello is said this often, µs.
const UNANSWERED_US: u64 = 10_000_000;
/// Afterwards this often, µs: a hub that has begun anew knows nobody.
const ANSWERED_US: u64 = 60_000_000;
/// A welcome for somebody else is answered at most this often, µs: two nodes behind one confused hub must not talk
/// for ever.
const STRANGER_US: u64 = 1_000_000;
/// The hub counts as there for so long after its last word, µs: three hellos.
const PRESENT_US: u64 = 3 * ANSWERED_US;

/// When to say hello.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Greeting {
    boot_id: u32,
    answered: bool,
    said_us: Option<u64>,
    due_us: u64,
    heard_us: Option<u64>,
}

impl Greeting {
    /// Of this boot; hello is due at once.
    pub const fn new(boot_id: u32) -> Self {
        Greeting {
            boot_id,
            answered: false,
            said_us: None,
            due_us: 0,
            heard_us: None,
        }
    }

    /// Whether hello is to be said now; the answer counts as said.
    pub fn is_due(&mut self, now_us: u64) -> bool {
        if now_us < self.due_us {
            return false;
        }
        let wait = if self.answered { ANSWERED_US } else { UNANSWERED_US };
        self.said_us = Some(now_us);
        self.due_us = now_us.saturating_add(wait);
        true
    }

    /// A welcome has come. True where it is for this boot: everything is to be said afresh. Otherwise hello is due,
    /// at once unless it was said just now: the hub takes this node for what it was before.
    pub fn welcomed(&mut self, boot_id: u32, now_us: u64) -> bool {
        self.heard(now_us);
        if boot_id == self.boot_id {
            self.answered = true;
            self.due_us = now_us.saturating_add(ANSWERED_US);
            return true;
        }
        self.answered = false;
        let earliest = self.said_us.map_or(now_us, |said| said.saturating_add(STRANGER_US));
        self.due_us = self.due_us.min(earliest.max(now_us));
        false
    }

    /// The hub has said something.
    pub fn heard(&mut self, now_us: u64) {
        self.heard_us = Some(now_us);
    }

    /// Whether the hub has welcomed this boot and was heard lately.
    pub fn is_answered(&self, now_us: u64) -> bool {
        let lately = self
            .heard_us
            .is_some_and(|heard| now_us.saturating_sub(heard) < PRESENT_US);
        self.answered && lately
    }
}

/// Messages on their way out of a serial link, framed. What does not fit is dropped whole and counted; a host that
/// does not read costs memory once and time never.
pub struct Outbox<const SIZE: usize> {
    octets: [u8; SIZE],
    from: usize,
    length: usize,
    /// Frames in messages that did not fit.
    lost_frames: u32,
}

/// Room that messages with frames leave free, so that hello, answers and heartbeats still get out.
const RESERVE: usize = 512;

impl<const SIZE: usize> Default for Outbox<SIZE> {
    fn default() -> Self {
        Outbox::new()
    }
}

impl<const SIZE: usize> Outbox<SIZE> {
    /// Empty.
    pub const fn new() -> Self {
        Outbox {
            octets: [0; SIZE],
            from: 0,
            length: 0,
            lost_frames: 0,
        }
    }

    /// Takes a message with so many `frames` in it; false if it was dropped.
    pub fn push(&mut self, message: &[u8], frames: u32) -> bool {
        let reserve = if frames > 0 { RESERVE } else { 0 };
        let most = cobs::framed_length(message.len());
        self.make_room();
        let end = self.from + self.length;
        let framed = match self.octets.get_mut(end..) {
            Some(room) if room.len() >= most + reserve => cobs::frame(message, room),
            _ => None,
        };
        match framed {
            Some(length) => self.length += length,
            None => self.lost_frames = self.lost_frames.saturating_add(frames),
        }
        framed.is_some()
    }

    /// Takes octets that are not a message, if they fit.
    pub fn push_raw(&mut self, octets: &[u8]) -> bool {
        self.make_room();
        let end = self.from + self.length;
        let Some(room) = self.octets.get_mut(end..end + octets.len()) else {
            return false;
        };
        room.copy_from_slice(octets);
        self.length += octets.len();
        true
    }

    /// Octets to be sent next, at most `most`.
    pub fn next(&self, most: usize) -> &[u8] {
        let end = self.from + self.length.min(most);
        self.octets.get(self.from..end).unwrap_or(&[])
    }

    /// So many of them were sent.
    pub fn sent(&mut self, count: usize) {
        let count = count.min(self.length);
        self.from += count;
        self.length -= count;
    }

    /// Nothing waits.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Frames that were dropped since the beginning.
    pub const fn lost_frames(&self) -> u32 {
        self.lost_frames
    }

    /// Moves what waits to the front once half of the room is behind it: each octet is moved once at most.
    fn make_room(&mut self) {
        if self.length == 0 {
            self.from = 0;
        } else if self.from >= SIZE / 2 {
            self.octets.copy_within(self.from..self.from + self.length, 0);
            self.from = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cobs::Deframer;
    use proptest::prelude::*;

    const SECOND: u64 = 1_000_000;

    fn hellos(greeting: &mut Greeting, from_s: u64, to_s: u64) -> Vec<u64> {
        (from_s..to_s)
            .filter(|&second| greeting.is_due(second * SECOND))
            .collect()
    }

    #[test]
    fn hello_is_said_until_it_is_answered_and_rarely_from_then_on() {
        let mut greeting = Greeting::new(7);
        assert_eq!(hellos(&mut greeting, 0, 35), [0, 10, 20, 30]);
        assert!(!greeting.is_answered(34 * SECOND));
        assert!(greeting.welcomed(7, 35 * SECOND));
        assert!(greeting.is_answered(35 * SECOND));
        assert_eq!(hellos(&mut greeting, 35, 220), [95, 155, 215]);
        assert!(
            !greeting.is_answered(215 * SECOND),
            "the hub has been silent for three hellos"
        );
        greeting.heard(216 * SECOND);
        assert!(greeting.is_answered(217 * SECOND));
    }

    #[test]
    fn a_welcome_for_another_boot_is_answered_at_once_but_not_for_ever() {
        let mut greeting = Greeting::new(7);
        greeting.is_due(0);
        greeting.welcomed(7, 1);
        assert!(!greeting.is_due(5 * SECOND));
        assert!(!greeting.welcomed(6, 5 * SECOND));
        assert!(greeting.is_due(5 * SECOND) && !greeting.is_answered(5 * SECOND));
        let said = (0..1000).filter(|tick| {
            let now = 5 * SECOND + tick * 10_000;
            greeting.welcomed(6, now);
            greeting.is_due(now)
        });
        assert_eq!(said.count(), 9, "once a second");
    }

    fn read<const SIZE: usize>(outbox: &mut Outbox<SIZE>, deframer: &mut Deframer, most: usize) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        let octets = outbox.next(most).to_vec();
        deframer.push(&octets, &mut |message| messages.push(message.to_vec()));
        outbox.sent(octets.len());
        messages
    }

    #[test]
    fn frames_leave_room_for_the_rest() {
        let mut outbox: Outbox<2048> = Outbox::new();
        assert!(outbox.push(&[1; 1000], 40));
        assert!(!outbox.push(&[2; 1000], 30));
        assert!(outbox.push(&[3; 300], 0));
        assert_eq!(outbox.lost_frames(), 30);
        let mut deframer = Deframer::new();
        assert_eq!(read(&mut outbox, &mut deframer, 64), Vec::<Vec<u8>>::new());
        assert_eq!(read(&mut outbox, &mut deframer, 4096), [vec![1; 1000], vec![3; 300]]);
        assert!(outbox.is_empty());
        assert!(outbox.push_raw(b"\nhello") && outbox.next(9) == b"\nhello");
        assert!(!outbox.push_raw(&[0; 2048]));
    }

    proptest! {
        #[test]
        fn what_is_taken_comes_out_whole_and_in_order(
            steps in proptest::collection::vec((0usize..700, 0usize..900), 1..60)
        ) {
            let mut outbox: Outbox<2048> = Outbox::new();
            let mut deframer = Deframer::new();
            let (mut expected, mut found) = (Vec::new(), Vec::new());
            for (number, (length, most)) in steps.into_iter().enumerate() {
                let message = vec![number as u8; length];
                if outbox.push(&message, number as u32 % 2) {
                    expected.push(message);
                }
                found.extend(read(&mut outbox, &mut deframer, most));
            }
            found.extend(read(&mut outbox, &mut deframer, 4096));
            prop_assert_eq!(found, expected);
            prop_assert_eq!(deframer.damaged(), 0);
        }
    }
}
