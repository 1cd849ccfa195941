//! The pcap format (draft-ietf-opsawg-pcap), in both byte orders, with µs or ns, and with the longer record
//! headers of Linux kernels of about 2000 (magic a1b2cd34), which some writers still use.

use super::stream::Stream;
use super::{LinkType, Packet, Problem};

/// The longest packet libpcap writes for these link types; a longer one means that the file is damaged.
pub(super) const LONGEST_PACKET: u32 = 262_144;

/// Reads a pcap file packet by packet.
pub struct Reader {
    stream: Stream,
    order: Order,
    nanoseconds: bool,
    header: usize,
    /// Files older than version 2.4 may have the two lengths of a record in the other order.
    swapped_lengths: bool,
    link: LinkType,
    fcs: Option<bool>,
    ended: bool,
}

/// The order of the octets in a file's integers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The two octets at `at`; the caller has checked that they are there.
    pub(super) fn u16(self, octets: &[u8], at: usize) -> u16 {
        let two = [octets[at], octets[at + 1]];
        match self {
            Order::Little => u16::from_le_bytes(two),
            Order::Big => u16::from_be_bytes(two),
        }
    }

    /// The four octets at `at`; the caller has checked that they are there.
    pub(super) fn u32(self, octets: &[u8], at: usize) -> u32 {
        let four = [octets[at], octets[at + 1], octets[at + 2], octets[at + 3]];
        match self {
            Order::Little => u32::from_le_bytes(four),
            Order::Big => u32::from_be_bytes(four),
        }
    }
}

impl Reader {
    /// Reads the file's header; `magic` is its first four octets, which `stream` still holds.
    pub fn new(mut stream: Stream, magic: [u8; 4]) -> Result<Self, Problem> {
        let order = if magic[0] == 0xa1 { Order::Big } else { Order::Little };
        let (nanoseconds, header) = match order.u32(&magic, 0) {
            0xa1b2_c3d4 => (false, 16),
            0xa1b2_3c4d => (true, 16),
            0xa1b2_cd34 => (false, 24),
            _ => return Err(Problem::UnknownFormat(magic)),
        };
        if !stream.hold(24).map_err(|error| Problem::from_read(error, 0))? {
            return Err(Problem::Damaged(0, "the file's header is cut short"));
        }
        let start = stream.take(24);
        let minor = order.u16(start, 6);
        let network = order.u32(start, 20);
        // Bit 26: the four highest bits count the 16-bit words of check sequence at the end of each packet.
        let fcs = (network & 1 << 26 != 0).then_some(network >> 28 == 2);
        let link = LinkType::from_number(network & 0xffff).ok_or(Problem::UnknownLinkType(network & 0xffff))?;
        Ok(Reader {
            stream,
            order,
            nanoseconds,
            header,
            swapped_lengths: minor < 4,
            link,
            fcs,
            ended: false,
        })
    }

    /// The next packet; `before` packets have been read.
    pub fn next_packet(&mut self, before: u64) -> Result<Option<Packet<'_>>, Problem> {
        if self.ended {
            return Ok(None);
        }
        // Only a whole record puts this back, so that a problem is met once.
        self.ended = true;
        if !self.hold(self.header, before)? {
            return if self.stream.octets().is_empty() {
                Ok(None)
            } else {
                Err(Problem::Truncated(before))
            };
        }
        let (order, start) = (self.order, self.stream.octets());
        let (seconds, fraction) = (order.u32(start, 0), order.u32(start, 4));
        let (mut kept, mut original) = (order.u32(start, 8), order.u32(start, 12));
        if self.swapped_lengths && kept > original {
            (kept, original) = (original, kept);
        }
        if kept > LONGEST_PACKET {
            return Err(Problem::Damaged(before, "a packet longer than any can be"));
        }
        let whole = self.header + kept as usize;
        if !self.hold(whole, before)? {
            return Err(Problem::Truncated(before));
        }
        self.ended = false;
        let micros = if self.nanoseconds { fraction / 1000 } else { fraction };
        Ok(Some(Packet {
            time_us: u64::from(seconds) * 1_000_000 + u64::from(micros),
            interface: 0,
            link: self.link,
            original: original.max(kept),
            fcs: self.fcs,
            fcs_bad: false,
            octets: &self.stream.take(whole)[self.header..],
        }))
    }

    fn hold(&mut self, octets: usize, before: u64) -> Result<bool, Problem> {
        self.stream
            .hold(octets)
            .map_err(|error| Problem::from_read(error, before))
    }
}
