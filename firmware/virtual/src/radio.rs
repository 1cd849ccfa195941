//! The radio driver of an ESP32-C3 as the core sees it: `rx_ctrl`, callback, ring.

use airwarden_core::packet::{self, Assembly, Heard, Piece, Raw};
use airwarden_core::phy::{Format, Phy};
use airwarden_core::reception::Reception;
use airwarden_core::ring::{Consumer, Producer};
use airwarden_core::rx_ctrl::Layout;
use airwarden_core::tuner::channel_number;

/// Pieces of packets that wait, as in the image.
pub const SLOTS: usize = 256;
/// What this chip gives with each packet.
pub const LAYOUT: Layout = Layout::V1;
const MISC: u32 = 3;
const SHORT_PREAMBLE: u32 = 1 << 22;

/// Both ends of the ring.
pub struct Radio<'a> {
    inlet: Producer<'a, Piece, SLOTS>,
    /// The end that the recorder empties.
    pub outlet: Consumer<'a, Piece, SLOTS>,
    assembly: Box<Assembly>,
}

impl<'a> Radio<'a> {
    /// Around the ends of a ring.
    pub fn new(ends: (Producer<'a, Piece, SLOTS>, Consumer<'a, Piece, SLOTS>)) -> Self {
        let (inlet, outlet) = ends;
        Radio {
            inlet,
            outlet,
            assembly: Box::new(Assembly::new(LAYOUT)),
        }
    }

    /// The driver's callback: a packet came at `now_us` of node time.
    pub fn callback(&mut self, reception: &Reception<'_>, now_us: u64) {
        let control = control(reception);
        let kind = kind(reception);
        let payload = if kind == MISC { &[] } else { reception.bytes };
        let raw = Raw {
            kind,
            arrived_us: now_us as u32,
            control: &control,
            payload: &payload[..payload.len().min(packet::readable(LAYOUT, &control, kind))],
        };
        packet::put(&mut self.inlet, &raw);
    }

    /// The next packet out of the ring.
    pub fn take(&mut self) -> Option<Heard<'_>> {
        self.assembly.take(&mut self.outlet)
    }
}

/// `wifi_promiscuous_pkt_type_t`; formats that the chip does not decode come without octets.
fn kind(reception: &Reception<'_>) -> u32 {
    let decoded = matches!(
        reception.phy.format(),
        Format::Unknown | Format::Dsss | Format::Ofdm | Format::Ht
    );
    match reception.bytes.first() {
        Some(first) if decoded => u32::from(first >> 2 & 3),
        _ => MISC,
    }
}

/// `rx_ctrl` of a C3; what it cannot say is left out. Times are the low 32 bits of the reception's.
pub fn control(reception: &Reception<'_>) -> [u8; 48] {
    let mut control = [0; 48];
    let (first, signal) = match reception.phy.format() {
        Format::Dsss | Format::Ofdm => (legacy(reception.phy) << 8, 0),
        Format::Ht => (1 << 14, ht(reception)),
        // Any number that is no rate.
        Format::Unknown => (0x1f << 8, 0),
        _ => (3 << 14, 0),
    };
    control[..4].copy_from_slice(&u32::to_le_bytes(first));
    control[0] = reception.rssi as u8;
    control[4..8].copy_from_slice(&u32::to_le_bytes(signal));
    control[10] = channel_number(reception.frequency) & 0x0f;
    control[12..16].copy_from_slice(&(reception.time_us as u32).to_le_bytes());
    control[20] = reception.noise as u8;
    control[44..46].copy_from_slice(&reception.length.min(0x0fff).to_le_bytes());
    control[47] = u8::from(reception.fcs_bad);
    control
}

/// `wifi_phy_rate_t`; the rates are in units of 500 kb/s.
fn legacy(phy: Phy) -> u32 {
    let short = phy.0 & SHORT_PREAMBLE != 0;
    match (phy.format(), phy.rate()) {
        (Format::Dsss, 2) => 0,
        (Format::Dsss, 4) => 1 + 4 * u32::from(short),
        (Format::Dsss, 11) => 2 + 4 * u32::from(short),
        (Format::Dsss, _) => 3 + 4 * u32::from(short),
        (_, 96) => 0x8,
        (_, 48) => 0x9,
        (_, 24) => 0xa,
        (_, 12) => 0xb,
        (_, 108) => 0xc,
        (_, 72) => 0xd,
        (_, 36) => 0xe,
        _ => 0xf,
    }
}

/// HT-SIG: its first 24 bits and the first 8 of its second word.
fn ht(reception: &Reception<'_>) -> u32 {
    let Phy(bits) = reception.phy;
    let field = |from: u32, most: u32| bits >> from & most;
    let length = u32::from(reception.ppdu_length.unwrap_or(0));
    u32::from(reception.phy.rate() & 0x7f)
        | field(12, 1) << 7
        | length << 8
        | field(23, 1) << 27
        | field(20, 1) << 28
        | field(21, 1) << 30
        | field(15, 1) << 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use airwarden_core::phy::{Guard, Width};
    use airwarden_core::ring::Ring;

    #[test]
    fn what_goes_through_the_driver_comes_out_as_it_was() {
        let rates = [2, 4, 11, 22].map(|rate| Phy::dsss(rate, false));
        let short = [4, 11, 22].map(|rate| Phy::dsss(rate, true));
        let ofdm = [12, 18, 24, 36, 48, 72, 96, 108].map(Phy::ofdm);
        let ht = [
            Phy::ht(7, Width::Mhz20, Guard::Short).with_ldpc(true),
            Phy::ht(3, Width::Mhz40, Guard::Normal)
                .with_stbc(true)
                .with_aggregated(true),
            Phy::UNKNOWN,
        ];
        let mut ring = Ring::new(Piece::EMPTY);
        let mut radio = Radio::new(ring.split());
        for phy in rates.into_iter().chain(short).chain(ofdm).chain(ht) {
            let bytes = [0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 1];
            let sent = Reception {
                time_us: 0xffff_fff0,
                frequency: 2437,
                noise: -96,
                rssi: -51,
                phy,
                length: 14,
                bytes: &bytes,
                ..Reception::default()
            };
            radio.callback(&sent, 77);
            let heard = radio.take().unwrap();
            assert_eq!((heard.control.timestamp, heard.arrived_us), (0xffff_fff0, 77));
            assert_eq!(heard.reception(sent.time_us), sent);
        }
    }

    #[test]
    fn what_the_chip_does_not_decode_has_no_octets() {
        let mut ring = Ring::new(Piece::EMPTY);
        let mut radio = Radio::new(ring.split());
        let sent = Reception {
            phy: Phy::vht(5, 2, Width::Mhz80, Guard::Short),
            length: 1500,
            bytes: &[0x88, 0x42],
            ..Reception::default()
        };
        radio.callback(&sent, 0);
        let heard = radio.take().unwrap();
        assert!(!heard.is_decodable());
        assert_eq!(heard.reception(0).length, 1500);
    }
}
