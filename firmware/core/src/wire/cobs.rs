//! The serial link: COBS of message and CRC-32, ended by a zero (PROTOCOL.md §5).

use crate::crc::crc32;

/// Most octets that a reader keeps of one frame.
pub const LONGEST: usize = 4096;

/// Octets that a message of `length` can take on the link at most.
pub const fn framed_length(length: usize) -> usize {
    let content = length + 4;
    content + content / 254 + 2
}

/// Writes `message` framed into `out`; gives its length, or nothing if `out` is too small.
pub fn frame(message: &[u8], out: &mut [u8]) -> Option<usize> {
    let crc = crc32(message).to_le_bytes();
    let mut code_at = 0;
    let mut at = 1;
    for &octet in message.iter().chain(&crc) {
        // A block of 254 octets has no zero behind it: the next one begins at once.
        if at - code_at == 0xff {
            *out.get_mut(code_at)? = 0xff;
            code_at = at;
            at += 1;
        }
        if octet == 0 {
            *out.get_mut(code_at)? = (at - code_at) as u8;
            code_at = at;
        } else {
            *out.get_mut(at)? = octet;
        }
        at += 1;
    }
    *out.get_mut(code_at)? = (at - code_at) as u8;
    *out.get_mut(at)? = 0;
    Some(at + 1)
}

/// Takes octets of a link as they come and gives the messages in them. `SIZE` is the most octets of a message with
/// its CRC: [`LONGEST`] for a hub, less for a node that reads only commands.
pub struct Deframer<const SIZE: usize = LONGEST> {
    content: [u8; SIZE],
    length: usize,
    /// Octets left in the block.
    left: u8,
    /// The block that ends is followed by a zero, unless the frame ends.
    zero: bool,
    begun: bool,
    lost: bool,
    damaged: u32,
}

impl<const SIZE: usize> Default for Deframer<SIZE> {
    fn default() -> Self {
        Deframer::new()
    }
}

impl<const SIZE: usize> Deframer<SIZE> {
    /// At the beginning of a frame.
    pub const fn new() -> Self {
        Deframer {
            content: [0; SIZE],
            length: 0,
            left: 0,
            zero: false,
            begun: false,
            lost: false,
            damaged: 0,
        }
    }

    /// Frames that were dropped: damaged, or too long.
    pub const fn damaged(&self) -> u32 {
        self.damaged
    }

    /// Takes octets; `emit` is called with each whole message.
    pub fn push(&mut self, bytes: &[u8], emit: &mut dyn FnMut(&[u8])) {
        for &octet in bytes {
            if octet == 0 {
                self.end(emit);
            } else {
                self.take(octet);
            }
        }
    }

    fn take(&mut self, octet: u8) {
        self.begun = true;
        if self.lost {
            return;
        }
        if self.left > 0 {
            self.left -= 1;
            self.keep(octet);
            return;
        }
        if self.zero {
            self.keep(0);
        }
        self.left = octet - 1;
        self.zero = octet != 0xff;
    }

    fn keep(&mut self, octet: u8) {
        match self.content.get_mut(self.length) {
            Some(slot) => {
                *slot = octet;
                self.length += 1;
            }
            None => self.lost = true,
        }
    }

    fn end(&mut self, emit: &mut dyn FnMut(&[u8])) {
        if self.begun {
            match self.message() {
                Some(message) => emit(message),
                None => self.damaged = self.damaged.wrapping_add(1),
            }
        }
        self.length = 0;
        self.left = 0;
        self.zero = false;
        self.begun = false;
        self.lost = false;
    }

    fn message(&self) -> Option<&[u8]> {
        if self.lost || self.left > 0 {
            return None;
        }
        let (message, crc) = self.content.get(..self.length)?.split_last_chunk::<4>()?;
        (crc32(message) == u32::from_le_bytes(*crc)).then_some(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(message: &[u8]) -> Vec<u8> {
        let mut out = vec![0xee; framed_length(message.len())];
        let length = frame(message, &mut out).unwrap();
        out.truncate(length);
        out
    }

    fn deframed<const SIZE: usize>(deframer: &mut Deframer<SIZE>, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        deframer.push(bytes, &mut |message| messages.push(message.to_vec()));
        messages
    }

    #[test]
    fn every_length_around_a_block_goes_both_ways() {
        for length in (0..20).chain(240..262).chain(500..520) {
            for pattern in [0u8, 1, 0xff] {
                let message: Vec<u8> = (0..length).map(|i| if i % 7 == 3 { pattern } else { 0x11 }).collect();
                let wire = framed(&message);
                assert_eq!(wire.iter().position(|&octet| octet == 0), Some(wire.len() - 1));
                assert_eq!(deframed(&mut Deframer::<LONGEST>::new(), &wire), [message]);
            }
        }
    }

    #[test]
    fn a_buffer_one_octet_short_is_refused() {
        let message = [7; 300];
        let length = framed(&message).len();
        assert!(length <= framed_length(300));
        assert_eq!(frame(&message, &mut vec![0; length - 1]), None);
        assert_eq!(frame(&message, &mut vec![0; length]), Some(length));
    }

    #[test]
    fn damage_costs_one_frame() {
        let mut deframer = Deframer::<LONGEST>::new();
        let good = framed(&[1, 0, 2, 0]);
        for index in 0..good.len() - 1 {
            let mut bad = good.clone();
            bad[index] ^= 0x40;
            if bad[index] != 0 {
                assert!(deframed(&mut deframer, &bad).is_empty(), "octet {index}");
            }
            assert_eq!(deframed(&mut deframer, &good), [[1, 0, 2, 0]]);
        }
        let before = deframer.damaged();
        assert!(deframed(&mut deframer, &good[3..]).is_empty());
        assert_eq!(deframer.damaged(), before + 1);
        assert!(deframed(&mut deframer, &[0, 0, 0]).is_empty());
        assert_eq!(deframer.damaged(), before + 1, "empty frames are no damage");
    }

    #[test]
    fn what_is_too_long_is_dropped_whole_and_counted() {
        let mut deframer = Deframer::<64>::new();
        assert_eq!(deframed(&mut deframer, &framed(&[5; 60])).len(), 1);
        assert!(deframed(&mut deframer, &framed(&[5; 61])).is_empty());
        assert!(deframed(&mut deframer, &vec![9; 100_000]).is_empty());
        assert!(deframed(&mut deframer, &[0]).is_empty());
        assert_eq!(deframer.damaged(), 2);
        assert_eq!(deframed(&mut deframer, &framed(&[5; 60])).len(), 1);
    }
}
