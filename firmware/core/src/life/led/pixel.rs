//! One light of the kind WS2812, on a line that a plain light may hang on instead: what goes over it, and how long.
//!
//! Plain lights are on while the line is low. A WS2812 takes the last 24 bits before a long low, so a frame lies
//! between two of them, and the line may rest high or low afterwards: without an edge it says nothing. The rise to a
//! high rest looks like the start of a bit, which the low before the next frame ends.

use super::Colour;

/// Of the clock that lengths are counted in.
pub const TICKS_PER_US: u32 = 80;

/// A level and how long it lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pulse {
    /// 3.3 V, or 0.
    pub high: bool,
    /// Never 0, and below 2^15.
    pub ticks: u16,
}

/// As much as one word of the peripheral holds.
pub type Pair = [Pulse; 2];

/// A low, three octets, a low.
pub const PAIRS: usize = 26;

const fn high(ticks: u16) -> Pulse {
    Pulse { high: true, ticks }
}

const fn low(ticks: u16) -> Pulse {
    Pulse { high: false, ticks }
}

/// 0.35 µs and 0.85 µs: within the tolerances of WS2812, WS2812B and SK6812.
const ZERO: Pair = [high(28), low(68)];
/// 0.7 µs and 0.5 µs, likewise.
const ONE: Pair = [high(56), low(40)];
/// How long the line is low before and after a frame: old parts want 50 µs, SK6812 80 µs, newer WS2812B 280 µs.
pub const RESET_US: u16 = 300;
const RESET: Pair = [low(RESET_US / 2 * TICKS_PER_US as u16); 2];

/// What goes over the line so that the light takes a colour.
pub fn frame(colour: Colour) -> [Pair; PAIRS] {
    let [red, green, blue] = colour.octets();
    let bits = u32::from_be_bytes([green, red, blue, 0]);
    let mut frame = [RESET; PAIRS];
    for (at, pair) in frame[1..PAIRS - 1].iter_mut().enumerate() {
        *pair = if bits << at >> 31 == 1 { ONE } else { ZERO };
    }
    frame
}

/// Samples for where levels are written one by one: 125 ns each, which rounds a pulse by 50 ns at most.
pub const SAMPLES_PER_US: u32 = 8;
/// Octets of samples: ten samples for each bit.
pub const SAMPLED: usize = 30;
const SAMPLE_TICKS: u32 = TICKS_PER_US / SAMPLES_PER_US;

/// The bits of a frame without the lows around them, as samples, the first in the highest bit.
pub fn sampled(colour: Colour) -> [u8; SAMPLED] {
    let mut octets = [0; SAMPLED];
    let mut at = 0;
    for pulse in frame(colour)[1..PAIRS - 1].iter().flatten() {
        for _ in 0..(u32::from(pulse.ticks) + SAMPLE_TICKS / 2) / SAMPLE_TICKS {
            if let Some(octet) = octets.get_mut(at / 8) {
                *octet |= u8::from(pulse.high) << (7 - at % 8);
            }
            at += 1;
        }
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Part {
        name: &'static str,
        /// Least and most ns of T0H, T0L, T1H and T1L.
        limits: [(u32, u32); 4],
        least_reset_us: u32,
    }

    /// By their datasheets.
    const PARTS: [Part; 3] = [
        Part {
            name: "WS2812",
            limits: [(200, 500), (650, 950), (550, 850), (450, 750)],
            least_reset_us: 50,
        },
        Part {
            name: "WS2812B",
            limits: [(250, 550), (700, 1000), (650, 950), (300, 600)],
            least_reset_us: 280,
        },
        Part {
            name: "SK6812",
            limits: [(150, 450), (750, 1050), (450, 750), (450, 750)],
            least_reset_us: 80,
        },
    ];

    const fn nanoseconds(pulse: Pulse) -> u32 {
        pulse.ticks as u32 * 1000 / TICKS_PER_US
    }

    /// As a light reads it: each bit is high, then low, and the longer high is a one.
    fn read(frame: &[Pair]) -> [u8; 3] {
        let mut octets = [0; 3];
        for (at, [first, second]) in frame[1..frame.len() - 1].iter().enumerate() {
            assert!(first.high && !second.high, "bit {at}");
            octets[at / 8] = octets[at / 8] << 1 | u8::from(nanoseconds(*first) > 525);
        }
        octets
    }

    #[test]
    fn bits_and_rests_are_as_the_datasheets_want_them() {
        for Part {
            name,
            limits,
            least_reset_us,
        } in PARTS
        {
            for (pulse, (least, most)) in [ZERO, ONE].into_iter().flatten().zip(limits) {
                let length = nanoseconds(pulse);
                assert!(least <= length && length <= most, "{name}: {length} ns");
            }
            assert!(RESET.iter().all(|pulse| !pulse.high));
            let rest: u32 = RESET.into_iter().map(nanoseconds).sum();
            assert!(rest >= least_reset_us * 1000, "{name}: {rest} ns");
        }
    }

    /// Runs of equal samples, in ns.
    fn runs(octets: &[u8]) -> Vec<(bool, u32)> {
        let mut runs: Vec<(bool, u32)> = Vec::new();
        for sample in octets
            .iter()
            .flat_map(|octet| (0..8).map(move |at| octet << at & 0x80 != 0))
        {
            match runs.last_mut() {
                Some((level, length)) if *level == sample => *length += 1000 / SAMPLES_PER_US,
                _ => runs.push((sample, 1000 / SAMPLES_PER_US)),
            }
        }
        runs
    }

    #[test]
    fn samples_say_the_same_within_the_same_limits() {
        for colour in Colour::ALL {
            let runs = runs(&sampled(colour));
            let frame = frame(colour);
            assert_eq!(runs.len(), 48, "{colour:?}");
            for (bit, pair) in runs.chunks(2).zip(&frame[1..PAIRS - 1]) {
                assert!(bit[0].0 && !bit[1].0, "{colour:?}");
                let at = if *pair == ONE { 2 } else { 0 };
                for Part { name, limits, .. } in PARTS {
                    for (&(_, length), (least, most)) in bit.iter().zip(&limits[at..]) {
                        assert!((*least..=*most).contains(&length), "{name}: {length} ns");
                    }
                }
            }
        }
    }

    #[test]
    fn a_frame_lies_between_two_rests_and_says_green_red_blue() {
        for colour in Colour::ALL {
            let frame = frame(colour);
            let [red, green, blue] = colour.octets();
            assert_eq!(read(&frame), [green, red, blue], "{colour:?}");
            assert_eq!([frame[0], frame[PAIRS - 1]], [RESET; 2]);
            // Zero would end the transmission, and the peripheral keeps 15 bits.
            assert!(frame.iter().flatten().all(|pulse| (1..1 << 15).contains(&pulse.ticks)));
        }
        assert_eq!(frame(Colour::Red)[1..9], [ZERO; 8], "green comes first");
        assert_eq!(
            frame(Colour::Red)[9..17],
            [ZERO, ZERO, ZERO, ONE, ZERO, ZERO, ZERO, ZERO]
        );
    }

    #[test]
    fn a_plain_light_shows_nothing_of_a_frame() {
        for colour in Colour::ALL {
            let total: u32 = frame(colour).iter().flatten().map(|pulse| nanoseconds(*pulse)).sum();
            assert!(total < 1_000_000, "{total} ns");
        }
    }
}
