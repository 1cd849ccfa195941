//! The radiotap fields of 802.11be, which come as type, length and value behind all others.

use airwarden_core::phy::{Format, Phy, Width};

use super::radiotap_phy::{he_guard, ltf};
use super::{u16_at, u32_at};

const U_SIG: u16 = 33;
const EHT: u16 = 34;

/// Reads the values from the first one's type on; None where they do not say how the frame was sent.
pub(super) fn read(mut octets: &[u8]) -> Option<Phy> {
    let mut width = None;
    let mut phy = None;
    while let (Some(kind), Some(length)) = (u16_at(octets, 0), u16_at(octets, 2)) {
        let length = usize::from(length);
        let Some(value) = octets.get(4..4 + length) else { break };
        match kind {
            U_SIG => width = width.or(u_sig(value)),
            EHT => phy = phy.or(eht(value)),
            _ => {}
        }
        octets = octets.get(4 + length.next_multiple_of(4)..).unwrap_or(&[]);
    }
    phy.map(|phy: Phy| phy.with_width(width.unwrap_or_default()))
}

/// Common word: bit 1 bandwidth known, bits 15-17 bandwidth (0-3: 20 to 160 MHz, 4 and 5: 320 MHz).
fn u_sig(value: &[u8]) -> Option<Width> {
    let common = u32_at(value, 0)?;
    (common & 2 != 0).then_some(match common >> 15 & 7 {
        1 => Width::Mhz40,
        2 => Width::Mhz80,
        3 => Width::Mhz160,
        4 | 5 => Width::Mhz320,
        _ => Width::Mhz20,
    })
}

/// Known (4), nine words of data, then a word per user. The user whose data this is (bit 7) is taken, else the first.
fn eht(value: &[u8]) -> Option<Phy> {
    let (known, data0) = (u32_at(value, 0)?, u32_at(value, 4)?);
    let users = value.get(40..)?;
    let words = || users.chunks_exact(4).filter_map(|word| u32_at(word, 0));
    let user = words().find(|user| user & 0x80 != 0).or_else(|| words().next())?;
    if user & 0x02 == 0 {
        return None;
    }
    let guard = if known & 0x04 != 0 {
        he_guard((data0 >> 7 & 3) as u16)
    } else {
        he_guard(0)
    };
    let streams = if user & 0x10 != 0 { (user >> 24 & 0xf) as u8 } else { 1 };
    Some(
        Phy::he(Format::Eht, (user >> 20 & 0xf) as u8, streams, Width::Mhz20, guard)
            .with_ldpc(user & 0x04 != 0 && user & 0x0008_0000 != 0)
            .with_ltf(ltf((data0 >> 9 & 3) as u16)),
    )
}
