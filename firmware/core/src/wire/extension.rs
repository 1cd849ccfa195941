//! What is sent beside a record: type, length, value (PROTOCOL.md §2.2).

use crate::bytes::{Reader, Writer};
use crate::eapol::Eapol;
use crate::elements::{BssLoad, ChannelSwitch, Tim};

/// Most octets of an extension: every TLV once, the longest way.
pub const EXTENSION: usize = 96;

/// Types of the TLVs.
pub mod tlv {
    /// Timestamp of a beacon or probe response.
    pub const TSF: u8 = 1;
    /// Hash that names an element block.
    pub const ELEMENTS: u8 = 2;
    /// Fixed fields as on the air.
    pub const FIXED: u8 = 3;
    /// SSID.
    pub const SSID: u8 = 4;
    /// BSS Load.
    pub const BSS_LOAD: u8 = 5;
    /// EAPOL metadata.
    pub const EAPOL: u8 = 6;
    /// Channel switch announcement.
    pub const CHANNEL_SWITCH: u8 = 7;
    /// TIM counters.
    pub const TIM: u8 = 8;
}

/// The TLVs of one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Extension<'a> {
    /// Timestamp of the sender, µs.
    pub tsf: Option<u64>,
    /// Names an element block.
    pub elements: Option<u32>,
    /// Fixed fields, at most 12 octets.
    pub fixed: Option<&'a [u8]>,
    /// SSID, at most 32 octets.
    pub ssid: Option<&'a [u8]>,
    /// BSS Load.
    pub bss_load: Option<BssLoad>,
    /// EAPOL metadata.
    pub eapol: Option<Eapol>,
    /// Channel switch announcement.
    pub channel_switch: Option<ChannelSwitch>,
    /// TIM counters.
    pub tim: Option<Tim>,
}

impl<'a> Extension<'a> {
    /// Appends the TLVs in order of their type.
    pub fn write(&self, writer: &mut Writer<'_>) {
        if let Some(tsf) = self.tsf {
            writer.bytes(&[tlv::TSF, 8]);
            writer.u64(tsf);
        }
        if let Some(hash) = self.elements {
            writer.bytes(&[tlv::ELEMENTS, 4]);
            writer.u32(hash);
        }
        if let Some(fixed) = self.fixed {
            write_octets(writer, tlv::FIXED, fixed);
        }
        if let Some(ssid) = self.ssid {
            write_octets(writer, tlv::SSID, ssid);
        }
        if let Some(load) = self.bss_load {
            writer.bytes(&[tlv::BSS_LOAD, 3]);
            writer.u16(load.stations);
            writer.u8(load.utilisation);
        }
        if let Some(eapol) = self.eapol {
            writer.bytes(&[tlv::EAPOL, 12, eapol.packet_type]);
            writer.u16(eapol.key_information);
            writer.u64(eapol.replay_counter);
            writer.u8(u8::from(eapol.pmkid) | u8::from(eapol.nonce) << 1);
        }
        if let Some(switch) = self.channel_switch {
            writer.bytes(&[tlv::CHANNEL_SWITCH, 3, switch.mode, switch.channel, switch.count]);
        }
        if let Some(tim) = self.tim {
            writer.bytes(&[tlv::TIM, 2, tim.count, tim.period]);
        }
    }

    /// Reads TLVs; those cut, too short or of unknown type are skipped.
    pub fn read(bytes: &'a [u8]) -> Extension<'a> {
        let mut extension = Extension::default();
        let mut reader = Reader::new(bytes);
        while let Some([kind, length]) = reader.array() {
            let Some(value) = reader.bytes(usize::from(length)) else {
                break;
            };
            extension.take(kind, value);
        }
        extension
    }

    fn take(&mut self, kind: u8, value: &'a [u8]) {
        let mut reader = Reader::new(value);
        match kind {
            tlv::TSF => self.tsf = reader.u64(),
            tlv::ELEMENTS => self.elements = reader.u32(),
            tlv::FIXED => self.fixed = Some(value),
            tlv::SSID => self.ssid = Some(value),
            tlv::BSS_LOAD => self.bss_load = read_bss_load(reader),
            tlv::EAPOL => self.eapol = read_eapol(reader),
            tlv::CHANNEL_SWITCH => {
                self.channel_switch =
                    reader
                        .array()
                        .map(|[mode, channel, count]| ChannelSwitch { mode, channel, count });
            }
            tlv::TIM => self.tim = reader.array().map(|[count, period]| Tim { count, period }),
            _ => {}
        }
    }
}

fn write_octets(writer: &mut Writer<'_>, kind: u8, octets: &[u8]) {
    let held = octets.get(..255).unwrap_or(octets);
    writer.bytes(&[kind, held.len() as u8]);
    writer.bytes(held);
}

fn read_bss_load(mut reader: Reader<'_>) -> Option<BssLoad> {
    Some(BssLoad {
        stations: reader.u16()?,
        utilisation: reader.u8()?,
    })
}

fn read_eapol(mut reader: Reader<'_>) -> Option<Eapol> {
    let packet_type = reader.u8()?;
    let key_information = reader.u16()?;
    let replay_counter = reader.u64()?;
    let flags = reader.u8()?;
    Some(Eapol {
        packet_type,
        key_information,
        replay_counter,
        pmkid: flags & 1 != 0,
        nonce: flags & 2 != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest() -> Extension<'static> {
        Extension {
            tsf: Some(u64::MAX),
            elements: Some(0x1234_5678),
            fixed: Some(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
            ssid: Some(&[b'x'; 32]),
            bss_load: Some(BssLoad {
                stations: 300,
                utilisation: 200,
            }),
            eapol: Some(Eapol {
                packet_type: 3,
                key_information: 0x13ca,
                replay_counter: 9,
                pmkid: true,
                nonce: true,
            }),
            channel_switch: Some(ChannelSwitch {
                mode: 1,
                channel: 11,
                count: 3,
            }),
            tim: Some(Tim { count: 1, period: 3 }),
        }
    }

    #[test]
    fn the_longest_fits_and_comes_back() {
        let mut buffer = [0; EXTENSION];
        let mut writer = Writer::new(&mut buffer);
        longest().write(&mut writer);
        assert!(!writer.is_full());
        assert_eq!(Extension::read(writer.written()), longest());
    }

    #[test]
    fn unknown_and_cut_values_are_skipped() {
        let read = Extension::read(&[99, 2, 1, 1, 2, 3, 0, 0, 0, 8, 2, 5, 6, 4, 9, b'a']);
        assert_eq!(
            read,
            Extension {
                tim: Some(Tim { count: 5, period: 6 }),
                ..Extension::default()
            }
        );
    }
}
