//! From receptions to `frames` and `elements` messages.

use crate::reception::Reception;

/// How a [`Recorder`] batches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Most octets of one message: 1,000 on a serial link, 1,364 in a datagram (1,400 less header and tag). Held
    /// to 256-1,364.
    pub max_octets: usize,
    /// A batch is sent once its first frame is this old, µs of node time. `u64::MAX` never.
    pub max_age_us: u64,
}

impl Options {
    /// A serial link: 1,000 octets or 20 ms.
    pub const SERIAL: Options = Options {
        max_octets: 1000,
        max_age_us: 20_000,
    };
    /// A UDP link: one datagram or 20 ms.
    pub const UDP: Options = Options {
        max_octets: 1364,
        max_age_us: 20_000,
    };
}

impl Default for Options {
    fn default() -> Self {
        Options::SERIAL
    }
}

/// Packs receptions into complete messages (PROTOCOL.md §2 and §4), without a heap. `CACHE` is how many addresses
/// and element blocks it remembers, to say only what is new; the oldest make room.
pub struct Recorder<const CACHE: usize = 128> {
    options: Options,
}

impl<const CACHE: usize> Recorder<CACHE> {
    /// An empty recorder whose first message has sequence number 0.
    pub fn new(options: Options) -> Self {
        Recorder { options }
    }

    /// Takes one reception; `emit` is called with each message that is complete now, ready to be framed or sealed.
    pub fn push(&mut self, reception: &Reception<'_>, emit: &mut dyn FnMut(&[u8])) {
        let _ = (reception, emit, self.options);
    }

    /// Sends what waits if it is older than the options allow at `now_us`.
    pub fn tick(&mut self, now_us: u64, emit: &mut dyn FnMut(&[u8])) {
        let _ = (now_us, emit);
    }

    /// Sends what waits.
    pub fn flush(&mut self, emit: &mut dyn FnMut(&[u8])) {
        let _ = emit;
    }

    /// Takes the next sequence number, for a message that is not made here: one counter for all of them.
    pub fn next_sequence(&mut self) -> u32 {
        0
    }

    /// Frames lost since boot, all causes, for the header of the messages to come.
    pub fn set_dropped(&mut self, dropped: u32) {
        let _ = dropped;
    }

    /// One of `thinned` frames is pushed from now on (1: all of them).
    pub fn set_thinned(&mut self, thinned: u8, emit: &mut dyn FnMut(&[u8])) {
        let _ = (thinned, emit);
    }
}
