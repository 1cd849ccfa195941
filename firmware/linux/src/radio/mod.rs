//! What receivers put in front of an 802.11 frame: radiotap, Prism, AVS and per-packet information headers.

pub mod avs;
pub mod ppi;
pub mod prism;
pub mod radiotap;
mod radiotap_eht;
mod radiotap_phy;

use airwarden_core::phy::{Format, Phy, Width};
use airwarden_core::reception::RSSI_UNKNOWN;

use crate::capture::LinkType;

/// What a receiver says of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Radio {
    /// Octets in front of the 802.11 header.
    pub octets: usize,
    /// MHz, 0 unknown.
    pub frequency: u16,
    /// dBm, [`RSSI_UNKNOWN`] unknown.
    pub rssi: i8,
    /// dBm, 0 unknown.
    pub noise: i8,
    /// How it was sent.
    pub phy: Phy,
    /// The frame ends in its check sequence; None where nothing says so.
    pub fcs: Option<bool>,
    /// The check sequence did not match, or the PLCP header was damaged.
    pub bad: bool,
    /// The frame's header is padded to a multiple of four octets.
    pub padded: bool,
    /// The receiver's clock when the PPDU began, µs.
    pub tsf: Option<u64>,
    /// The A-MPDU that the frame was part of.
    pub aggregate: Option<Aggregate>,
    /// There was no MPDU: a sounding PPDU, or one whose payload could not be read.
    pub no_mpdu: bool,
}

impl Default for Radio {
    fn default() -> Self {
        Radio {
            octets: 0,
            frequency: 0,
            rssi: RSSI_UNKNOWN,
            noise: 0,
            phy: Phy::UNKNOWN,
            fcs: None,
            bad: false,
            padded: false,
            tsf: None,
            aggregate: None,
            no_mpdu: false,
        }
    }
}

/// Which A-MPDU a frame was part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// The same for all frames of one A-MPDU.
    pub reference: u32,
    /// It was the last of them.
    pub last: bool,
}

/// Reads what stands in front of the 802.11 header of a packet that begins as `link` says.
///
/// None where it is too short or no such header.
pub fn read(link: LinkType, packet: &[u8]) -> Option<Radio> {
    match link {
        LinkType::Ieee80211 => Some(Radio::default()),
        LinkType::Radiotap => radiotap::read(packet),
        LinkType::Avs => avs::read(packet),
        LinkType::Prism if avs::begins(packet) => avs::read(packet),
        LinkType::Prism => prism::read(packet),
        LinkType::Ppi => ppi::read(packet),
    }
}

/// The descriptor of a rate that no MCS comes with, in 500 kb/s.
///
/// The rates of the two legacy formats are disjoint. Some drivers set the highest bit for an HT MCS.
fn legacy(rate: u8, short_preamble: bool, width: Width) -> Phy {
    match rate {
        2 | 4 | 11 | 22 => Phy::dsss(rate, short_preamble),
        12 | 18 | 24 | 36 | 48 | 72 | 96 | 108 => Phy::ofdm(rate).with_width(width),
        // Half and quarter clocked channels carry the same formats at a half and a quarter of the rates.
        3 | 6 | 9 | 27 | 54 if width != Width::Mhz20 => Phy::new(Format::Ofdm, rate).with_width(width),
        0x80..=0x9f => Phy::ht(rate & 0x7f, Width::Mhz20, airwarden_core::phy::Guard::Normal),
        _ => Phy::UNKNOWN,
    }
}

/// A power in dBm as drivers write it: 0 and more is no measurement but a field left empty.
fn rssi_of(dbm: i8) -> i8 {
    if dbm < 0 { dbm } else { RSSI_UNKNOWN }
}

/// The noise floor, by the same rule; 0 is unknown.
fn noise_of(dbm: i8) -> i8 {
    dbm.min(0)
}

fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    octets.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    octets.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn u64_at(octets: &[u8], at: usize) -> Option<u64> {
    octets.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

/// The centre of a channel by its number, MHz; 0 where no band has it. Numbers from 2,000 on are MHz already.
pub(crate) fn frequency_of(channel: u32) -> u16 {
    match channel {
        1..=13 => 2407 + 5 * channel as u16,
        14 => 2484,
        32..=196 => 5000 + 5 * channel as u16,
        2000..=7200 => channel as u16,
        _ => 0,
    }
}
