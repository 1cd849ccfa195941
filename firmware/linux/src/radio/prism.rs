//! The Prism monitor header of wlan-ng and its descendants: a message of 144 octets with ten values, in the byte
//! order of the machine that recorded it.

use airwarden_core::phy::Width;

use super::{Radio, frequency_of, legacy, noise_of, rssi_of};

const OCTETS: usize = 144;
/// Of every value: number (4), status (2, 0 present), length (2), the value (4).
const VALUE: usize = 12;
/// Message code (4), length (4), device name (16).
const VALUES: usize = 24;

/// Reads a Prism header; None where it is none or does not fit in the packet.
pub fn read(packet: &[u8]) -> Option<Radio> {
    let header = packet.get(..OCTETS)?;
    let big = match header[..4] {
        [0x44 | 0x41, 0, 0, 0] => false,
        [0, 0, 0, 0x44 | 0x41] => true,
        _ => return None,
    };
    let word = |at: usize| {
        let four = [header[at], header[at + 1], header[at + 2], header[at + 3]];
        if big {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        }
    };
    let octets = word(4) as usize;
    if octets < OCTETS || octets > packet.len() {
        return None;
    }
    let mut radio = Radio {
        octets,
        ..Radio::default()
    };
    for at in (VALUES..OCTETS).step_by(VALUE) {
        let status = if big { word(at + 4) >> 16 } else { word(at + 4) & 0xffff };
        if status == 0 {
            take(number_of(word(at)), word(at + 8), &mut radio);
        }
    }
    Some(radio)
}

/// Two numberings are in use: 0x00010044, 0x00020044 … and 0x00001041, 0x00002041 …
fn number_of(identifier: u32) -> u32 {
    match identifier & 0xfff {
        0x044 if identifier >> 16 != 0 => identifier >> 16,
        0x041 => identifier >> 12,
        _ => 0,
    }
}

fn take(number: u32, value: u32, radio: &mut Radio) {
    let dbm = (value as i32).clamp(-128, 127) as i8;
    match number {
        3 => radio.frequency = frequency_of(value),
        6 => radio.rssi = rssi_of(dbm),
        7 => radio.noise = noise_of(dbm),
        8 => radio.phy = legacy(u8::try_from(value).unwrap_or(0), false, Width::Mhz20),
        _ => {}
    }
}
