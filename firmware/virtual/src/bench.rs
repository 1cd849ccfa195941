//! What a frame costs the core: from the driver's callback to octets on the serial link.

use std::fs;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use airwarden_core::mac::Mac;
use airwarden_core::messages::capability;
use airwarden_core::node::{Identity, Node, Vitals};
use airwarden_core::packet::Piece;
use airwarden_core::plan::CHANNELS_2GHZ;
use airwarden_core::provision::Settings;
use airwarden_core::reception::Reception;
use airwarden_core::ring::Ring;
use airwarden_core::uplink::Outbox;

use crate::air::{Air, Home, Tape};
use crate::device::CHIP;
use crate::radio::Radio;

/// A busy channel.
const FRAMES_PER_SECOND: u64 = 5_000;
const SECONDS: u64 = 40;
const FREQUENCY: u16 = 2437;
const VITALS: Vitals = Vitals {
    ring: (0, 256),
    ring_high: 0,
    ring_lost: 0,
    link_lost: 0,
    heap_low: 90_000,
    temperature: -128,
    rssi: 0,
    safe_mode: false,
};
/// Clock of the chips, Hz.
const CHIP_HZ: f64 = 160e6;
/// Cycles that a chip needs for each of the host's: it begins one instruction a cycle at most where the host retires
/// two to four, has 32-bit registers, no vectors, and fetches through a cache of 16 to 32 kB in front of serial flash.
const CHIP_FACTOR: f64 = 8.0;
const ROUNDS: usize = 5;

struct Kept {
    reception: Reception<'static>,
    bytes: Vec<u8>,
}

/// Measures and tells.
///
/// # Errors
/// What is wrong with the capture, or that nobody listens, in one line.
pub fn run(capture: Option<&Path>, to: &mut dyn Write) -> Result<(), String> {
    let mut frames = Vec::new();
    let (mut air, what) = match capture {
        Some(path) => (Air::Played(Box::new(Tape::open(path)?)), "of the capture"),
        None => {
            let home = Home::new(1, FREQUENCY, FRAMES_PER_SECOND);
            (Air::Made(Box::new(home)), "of a busy channel that is made up")
        }
    };
    let until_us = if capture.is_some() {
        u64::MAX
    } else {
        SECONDS * 1_000_000
    };
    air.until(until_us, &mut |reception| {
        frames.push(Kept {
            bytes: reception.bytes.to_vec(),
            reception: Reception {
                bytes: &[],
                ..*reception
            },
        });
    });
    tell(&frames, what, to).map_err(|error| error.to_string())
}

fn tell(frames: &[Kept], what: &str, to: &mut dyn Write) -> io::Result<()> {
    let rounds = (0..ROUNDS).map(|_| round(frames));
    let (seconds, octets) = rounds.fold((f64::MAX, 0), |(best, _), (seconds, octets)| {
        (best.min(seconds), octets)
    });
    let count = frames.len() as f64;
    writeln!(
        to,
        "{} frames {what}: callback, ring, filter, recorder, framing; best of {ROUNDS} rounds",
        frames.len(),
    )?;
    writeln!(
        to,
        "bytes per frame on the serial link, all messages: {:.1}",
        f64::from(octets) / count
    )?;
    writeln!(
        to,
        "time per frame on this host: {:.0} ns ({:.0} frames a second)",
        seconds / count * 1e9,
        count / seconds
    )?;
    let Some(mhz) = host_mhz() else {
        return writeln!(to, "cycles per frame: the clock of this host is not known");
    };
    let cycles = seconds * mhz * 1e6 / count;
    writeln!(
        to,
        "cycles per frame on this host: {cycles:.0} (time × {mhz:.0} MHz of /proc/cpuinfo)"
    )?;
    let rate = CHIP_HZ / (cycles * CHIP_FACTOR);
    writeln!(
        to,
        "estimate for 160 MHz, not measured on a chip: {:.0} cycles ({CHIP_FACTOR} × the host's), {rate:.0} frames a \
         second, {:.0} % of the chip at {FRAMES_PER_SECOND}",
        cycles * CHIP_FACTOR,
        100.0 * FRAMES_PER_SECOND as f64 / rate,
    )
}

/// Seconds that all frames took, and octets that came out.
fn round(frames: &[Kept]) -> (f64, u32) {
    let identity = Identity {
        chip: CHIP,
        firmware: env!("CARGO_PKG_VERSION"),
        mac: Mac(0x02a1_5700_0001),
        boot_id: 1,
        reset_reason: 1,
        capabilities: capability::BITMAPS,
        frequencies: &CHANNELS_2GHZ,
    };
    let mut node: Box<Node> = Box::new(Node::new(identity, Settings::default(), 0));
    let mut ring = Ring::new(Piece::EMPTY);
    let mut radio = Radio::new(ring.split());
    let mut outbox: Box<Outbox<8192>> = Box::default();
    let mut octets = 0u32;
    node.tuned(FREQUENCY, 0, &mut |_, _, _| {});
    let mut tick_us = 0;
    let began = Instant::now();
    for kept in frames {
        let reception = Reception {
            bytes: &kept.bytes,
            ..kept.reception
        };
        let now = reception.time_us;
        radio.callback(&reception, now);
        let mut emit = |_, message: &[u8], frames| {
            outbox.push(message, frames);
            let length = black_box(outbox.next(usize::MAX)).len();
            octets += length as u32;
            outbox.sent(length);
        };
        while let Some(packet) = radio.take() {
            node.hear(&packet, now, &mut emit);
        }
        if now >= tick_us {
            // As often as the image empties its ring.
            tick_us = now + 5_000;
            node.tick(now, &VITALS, &mut emit);
        }
    }
    (began.elapsed().as_secs_f64(), octets)
}

fn host_mhz() -> Option<f64> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("cpu MHz"))?;
    line.split(':').nth(1)?.trim().parse().ok()
}
