//! What the hub sends.

use super::{CHANNELS, Unreadable, begin, kind, open};
use crate::bytes::{Reader, Writer};

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
