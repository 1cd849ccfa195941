//! Frames of an invented flat, put together octet by octet, for the vectors and the tests.
#![allow(dead_code)]

pub mod json;

/// An invented address with the locally administered bit.
pub const fn station(number: u8) -> [u8; 6] {
    [0x02, 0xa1, 0x57, 0x00, 0x10, number]
}

/// An invented access point.
pub const fn access_point(number: u8) -> [u8; 6] {
    [0x06, 0xa1, 0x57, 0xff, 0x00, number]
}

pub const BROADCAST: [u8; 6] = [0xff; 6];

/// A small generator with a fixed sequence (Knuth's MMIX constants).
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Frame control from type, subtype and the flags octet.
pub const fn fc(kind: u8, subtype: u8, flags: u8) -> [u8; 2] {
    [kind << 2 | subtype << 4, flags]
}

pub fn management(subtype: u8, addresses: [[u8; 6]; 3], sequence: u16, body: &[u8]) -> Vec<u8> {
    let mut frame = fc(0, subtype, 0).to_vec();
    frame.extend(314u16.to_le_bytes());
    addresses.iter().for_each(|address| frame.extend(address));
    frame.extend((sequence << 4).to_le_bytes());
    frame.extend(body);
    frame
}

/// Element octets.
pub fn element(id: u8, body: &[u8]) -> Vec<u8> {
    [&[id, body.len() as u8], body].concat()
}

pub fn elements(list: &[(u8, &[u8])]) -> Vec<u8> {
    list.iter().flat_map(|(id, body)| element(*id, body)).collect()
}

/// RSN: CCMP, PSK, PMF capable.
pub const RSN: &[u8] = &[
    1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0x80, 0,
];
pub const RATES: &[u8] = &[0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24];

pub fn beacon_elements(ssid: &[u8], channel: u8, stations: u16) -> Vec<u8> {
    let [low, high] = stations.to_le_bytes();
    let ht = [0x2d; 26];
    elements(&[
        (0, ssid),
        (1, RATES),
        (3, &[channel]),
        (5, &[0, 3, 0, 0]),
        (7, b"DE \x01\x0d\x14"),
        (11, &[low, high, 77, 0, 0]),
        (48, RSN),
        (45, &ht),
        (221, &[0x00, 0x50, 0xf2, 2, 1, 1, 0x80, 0, 3, 0xa4, 0, 0]),
        (221, &[0x00, 0x17, 0xf2, 0x0a, 0, 1, 4, 0, 0, 0]),
    ])
}

/// Timestamp, interval and capability before the elements.
pub fn beacon_body(tsf: u64, elements: &[u8]) -> Vec<u8> {
    let mut body = tsf.to_le_bytes().to_vec();
    body.extend(100u16.to_le_bytes());
    body.extend(0x0431u16.to_le_bytes());
    body.extend(elements);
    body
}

pub fn beacon(number: u8, sequence: u16, tsf: u64, elements: &[u8]) -> Vec<u8> {
    let ap = access_point(number);
    let mut frame = management(8, [BROADCAST, ap, ap], sequence, &beacon_body(tsf, elements));
    frame[2..4].fill(0);
    frame
}

pub fn control(subtype: u8, duration: u16, receiver: [u8; 6], rest: &[u8]) -> Vec<u8> {
    let mut frame = fc(1, subtype, 0).to_vec();
    frame.extend(duration.to_le_bytes());
    frame.extend(receiver);
    frame.extend(rest);
    frame
}

pub struct Data<'a> {
    pub subtype: u8,
    pub flags: u8,
    pub addresses: &'a [[u8; 6]],
    pub sequence: u16,
    pub fragment: u8,
    pub qos: u8,
    pub body: &'a [u8],
}

pub fn data(parts: &Data<'_>) -> Vec<u8> {
    let mut frame = fc(2, parts.subtype, parts.flags).to_vec();
    frame.extend(48u16.to_le_bytes());
    parts.addresses[..3].iter().for_each(|address| frame.extend(address));
    frame.extend((parts.sequence << 4 | u16::from(parts.fragment)).to_le_bytes());
    if let Some(fourth) = parts.addresses.get(3) {
        frame.extend(fourth);
    }
    if parts.subtype & 8 != 0 {
        frame.extend([parts.qos, 0]);
    }
    frame.extend(parts.body);
    frame
}

/// The first message of a four-way handshake, with a PMKID.
pub fn eapol_first() -> Vec<u8> {
    let mut body = vec![0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0x8e, 2, 3, 0, 117, 2, 0x00, 0x8a, 0, 16];
    body.extend(1u64.to_be_bytes());
    body.extend([0x5a; 32]);
    body.extend([0; 48]);
    body.extend([0, 22, 0xdd, 20, 0x00, 0x0f, 0xac, 4]);
    body.extend([0x77; 16]);
    body
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|octet| format!("{octet:02x}")).collect()
}

pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|index| u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).unwrap())
        .collect()
}
