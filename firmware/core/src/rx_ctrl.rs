//! What an ESP32 says beside each frame: the raw `rx_ctrl` octets, by generation of the MAC.
//!
//! Offsets are those of ESP-IDF's `esp_wifi_types` (`wifi_pkt_rx_ctrl_t`, `esp_wifi_rxctrl_t`), the signal words those
//! of IEEE 802.11: HT-SIG (19.3.9.4.3), VHT-SIG-A (21.3.8.3.3), HE-SIG-A (802.11ax, 27.3.11.7). The length in HT-SIG is
//! marked reserved in the v1 and v2 headers; it is taken only where it is plausible for an A-MPDU.

use crate::phy::{Format, Guard, Ltf, Phy, Width};
use crate::reception::{RSSI_UNKNOWN, Reception};

/// Generation of the MAC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// ESP32-C3, C2, S3: 48 octets.
    V1,
    /// ESP32-C6: 92 octets.
    V2,
    /// ESP32-C5, C61: 64 octets.
    V3,
}

impl Layout {
    /// Octets of `rx_ctrl`; the frame follows.
    pub const fn length(self) -> usize {
        match self {
            Layout::V1 => 48,
            Layout::V2 => 92,
            Layout::V3 => 64,
        }
    }
}

/// Type of packet that the driver gives with each callback.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Packet {
    /// Management frame.
    Management,
    /// Control frame.
    Control,
    /// Data frame.
    Data,
    /// A reception without octets, such as a PPDU of more streams than the chip has: its payload must not be touched.
    Misc,
}

impl Packet {
    /// From `wifi_promiscuous_pkt_type_t`; what is not known is treated as without octets.
    pub const fn from_driver(kind: u32) -> Packet {
        match kind {
            0 => Packet::Management,
            1 => Packet::Control,
            2 => Packet::Data,
            _ => Packet::Misc,
        }
    }
}

/// What `rx_ctrl` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RxCtrl {
    /// MAC clock, µs, wraps.
    pub timestamp: u32,
    /// dBm, [`RSSI_UNKNOWN`] where it cannot be.
    pub rssi: i8,
    /// dBm, 0 unknown.
    pub noise: i8,
    /// Primary channel.
    pub channel: u8,
    /// How it was sent.
    pub phy: Phy,
    /// Octets with FCS.
    pub length: u16,
    /// Octets of payload that the driver holds, without FCS.
    pub held: u16,
    /// Octets of the PSDU of an A-MPDU.
    pub ppdu_length: Option<u16>,
    /// The driver marks an error.
    pub fcs_bad: bool,
}

const FCS: u16 = 4;
/// A delimiter goes before each MPDU of an A-MPDU.
const DELIMITER: u16 = 4;
/// MCS where only the format is known.
const MCS_UNKNOWN: u8 = 255;

/// Reads `rx_ctrl`; nothing if `raw` is shorter than the layout.
pub fn decode(layout: Layout, raw: &[u8]) -> Option<RxCtrl> {
    let words = Words(raw.get(..layout.length())?);
    let ctrl = match layout {
        Layout::V1 => decode_v1(words),
        Layout::V2 | Layout::V3 => decode_he(layout, words),
    };
    Some(ctrl)
}

impl RxCtrl {
    /// Octets of the payload that may be read behind `rx_ctrl`.
    pub fn readable(&self, packet: Packet) -> usize {
        match packet {
            Packet::Misc => 0,
            _ => usize::from(self.held),
        }
    }

    /// The reception, at `time_us` on the node's clock, with as much of the payload as was kept.
    pub fn reception<'a>(&self, packet: Packet, time_us: u64, kept: &'a [u8]) -> Reception<'a> {
        let readable = self.readable(packet);
        Reception {
            time_us,
            frequency: channel_frequency(self.channel),
            noise: self.noise,
            rssi: self.rssi,
            phy: self.phy,
            length: self.length,
            fcs_bad: self.fcs_bad,
            ppdu_continues: false,
            ppdu_length: self.ppdu_length,
            bytes: kept.get(..readable).unwrap_or(if readable == 0 { &[] } else { kept }),
        }
    }
}

/// Centre of a 20 MHz channel of the 2.4 or 5 GHz band in MHz, 0 for a number that is none (Annex E).
pub const fn channel_frequency(channel: u8) -> u16 {
    match channel {
        1..=13 => 2407 + 5 * channel as u16,
        14 => 2484,
        32..=177 => 5000 + 5 * channel as u16,
        _ => 0,
    }
}

/// Little-endian words at octets; 0 past the end.
#[derive(Clone, Copy)]
struct Words<'a>(&'a [u8]);

impl Words<'_> {
    fn u8(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    fn u16(self, at: usize) -> u16 {
        u16::from_le_bytes([self.u8(at), self.u8(at + 1)])
    }

    fn u32(self, at: usize) -> u32 {
        u32::from(self.u16(at)) | u32::from(self.u16(at + 2)) << 16
    }

    /// Nothing is received at 0 dBm or above: such a value is junk.
    fn rssi(self, at: usize) -> i8 {
        match self.u8(at) as i8 {
            rssi if rssi < 0 => rssi,
            _ => RSSI_UNKNOWN,
        }
    }

    fn noise(self, at: usize) -> i8 {
        (self.u8(at) as i8).min(0)
    }
}

const fn bits(word: u32, from: u32, count: u32) -> u32 {
    (word >> from) & ((1 << count) - 1)
}

const fn bit(word: u32, at: u32) -> bool {
    (word >> at) & 1 == 1
}

fn decode_v1(words: Words<'_>) -> RxCtrl {
    let (first, signal) = (words.u32(0), words.u32(4));
    let length = words.u16(44) & 0x0fff;
    let phy = match bits(first, 14, 2) {
        0 => legacy(bits(first, 8, 5)),
        1 => ht(signal),
        _ => Phy::UNKNOWN,
    };
    RxCtrl {
        timestamp: words.u32(12),
        rssi: words.rssi(0),
        noise: words.noise(20),
        channel: words.u8(10) & 0x0f,
        phy,
        length,
        held: length.saturating_sub(FCS),
        ppdu_length: ht_ppdu_length(phy, signal, length),
        fcs_bad: words.u8(47) != 0,
    }
}

fn decode_he(layout: Layout, words: Words<'_>) -> RxCtrl {
    let v2 = matches!(layout, Layout::V2);
    let (first, signal, signal2) = (words.u32(0), words.u32(4), u32::from(words.u16(9)));
    let (length_at, state_at) = if v2 { (84, 88) } else { (56, 60) };
    let length = words.u16(length_at) & 0x3fff;
    let dumped = words.u16(length_at + 2) & 0x3fff;
    let format = if v2 { words.u8(39) & 0x0f } else { words.u8(37) >> 4 };
    let single = v2 && words.u8(39) & 0x10 != 0;
    let phy = match format {
        0 | 1 => legacy(bits(first, 8, 5)),
        2 => ht(signal),
        3 => vht(signal).with_aggregated(!single),
        4 => he_su(Format::HeSu, signal, signal2).with_aggregated(!single),
        5 => he_mu(signal, signal2).with_aggregated(!single),
        6 => he_su(Format::HeErSu, signal, signal2).with_aggregated(!single),
        7 => he_tb(signal).with_aggregated(!single),
        11 => vht_mu(signal).with_aggregated(!single),
        _ => Phy::UNKNOWN,
    };
    RxCtrl {
        timestamp: words.u32(12),
        rssi: words.rssi(0),
        noise: words.noise(20),
        channel: if v2 { words.u8(21) & 0x0f } else { words.u8(28) },
        phy,
        length,
        held: dumped.min(length.saturating_sub(FCS)),
        ppdu_length: ht_ppdu_length(phy, signal, length),
        fcs_bad: words.u8(state_at) != 0,
    }
}

/// `wifi_phy_rate_t`: DSSS by number, OFDM by the RATE bits of L-SIG.
const fn legacy(code: u32) -> Phy {
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
const fn ht(signal: u32) -> Phy {
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

fn ht_ppdu_length(phy: Phy, signal: u32, length: u16) -> Option<u16> {
    let psdu = bits(signal, 8, 16) as u16;
    let plausible = phy.format() == Format::Ht && phy.aggregated() && psdu >= length.saturating_add(DELIMITER);
    plausible.then_some(psdu)
}

/// VHT-SIG-A: its first 24 bits and the first 8 of its second word.
const fn vht(signal: u32) -> Phy {
    let stbc = bit(signal, 3);
    let guard = if bit(signal, 24) { Guard::Short } else { Guard::Normal };
    let streams = streams(bits(signal, 10, 3), stbc);
    Phy::vht(bits(signal, 28, 4) as u8, streams, width(bits(signal, 0, 2)), guard)
        .with_stbc(stbc)
        .with_ldpc(bit(signal, 26))
}

const fn vht_mu(signal: u32) -> Phy {
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
const fn he_su(format: Format, signal: u32, signal2: u32) -> Phy {
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
const fn he_mu(signal: u32, signal2: u32) -> Phy {
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
const fn he_tb(signal: u32) -> Phy {
    Phy::he(Format::HeTb, MCS_UNKNOWN, 1, width(bits(signal, 24, 2)), Guard::Normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put32(raw: &mut [u8], at: usize, value: u32) {
        raw[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }

    fn v1(first: u32, signal: u32) -> [u8; 48] {
        let mut raw = [0; 48];
        put32(&mut raw, 0, first | (-61i8 as u8) as u32);
        put32(&mut raw, 4, signal);
        put32(&mut raw, 8, 6 << 16 | 1 << 20);
        put32(&mut raw, 12, 0x8000_0001);
        put32(&mut raw, 20, (-96i8 as u8) as u32);
        put32(&mut raw, 44, 104 | 0x00ff_f000);
        raw
    }

    fn v2(format: u8, single: bool, first: u32, signal: u32, signal2: u16) -> [u8; 92] {
        let mut raw = [0; 92];
        put32(&mut raw, 0, first | (-61i8 as u8) as u32);
        put32(&mut raw, 4, signal);
        raw[9..11].copy_from_slice(&signal2.to_le_bytes());
        put32(&mut raw, 12, 77);
        raw[20] = -96i8 as u8;
        raw[21] = 11 | 2 << 4;
        raw[39] = format | u8::from(single) << 4 | 0xe0;
        put32(&mut raw, 84, 0xc000 | 2000 | (1996 | 0xc000) << 16);
        raw
    }

    fn v3(format: u8, first: u32, signal: u32, signal2: u16) -> [u8; 64] {
        let mut raw = [0; 64];
        put32(&mut raw, 0, first | (-61i8 as u8) as u32);
        put32(&mut raw, 4, signal);
        raw[9..11].copy_from_slice(&signal2.to_le_bytes());
        put32(&mut raw, 12, 77);
        raw[20] = -96i8 as u8;
        raw[28] = 149;
        raw[37] = format << 4 | 0x0f;
        put32(&mut raw, 56, 2000 | 1996 << 16);
        raw
    }

    #[test]
    fn v1_legacy_rates() {
        let rates: Vec<Phy> = (0..17)
            .map(|code| decode(Layout::V1, &v1(code << 8, 0)).unwrap().phy)
            .collect();
        let kbps: Vec<u8> = rates.iter().map(|phy| phy.rate()).collect();
        assert_eq!(kbps, [2, 4, 11, 22, 0, 4, 11, 22, 96, 48, 24, 12, 108, 72, 36, 18, 0]);
        assert_eq!(rates[7], Phy::dsss(22, true));
        assert_eq!(rates[8], Phy::ofdm(96));
    }

    #[test]
    fn v1_fields_and_signs() {
        let ctrl = decode(Layout::V1, &v1(11 << 8 | 0xabc << 16, 0xffff_ffff)).unwrap();
        let expected = RxCtrl {
            timestamp: 0x8000_0001,
            rssi: -61,
            noise: -96,
            channel: 6,
            phy: Phy::ofdm(12),
            length: 104,
            held: 100,
            ppdu_length: None,
            fcs_bad: false,
        };
        assert_eq!(ctrl, expected);
    }

    #[test]
    fn v1_ht_with_the_length_of_its_ppdu() {
        let signal = |psdu: u32| 7 | 1 << 7 | psdu << 8 | 1 << 27 | 1 << 28 | 1 << 30 | 1 << 31;
        let expected = Phy::ht(7, Width::Mhz40, Guard::Short)
            .with_aggregated(true)
            .with_stbc(true)
            .with_ldpc(true);
        let ctrl = decode(Layout::V1, &v1(1 << 14, signal(3000))).unwrap();
        assert_eq!((ctrl.phy, ctrl.ppdu_length), (expected, Some(3000)));
        assert_eq!(
            decode(Layout::V1, &v1(1 << 14, signal(108))).unwrap().ppdu_length,
            Some(108)
        );
        for implausible in [0, 104, 107] {
            assert_eq!(
                decode(Layout::V1, &v1(1 << 14, signal(implausible)))
                    .unwrap()
                    .ppdu_length,
                None
            );
        }
        let alone = signal(3000) & !(1 << 27);
        assert_eq!(decode(Layout::V1, &v1(1 << 14, alone)).unwrap().ppdu_length, None);
        assert_eq!(decode(Layout::V1, &v1(1 << 14, 77)).unwrap().phy, Phy::UNKNOWN);
        assert_eq!(decode(Layout::V1, &v1(3 << 14, 7)).unwrap().phy, Phy::UNKNOWN);
    }

    #[test]
    fn v2_fields_lengths_and_formats() {
        let ctrl = decode(Layout::V2, &v2(1, false, 0xc << 8, 0, 0)).unwrap();
        assert_eq!(
            (ctrl.rssi, ctrl.noise, ctrl.channel, ctrl.timestamp),
            (-61, -96, 11, 77)
        );
        assert_eq!((ctrl.length, ctrl.held, ctrl.phy), (2000, 1996, Phy::ofdm(108)));
        let ht = decode(Layout::V2, &v2(2, false, 0, 3 | 5000 << 8 | 1 << 27, 0)).unwrap();
        assert_eq!(ht.phy, Phy::ht(3, Width::Mhz20, Guard::Normal).with_aggregated(true));
        assert_eq!(ht.ppdu_length, Some(5000));
    }

    #[test]
    fn v3_fields_and_channel() {
        let ctrl = decode(Layout::V3, &v3(1, 0xb << 8, 0, 0)).unwrap();
        assert_eq!(
            (ctrl.channel, ctrl.length, ctrl.held, ctrl.phy),
            (149, 2000, 1996, Phy::ofdm(12))
        );
        assert_eq!(ctrl.reception(Packet::Data, 9, &[1; 64]).frequency, 5745);
        let mut raw = v3(1, 0xb << 8, 0, 0);
        raw[58] = 10;
        raw[59] = 0;
        assert_eq!(decode(Layout::V3, &raw).unwrap().held, 10, "no more than was dumped");
        raw[60] = 0x41;
        assert!(decode(Layout::V3, &raw).unwrap().fcs_bad);
    }

    #[test]
    fn vht_words() {
        let signal = 2 | 1 << 3 | 3 << 10 | 1 << 24 | 1 << 26 | 9 << 28;
        let expected = Phy::vht(9, 2, Width::Mhz80, Guard::Short)
            .with_stbc(true)
            .with_ldpc(true)
            .with_aggregated(true);
        assert_eq!(decode(Layout::V3, &v3(3, 0, signal, 0)).unwrap().phy, expected);
        assert_eq!(
            decode(Layout::V2, &v2(3, true, 0, signal, 0)).unwrap().phy,
            expected.with_aggregated(false)
        );
        let mu = decode(Layout::V3, &v3(11, 0, signal, 0)).unwrap().phy;
        assert_eq!((mu.format(), mu.rate()), (Format::Vht, 255));
    }

    #[test]
    fn he_words() {
        let su = 1 | 11 << 3 | 2 << 19 | 2 << 21 | 1 << 23;
        let expected = Phy::he(Format::HeSu, 11, 2, Width::Mhz80, Guard::Double)
            .with_ltf(Ltf::X2)
            .with_ldpc(true)
            .with_aggregated(true);
        assert_eq!(decode(Layout::V3, &v3(4, 0, su, 1 << 7)).unwrap().phy, expected);
        let er = decode(Layout::V2, &v2(6, true, 0, 1 | 2 << 3 | 1 << 7 | 1 << 19, 0))
            .unwrap()
            .phy;
        let expected = Phy::he(Format::HeErSu, 2, 1, Width::Mhz20, Guard::Normal)
            .with_ltf(Ltf::X1)
            .with_dcm(true);
        assert_eq!(er, expected);
        let mu = decode(Layout::V3, &v3(5, 0, 4 << 15 | 3 << 23, 1 << 12)).unwrap().phy;
        let expected = Phy::he(Format::HeMu, 255, 1, Width::Mhz80, Guard::Quadruple)
            .with_ltf(Ltf::X4)
            .with_stbc(true)
            .with_aggregated(true);
        assert_eq!(mu, expected);
        let tb = decode(Layout::V2, &v2(7, false, 0, 1 << 24, 0)).unwrap().phy;
        assert_eq!(
            tb,
            Phy::he(Format::HeTb, 255, 1, Width::Mhz40, Guard::Normal).with_aggregated(true)
        );
        assert_eq!(decode(Layout::V2, &v2(12, false, 0, 1, 0)).unwrap().phy, Phy::UNKNOWN);
    }

    #[test]
    fn dcm_and_stbc_together_mean_neither() {
        let phy = decode(Layout::V3, &v3(4, 0, 1 << 7 | 3 << 21, 1 << 9)).unwrap().phy;
        let expected = Phy::he(Format::HeSu, 0, 1, Width::Mhz20, Guard::Normal)
            .with_ltf(Ltf::X4)
            .with_aggregated(true);
        assert_eq!(phy, expected);
        let doppler = decode(Layout::V3, &v3(4, 0, 5 << 23, 1 << 15)).unwrap().phy;
        assert_eq!(doppler.streams(), 2, "the third bit is the midamble period");
    }

    #[test]
    fn a_reception_without_octets_is_not_read() {
        let ctrl = decode(Layout::V1, &v1(0, 0)).unwrap();
        assert_eq!((ctrl.readable(Packet::Data), ctrl.readable(Packet::Misc)), (100, 0));
        assert!(ctrl.reception(Packet::Misc, 1, &[9; 64]).bytes.is_empty());
        assert_eq!(ctrl.reception(Packet::Data, 1, &[9; 64]).bytes.len(), 64);
        assert_eq!(ctrl.reception(Packet::Data, 1, &[9; 200]).bytes.len(), 100);
        assert_eq!(ctrl.reception(Packet::Data, 1, &[9; 64]).frequency, 2437);
        assert_eq!(Packet::from_driver(3), Packet::Misc);
        assert_eq!(Packet::from_driver(99), Packet::Misc);
    }

    #[test]
    fn short_metadata_is_nothing_and_impossible_power_unknown() {
        for layout in [Layout::V1, Layout::V2, Layout::V3] {
            assert_eq!(decode(layout, &vec![0; layout.length() - 1]), None);
            let ctrl = decode(layout, &vec![0; layout.length()]).unwrap();
            assert_eq!((ctrl.rssi, ctrl.noise, ctrl.length, ctrl.held), (RSSI_UNKNOWN, 0, 0, 0));
        }
        assert_eq!(
            [1, 13, 14, 36, 165, 177, 0, 15, 200].map(channel_frequency)[..7],
            [2412, 2472, 2484, 5180, 5825, 5885, 0]
        );
        assert_eq!([15, 200, 255].map(channel_frequency), [0; 3]);
    }
}
