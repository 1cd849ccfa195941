//! What an ESP32 says beside each frame: the raw `rx_ctrl` octets, by generation of the MAC.
//!
//! Offsets are those of ESP-IDF's `esp_wifi_types` (`wifi_pkt_rx_ctrl_t`, `esp_wifi_rxctrl_t`), the signal words those
//! of IEEE 802.11: HT-SIG (19.3.9.4.3), VHT-SIG-A (21.3.8.3.3), HE-SIG-A (802.11ax, 27.3.11.7). The length in HT-SIG is
//! marked reserved in the v1 and v2 headers; it is taken only where it is plausible for an A-MPDU.

use crate::phy::{Format, Phy};
use crate::reception::{RSSI_UNKNOWN, Reception};

mod signal;

use signal::{bits, he_mu, he_su, he_tb, ht, ht_ppdu_length, legacy, vht, vht_mu};

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
