//! The radiotap fields that say how an HT, VHT or HE frame was sent.

use airwarden_core::phy::{Format, Guard, Ltf, Phy, Width};

use super::u16_at;

/// The MCS field: what is known, flags, MCS. None where the MCS is not known. `short_guard` is what the frame's flags
/// say, for receivers whose MCS field does not.
pub(super) fn ht(field: &[u8], short_guard: bool) -> Option<Phy> {
    let &[known, flags, mcs] = field else { return None };
    if known & 0x02 == 0 || mcs > 76 {
        return None;
    }
    let on = |known_bit: u8, flag: u8| known & known_bit != 0 && flags & flag != 0;
    // 0: 20 MHz, 1: 40, 2 and 3: the lower and the upper 20 of 40.
    let width = if known & 0x01 != 0 && flags & 3 == 1 {
        Width::Mhz40
    } else {
        Width::Mhz20
    };
    let short_guard = if known & 0x04 != 0 {
        flags & 0x04 != 0
    } else {
        short_guard
    };
    let guard = if short_guard { Guard::Short } else { Guard::Normal };
    let phy = if on(0x08, 0x08) {
        Phy::ht_greenfield(mcs, width, guard)
    } else {
        Phy::ht(mcs, width, guard)
    };
    let extension = if known & 0x40 != 0 {
        known >> 7 << 1 | flags >> 7
    } else {
        0
    };
    Some(
        phy.with_ldpc(on(0x10, 0x10))
            .with_stbc(on(0x20, 0x60))
            .with_extension_streams(extension),
    )
}

/// The VHT field: known (2), flags, bandwidth, MCS and streams of four users (4), coding, group (1), partial AID (2).
/// The first user that has streams is taken; None where none has.
pub(super) fn vht(field: &[u8]) -> Option<Phy> {
    let known = u16_at(field, 0)?;
    let (flags, bandwidth) = (*field.get(2)?, *field.get(3)?);
    let (user, mcs_nss) = field
        .get(4..8)?
        .iter()
        .enumerate()
        .find(|(_, octet)| *octet & 0xf != 0)?;
    let width = if known & 0x40 != 0 {
        vht_width(bandwidth & 0x1f)
    } else {
        Width::Mhz20
    };
    let guard = if known & 0x04 != 0 && flags & 0x04 != 0 {
        Guard::Short
    } else {
        Guard::Normal
    };
    Some(
        Phy::vht(mcs_nss >> 4, mcs_nss & 0xf, width, guard)
            .with_stbc(known & 0x01 != 0 && flags & 0x01 != 0)
            .with_ldpc(field.get(8)? >> user & 1 != 0),
    )
}

/// The field numbers every part of every channel: 0 is 20 MHz, 1-3 are 40 and its halves, 4-10 80 and its halves
/// and quarters, 11-25 160 likewise.
fn vht_width(bandwidth: u8) -> Width {
    match bandwidth {
        1 | 5 | 6 | 14..=17 => Width::Mhz40,
        4 | 12 | 13 => Width::Mhz80,
        11 => Width::Mhz160,
        _ => Width::Mhz20,
    }
}

/// The HE field, six words of 16 bits. None where the MCS is not known.
pub(super) fn he(field: &[u8]) -> Option<Phy> {
    let word = |number: usize| u16_at(field, 2 * number - 2);
    let (known, more_known) = (word(1)?, word(2)?);
    if known & 0x0020 == 0 {
        return None;
    }
    let (data3, data5, data6) = (word(3)?, word(5)?, word(6)?);
    let format = match known & 3 {
        0 => Format::HeSu,
        1 => Format::HeErSu,
        2 => Format::HeMu,
        _ => Format::HeTb,
    };
    let width = if known & 0x4000 != 0 {
        he_width(data5 & 0xf)
    } else {
        Width::Mhz20
    };
    let guard = if more_known & 0x0002 != 0 {
        he_guard(data5 >> 4 & 3)
    } else {
        Guard::Normal
    };
    let stbc = known & 0x0200 != 0 && data3 & 0x8000 != 0;
    // The field counts space-time streams: with STBC, two of them carry one spatial stream.
    let streams = (data6 & 0xf) as u8;
    let streams = if stbc { streams / 2 } else { streams };
    Some(
        Phy::he(format, (data3 >> 8 & 0xf) as u8, streams, width, guard)
            .with_stbc(stbc)
            .with_ldpc(known & 0x0080 != 0 && data3 & 0x2000 != 0)
            .with_dcm(known & 0x0040 != 0 && data3 & 0x1000 != 0)
            .with_ltf(ltf(data5 >> 6 & 3)),
    )
}

/// 0-3 are widths; from 4 on resource units of 26, 52, 106, 242, 484, 996 and twice 996 tones, of which 242 fill
/// 20 MHz. A descriptor has no smaller width.
fn he_width(allocation: u16) -> Width {
    match allocation {
        1 | 8 => Width::Mhz40,
        2 | 9 => Width::Mhz80,
        3 | 10 => Width::Mhz160,
        _ => Width::Mhz20,
    }
}

/// 0.8, 1.6 and 3.2 µs; the fourth number is reserved.
pub(super) fn he_guard(interval: u16) -> Guard {
    match interval {
        1 => Guard::Double,
        2 => Guard::Quadruple,
        _ => Guard::Normal,
    }
}

/// Unknown, 1x, 2x, 4x.
pub(super) fn ltf(size: u16) -> Ltf {
    match size {
        1 => Ltf::X1,
        2 => Ltf::X2,
        3 => Ltf::X4,
        _ => Ltf::Unknown,
    }
}
