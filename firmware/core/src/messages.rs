//! The messages of PROTOCOL.md §1 other than frames: written by the one side, read by the other.

use crate::bytes::{Reader, Writer};
use crate::mac::Mac;

/// Version of the protocol that is spoken here.
pub const PROTOCOL: u8 = 1;

/// Message kinds.
pub mod kind {
    /// Hello.
    pub const HELLO: u32 = 1;
    /// Frames.
    pub const FRAMES: u32 = 2;
    /// Heartbeat.
    pub const HEARTBEAT: u32 = 3;
    /// Dwell.
    pub const DWELL: u32 = 4;
    /// Log.
    pub const LOG: u32 = 5;
    /// Time reply.
    pub const TIME_REPLY: u32 = 6;
    /// Result of a command.
    pub const RESULT: u32 = 7;
    /// Elements.
    pub const ELEMENTS: u32 = 8;
    /// Totals of thinned classes.
    pub const TOTALS: u32 = 9;
    /// Welcome.
    pub const WELCOME: u32 = 64;
    /// Time request.
    pub const TIME_REQUEST: u32 = 65;
    /// Channel plan.
    pub const PLAN: u32 = 66;
    /// Addresses of the other nodes' uplinks.
    pub const SIBLINGS: u32 = 67;
    /// Configuration.
    pub const CONFIGURE: u32 = 68;
    /// An update begins.
    pub const UPDATE_BEGIN: u32 = 69;
    /// A piece of an update.
    pub const UPDATE_CHUNK: u32 = 70;
    /// An update is complete.
    pub const UPDATE_END: u32 = 71;
    /// Restart.
    pub const RESTART: u32 = 72;
    /// Blink.
    pub const IDENTIFY: u32 = 73;
    /// Erase keys and settings.
    pub const FACTORY_RESET: u32 = 74;
}

/// Capability bits of a hello.
pub mod capability {
    /// Node time is Unix time.
    pub const UNIX_TIME: u32 = 1;
    /// Hears 5 GHz.
    pub const BAND_5GHZ: u32 = 1 << 1;
    /// Can hop between channels.
    pub const HOPS: u32 = 1 << 2;
    /// Can be updated.
    pub const UPDATES: u32 = 1 << 3;
    /// Gives BlockAck bitmaps.
    pub const BITMAPS: u32 = 1 << 4;
    /// Gives PPDU lengths.
    pub const PPDU_LENGTH: u32 = 1 << 5;
}

/// Result codes.
pub mod code {
    /// Done.
    pub const DONE: u8 = 0;
    /// The node does not know the command.
    pub const UNKNOWN_COMMAND: u8 = 1;
    /// An argument cannot be.
    pub const BAD_ARGUMENT: u8 = 2;
    /// Not in this state.
    pub const NOT_NOW: u8 = 3;
    /// A hash or signature does not match.
    pub const VERIFICATION_FAILED: u8 = 4;
    /// The flash refused.
    pub const STORAGE_FAILED: u8 = 5;
    /// Not over this link.
    pub const NOT_AUTHORISED: u8 = 6;
}

/// Most octets of a node's name.
pub const NAME: usize = 32;
/// Most octets of a log text.
pub const LOG_TEXT: usize = 200;
/// Most channels of a plan.
pub const CHANNELS: usize = 64;
/// Most classes and addresses of one totals message.
pub const TOTALS: usize = 32;

/// What cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unreadable {
    /// No message: not msgpack, not this shape, a value out of range.
    Damaged,
    /// A message of a kind that is not known here.
    UnknownKind(u32),
}

impl core::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Unreadable::Damaged => f.write_str("a damaged message"),
            Unreadable::UnknownKind(kind) => write!(f, "a message of the unknown kind {kind}"),
        }
    }
}

impl core::error::Error for Unreadable {}

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
    /// Bits of [`capability`].
    pub capabilities: u32,
    /// Its name, at most [`NAME`] octets.
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
    /// At most [`LOG_TEXT`] octets.
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
    /// One of [`code`].
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

/// What one class left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Total {
    /// Class: PROTOCOL.md §7.
    pub class: u8,
    /// Frames.
    pub frames: u32,
    /// Octets of these frames.
    pub octets: u32,
    /// Whose they are: transmitter of beacons, receiver of ACK and CTS; none where they are summed.
    pub address: Option<Mac>,
}

/// What was left out over a span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Node time, µs.
    pub start_us: u64,
    /// Length of the span, µs.
    pub span_us: u32,
    totals: [Total; TOTALS],
    count: usize,
}

impl Totals {
    /// Nothing left out yet.
    pub fn new(start_us: u64, span_us: u32) -> Self {
        Totals {
            start_us,
            span_us,
            totals: [Total::default(); TOTALS],
            count: 0,
        }
    }

    /// Adds a class; false if there are [`TOTALS`] already.
    pub fn push(&mut self, total: Total) -> bool {
        let Some(slot) = self.totals.get_mut(self.count) else {
            return false;
        };
        *slot = total;
        self.count += 1;
        true
    }

    /// The classes.
    pub fn classes(&self) -> &[Total] {
        self.totals.get(..self.count).unwrap_or(&[])
    }
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

/// Which channels to listen to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChannelPlan {
    channels: [(u16, u8); CHANNELS],
    count: usize,
    /// How long each dwell is, ms.
    pub dwell_ms: u16,
}

impl ChannelPlan {
    /// A plan of `channels`: frequency in MHz and weight. None if there are more than [`CHANNELS`].
    pub fn new(channels: &[(u16, u8)], dwell_ms: u16) -> Option<Self> {
        let mut plan = ChannelPlan {
            channels: [(0, 0); CHANNELS],
            count: channels.len(),
            dwell_ms,
        };
        plan.channels.get_mut(..channels.len())?.copy_from_slice(channels);
        Some(plan)
    }

    /// Frequency in MHz and weight of each channel; none: the node's own plan.
    pub fn channels(&self) -> &[(u16, u8)] {
        self.channels.get(..self.count).unwrap_or(&[])
    }
}

/// Settings of a node; those absent stay as they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Configuration<'a> {
    /// Network to join.
    pub ssid: Option<&'a str>,
    /// Its passphrase.
    pub psk: Option<&'a str>,
    /// `host:port` of the hub.
    pub hub: Option<&'a str>,
    /// Name of the node.
    pub name: Option<&'a str>,
    /// Key of the node.
    pub key: Option<[u8; 32]>,
    /// Two letters: which channels may be used.
    pub country: Option<&'a str>,
    /// `serial` or `wifi`.
    pub uplink: Option<&'a str>,
}

/// An update that begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UpdateBegin<'a> {
    /// Octets.
    pub size: u32,
    /// SHA-256 of the image.
    pub sha256: [u8; 32],
    /// Ed25519 over the hash.
    pub signature: [u8; 64],
    /// Version of the image.
    pub version: &'a str,
}

/// A message that the hub sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "without a heap there is nowhere to put the large one"
)]
pub enum HubMessage<'a> {
    /// Answer to a hello.
    Welcome {
        /// Version of the protocol.
        protocol: u8,
        /// Boot id of the hello.
        boot_id: u32,
        /// Hub time, µs.
        time_us: u64,
    },
    /// What time is it there?
    TimeRequest {
        /// To be echoed.
        token: u32,
        /// Hub time, µs.
        time_us: u64,
    },
    /// Which channels to listen to.
    Plan(ChannelPlan),
    /// Addresses of the other nodes' uplinks, six octets each.
    Siblings(&'a [u8]),
    /// Settings.
    Configure(Configuration<'a>),
    /// An update begins.
    UpdateBegin(UpdateBegin<'a>),
    /// A piece of the update.
    UpdateChunk {
        /// Where it belongs.
        offset: u32,
        /// At most 1,024 octets.
        bytes: &'a [u8],
    },
    /// The update is complete.
    UpdateEnd,
    /// Restart.
    Restart {
        /// Why.
        reason: u8,
    },
    /// Blink.
    Identify {
        /// For how long.
        seconds: u8,
    },
    /// Erase keys and settings, if the text is `erase`.
    FactoryReset {
        /// What was said.
        confirmation: &'a str,
    },
}

impl<'a> HubMessage<'a> {
    /// Writes the message; gives its length, or nothing if `out` is too small.
    pub fn encode(&self, sequence: u32, out: &mut [u8]) -> Option<usize> {
        let mut writer = Writer::new(out);
        match self {
            HubMessage::Welcome {
                protocol,
                boot_id,
                time_us,
            } => {
                begin(&mut writer, 5, kind::WELCOME, sequence);
                writer.uint(u64::from(*protocol));
                writer.uint(u64::from(*boot_id));
                writer.uint(*time_us);
            }
            HubMessage::TimeRequest { token, time_us } => {
                begin(&mut writer, 4, kind::TIME_REQUEST, sequence);
                writer.uint(u64::from(*token));
                writer.uint(*time_us);
            }
            HubMessage::Plan(plan) => write_plan(plan, sequence, &mut writer),
            HubMessage::Siblings(addresses) => {
                begin(&mut writer, 3, kind::SIBLINGS, sequence);
                writer.bin(addresses);
            }
            HubMessage::Configure(configuration) => write_configuration(configuration, sequence, &mut writer),
            HubMessage::UpdateBegin(update) => {
                begin(&mut writer, 6, kind::UPDATE_BEGIN, sequence);
                writer.uint(u64::from(update.size));
                writer.bin(&update.sha256);
                writer.bin(&update.signature);
                writer.str(update.version);
            }
            HubMessage::UpdateChunk { offset, bytes } => {
                begin(&mut writer, 4, kind::UPDATE_CHUNK, sequence);
                writer.uint(u64::from(*offset));
                writer.bin(bytes);
            }
            HubMessage::UpdateEnd => begin(&mut writer, 2, kind::UPDATE_END, sequence),
            HubMessage::Restart { reason } => {
                begin(&mut writer, 3, kind::RESTART, sequence);
                writer.uint(u64::from(*reason));
            }
            HubMessage::Identify { seconds } => {
                begin(&mut writer, 3, kind::IDENTIFY, sequence);
                writer.uint(u64::from(*seconds));
            }
            HubMessage::FactoryReset { confirmation } => {
                begin(&mut writer, 3, kind::FACTORY_RESET, sequence);
                writer.str(confirmation);
            }
        }
        writer.finish()
    }

    /// Reads a message and its sequence number.
    pub fn decode(message: &'a [u8]) -> Result<(u32, HubMessage<'a>), Unreadable> {
        let (mut reader, _, kind, sequence) = open(message).ok_or(Unreadable::Damaged)?;
        let read = match kind {
            kind::WELCOME => read_welcome(&mut reader),
            kind::TIME_REQUEST => read_time_request(&mut reader),
            kind::PLAN => read_plan(&mut reader).map(HubMessage::Plan),
            kind::SIBLINGS => reader.bin().filter(|b| b.len() % 6 == 0).map(HubMessage::Siblings),
            kind::CONFIGURE => read_configuration(&mut reader).map(HubMessage::Configure),
            kind::UPDATE_BEGIN => read_update_begin(&mut reader).map(HubMessage::UpdateBegin),
            kind::UPDATE_CHUNK => read_update_chunk(&mut reader),
            kind::UPDATE_END => Some(HubMessage::UpdateEnd),
            kind::RESTART => reader.integer().map(|reason| HubMessage::Restart { reason }),
            kind::IDENTIFY => reader.integer().map(|seconds| HubMessage::Identify { seconds }),
            kind::FACTORY_RESET => reader
                .str()
                .map(|confirmation| HubMessage::FactoryReset { confirmation }),
            _ => return Err(Unreadable::UnknownKind(kind)),
        };
        read.map(|message| (sequence, message)).ok_or(Unreadable::Damaged)
    }
}

/// `text` held to `most` octets, in whole characters.
pub fn clip(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    text.get(..end.unwrap_or(0)).unwrap_or("")
}

/// The sequence number of a message of any kind.
pub fn sequence(message: &[u8]) -> Option<u32> {
    open(message).map(|(_, _, _, sequence)| sequence)
}

fn begin(writer: &mut Writer<'_>, count: usize, kind: u32, sequence: u32) {
    writer.array(count);
    writer.uint(u64::from(kind));
    writer.uint(u64::from(sequence));
}

/// Elements of the array, kind and sequence number.
fn open(message: &[u8]) -> Option<(Reader<'_>, usize, u32, u32)> {
    let mut reader = Reader::new(message);
    let count = reader.array_header()?;
    if count < 2 {
        return None;
    }
    let kind = reader.integer()?;
    let sequence = reader.integer()?;
    Some((reader, count, kind, sequence))
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

fn write_totals(totals: &Totals, sequence: u32, writer: &mut Writer<'_>) {
    begin(writer, 4 + totals.classes().len(), kind::TOTALS, sequence);
    writer.uint(totals.start_us);
    writer.uint(u64::from(totals.span_us));
    for total in totals.classes() {
        writer.array(if total.address.is_some() { 4 } else { 3 });
        writer.uint(u64::from(total.class));
        writer.uint(u64::from(total.frames));
        writer.uint(u64::from(total.octets));
        if let Some(address) = total.address {
            writer.bin(&address.octets());
        }
    }
}

fn read_totals(reader: &mut Reader<'_>, count: usize) -> Option<Totals> {
    let mut totals = Totals::new(reader.integer()?, reader.integer()?);
    for _ in 0..count.checked_sub(4)? {
        let parts = reader.array_header()?;
        let mut total = Total {
            class: reader.integer()?,
            frames: reader.integer()?,
            octets: reader.integer()?,
            address: None,
        };
        if parts > 3 {
            total.address = Some(Mac::from_octets(reader.bin_array()?));
        }
        for _ in 4..parts {
            reader.skip()?;
        }
        if parts < 3 || !totals.push(total) {
            return None;
        }
    }
    Some(totals)
}

fn read_welcome<'a>(reader: &mut Reader<'_>) -> Option<HubMessage<'a>> {
    Some(HubMessage::Welcome {
        protocol: reader.integer()?,
        boot_id: reader.integer()?,
        time_us: reader.integer()?,
    })
}

fn read_time_request<'a>(reader: &mut Reader<'_>) -> Option<HubMessage<'a>> {
    Some(HubMessage::TimeRequest {
        token: reader.integer()?,
        time_us: reader.integer()?,
    })
}

fn write_plan(plan: &ChannelPlan, sequence: u32, writer: &mut Writer<'_>) {
    begin(writer, 4, kind::PLAN, sequence);
    writer.array(plan.channels().len());
    for &(frequency, weight) in plan.channels() {
        writer.array(2);
        writer.uint(u64::from(frequency));
        writer.uint(u64::from(weight));
    }
    writer.uint(u64::from(plan.dwell_ms));
}

fn read_plan(reader: &mut Reader<'_>) -> Option<ChannelPlan> {
    let count = reader.array_header()?;
    let mut channels = [(0, 0); CHANNELS];
    for channel in channels.get_mut(..count)? {
        let parts = reader.array_header()?;
        *channel = (reader.integer()?, reader.integer()?);
        for _ in 0..parts.checked_sub(2)? {
            reader.skip()?;
        }
    }
    ChannelPlan::new(channels.get(..count)?, reader.integer()?)
}

fn write_configuration(configuration: &Configuration<'_>, sequence: u32, writer: &mut Writer<'_>) {
    let texts = [
        ("ssid", configuration.ssid),
        ("psk", configuration.psk),
        ("hub", configuration.hub),
        ("name", configuration.name),
        ("country", configuration.country),
        ("uplink", configuration.uplink),
    ];
    let count = texts.iter().filter(|(_, text)| text.is_some()).count() + usize::from(configuration.key.is_some());
    begin(writer, 3, kind::CONFIGURE, sequence);
    writer.map(count);
    for (name, text) in texts {
        if let Some(text) = text {
            writer.str(name);
            writer.str(text);
        }
    }
    if let Some(key) = configuration.key {
        writer.str("key");
        writer.bin(&key);
    }
}

fn read_configuration<'a>(reader: &mut Reader<'a>) -> Option<Configuration<'a>> {
    let mut configuration = Configuration::default();
    for _ in 0..reader.map_header()? {
        match reader.str()? {
            "ssid" => configuration.ssid = Some(reader.str()?),
            "psk" => configuration.psk = Some(reader.str()?),
            "hub" => configuration.hub = Some(reader.str()?),
            "name" => configuration.name = Some(reader.str()?),
            "key" => configuration.key = Some(reader.bin_array()?),
            "country" => configuration.country = Some(reader.str()?),
            "uplink" => configuration.uplink = Some(reader.str()?),
            _ => reader.skip()?,
        }
    }
    Some(configuration)
}

fn read_update_begin<'a>(reader: &mut Reader<'a>) -> Option<UpdateBegin<'a>> {
    Some(UpdateBegin {
        size: reader.integer()?,
        sha256: reader.bin_array()?,
        signature: reader.bin_array()?,
        version: reader.str()?,
    })
}

fn read_update_chunk<'a>(reader: &mut Reader<'a>) -> Option<HubMessage<'a>> {
    let offset = reader.integer()?;
    let bytes = reader.bin().filter(|bytes| bytes.len() <= 1024)?;
    Some(HubMessage::UpdateChunk { offset, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_clipped_at_a_character() {
        assert_eq!(clip("äöü", 3), "ä");
        assert_eq!(clip("äöü", 4), "äö");
        assert_eq!(clip("abc", 9), "abc");
        assert_eq!(clip("ü", 1), "");
    }

    #[test]
    fn unknown_kinds_and_further_elements_are_passed_over() {
        let mut out = [0; 64];
        let mut writer = Writer::new(&mut out);
        begin(&mut writer, 4, 99, 7);
        writer.uint(1);
        writer.uint(1);
        assert_eq!(HubMessage::decode(writer.written()), Err(Unreadable::UnknownKind(99)));
        let mut out = [0; 64];
        let mut writer = Writer::new(&mut out);
        begin(&mut writer, 5, kind::IDENTIFY, 7);
        writer.uint(3);
        writer.str("later");
        writer.array(0);
        let read = HubMessage::decode(writer.written());
        assert_eq!(read, Ok((7, HubMessage::Identify { seconds: 3 })));
    }

    #[test]
    fn values_out_of_range_are_damage() {
        let mut out = [0; 2048];
        let long = HubMessage::UpdateChunk {
            offset: 0,
            bytes: &[0; 1025],
        };
        let length = long.encode(0, &mut out).unwrap();
        assert_eq!(HubMessage::decode(&out[..length]), Err(Unreadable::Damaged));
        let odd = HubMessage::Siblings(&[0; 7]);
        let length = odd.encode(0, &mut out).unwrap();
        assert_eq!(HubMessage::decode(&out[..length]), Err(Unreadable::Damaged));
        assert_eq!(ChannelPlan::new(&[(0, 0); CHANNELS + 1], 1), None);
        let mut writer = Writer::new(&mut out);
        begin(&mut writer, 3, kind::IDENTIFY, 7);
        writer.uint(300);
        assert_eq!(HubMessage::decode(writer.written()), Err(Unreadable::Damaged));
    }

    #[test]
    fn what_does_not_fit_is_not_sent() {
        assert_eq!(HubMessage::UpdateEnd.encode(0, &mut [0; 2]), None);
    }
}
