//! A frames message that is read back.

use super::{FRAMES, Head, Previous, flag, form};
use crate::bytes::Reader;
use crate::frame::{BlockAck, FrameControl, Header, control};
use crate::mac::Mac;
use crate::msgpack::Value;
use crate::phy::Phy;

/// One record of a frames message that was read back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record<'a> {
    /// Node time in µs.
    pub time_us: u64,
    /// MHz, 0 unknown.
    pub frequency: u16,
    /// dBm, 0 unknown.
    pub noise: i8,
    /// Flags of the record (bits 0-3) with the form of its head (bits 4-6).
    pub flags: u8,
    /// Octets with FCS.
    pub length: u16,
    /// How it was sent.
    pub phy: Phy,
    /// dBm, 127 unknown.
    pub rssi: i8,
    /// The header, unless there is none. Its `length` is 0.
    pub header: Option<Header>,
    /// Octets of the PSDU.
    pub ppdu_length: Option<u16>,
    /// The TLVs, empty where there are none.
    pub extension: &'a [u8],
}

/// A frames message that is being read, record by record.
pub struct FramesReader<'a> {
    /// Sequence number of the message.
    pub sequence: u32,
    /// Frames lost in the node since boot.
    pub dropped: u32,
    /// One of n frames is sent.
    pub thinned: u8,
    time_us: u64,
    frequency: u16,
    noise: i8,
    addresses: &'a [u8],
    phys: &'a [u8],
    records: Reader<'a>,
    heads: [(Head, Previous); 255],
    count: usize,
}

impl<'a> FramesReader<'a> {
    /// Reads the header of a message; nothing if it is no frames message or damaged.
    pub fn new(message: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(message);
        if reader.array_header()? < 10 || reader.value()? != Value::Uint(FRAMES) {
            return None;
        }
        Some(FramesReader {
            sequence: reader.integer()?,
            time_us: reader.integer()?,
            frequency: reader.integer()?,
            noise: reader.integer()?,
            dropped: reader.integer()?,
            thinned: reader.integer()?,
            addresses: reader.bin()?,
            phys: reader.bin()?,
            records: Reader::new(reader.bin()?),
            heads: [(Head::default(), Previous::default()); 255],
            count: 0,
        })
    }

    /// Whether all records were read: false after the end means that the message is damaged.
    pub fn is_done(&self) -> bool {
        self.records.is_empty()
    }

    fn address(&self, row: u8) -> Option<Mac> {
        Mac::read(self.addresses, usize::from(row) * 6)
    }

    fn phy(&self, row: u8) -> Option<Phy> {
        let octets = self.phys.get(usize::from(row) * 4..)?.first_chunk::<4>()?;
        Some(Phy(u32::from_le_bytes(*octets)))
    }

    fn read(&mut self) -> Option<Record<'a>> {
        let mut reader = self.records;
        self.time_us = self.time_us.checked_add(reader.varint()?)?;
        let flags = reader.u8()?;
        if flags & 0x80 != 0 {
            return None;
        }
        if flags & flag::CHANNEL != 0 {
            self.frequency = reader.u16()?;
            self.noise = reader.u8()? as i8;
        }
        let index = usize::from(reader.u8()?);
        if index == self.count {
            if flags & (flag::LENGTH | flag::PHY) != flag::LENGTH | flag::PHY {
                return None;
            }
            *self.heads.get_mut(index)? = (read_head(&mut reader)?, Previous::default());
            self.count += 1;
        }
        if index >= self.count {
            return None;
        }
        let (head, mut previous) = *self.heads.get(index)?;
        if flags & flag::LENGTH != 0 {
            previous.length = u16::try_from(reader.varint()?).ok()?;
        }
        if flags & flag::PHY != 0 {
            previous.phy = reader.u8()?;
        }
        let rssi = reader.u8()? as i8;
        let header = if head.form & form::HEADERLESS == 0 {
            Some(self.read_header(&head, &mut previous, &mut reader)?)
        } else {
            None
        };
        let ppdu_length = if flags & flag::PPDU_LENGTH != 0 {
            Some(reader.u16()?)
        } else {
            None
        };
        let mut extension: &[u8] = &[];
        if flags & flag::EXTENSION != 0 {
            let length = usize::try_from(reader.varint()?).ok()?;
            extension = reader.bytes(length)?;
        }
        let phy = self.phy(previous.phy)?;
        self.heads.get_mut(index)?.1 = previous;
        self.records = reader;
        Some(Record {
            time_us: self.time_us,
            frequency: self.frequency,
            noise: self.noise,
            flags: (flags & 0x0f) | head.form,
            length: previous.length,
            phy,
            rssi,
            header,
            ppdu_length,
            extension,
        })
    }

    fn read_header(&self, head: &Head, previous: &mut Previous, reader: &mut Reader<'a>) -> Option<Header> {
        let [a1, a2, a3, a4] = head.rows;
        let mut header = Header {
            fc: head.fc,
            duration: head.duration,
            a1: self.address(a1)?,
            ..Header::default()
        };
        if head.fc.has_transmitter() {
            header.a2 = Some(self.address(a2)?);
        }
        if head.fc.has_sequence() {
            header.a3 = Some(self.address(a3)?);
            let difference = u16::try_from(reader.varint()?).ok()?.rotate_left(4);
            previous.sequence = previous.sequence.wrapping_add(difference);
            header.sequence = Some(previous.sequence);
        }
        if head.form & form::ADDRESS_4 != 0 {
            header.a4 = Some(self.address(a4)?);
        }
        if head.fc.is_qos_data() {
            header.qos = Some(head.control as u8);
        }
        if head.form & form::BLOCK_ACK != 0 {
            let difference = u16::try_from(reader.varint()?).ok().filter(|&d| d < 4096)?;
            previous.sequence = previous.sequence.wrapping_add(difference) & 0xfff;
            header.block_ack = Some(BlockAck {
                control: head.control,
                start: previous.sequence,
                top: u16::try_from(reader.varint()?).ok().filter(|&top| top <= 1024)?,
                set: u16::try_from(reader.varint()?).ok()?,
            })
            .filter(|block_ack| block_ack.set <= block_ack.top);
            header.block_ack?;
        }
        Some(header)
    }
}

impl<'a> Iterator for FramesReader<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        if self.records.is_empty() {
            return None;
        }
        self.read()
    }
}

fn read_head(reader: &mut Reader<'_>) -> Option<Head> {
    let mut head = Head {
        form: reader.u8()?,
        rows: [0xff; 4],
        ..Head::default()
    };
    if head.form & form::HEADERLESS != 0 {
        return (head.form == form::HEADERLESS).then_some(head);
    }
    if head.form & !(form::ADDRESS_4 | form::BLOCK_ACK) != 0 {
        return None;
    }
    head.fc = FrameControl(reader.u16()?);
    let is_block = head.fc.is_control(control::BLOCK_ACK) || head.fc.is_control(control::BLOCK_ACK_REQUEST);
    if head.form & form::BLOCK_ACK != 0 && !is_block {
        return None;
    }
    head.duration = reader.u16()?;
    let [a1, a2, a3, a4] = &mut head.rows;
    *a1 = reader.u8()?;
    if head.fc.has_transmitter() {
        *a2 = reader.u8()?;
    }
    if head.fc.has_sequence() {
        *a3 = reader.u8()?;
    }
    if head.form & form::ADDRESS_4 != 0 {
        *a4 = reader.u8()?;
    }
    if head.fc.is_qos_data() {
        head.control = u16::from(reader.u8()?);
    }
    if head.form & form::BLOCK_ACK != 0 {
        head.control = reader.u16()?;
    }
    Some(head)
}
