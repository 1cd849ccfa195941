//! The packed record of a frame, and the frames message around it (PROTOCOL.md §2): written without a heap, and
//! read back.

use crate::bytes::{Reader, Writer};
use crate::frame::{BlockAck, FrameControl, Header, control};
use crate::mac::Mac;
use crate::msgpack::Value;
use crate::phy::Phy;
use crate::reception::Reception;
use crate::table::{Key, Rows, mix};

/// Message kind of frames.
pub const FRAMES: u64 = 2;
/// Message kind of an element block.
pub const ELEMENTS: u64 = 8;
/// Most records of one message.
pub const RECORDS: u16 = 1024;
/// Most octets of one message that is written here: a datagram of 1,400 less header and tag.
pub const MESSAGE: usize = 1364;
/// The shortest record is delta, flags, head and RSSI, so that no message that is written here reaches the limit.
const _: () = assert!(MESSAGE / 4 <= RECORDS as usize);
/// Most octets before the three bin values of a frames message, and their own headers.
const ENVELOPE: usize = 37;

/// Flags of a record.
pub mod flag {
    /// The check sequence did not match.
    pub const BAD_FCS: u8 = 0x01;
    /// An extension follows.
    pub const EXTENSION: u8 = 0x02;
    /// A further MPDU of the A-MPDU of this transmitter's previous MPDU.
    pub const PPDU_CONTINUES: u8 = 0x04;
    /// The PSDU length follows.
    pub const PPDU_LENGTH: u8 = 0x08;
    /// The length follows.
    pub const LENGTH: u8 = 0x10;
    /// The PHY follows.
    pub const PHY: u8 = 0x20;
    /// Frequency and noise follow.
    pub const CHANNEL: u8 = 0x40;
}

/// Bits of the form of a head.
pub mod form {
    /// No MAC header could be read.
    pub const HEADERLESS: u8 = 0x10;
    /// Address 4 follows.
    pub const ADDRESS_4: u8 = 0x20;
    /// The records have BlockAck fields.
    pub const BLOCK_ACK: u8 = 0x40;
}

/// What the records of one head have in common; addresses as rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Head {
    form: u8,
    fc: FrameControl,
    duration: u16,
    rows: [u8; 4],
    /// QoS control or BlockAck control.
    control: u16,
}

impl Key for Head {
    fn spread(&self) -> u64 {
        let high = u64::from(self.form) << 16 | u64::from(self.control);
        let low =
            u64::from(self.fc.0) << 48 | u64::from(self.duration) << 32 | u64::from(u32::from_le_bytes(self.rows));
        mix(low ^ high.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

/// What the previous record of a head had.
#[derive(Clone, Copy, Default)]
struct Previous {
    length: u16,
    phy: u8,
    /// Sequence control, or the starting sequence number of a BlockAck.
    sequence: u16,
}

const HEADS: usize = 128;
const PHYS: usize = 64;

/// A frames message that is being filled.
pub(crate) struct Batch {
    records: [u8; MESSAGE],
    length: usize,
    count: u16,
    first_us: u64,
    last_us: u64,
    /// Of the first record, for the header of the message.
    first_channel: (u16, i8),
    frequency: u16,
    addresses: Rows<u64, 255, 512>,
    phys: Rows<u32, PHYS, 128>,
    heads: Rows<Head, HEADS, 256>,
    previous: [Previous; HEADS],
    /// Rows that the complete records use.
    used: (usize, usize),
}

/// Numbers of the header that do not come from the records.
pub(crate) struct Envelope {
    pub(crate) sequence: u32,
    pub(crate) dropped: u32,
    pub(crate) thinned: u8,
}

impl Batch {
    pub(crate) fn new() -> Self {
        Batch {
            records: [0; MESSAGE],
            length: 0,
            count: 0,
            first_us: 0,
            last_us: 0,
            first_channel: (0, 0),
            frequency: 0,
            addresses: Rows::new(),
            phys: Rows::new(),
            heads: Rows::new(),
            previous: [Previous::default(); HEADS],
            used: (0, 0),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn first_us(&self) -> u64 {
        self.first_us
    }

    /// Whether a record of this time can join: not before the last.
    pub(crate) fn takes(&self, time_us: u64) -> bool {
        self.count == 0 || time_us >= self.last_us
    }

    /// Appends a record. `None` if the message would be longer than `most` octets or a table is full: then the batch
    /// is as good as before for [`Batch::write`], which has to come next.
    pub(crate) fn push(
        &mut self,
        reception: &Reception<'_>,
        header: Option<&Header>,
        extension: &[u8],
        most: usize,
    ) -> Option<()> {
        if self.count == 0 {
            self.first_us = reception.time_us;
            self.last_us = reception.time_us;
            self.first_channel = (reception.frequency, reception.noise);
            self.frequency = reception.frequency;
        }
        let head = match header {
            Some(header) => self.head_of(header)?,
            None => Head {
                form: form::HEADERLESS,
                ..Head::default()
            },
        };
        let row = self.heads.row(head)?;
        let phy = self.phys.row(reception.phy.0)?.index;
        let previous = self.previous.get_mut(usize::from(row.index))?;
        if row.new {
            *previous = Previous::default();
        }
        let mut flags = 0;
        for (set, bit) in [
            (reception.fcs_bad, flag::BAD_FCS),
            (!extension.is_empty(), flag::EXTENSION),
            (reception.ppdu_continues, flag::PPDU_CONTINUES),
            (reception.ppdu_length.is_some(), flag::PPDU_LENGTH),
            (row.new || previous.length != reception.length, flag::LENGTH),
            (row.new || previous.phy != phy, flag::PHY),
            (self.frequency != reception.frequency, flag::CHANNEL),
        ] {
            if set {
                flags |= bit;
            }
        }
        let mut writer = Writer::new(self.records.get_mut(self.length..)?);
        writer.varint(reception.time_us - self.last_us);
        writer.u8(flags);
        if flags & flag::CHANNEL != 0 {
            writer.u16(reception.frequency);
            writer.i8(reception.noise);
        }
        writer.u8(row.index);
        if row.new {
            write_head(&mut writer, &head);
        }
        if flags & flag::LENGTH != 0 {
            writer.varint(u64::from(reception.length));
        }
        if flags & flag::PHY != 0 {
            writer.u8(phy);
        }
        writer.i8(reception.rssi);
        if let Some(header) = header {
            write_progress(&mut writer, header, previous);
        }
        if let Some(length) = reception.ppdu_length {
            writer.u16(length);
        }
        if !extension.is_empty() {
            writer.varint(extension.len() as u64);
            writer.bytes(extension);
        }
        let length = self.length + writer.finish()?;
        let used = (self.addresses.len(), self.phys.len());
        if ENVELOPE + 6 * used.0 + 4 * used.1 + length > most {
            return None;
        }
        previous.length = reception.length;
        previous.phy = phy;
        self.length = length;
        self.used = used;
        self.count += 1;
        self.last_us = reception.time_us;
        self.frequency = reception.frequency;
        Some(())
    }

    fn head_of(&mut self, header: &Header) -> Option<Head> {
        let mut rows = [0xff; 4];
        let addresses = [Some(header.a1), header.a2, header.a3, header.a4];
        for (row, address) in rows.iter_mut().zip(addresses) {
            if let Some(address) = address {
                *row = self.addresses.row(address.0)?.index;
            }
        }
        let (mut form, mut control) = (0, 0);
        if header.a4.is_some() {
            form |= form::ADDRESS_4;
        }
        if let Some(qos) = header.qos {
            control = u16::from(qos);
        }
        if let Some(block_ack) = header.block_ack {
            form |= form::BLOCK_ACK;
            control = block_ack.control;
        }
        Some(Head {
            form,
            fc: header.fc,
            duration: header.duration,
            rows,
            control,
        })
    }

    /// Writes the message into `out` and begins anew; gives its length.
    pub(crate) fn write(&mut self, envelope: &Envelope, out: &mut [u8; MESSAGE]) -> usize {
        let mut writer = Writer::new(out);
        writer.array(10);
        writer.uint(FRAMES);
        writer.uint(u64::from(envelope.sequence));
        writer.uint(self.first_us);
        writer.uint(u64::from(self.first_channel.0));
        writer.int(i64::from(self.first_channel.1));
        writer.uint(u64::from(envelope.dropped));
        writer.uint(u64::from(envelope.thinned));
        let (addresses, phys) = self.used;
        writer.bin_header(6 * addresses);
        for &address in self.addresses.keys().iter().take(addresses) {
            writer.bytes(&Mac(address).octets());
        }
        writer.bin_header(4 * phys);
        for &phy in self.phys.keys().iter().take(phys) {
            writer.u32(phy);
        }
        writer.bin(self.records.get(..self.length).unwrap_or(&[]));
        let length = writer.length();
        self.clear();
        length
    }

    fn clear(&mut self) {
        self.length = 0;
        self.count = 0;
        self.used = (0, 0);
        self.addresses.clear();
        self.phys.clear();
        self.heads.clear();
    }
}

fn write_head(writer: &mut Writer<'_>, head: &Head) {
    writer.u8(head.form);
    if head.form & form::HEADERLESS != 0 {
        return;
    }
    writer.u16(head.fc.0);
    writer.u16(head.duration);
    let [a1, a2, a3, a4] = head.rows;
    writer.u8(a1);
    if head.fc.has_transmitter() {
        writer.u8(a2);
    }
    if head.fc.has_sequence() {
        writer.u8(a3);
    }
    if head.form & form::ADDRESS_4 != 0 {
        writer.u8(a4);
    }
    if head.fc.is_qos_data() {
        writer.u8(head.control as u8);
    }
    if head.form & form::BLOCK_ACK != 0 {
        writer.u16(head.control);
    }
}

fn write_progress(writer: &mut Writer<'_>, header: &Header, previous: &mut Previous) {
    if let Some(sequence) = header.sequence {
        let difference = sequence.wrapping_sub(previous.sequence);
        writer.varint(u64::from(difference.rotate_right(4)));
        previous.sequence = sequence;
    }
    if let Some(block_ack) = header.block_ack {
        writer.varint(u64::from(block_ack.start.wrapping_sub(previous.sequence) & 0xfff));
        writer.varint(u64::from(block_ack.top));
        writer.varint(u64::from(block_ack.set));
        previous.sequence = block_ack.start;
    }
}

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
