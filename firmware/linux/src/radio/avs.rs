//! The AVS header (capture frame format 2.1, Solomon Peachy): 64 octets or more, big-endian.

use airwarden_core::phy::Width;

use super::{Radio, frequency_of, legacy, noise_of, rssi_of};

/// Whether a packet begins with an AVS header of any revision.
pub fn begins(packet: &[u8]) -> bool {
    packet.starts_with(&[0x80, 0x21, 0x10])
}

/// Reads an AVS header; None where it is none or does not fit in the packet.
pub fn read(packet: &[u8]) -> Option<Radio> {
    let word = |at: usize| packet.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    let octets = word(4)? as usize;
    if !begins(packet) || octets < 64 || octets > packet.len() {
        return None;
    }
    let mut radio = Radio {
        octets,
        frequency: frequency_of(word(28)?),
        tsf: Some(u64::from(word(8)?) << 32 | u64::from(word(12)?)).filter(|clock| *clock != 0),
        ..Radio::default()
    };
    // The rate is in 100 kb/s; the preamble is 1 for short.
    let rate = u8::try_from(word(32)? / 5).unwrap_or(0);
    radio.phy = legacy(rate, word(56)? == 1, Width::Mhz20);
    // Signal and noise are dBm only where their type is 2.
    if word(44)? == 2 {
        radio.rssi = rssi_of(clamped(word(48)?));
        radio.noise = noise_of(clamped(word(52)?));
    }
    Some(radio)
}

fn clamped(dbm: u32) -> i8 {
    (dbm as i32).clamp(-128, 127) as i8
}
