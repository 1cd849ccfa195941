//! A frames message that is being filled.

use super::{ENVELOPE, FRAMES, Head, MESSAGE, Previous, flag, form};
use crate::bytes::Writer;
use crate::frame::Header;
use crate::mac::Mac;
use crate::reception::Reception;
use crate::table::{Row, Rows};

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
        let shape = Shape {
            delta: reception.time_us - self.last_us,
            channel_differs: self.frequency != reception.frequency,
            head: &head,
            row,
            phy,
        };
        let mut writer = Writer::new(self.records.get_mut(self.length..)?);
        shape.write(&mut writer, reception, extension, previous);
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

/// What a record says that is not in its reception.
struct Shape<'a> {
    delta: u64,
    channel_differs: bool,
    head: &'a Head,
    row: Row,
    phy: u8,
}

impl Shape<'_> {
    /// Writes the record up to its RSSI.
    #[inline]
    fn write(&self, writer: &mut Writer<'_>, reception: &Reception<'_>, extension: &[u8], previous: &mut Previous) {
        let mut flags = 0;
        for (set, bit) in [
            (reception.fcs_bad, flag::BAD_FCS),
            (!extension.is_empty(), flag::EXTENSION),
            (reception.ppdu_continues, flag::PPDU_CONTINUES),
            (reception.ppdu_length.is_some(), flag::PPDU_LENGTH),
            (self.row.new || previous.length != reception.length, flag::LENGTH),
            (self.row.new || previous.phy != self.phy, flag::PHY),
            (self.channel_differs, flag::CHANNEL),
        ] {
            if set {
                flags |= bit;
            }
        }
        writer.varint(self.delta);
        writer.u8(flags);
        if self.channel_differs {
            writer.u16(reception.frequency);
            writer.i8(reception.noise);
        }
        writer.u8(self.row.index);
        if self.row.new {
            write_head(writer, self.head);
        }
        if flags & flag::LENGTH != 0 {
            writer.varint(u64::from(reception.length));
        }
        if flags & flag::PHY != 0 {
            writer.u8(self.phy);
        }
        writer.i8(reception.rssi);
        previous.length = reception.length;
        previous.phy = self.phy;
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
