//! What can be wrong with a capture, in words that say what to do.

use std::fmt;
use std::io;

/// Why a capture could not be read, or not to its end.
#[derive(Debug)]
pub enum Problem {
    /// There is no such file.
    Missing,
    /// It is a directory.
    Directory,
    /// The operating system does not let us.
    NotPermitted,
    /// It has no octets.
    Empty,
    /// It begins with nothing known; the first octets.
    UnknownFormat([u8; 4]),
    /// It is compressed with something other than gzip.
    Compressed(&'static str),
    /// Its packets are not 802.11; the number of the link type.
    UnknownLinkType(u32),
    /// It ends in the middle of a packet, after so many whole ones.
    Truncated(u64),
    /// Something in it cannot be, after so many packets.
    Damaged(u64, &'static str),
    /// Reading failed, after so many packets.
    Read(u64, io::Error),
}

impl Problem {
    /// Whether what was read before it is all the file has to give: worth a warning, not a failure.
    pub fn is_only_a_cut(&self) -> bool {
        matches!(self, Problem::Truncated(_))
    }

    /// A failed read, told apart by what can be done about it. The decompressor reports a cut file as an
    /// unexpected end and a damaged one as bad input.
    pub(crate) fn from_read(error: io::Error, packets: u64) -> Problem {
        match error.kind() {
            io::ErrorKind::NotFound => Problem::Missing,
            io::ErrorKind::IsADirectory => Problem::Directory,
            io::ErrorKind::PermissionDenied => Problem::NotPermitted,
            io::ErrorKind::UnexpectedEof => Problem::Truncated(packets),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Problem::Damaged(packets, "its gzip compression is damaged")
            }
            _ => Problem::Read(packets, error),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Missing => f.write_str("there is no such file; check the path"),
            Problem::Directory => f.write_str("this is a directory; name the capture files in it"),
            Problem::NotPermitted => f.write_str("no permission to read it; check its owner and mode"),
            Problem::Empty => f.write_str("the file is empty; record it again"),
            Problem::UnknownFormat(first) => write!(
                f,
                "not a capture: it begins with {:02x} {:02x} {:02x} {:02x}; give a pcap or pcapng file, plain or gzip",
                first[0], first[1], first[2], first[3]
            ),
            Problem::Compressed(with) => {
                write!(f, "compressed with {with}; decompress it first (gzip is read as it is)")
            }
            Problem::UnknownLinkType(number) => write!(
                f,
                "link type {number}{} does not carry 802.11 headers; record in monitor mode, for example with \
                 tcpdump -I -y IEEE802_11_RADIO",
                link_name(*number)
            ),
            Problem::Truncated(packets) => {
                write!(
                    f,
                    "the file ends in the middle of a packet; the {packets} before it were read"
                )
            }
            Problem::Damaged(packets, what) => write!(
                f,
                "damaged after {packets} packets: {what}; the rest is not read, try to repair it with pcapfix or editcap"
            ),
            Problem::Read(packets, error) => write!(f, "reading failed after {packets} packets: {error}"),
        }
    }
}

/// Names of the link types that people most often hand over by mistake.
fn link_name(number: u32) -> &'static str {
    match number {
        0 | 108 => " (BSD loopback)",
        1 => " (Ethernet)",
        9 => " (PPP)",
        12 | 14 | 101 => " (raw IP)",
        113 | 276 => " (Linux cooked)",
        147..=162 => " (private)",
        195 | 215 | 230 | 283 => " (IEEE 802.15.4)",
        187 | 201 | 251 | 256 => " (Bluetooth)",
        189 | 220 | 249 => " (USB)",
        _ => "",
    }
}
