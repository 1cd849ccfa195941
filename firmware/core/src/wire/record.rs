//! The packed record of a frame, and the frames message around it (PROTOCOL.md §2): written without a heap, and
//! read back.

use crate::frame::FrameControl;
use crate::table::{Key, mix};

mod batch;
mod reader;

pub(crate) use batch::{Batch, Envelope};
pub use reader::{FramesReader, Record};

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
