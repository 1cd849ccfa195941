//! The messages of PROTOCOL.md §1 other than frames: written by the one side, read by the other.

use crate::bytes::{Reader, Writer};

mod from_hub;
mod from_node;
mod totals;

pub use from_hub::{ChannelPlan, Configuration, HubMessage, UpdateBegin};
pub use from_node::{Dwell, ElementBlock, Heartbeat, Hello, Log, NodeMessage, Outcome, TimeReply};
pub use totals::{Total, Totals};

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
    /// Went back to its former settings: the last ones that it was given could not be used.
    pub const WENT_BACK: u32 = 1 << 6;
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
