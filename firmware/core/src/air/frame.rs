//! The 802.11 MAC header (IEEE 802.11-2020, 9.2 and 9.3), read from hostile octets.

use crate::bytes::Reader;
use crate::mac::Mac;

/// Frame control field (9.2.4.1), little-endian as on the air.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(transparent)]
pub struct FrameControl(pub u16);

/// Type of a frame, bits 2-3 of the frame control field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameType {
    /// Management.
    Management,
    /// Control.
    Control,
    /// Data.
    Data,
    /// Extension (DMG beacon, S1G beacon): not read here.
    Extension,
}

/// Subtypes of management frames (Table 9-1).
pub mod management {
    /// Association request.
    pub const ASSOCIATION_REQUEST: u8 = 0;
    /// Association response.
    pub const ASSOCIATION_RESPONSE: u8 = 1;
    /// Reassociation request.
    pub const REASSOCIATION_REQUEST: u8 = 2;
    /// Reassociation response.
    pub const REASSOCIATION_RESPONSE: u8 = 3;
    /// Probe request.
    pub const PROBE_REQUEST: u8 = 4;
    /// Probe response.
    pub const PROBE_RESPONSE: u8 = 5;
    /// Beacon.
    pub const BEACON: u8 = 8;
    /// Disassociation.
    pub const DISASSOCIATION: u8 = 10;
    /// Authentication.
    pub const AUTHENTICATION: u8 = 11;
    /// Deauthentication.
    pub const DEAUTHENTICATION: u8 = 12;
    /// Action.
    pub const ACTION: u8 = 13;
    /// Action No Ack.
    pub const ACTION_NO_ACK: u8 = 14;
}

/// Subtypes of control frames (Table 9-1).
pub mod control {
    /// Control wrapper.
    pub const WRAPPER: u8 = 7;
    /// BlockAckReq.
    pub const BLOCK_ACK_REQUEST: u8 = 8;
    /// BlockAck.
    pub const BLOCK_ACK: u8 = 9;
    /// CTS.
    pub const CTS: u8 = 12;
    /// Ack.
    pub const ACK: u8 = 13;
}

impl FrameControl {
    /// Protocol version; only 0 is read here.
    pub const fn version(self) -> u8 {
        (self.0 & 3) as u8
    }

    /// Type.
    pub const fn frame_type(self) -> FrameType {
        match (self.0 >> 2) & 3 {
            0 => FrameType::Management,
            1 => FrameType::Control,
            2 => FrameType::Data,
            _ => FrameType::Extension,
        }
    }

    /// Subtype, 0-15.
    pub const fn subtype(self) -> u8 {
        ((self.0 >> 4) & 0xf) as u8
    }

    /// Whether it is the management frame of this subtype.
    pub const fn is_management(self, subtype: u8) -> bool {
        self.0 & 0x0c == 0 && self.subtype() == subtype
    }

    /// Whether it is the control frame of this subtype.
    pub const fn is_control(self, subtype: u8) -> bool {
        self.0 & 0x0c == 0x04 && self.subtype() == subtype
    }

    /// Data frame with a QoS control field.
    pub const fn is_qos_data(self) -> bool {
        self.0 & 0x8c == 0x88
    }

    /// Data frame that can carry an MSDU (not a Null).
    pub const fn carries_msdu(self) -> bool {
        self.0 & 0x4c == 0x08
    }

    /// Both To DS and From DS: a data frame then has a fourth address.
    pub const fn to_and_from_ds(self) -> bool {
        self.0 & 0x0300 == 0x0300
    }

    /// Retry.
    pub const fn retry(self) -> bool {
        self.0 & 0x0800 != 0
    }

    /// Protected Frame.
    pub const fn protected(self) -> bool {
        self.0 & 0x4000 != 0
    }

    /// +HTC (Order); on management and QoS data frames an HT Control field follows the header.
    pub const fn order(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// Whether a frame carries address 2: all but CTS and Ack.
    pub const fn has_transmitter(self) -> bool {
        !(self.is_control(control::CTS) || self.is_control(control::ACK))
    }

    /// Management or data: address 3 and sequence control are there.
    pub const fn has_sequence(self) -> bool {
        matches!(self.frame_type(), FrameType::Management | FrameType::Data)
    }
}

/// What a BlockAck or BlockAckReq says (9.3.1.7, 9.3.1.8).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BlockAck {
    /// BA Control or BAR Control. In the multi-TID and multi-STA variants bits 12-15 are the TID of the first entry,
    /// as they are in the others.
    pub control: u16,
    /// Starting sequence number, 0-4095.
    pub start: u16,
    /// 1 + the highest MPDU acknowledged, counted from `start`; 0: none.
    pub top: u16,
    /// MPDUs acknowledged.
    pub set: u16,
}

/// A MAC header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Header {
    /// Frame control. Of a control wrapper, that of the frame it carries.
    pub fc: FrameControl,
    /// Duration/ID as received.
    pub duration: u16,
    /// Receiver.
    pub a1: Mac,
    /// Transmitter.
    pub a2: Option<Mac>,
    /// Address 3 of management and data frames.
    pub a3: Option<Mac>,
    /// Address 4 of data frames with To DS and From DS.
    pub a4: Option<Mac>,
    /// Sequence control: fragment in bits 0-3, number in bits 4-15.
    pub sequence: Option<u16>,
    /// Low octet of the QoS control field.
    pub qos: Option<u8>,
    /// BlockAck and BlockAckReq whose fields are there.
    pub block_ack: Option<BlockAck>,
    /// Octets before the frame body, HT Control included.
    pub length: usize,
}

impl Header {
    /// Reads the header at the beginning of an MPDU. Nothing if it is not all there, or of a protocol version or
    /// type that is not read here.
    pub fn parse(bytes: &[u8]) -> Option<Header> {
        let mut reader = Reader::new(bytes);
        let fc = FrameControl(reader.u16()?);
        if fc.version() != 0 {
            return None;
        }
        let duration = reader.u16()?;
        let a1 = read_mac(&mut reader)?;
        let header = Header {
            fc,
            duration,
            a1,
            ..Header::default()
        };
        match fc.frame_type() {
            FrameType::Management => header.management(bytes, reader),
            FrameType::Control => header.control(bytes, reader),
            FrameType::Data => header.data(bytes, reader),
            FrameType::Extension => None,
        }
    }

    fn management(self, bytes: &[u8], mut reader: Reader<'_>) -> Option<Header> {
        let header = Header {
            a2: Some(read_mac(&mut reader)?),
            a3: Some(read_mac(&mut reader)?),
            sequence: Some(reader.u16()?),
            ..self
        };
        Some(header.ends(bytes, reader, self.fc.order()))
    }

    fn data(self, bytes: &[u8], mut reader: Reader<'_>) -> Option<Header> {
        let mut header = Header {
            a2: Some(read_mac(&mut reader)?),
            a3: Some(read_mac(&mut reader)?),
            sequence: Some(reader.u16()?),
            ..self
        };
        if self.fc.to_and_from_ds() {
            header.a4 = Some(read_mac(&mut reader)?);
        }
        let qos = self.fc.is_qos_data();
        if qos {
            header.qos = Some(reader.u16()? as u8);
        }
        Some(header.ends(bytes, reader, qos && self.fc.order()))
    }

    fn control(self, bytes: &[u8], mut reader: Reader<'_>) -> Option<Header> {
        if self.fc.subtype() == control::WRAPPER {
            // Carried Frame Control and HT Control, then the carried frame from behind its address 1 (9.3.1.9).
            let carried = FrameControl(reader.u16()?);
            reader.bytes(4)?;
            let readable = matches!(carried.frame_type(), FrameType::Control) && carried.version() == 0;
            if !readable || carried.subtype() == control::WRAPPER {
                return None;
            }
            return Header { fc: carried, ..self }.bare_control(bytes, reader);
        }
        self.bare_control(bytes, reader)
    }

    fn bare_control(self, bytes: &[u8], mut reader: Reader<'_>) -> Option<Header> {
        if !self.fc.has_transmitter() {
            return Some(self.ends(bytes, reader, false));
        }
        let header = Header {
            a2: Some(read_mac(&mut reader)?),
            ..self
        };
        let block_ack = match self.fc.subtype() {
            control::BLOCK_ACK => read_block_ack(reader),
            control::BLOCK_ACK_REQUEST => read_block_ack_request(reader),
            _ => None,
        };
        Some(Header { block_ack, ..header }.ends(bytes, reader, false))
    }

    fn ends(self, bytes: &[u8], reader: Reader<'_>, ht_control: bool) -> Header {
        let read = bytes.len() - reader.rest().len();
        let length = if ht_control { read + 4 } else { read };
        Header { length, ..self }
    }

    /// The frame body within `bytes`, the MPDU that this header was read from; empty where it is cut.
    pub fn body<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.length..).unwrap_or(&[])
    }
}

fn read_mac(reader: &mut Reader<'_>) -> Option<Mac> {
    reader.array().map(Mac::from_octets)
}

/// Variant of a BlockAck or BlockAckReq, bits 1-4 of its control field (Tables 9-28 and 9-30, 802.11ax).
const fn variant(control: u16) -> u16 {
    (control >> 1) & 0xf
}

const BASIC: u16 = 0;
const EXTENDED_COMPRESSED: u16 = 1;
const COMPRESSED: u16 = 2;
const MULTI_TID: u16 = 3;
const GCR: u16 = 6;
const GLK_GCR: u16 = 10;
const MULTI_STA: u16 = 11;

/// `control` with the TID of a per-TID field (its bits 12-15) in bits 12-15.
const fn with_tid(control: u16, per_tid: u16) -> u16 {
    (control & 0x0fff) | (per_tid & 0xf000)
}

fn read_block_ack_request(mut reader: Reader<'_>) -> Option<BlockAck> {
    let mut control = reader.u16()?;
    match variant(control) {
        BASIC | EXTENDED_COMPRESSED | COMPRESSED | GCR | GLK_GCR => {}
        MULTI_TID => control = with_tid(control, reader.u16()?),
        _ => return None,
    }
    let start = reader.u16()? >> 4;
    Some(BlockAck {
        control,
        start,
        top: 0,
        set: 0,
    })
}

fn read_block_ack(mut reader: Reader<'_>) -> Option<BlockAck> {
    let control = reader.u16()?;
    match variant(control) {
        BASIC => {
            let start = reader.u16()? >> 4;
            Some(acknowledged(control, start, reader.rest(), 128, 16))
        }
        EXTENDED_COMPRESSED | COMPRESSED | GLK_GCR => sized_bitmap(control, reader),
        GCR => {
            let starting = reader.u16()?;
            reader.bytes(6)?;
            Some(acknowledged(control, starting >> 4, reader.rest(), 8, 1))
        }
        MULTI_TID => {
            let per_tid = reader.u16()?;
            sized_bitmap(with_tid(control, per_tid), reader)
        }
        MULTI_STA => multi_sta(control, reader),
        _ => None,
    }
}

/// The first entry with a bitmap; entries that acknowledge everything are two octets without one (802.11ax 9.3.1.8.6).
fn multi_sta(control: u16, mut reader: Reader<'_>) -> Option<BlockAck> {
    const ACK_TYPE: u16 = 1 << 11;
    const UNASSOCIATED: u16 = 2045;
    loop {
        let entry = reader.u16()?;
        if entry & 0x07ff == UNASSOCIATED {
            return None;
        }
        if entry & ACK_TYPE == 0 {
            return sized_bitmap(with_tid(control, entry), reader);
        }
    }
}

/// Starting sequence control whose fragment number says how long the bitmap is (802.11be, Table 9-38): bit 0
/// fragments in groups of four, bits 1-2 8, 32, 64 or 128 octets.
fn sized_bitmap(control: u16, mut reader: Reader<'_>) -> Option<BlockAck> {
    let starting = reader.u16()?;
    let octets = [8, 32, 64, 128][usize::from((starting >> 1) & 3)];
    let bits_each = if starting & 1 == 1 { 4 } else { 1 };
    Some(acknowledged(control, starting >> 4, reader.rest(), octets, bits_each))
}

/// Counts the MPDUs of a bitmap of at most `octets`, of which each has `bits_each` (1, 4 or 16) bits.
fn acknowledged(control: u16, start: u16, rest: &[u8], octets: usize, bits_each: usize) -> BlockAck {
    let bitmap = rest.get(..octets).unwrap_or(rest);
    let (mut top, mut set) = (0, 0);
    if bits_each == 1 {
        for (index, &octet) in bitmap.iter().enumerate() {
            set += octet.count_ones();
            if octet != 0 {
                top = index * 8 + 8 - octet.leading_zeros() as usize;
            }
        }
    } else {
        for bit in 0..bitmap.len() * 8 / bits_each {
            let any = (bit * bits_each..(bit + 1) * bits_each)
                .any(|b| bitmap.get(b / 8).is_some_and(|octet| (octet >> (b % 8)) & 1 == 1));
            if any {
                set += 1;
                top = bit + 1;
            }
        }
    }
    BlockAck {
        control,
        start,
        top: top as u16,
        set: set as u16,
    }
}
