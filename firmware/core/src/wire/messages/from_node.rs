//! What a node sends.

use super::totals::{Totals, read_totals, write_totals};
use super::{LOG_TEXT, NAME, Unreadable, begin, clip, kind, open};
use crate::bytes::{Reader, Writer};
use crate::mac::Mac;

/// Who a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hello<'a> {
    /// Version of the protocol.
    pub protocol: u8,
    /// Firmware version.
    pub firmware: &'a str,
    /// `esp32c3`, `esp32c6`, `esp32c5`, `esp32c61`, `linux` or `demo`.
    pub chip: &'a str,
    /// Its own address.
    pub mac: Mac,
    /// Never used twice.
    pub boot_id: u32,
    /// Why it started: PROTOCOL.md §7.
    pub reset_reason: u8,
    /// Bits of [`super::capability`].
    pub capabilities: u32,
    /// Its name, at most [`super::NAME`] octets.
    pub name: &'a str,
    /// Hash of its configuration.
    pub configuration: u32,
    /// Node time when sent, µs.
    pub clock_us: u64,
}

/// How a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Heartbeat {
    /// Node time, µs.
    pub time_us: u64,
    /// Seconds since boot.
    pub uptime_s: u32,
    /// Frames received since boot.
    pub received: u64,
    /// Frames lost since boot in the ring, on the link, by thinning, as siblings.
    pub drops: [u32; 4],
    /// Most slots of the ring that were in use.
    pub ring_high: u16,
    /// Least octets of heap that were free.
    pub heap_low: u32,
    /// °C, -128 unknown.
    pub temperature: i8,
    /// dBm of its access point, 0 none.
    pub rssi: i8,
    /// Step of the degrade ladder.
    pub degrade: u8,
    /// 1 in safe mode.
    pub safe_mode: u8,
}

/// What was listened to, for how long: the denominator of every rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Dwell {
    /// MHz.
    pub frequency: u16,
    /// Node time, µs.
    pub start_us: u64,
    /// Listened, µs.
    pub listened_us: u32,
    /// Frames heard.
    pub frames: u32,
    /// Receptions that could not be decoded.
    pub undecodable: u32,
}

/// One line of log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Log<'a> {
    /// 0 error, 1 warning, 2 info.
    pub level: u8,
    /// At most [`super::LOG_TEXT`] octets.
    pub text: &'a str,
}

/// Answer to a time request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeReply {
    /// That of the request.
    pub token: u32,
    /// Node time when the request arrived, µs.
    pub received_us: u64,
    /// Node time when this was sent, µs.
    pub sent_us: u64,
}

/// Answer to a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome<'a> {
    /// Sequence number of the command.
    pub command: u32,
    /// One of [`super::code`].
    pub code: u8,
    /// For people.
    pub text: &'a str,
}

/// Elements of a management frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ElementBlock<'a> {
    /// Names the block.
    pub hash: u32,
    /// Subtype of the management frame.
    pub subtype: u8,
    /// PROTOCOL.md §4.
    pub block: &'a [u8],
}

/// A message that a node sends; frames are read by [`crate::record::FramesReader`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "without a heap there is nowhere to put the large one"
)]
pub enum NodeMessage<'a> {
    /// Who it is.
    Hello(Hello<'a>),
    /// How it is.
    Heartbeat(Heartbeat),
    /// What was listened to.
    Dwell(Dwell),
    /// One line of log.
    Log(Log<'a>),
    /// Answer to a time request.
    TimeReply(TimeReply),
    /// Answer to a command.
    Outcome(Outcome<'a>),
    /// Elements of a management frame.
    Elements(ElementBlock<'a>),
    /// What was left out.
    Totals(Totals),
}

impl<'a> NodeMessage<'a> {
    /// Writes the message; gives its length, or nothing if `out` is too small.
    pub fn encode(&self, sequence: u32, out: &mut [u8]) -> Option<usize> {
        let mut writer = Writer::new(out);
        match self {
            NodeMessage::Hello(hello) => write_hello(hello, sequence, &mut writer),
            NodeMessage::Heartbeat(heartbeat) => write_heartbeat(heartbeat, sequence, &mut writer),
            NodeMessage::Dwell(dwell) => {
                begin(&mut writer, 7, kind::DWELL, sequence);
                writer.uint(u64::from(dwell.frequency));
                writer.uint(dwell.start_us);
                writer.uint(u64::from(dwell.listened_us));
                writer.uint(u64::from(dwell.frames));
                writer.uint(u64::from(dwell.undecodable));
            }
            NodeMessage::Log(log) => {
                begin(&mut writer, 4, kind::LOG, sequence);
                writer.uint(u64::from(log.level));
                writer.str(clip(log.text, LOG_TEXT));
            }
            NodeMessage::TimeReply(reply) => {
                begin(&mut writer, 5, kind::TIME_REPLY, sequence);
                writer.uint(u64::from(reply.token));
                writer.uint(reply.received_us);
                writer.uint(reply.sent_us);
            }
            NodeMessage::Outcome(outcome) => {
                begin(&mut writer, 5, kind::RESULT, sequence);
                writer.uint(u64::from(outcome.command));
                writer.uint(u64::from(outcome.code));
                writer.str(outcome.text);
            }
            NodeMessage::Elements(elements) => {
                begin(&mut writer, 5, kind::ELEMENTS, sequence);
                writer.uint(u64::from(elements.hash));
                writer.uint(u64::from(elements.subtype));
                writer.bin(elements.block);
            }
            NodeMessage::Totals(totals) => write_totals(totals, sequence, &mut writer),
        }
        writer.finish()
    }

    /// Reads a message and its sequence number.
    pub fn decode(message: &'a [u8]) -> Result<(u32, NodeMessage<'a>), Unreadable> {
        let (mut reader, count, kind, sequence) = open(message).ok_or(Unreadable::Damaged)?;
        let read = match kind {
            kind::HELLO => read_hello(&mut reader).map(NodeMessage::Hello),
            kind::HEARTBEAT => read_heartbeat(&mut reader).map(NodeMessage::Heartbeat),
            kind::DWELL => read_dwell(&mut reader).map(NodeMessage::Dwell),
            kind::LOG => read_log(&mut reader).map(NodeMessage::Log),
            kind::TIME_REPLY => read_time_reply(&mut reader).map(NodeMessage::TimeReply),
            kind::RESULT => read_outcome(&mut reader).map(NodeMessage::Outcome),
            kind::ELEMENTS => read_elements(&mut reader).map(NodeMessage::Elements),
            kind::TOTALS => read_totals(&mut reader, count).map(NodeMessage::Totals),
            _ => return Err(Unreadable::UnknownKind(kind)),
        };
        read.map(|message| (sequence, message)).ok_or(Unreadable::Damaged)
    }
}

fn write_hello(hello: &Hello<'_>, sequence: u32, writer: &mut Writer<'_>) {
    begin(writer, 12, kind::HELLO, sequence);
    writer.uint(u64::from(hello.protocol));
    writer.str(hello.firmware);
    writer.str(hello.chip);
    writer.bin(&hello.mac.octets());
    writer.uint(u64::from(hello.boot_id));
    writer.uint(u64::from(hello.reset_reason));
    writer.uint(u64::from(hello.capabilities));
    writer.str(clip(hello.name, NAME));
    writer.uint(u64::from(hello.configuration));
    writer.uint(hello.clock_us);
}

fn read_hello<'a>(reader: &mut Reader<'a>) -> Option<Hello<'a>> {
    Some(Hello {
        protocol: reader.integer()?,
        firmware: reader.str()?,
        chip: reader.str()?,
        mac: Mac::from_octets(reader.bin_array()?),
        boot_id: reader.integer()?,
        reset_reason: reader.integer()?,
        capabilities: reader.integer()?,
        name: reader.str()?,
        configuration: reader.integer()?,
        clock_us: reader.integer()?,
    })
}

fn write_heartbeat(heartbeat: &Heartbeat, sequence: u32, writer: &mut Writer<'_>) {
    begin(writer, 12, kind::HEARTBEAT, sequence);
    writer.uint(heartbeat.time_us);
    writer.uint(u64::from(heartbeat.uptime_s));
    writer.uint(heartbeat.received);
    writer.array(heartbeat.drops.len());
    for drops in heartbeat.drops {
        writer.uint(u64::from(drops));
    }
    writer.uint(u64::from(heartbeat.ring_high));
    writer.uint(u64::from(heartbeat.heap_low));
    writer.int(i64::from(heartbeat.temperature));
    writer.int(i64::from(heartbeat.rssi));
    writer.uint(u64::from(heartbeat.degrade));
    writer.uint(u64::from(heartbeat.safe_mode));
}

fn read_heartbeat(reader: &mut Reader<'_>) -> Option<Heartbeat> {
    Some(Heartbeat {
        time_us: reader.integer()?,
        uptime_s: reader.integer()?,
        received: reader.integer()?,
        drops: read_drops(reader)?,
        ring_high: reader.integer()?,
        heap_low: reader.integer()?,
        temperature: reader.integer()?,
        rssi: reader.integer()?,
        degrade: reader.integer()?,
        safe_mode: reader.integer()?,
    })
}

fn read_drops(reader: &mut Reader<'_>) -> Option<[u32; 4]> {
    let count = reader.array_header()?;
    let mut drops = [0; 4];
    for drop in &mut drops {
        *drop = reader.integer()?;
    }
    for _ in 0..count.checked_sub(4)? {
        reader.skip()?;
    }
    Some(drops)
}

fn read_dwell(reader: &mut Reader<'_>) -> Option<Dwell> {
    Some(Dwell {
        frequency: reader.integer()?,
        start_us: reader.integer()?,
        listened_us: reader.integer()?,
        frames: reader.integer()?,
        undecodable: reader.integer()?,
    })
}

fn read_log<'a>(reader: &mut Reader<'a>) -> Option<Log<'a>> {
    Some(Log {
        level: reader.integer()?,
        text: reader.str()?,
    })
}

fn read_time_reply(reader: &mut Reader<'_>) -> Option<TimeReply> {
    Some(TimeReply {
        token: reader.integer()?,
        received_us: reader.integer()?,
        sent_us: reader.integer()?,
    })
}

fn read_outcome<'a>(reader: &mut Reader<'a>) -> Option<Outcome<'a>> {
    Some(Outcome {
        command: reader.integer()?,
        code: reader.integer()?,
        text: reader.str()?,
    })
}

fn read_elements<'a>(reader: &mut Reader<'a>) -> Option<ElementBlock<'a>> {
    Some(ElementBlock {
        hash: reader.integer()?,
        subtype: reader.integer()?,
        block: reader.bin()?,
    })
}
