//! The pcapng format (draft-ietf-opsawg-pcapng): sections in either byte order, several interfaces, enhanced,
//! simple and obsolete packet blocks. Blocks of other kinds are read past.

use super::pcap::{LONGEST_PACKET, Order};
use super::stream::{MOST, Stream};
use super::{LinkType, Packet, Problem};

/// The type of a section header block, the same in both byte orders.
pub const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// Most interfaces of a section that are remembered; packets of others are passed over. No recorder has a tenth
/// of them, and a file made to hurt must not fill the memory.
const MOST_INTERFACES: usize = 1024;

/// Reads a pcapng file packet by packet.
pub struct Reader {
    stream: Stream,
    order: Order,
    /// Of the section being read.
    interfaces: Vec<Interface>,
    /// Interfaces of the sections before it.
    earlier_interfaces: u32,
    /// Simple packets have no time of their own; they get that of the packet before.
    last_us: u64,
    other_link: Option<u32>,
    other_packets: u64,
    packets: u64,
    ended: bool,
}

#[derive(Clone, Copy)]
struct Interface {
    link: Option<LinkType>,
    snap_length: u32,
    ticks: Ticks,
    /// Added to every time stamp, s.
    offset: i64,
    fcs: Option<bool>,
}

/// How an interface counts time: 10^-n or 2^-n s.
#[derive(Clone, Copy)]
enum Ticks {
    /// Coarser than or as fine as µs.
    Multiply(u64),
    /// Finer than µs.
    Divide(u64),
    /// 2^-n s.
    Shift(u32),
}

impl Ticks {
    fn from_resolution(resolution: u8) -> Ticks {
        let exponent = u32::from(resolution & 0x7f);
        if resolution & 0x80 != 0 {
            return Ticks::Shift(exponent);
        }
        match exponent {
            0..=6 => Ticks::Multiply(10u64.pow(6 - exponent)),
            _ => Ticks::Divide(10u64.checked_pow(exponent - 6).unwrap_or(u64::MAX)),
        }
    }

    fn to_us(self, ticks: u64) -> u64 {
        match self {
            Ticks::Multiply(by) => ticks.saturating_mul(by),
            Ticks::Divide(by) => ticks / by,
            Ticks::Shift(by) => u64::try_from((u128::from(ticks) * 1_000_000) >> by).unwrap_or(u64::MAX),
        }
    }
}

/// Where in its block a packet lies, and what the block says of it.
struct Found {
    interface: u32,
    time_us: u64,
    original: u32,
    from: usize,
    kept: usize,
    fcs: Option<bool>,
    fcs_bad: bool,
}

impl Reader {
    /// A reader at the file's first block.
    pub fn new(stream: Stream) -> Self {
        Reader {
            stream,
            order: Order::Little,
            interfaces: Vec::new(),
            earlier_interfaces: 0,
            last_us: 0,
            other_link: None,
            other_packets: 0,
            packets: 0,
            ended: false,
        }
    }

    /// What was passed over, in words.
    pub fn passed_over(&self) -> Option<String> {
        let link = match self.other_link {
            Some(link) => format!("link type {link}, which does not carry 802.11 headers"),
            None => "interfaces the file does not describe".to_owned(),
        };
        (self.other_packets > 0).then(|| format!("{} packets of {link}, were passed over", self.other_packets))
    }

    /// The next packet; `before` packets have been read.
    pub fn next_packet(&mut self, before: u64) -> Result<Option<Packet<'_>>, Problem> {
        if self.ended {
            return Ok(None);
        }
        // Only a packet puts this back, so that a problem is met once.
        self.ended = true;
        self.packets = before;
        while let Some((kind, length)) = self.begin_block()? {
            match kind {
                SECTION_HEADER => self.begin_section(length)?,
                INTERFACE_DESCRIPTION => self.add_interface(length)?,
                ENHANCED_PACKET | SIMPLE_PACKET | OBSOLETE_PACKET => {
                    let found = self.find_packet(kind, length)?;
                    if let Some((found, link)) = found {
                        self.ended = false;
                        return Ok(Some(self.take_packet(length, found, link)));
                    }
                    self.stream.take(length as usize);
                }
                _ => self.read_past(length)?,
            }
        }
        match self.other_link {
            Some(link) if before == 0 => Err(Problem::UnknownLinkType(link)),
            _ => Ok(None),
        }
    }

    /// The next block's type and its length with everything around it; None at the end of the file.
    fn begin_block(&mut self) -> Result<Option<(u32, u32)>, Problem> {
        if !self.hold(12)? {
            return if self.stream.octets().is_empty() {
                Ok(None)
            } else {
                Err(Problem::Truncated(self.packets))
            };
        }
        let start = self.stream.octets();
        if start[..4] == MAGIC {
            self.order = match start[8..12] {
                [0x4d, 0x3c, 0x2b, 0x1a] => Order::Little,
                [0x1a, 0x2b, 0x3c, 0x4d] => Order::Big,
                _ => return Err(self.damaged("a section without a byte order")),
            };
        }
        let (kind, length) = (self.order.u32(start, 0), self.order.u32(start, 4));
        if length < 12 || length % 4 != 0 {
            return Err(self.damaged("a block of an impossible length"));
        }
        Ok(Some((kind, length)))
    }

    /// Brings a whole block into the window and checks that its length is said the same at both ends.
    fn hold_block(&mut self, length: u32, least: u32) -> Result<(), Problem> {
        if length < least || length as usize > MOST {
            return Err(self.damaged("a block of an impossible length"));
        }
        if !self.hold(length as usize)? {
            return Err(Problem::Truncated(self.packets));
        }
        if self.order.u32(self.stream.octets(), length as usize - 4) != length {
            return Err(self.damaged("a block whose two lengths differ"));
        }
        Ok(())
    }

    fn read_past(&mut self, length: u32) -> Result<(), Problem> {
        match self.stream.skip(u64::from(length)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Problem::Truncated(self.packets)),
            Err(error) => Err(Problem::from_read(error, self.packets)),
        }
    }

    fn begin_section(&mut self, length: u32) -> Result<(), Problem> {
        if length < 28 {
            return Err(self.damaged("a section header of an impossible length"));
        }
        self.earlier_interfaces = self.earlier_interfaces.saturating_add(self.interfaces.len() as u32);
        self.interfaces.clear();
        self.read_past(length)
    }

    fn add_interface(&mut self, length: u32) -> Result<(), Problem> {
        self.hold_block(length, 20)?;
        let order = self.order;
        let block = self.stream.take(length as usize);
        if self.interfaces.len() == MOST_INTERFACES {
            return Ok(());
        }
        let number = u32::from(order.u16(block, 8));
        let mut interface = Interface {
            link: LinkType::from_number(number),
            snap_length: order.u32(block, 12),
            ticks: Ticks::from_resolution(6),
            offset: 0,
            fcs: None,
        };
        for (code, value) in (Options {
            order,
            octets: &block[16..block.len() - 4],
        }) {
            match (code, value) {
                (9, [resolution, ..]) => interface.ticks = Ticks::from_resolution(*resolution),
                (13, [octets, ..]) => interface.fcs = Some(*octets == 4),
                (14, value) if value.len() == 8 => {
                    let (first, second) = (u64::from(order.u32(value, 0)), u64::from(order.u32(value, 4)));
                    interface.offset = match order {
                        Order::Little => first | second << 32,
                        Order::Big => first << 32 | second,
                    } as i64;
                }
                _ => {}
            }
        }
        if interface.link.is_none() {
            self.other_link.get_or_insert(number);
        }
        self.interfaces.push(interface);
        Ok(())
    }

    /// Finds the packet in a packet block and holds the block; None where its interface does not carry 802.11.
    fn find_packet(&mut self, kind: u32, length: u32) -> Result<Option<(Found, LinkType)>, Problem> {
        self.hold_block(length, if kind == SIMPLE_PACKET { 16 } else { 32 })?;
        let (order, block) = (self.order, &self.stream.octets()[..length as usize]);
        let id = match kind {
            ENHANCED_PACKET => order.u32(block, 8),
            OBSOLETE_PACKET => u32::from(order.u16(block, 8)),
            _ => 0,
        };
        let interface = self.interfaces.get(id as usize).copied();
        let Some(Interface { link: Some(link), .. }) = interface else {
            self.other_packets += 1;
            return Ok(None);
        };
        let Some(interface) = interface else { return Ok(None) };
        let mut found = match kind {
            SIMPLE_PACKET => self.simple(block, &interface),
            _ => full(order, block, &interface),
        };
        let room = block.len() - 4 - found.from;
        if found.kept > room || found.kept > LONGEST_PACKET as usize {
            return Err(self.damaged("a packet longer than its block"));
        }
        let after = found.from + found.kept.next_multiple_of(4).min(room);
        let options = Options {
            order,
            octets: &block[after..block.len() - 4],
        };
        if kind != SIMPLE_PACKET {
            read_packet_options(options, order, &mut found);
        }
        found.interface = self.earlier_interfaces.saturating_add(id);
        self.last_us = found.time_us;
        Ok(Some((found, link)))
    }

    fn simple(&self, block: &[u8], interface: &Interface) -> Found {
        let original = self.order.u32(block, 8);
        let mut kept = (original as usize).min(block.len() - 16);
        if interface.snap_length > 0 {
            kept = kept.min(interface.snap_length as usize);
        }
        Found {
            interface: 0,
            time_us: self.last_us,
            original,
            from: 12,
            kept,
            fcs: interface.fcs,
            fcs_bad: false,
        }
    }

    fn take_packet(&mut self, length: u32, found: Found, link: LinkType) -> Packet<'_> {
        let block = self.stream.take(length as usize);
        Packet {
            time_us: found.time_us,
            interface: found.interface,
            link,
            original: found.original.max(found.kept as u32),
            fcs: found.fcs,
            fcs_bad: found.fcs_bad,
            octets: &block[found.from..found.from + found.kept],
        }
    }

    fn hold(&mut self, octets: usize) -> Result<bool, Problem> {
        self.stream
            .hold(octets)
            .map_err(|error| Problem::from_read(error, self.packets))
    }

    fn damaged(&self, what: &'static str) -> Problem {
        Problem::Damaged(self.packets, what)
    }
}

/// An enhanced or obsolete packet block: both have the time at 12, the two lengths at 20 and the packet at 28.
fn full(order: Order, block: &[u8], interface: &Interface) -> Found {
    let ticks = u64::from(order.u32(block, 12)) << 32 | u64::from(order.u32(block, 16));
    let since = interface.ticks.to_us(ticks);
    let offset = interface.offset.saturating_mul(1_000_000);
    Found {
        interface: 0,
        time_us: since.saturating_add_signed(offset),
        original: order.u32(block, 24),
        from: 28,
        kept: order.u32(block, 20) as usize,
        fcs: interface.fcs,
        fcs_bad: false,
    }
}

/// Option 2 holds the octets of check sequence (bits 5-8) and link-layer errors, of them bit 24 a bad check sequence.
fn read_packet_options(options: Options<'_>, order: Order, found: &mut Found) {
    for (code, value) in options {
        if code == 2 && value.len() == 4 {
            let flags = order.u32(value, 0);
            if flags >> 5 & 0xf != 0 {
                found.fcs = Some(flags >> 5 & 0xf == 4);
            }
            found.fcs_bad = flags & 1 << 24 != 0;
        }
    }
}

/// Walks the options at the end of a block; ends quietly where they end or make no sense.
struct Options<'a> {
    order: Order,
    octets: &'a [u8],
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.octets.len() < 4 {
            return None;
        }
        let (code, length) = (
            self.order.u16(self.octets, 0),
            usize::from(self.order.u16(self.octets, 2)),
        );
        let value = self.octets.get(4..4 + length)?;
        if code == 0 {
            return None;
        }
        self.octets = self.octets.get(4 + length.next_multiple_of(4)..).unwrap_or(&[]);
        Some((code, value))
    }
}
