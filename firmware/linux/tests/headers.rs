//! Prism, AVS and per-packet information headers, and the bare frame.

use airwarden_core::phy::{Guard, Phy, Width};
use airwarden_core::reception::RSSI_UNKNOWN;
use airwarden_node::capture::LinkType;
use airwarden_node::radio::{Aggregate, Radio, read};

fn avs(rate: u32, preamble: u32, kind: u32, signal: i32) -> Vec<u8> {
    let words: [u32; 16] = [
        0x8021_1001,
        64,
        0,
        1234,
        0,
        0,
        4,
        6,
        rate,
        0,
        0,
        kind,
        signal as u32,
        -95i32 as u32,
        preamble,
        1,
    ];
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

#[test]
fn avs_under_both_of_its_link_types() {
    for link in [LinkType::Avs, LinkType::Prism] {
        let radio = read(link, &avs(110, 1, 2, -61)).unwrap();
        let expected = Radio {
            octets: 64,
            frequency: 2437,
            rssi: -61,
            noise: -95,
            phy: Phy::dsss(22, true),
            tsf: Some(1234),
            ..Radio::default()
        };
        assert_eq!(radio, expected);
    }
    let relative = read(LinkType::Avs, &avs(540, 2, 1, 50)).unwrap();
    assert_eq!(
        (relative.rssi, relative.noise, relative.phy),
        (RSSI_UNKNOWN, 0, Phy::ofdm(108))
    );
    let junk = read(LinkType::Avs, &avs(540, 0, 2, i32::MAX)).unwrap();
    assert_eq!(junk.rssi, RSSI_UNKNOWN);
    let whole = avs(110, 1, 2, -61);
    for end in 0..whole.len() {
        assert_eq!(read(LinkType::Avs, &whole[..end]), None);
    }
    let mut longer = whole.clone();
    longer[7] = 65;
    assert_eq!(read(LinkType::Avs, &longer), None);
}

/// A Prism header with channel 11, signal -52, noise -90 and 5.5 Mb/s.
fn prism(number: impl Fn(u32) -> u32, word: impl Fn(u32) -> [u8; 4], half: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mut header = [word(0x44), word(144)].concat();
    header.extend(b"wlan0\0\0\0\0\0\0\0\0\0\0\0");
    let values = [0u32, 0, 11, 40, 0, -52i32 as u32, -90i32 as u32, 11, 0, 100];
    for (at, value) in values.into_iter().enumerate() {
        let absent = u16::from(at == 4);
        header.extend(
            [
                word(number(at as u32 + 1)),
                [half(absent), half(4)].concat().try_into().unwrap(),
            ]
            .concat(),
        );
        header.extend(word(value));
    }
    header
}

#[test]
fn prism_in_both_numberings_and_byte_orders() {
    let expected = Radio {
        octets: 144,
        frequency: 2462,
        rssi: -52,
        noise: -90,
        phy: Phy::dsss(11, false),
        ..Radio::default()
    };
    let headers = [
        prism(|n| n << 16 | 0x44, u32::to_le_bytes, u16::to_le_bytes),
        prism(|n| n << 12 | 0x41, u32::to_le_bytes, u16::to_le_bytes),
        prism(|n| n << 16 | 0x44, u32::to_be_bytes, u16::to_be_bytes),
        prism(|n| n << 12 | 0x41, u32::to_be_bytes, u16::to_be_bytes),
    ];
    for header in headers {
        assert_eq!(read(LinkType::Prism, &header), Some(expected));
        assert_eq!(read(LinkType::Prism, &header[..143]), None);
    }
    assert_eq!(read(LinkType::Prism, &[0; 200]), None);
}

fn field(kind: u16, octets: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(octets.len() as u16).to_le_bytes(), octets].concat()
}

fn ppi(flags: u8, link: u32, fields: &[Vec<u8>]) -> Vec<u8> {
    let fields = fields.concat();
    let length = (8 + fields.len() as u16).to_le_bytes();
    [&[0, flags][..], &length, &link.to_le_bytes(), &fields].concat()
}

fn common(flags: u16, rate: u16) -> Vec<u8> {
    let mut octets = 99u64.to_le_bytes().to_vec();
    for word in [flags, rate, 5180, 0x0140, 0] {
        octets.extend(word.to_le_bytes());
    }
    octets.extend([-47i8 as u8, -91i8 as u8]);
    field(2, &octets)
}

#[test]
fn ppi_common_and_ht() {
    let radio = read(LinkType::Ppi, &ppi(0, 105, &[common(1, 48)])).unwrap();
    let expected = Radio {
        octets: 32,
        frequency: 5180,
        rssi: -47,
        noise: -91,
        phy: Phy::ofdm(48),
        fcs: Some(true),
        tsf: Some(99),
        ..Radio::default()
    };
    assert_eq!(radio, expected);
    let radio = read(LinkType::Ppi, &ppi(0, 105, &[common(0x6, 48)])).unwrap();
    assert_eq!((radio.fcs, radio.tsf, radio.bad), (Some(false), None, true));

    let mut mac_and_phy = (0x2u32 | 0x4 | 0x10 | 0x20).to_le_bytes().to_vec();
    mac_and_phy.extend(77u32.to_le_bytes());
    mac_and_phy.extend([0, 13, 2]);
    mac_and_phy.resize(48, 0);
    let radio = read(LinkType::Ppi, &ppi(0, 105, &[common(1, 0), field(4, &mac_and_phy)])).unwrap();
    assert_eq!(
        radio.aggregate,
        Some(Aggregate {
            reference: 77,
            last: false
        })
    );
    assert_eq!(radio.phy, Phy::ht(13, Width::Mhz40, Guard::Short).with_aggregated(true));
}

#[test]
fn ppi_fields_may_be_aligned_cut_or_unknown() {
    let padded = [field(0x1234, &[1, 2, 3]), vec![0], common(1, 48)];
    assert_eq!(read(LinkType::Ppi, &ppi(1, 105, &padded)).unwrap().rssi, -47);
    assert_eq!(read(LinkType::Ppi, &ppi(1, 1, &padded)), None);
    let whole = ppi(0, 105, &[common(1, 48)]);
    for end in 0..whole.len() {
        assert_eq!(read(LinkType::Ppi, &whole[..end]), None);
    }
    let short = read(LinkType::Ppi, &ppi(0, 105, &[field(2, &[0; 12])])).unwrap();
    assert_eq!((short.fcs, short.rssi), (Some(false), RSSI_UNKNOWN));
}

#[test]
fn a_bare_frame_says_nothing() {
    assert_eq!(read(LinkType::Ieee80211, &[]), Some(Radio::default()));
}
