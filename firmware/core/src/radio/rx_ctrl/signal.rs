//! How a PPDU was sent, from the signal words of its preamble.

use super::{DELIMITER, MCS_UNKNOWN};
use crate::phy::{Format, Guard, Ltf, Phy, Width};

pub(super) const fn bits(word: u32, from: u32, count: u32) -> u32 {
    (word >> from) & ((1 << count) - 1)
}

const fn bit(word: u32, at: u32) -> bool {
    (word >> at) & 1 == 1
}

/// `wifi_phy_rate_t`: DSSS by number, OFDM by the RATE bits of L-SIG.
pub(super) const fn legacy(code: u32) -> Phy {
    match code {
        0 => Phy::dsss(2, false),
        1 => Phy::dsss(4, false),
        2 => Phy::dsss(11, false),
        3 => Phy::dsss(22, false),
        5 => Phy::dsss(4, true),
        6 => Phy::dsss(11, true),
        7 => Phy::dsss(22, true),
        0x8 => Phy::ofdm(96),
        0x9 => Phy::ofdm(48),
        0xa => Phy::ofdm(24),
        0xb => Phy::ofdm(12),
        0xc => Phy::ofdm(108),
        0xd => Phy::ofdm(72),
        0xe => Phy::ofdm(36),
        0xf => Phy::ofdm(18),
        _ => Phy::UNKNOWN,
    }
}

/// HT-SIG: its first 24 bits and the first 8 of its second word.
pub(super) const fn ht(signal: u32) -> Phy {
    let mcs = bits(signal, 0, 7) as u8;
    if mcs > 76 {
        return Phy::UNKNOWN;
    }
    let width = if bit(signal, 7) { Width::Mhz40 } else { Width::Mhz20 };
    let guard = if bit(signal, 31) { Guard::Short } else { Guard::Normal };
    Phy::ht(mcs, width, guard)
        .with_aggregated(bit(signal, 27))
        .with_stbc(bits(signal, 28, 2) != 0)
        .with_ldpc(bit(signal, 30))
}

pub(super) fn ht_ppdu_length(phy: Phy, signal: u32, length: u16) -> Option<u16> {
    let psdu = bits(signal, 8, 16) as u16;
    let plausible = phy.format() == Format::Ht && phy.aggregated() && psdu >= length.saturating_add(DELIMITER);
    plausible.then_some(psdu)
}

/// VHT-SIG-A: its first 24 bits and the first 8 of its second word.
pub(super) const fn vht(signal: u32) -> Phy {
    let stbc = bit(signal, 3);
    let guard = if bit(signal, 24) { Guard::Short } else { Guard::Normal };
    let streams = streams(bits(signal, 10, 3), stbc);
    Phy::vht(bits(signal, 28, 4) as u8, streams, width(bits(signal, 0, 2)), guard)
        .with_stbc(stbc)
        .with_ldpc(bit(signal, 26))
}

pub(super) const fn vht_mu(signal: u32) -> Phy {
    let guard = if bit(signal, 24) { Guard::Short } else { Guard::Normal };
    Phy::vht(MCS_UNKNOWN, 1, width(bits(signal, 0, 2)), guard)
}

/// Spatial streams from the field of space-time streams, of which space-time block coding uses two for each.
const fn streams(field: u32, stbc: bool) -> u8 {
    let space_time = field as u8 + 1;
    if stbc { space_time.div_ceil(2) } else { space_time }
}

const fn width(field: u32) -> Width {
    match field {
        0 => Width::Mhz20,
        1 => Width::Mhz40,
        2 => Width::Mhz80,
        _ => Width::Mhz160,
    }
}

/// HE-SIG-A of a single user: 26 bits of its first word, 16 of its second (Table 27-18).
pub(super) const fn he_su(format: Format, signal: u32, signal2: u32) -> Phy {
    let (dcm_field, stbc_field) = (bit(signal, 7), bit(signal2, 9));
    // Both set mean neither, but the 4x training field with the shortest guard interval.
    let both = dcm_field && stbc_field;
    let (stbc, dcm) = (stbc_field && !both, dcm_field && !both);
    let (ltf, guard) = match bits(signal, 21, 2) {
        0 => (Ltf::X1, Guard::Normal),
        1 => (Ltf::X2, Guard::Normal),
        2 => (Ltf::X2, Guard::Double),
        _ if both => (Ltf::X4, Guard::Normal),
        _ => (Ltf::X4, Guard::Quadruple),
    };
    // With Doppler the third bit is the midamble period.
    let doppler = bit(signal2, 15);
    let field = bits(signal, 23, if doppler { 2 } else { 3 });
    let width = match format {
        Format::HeErSu => Width::Mhz20,
        _ => width(bits(signal, 19, 2)),
    };
    Phy::he(format, bits(signal, 3, 4) as u8, streams(field, stbc), width, guard)
        .with_ltf(ltf)
        .with_dcm(dcm)
        .with_stbc(stbc)
        .with_ldpc(bit(signal2, 7))
}

/// HE-SIG-A of several users (Table 27-20); the MCS of each is in HE-SIG-B.
pub(super) const fn he_mu(signal: u32, signal2: u32) -> Phy {
    let width = match bits(signal, 15, 3) {
        0 => Width::Mhz20,
        1 => Width::Mhz40,
        2 | 4 | 5 => Width::Mhz80,
        _ => Width::Mhz160,
    };
    let (ltf, guard) = match bits(signal, 23, 2) {
        0 => (Ltf::X4, Guard::Normal),
        1 => (Ltf::X2, Guard::Normal),
        2 => (Ltf::X2, Guard::Double),
        _ => (Ltf::X4, Guard::Quadruple),
    };
    Phy::he(Format::HeMu, MCS_UNKNOWN, 1, width, guard)
        .with_ltf(ltf)
        .with_stbc(bit(signal2, 12))
}

/// HE-SIG-A of a trigger-based PPDU (Table 27-21); the trigger frame has said all but the width.
pub(super) const fn he_tb(signal: u32) -> Phy {
    Phy::he(Format::HeTb, MCS_UNKNOWN, 1, width(bits(signal, 24, 2)), Guard::Normal)
}
