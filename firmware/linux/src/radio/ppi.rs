//! The per-packet information header (PPI 1.0.10, CACE): fields of type and length in front of the frame.

use airwarden_core::phy::{Guard, Phy, Width};

use super::{Aggregate, Radio, legacy, noise_of, rssi_of, u16_at, u32_at, u64_at};

const IEEE80211: u32 = 105;

/// Reads a PPI header; None where it is none, does not fit, or is not around 802.11.
pub fn read(packet: &[u8]) -> Option<Radio> {
    let octets = usize::from(u16_at(packet, 2)?);
    let aligned = packet[1] & 1 != 0;
    if packet[0] != 0 || octets < 8 || u32_at(packet, 4)? != IEEE80211 {
        return None;
    }
    let mut fields = packet.get(8..octets)?;
    let mut radio = Radio {
        octets,
        ..Radio::default()
    };
    let mut ht = None;
    while let (Some(kind), Some(length)) = (u16_at(fields, 0), u16_at(fields, 2)) {
        let length = usize::from(length);
        let Some(field) = fields.get(4..4 + length) else { break };
        match kind {
            2 => {
                let _ = common(field, &mut radio);
            }
            3 => aggregation(field, &mut radio),
            4 => {
                aggregation(field, &mut radio);
                ht = ht.or(ht_phy(field));
            }
            _ => {}
        }
        let step = if aligned { length.next_multiple_of(4) } else { length };
        fields = fields.get(4 + step..).unwrap_or(&[]);
    }
    radio.phy = ht.unwrap_or(radio.phy).with_aggregated(radio.aggregate.is_some());
    Some(radio)
}

/// 802.11-Common: TSF (8), flags (2), rate (2), frequency (2), channel flags (2), hop set, hop pattern, signal, noise.
fn common(field: &[u8], radio: &mut Radio) -> Option<()> {
    let flags = u16_at(field, 8)?;
    radio.fcs = Some(flags & 1 != 0);
    // Bit 1: the clock counts ms. Bits 2 and 3: the check sequence or the PHY failed.
    let clock = u64_at(field, 0)?;
    radio.tsf = (clock != 0 && flags & 2 == 0).then_some(clock);
    radio.bad |= flags & 0xc != 0;
    let (rate, channel) = (u16_at(field, 10)?, u16_at(field, 14)?);
    radio.frequency = u16_at(field, 12)?;
    let width = match channel & 0xc000 {
        0x4000 => Width::Mhz10,
        0x8000 => Width::Mhz5,
        _ => Width::Mhz20,
    };
    radio.phy = legacy(u8::try_from(rate).unwrap_or(0), false, width);
    radio.rssi = rssi_of(*field.get(18)? as i8);
    radio.noise = noise_of(*field.get(19)? as i8);
    Some(())
}

/// 802.11n extensions: flags (4, bit 4 part of an A-MPDU, bit 5 more of it follow), A-MPDU number (4), delimiters (1).
fn aggregation(field: &[u8], radio: &mut Radio) {
    let (Some(flags), Some(reference)) = (u32_at(field, 0), u32_at(field, 4)) else {
        return;
    };
    if flags & 0x10 != 0 {
        radio.aggregate = Some(Aggregate {
            reference,
            last: flags & 0x20 == 0,
        });
    }
}

/// 802.11n MAC and PHY: flags (bit 0 greenfield, 1 40 MHz, 2 short guard interval), at 9 the MCS, at 10 the streams.
fn ht_phy(field: &[u8]) -> Option<Phy> {
    let (flags, mcs) = (u32_at(field, 0)?, *field.get(9)?);
    let width = if flags & 2 != 0 { Width::Mhz40 } else { Width::Mhz20 };
    let guard = if flags & 4 != 0 { Guard::Short } else { Guard::Normal };
    if mcs > 76 {
        return None;
    }
    Some(if flags & 1 != 0 {
        Phy::ht_greenfield(mcs, width, guard)
    } else {
        Phy::ht(mcs, width, guard)
    })
}
