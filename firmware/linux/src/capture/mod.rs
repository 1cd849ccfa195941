//! Capture files: pcap and pcapng, plain or gzip, read as a stream with bounded memory.
//!
//! The published readers were weighed first: none of them has all of obsolete packet blocks, resolutions in powers
//! of two, time offsets in big-endian sections and the kernel's modified pcap header, and each gives up a whole
//! file at the first odd option. Captures come from anywhere, so the few structures are read here.

mod open;
mod pcap;
mod pcapng;
mod problem;
mod stream;

pub use open::{from_reader, open};
pub use problem::Problem;

/// One packet as the file holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// µs since 1970 or since whatever the recorder counted from.
    pub time_us: u64,
    /// Which interface of the file it came from; every section of a pcapng file has interfaces of its own.
    pub interface: u32,
    /// How `octets` begin.
    pub link: LinkType,
    /// Octets the packet had before the recorder cut it.
    pub original: u32,
    /// Whether the file says that the packet ends in a frame check sequence.
    pub fcs: Option<bool>,
    /// The file says that the check sequence did not match.
    pub fcs_bad: bool,
    /// As much of the packet as was kept.
    pub octets: &'a [u8],
}

/// What a packet begins with (the LINKTYPE values of pcap files).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkType {
    /// 105: the 802.11 header itself.
    Ieee80211,
    /// 119: a Prism header, or an AVS header that says so by its first octets.
    Prism,
    /// 127: a radiotap header.
    Radiotap,
    /// 163: an AVS header.
    Avs,
    /// 192: per-packet information, around 802.11.
    Ppi,
}

impl LinkType {
    /// The link type of a file's number; None where it does not carry 802.11.
    pub fn from_number(number: u32) -> Option<LinkType> {
        match number {
            105 => Some(LinkType::Ieee80211),
            119 => Some(LinkType::Prism),
            127 => Some(LinkType::Radiotap),
            163 => Some(LinkType::Avs),
            192 => Some(LinkType::Ppi),
            _ => None,
        }
    }
}

/// A capture being read.
pub struct Capture {
    name: String,
    format: Format,
    packets: u64,
}

enum Format {
    Pcap(pcap::Reader),
    Pcapng(pcapng::Reader),
}

impl Capture {
    /// The file's name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The next packet, None at the end. After a problem the capture is at its end: what came before it stands.
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, Problem> {
        let packet = match &mut self.format {
            Format::Pcap(reader) => reader.next_packet(self.packets),
            Format::Pcapng(reader) => reader.next_packet(self.packets),
        };
        if let Ok(Some(_)) = packet {
            self.packets += 1;
        }
        packet
    }

    /// What was passed over on the way, in words: packets of interfaces that do not carry 802.11 and the like.
    pub fn passed_over(&self) -> Option<String> {
        match &self.format {
            Format::Pcap(_) => None,
            Format::Pcapng(reader) => reader.passed_over(),
        }
    }
}
