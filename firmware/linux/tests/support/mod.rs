//! Captures made in memory.
#![allow(dead_code, reason = "every test uses its own part")]

use std::io::Cursor;

use airwarden_node::capture::{Capture, Packet, Problem, from_reader};

/// Byte order of a made file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Little,
    Big,
}

impl Order {
    pub fn u16(self, value: u16) -> [u8; 2] {
        match self {
            Order::Little => value.to_le_bytes(),
            Order::Big => value.to_be_bytes(),
        }
    }

    pub fn u32(self, value: u32) -> [u8; 4] {
        match self {
            Order::Little => value.to_le_bytes(),
            Order::Big => value.to_be_bytes(),
        }
    }

    pub fn i64(self, value: i64) -> [u8; 8] {
        match self {
            Order::Little => value.to_le_bytes(),
            Order::Big => value.to_be_bytes(),
        }
    }
}

pub fn pcap_header(order: Order, magic: u32, network: u32) -> Vec<u8> {
    let mut file = order.u32(magic).to_vec();
    file.extend(order.u16(2));
    file.extend(order.u16(4));
    for word in [0, 0, 262_144, network] {
        file.extend(order.u32(word));
    }
    file
}

pub fn pcap_record(order: Order, seconds: u32, fraction: u32, original: u32, octets: &[u8]) -> Vec<u8> {
    let mut record = Vec::new();
    for word in [seconds, fraction, octets.len() as u32, original] {
        record.extend(order.u32(word));
    }
    record.extend(octets);
    record
}

pub fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let length = 12 + body.len().next_multiple_of(4) as u32;
    let mut block = order.u32(kind).to_vec();
    block.extend(order.u32(length));
    block.extend(body);
    block.resize(length as usize - 4, 0);
    block.extend(order.u32(length));
    block
}

pub fn option(order: Order, code: u16, value: &[u8]) -> Vec<u8> {
    let mut option = order.u16(code).to_vec();
    option.extend(order.u16(value.len() as u16));
    option.extend(value);
    option.resize(option.len().next_multiple_of(4), 0);
    option
}

pub fn section(order: Order) -> Vec<u8> {
    let mut body = order.u32(0x1a2b_3c4d).to_vec();
    body.extend(order.u16(1));
    body.extend(order.u16(0));
    body.extend(order.i64(-1));
    block(order, 0x0a0d_0d0a, &body)
}

pub fn interface(order: Order, link: u16, snap_length: u32, options: &[u8]) -> Vec<u8> {
    let mut body = order.u16(link).to_vec();
    body.extend(order.u16(0));
    body.extend(order.u32(snap_length));
    body.extend(options);
    block(order, 1, &body)
}

pub fn enhanced(order: Order, id: u32, ticks: u64, original: u32, octets: &[u8], options: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for word in [id, (ticks >> 32) as u32, ticks as u32, octets.len() as u32, original] {
        body.extend(order.u32(word));
    }
    body.extend(octets);
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend(options);
    block(order, 6, &body)
}

pub fn obsolete(order: Order, id: u16, ticks: u64, original: u32, octets: &[u8]) -> Vec<u8> {
    let mut body = order.u16(id).to_vec();
    body.extend(order.u16(0));
    for word in [(ticks >> 32) as u32, ticks as u32, octets.len() as u32, original] {
        body.extend(order.u32(word));
    }
    body.extend(octets);
    block(order, 2, &body)
}

pub fn simple(order: Order, original: u32, octets: &[u8]) -> Vec<u8> {
    let mut body = order.u32(original).to_vec();
    body.extend(octets);
    block(order, 3, &body)
}

/// A packet with octets of its own.
#[derive(Debug, PartialEq, Clone)]
pub struct Read {
    pub time_us: u64,
    pub interface: u32,
    pub original: u32,
    pub fcs: Option<bool>,
    pub fcs_bad: bool,
    pub octets: Vec<u8>,
}

impl Read {
    pub fn of(packet: &Packet<'_>) -> Read {
        Read {
            time_us: packet.time_us,
            interface: packet.interface,
            original: packet.original,
            fcs: packet.fcs,
            fcs_bad: packet.fcs_bad,
            octets: packet.octets.to_vec(),
        }
    }
}

pub fn open(file: Vec<u8>) -> Result<Capture, Problem> {
    from_reader("made", Box::new(Cursor::new(file)))
}

/// All packets of a file, and the problem at its end.
pub fn read(file: Vec<u8>) -> (Vec<Read>, Option<Problem>) {
    let mut capture = match open(file) {
        Ok(capture) => capture,
        Err(problem) => return (Vec::new(), Some(problem)),
    };
    let mut packets = Vec::new();
    loop {
        match capture.next_packet() {
            Ok(Some(packet)) => packets.push(Read::of(&packet)),
            Ok(None) => return (packets, None),
            Err(problem) => {
                assert!(matches!(capture.next_packet(), Ok(None)), "a problem is met once");
                return (packets, Some(problem));
            }
        }
    }
}
