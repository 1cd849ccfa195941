//! The radiotap header, field by field.

use airwarden_core::phy::{Format, Guard, Ltf, Phy, Width};
use airwarden_core::reception::RSSI_UNKNOWN;
use airwarden_node::radio::radiotap::read;
use airwarden_node::radio::{Aggregate, Radio};

const TSFT: u32 = 0;
const FLAGS: u32 = 1;
const RATE: u32 = 2;
const CHANNEL: u32 = 3;
const SIGNAL: u32 = 5;
const NOISE: u32 = 6;
const ANTENNA: u32 = 11;
const RX_FLAGS: u32 = 14;
const EXTENDED_CHANNEL: u32 = 18;
const MCS: u32 = 19;
const AMPDU: u32 = 20;
const VHT: u32 = 21;
const TIMESTAMP: u32 = 22;
const HE: u32 = 23;
const HE_MU: u32 = 24;
const NO_PSDU: u32 = 26;
const L_SIG: u32 = 27;
const TLVS: u32 = 28;
const OUR_NAMESPACE: u32 = 29;
const VENDOR_NAMESPACE: u32 = 30;
const MORE: u32 = 31;

/// A header under construction: every field is put where its alignment wants it.
struct Header {
    words: Vec<u32>,
    fields: Vec<(u32, usize, Vec<u8>)>,
}

impl Header {
    fn new() -> Self {
        Header {
            words: vec![0],
            fields: Vec::new(),
        }
    }

    fn put(mut self, number: u32, align: usize, octets: &[u8]) -> Self {
        *self.words.last_mut().unwrap() |= 1 << number;
        self.fields.push((number, align, octets.to_vec()));
        self
    }

    /// Another word of presence bits.
    fn word(mut self, namespace: u32) -> Self {
        *self.words.last_mut().unwrap() |= 1 << namespace | 1 << MORE;
        self.words.push(0);
        self
    }

    /// Octets that belong to no field: the data of vendors and what comes at the end.
    fn raw(mut self, align: usize, octets: &[u8]) -> Self {
        self.fields.push((u32::MAX, align, octets.to_vec()));
        self
    }

    fn done(self) -> Vec<u8> {
        let mut header = vec![0, 0, 0, 0];
        for word in self.words {
            header.extend(word.to_le_bytes());
        }
        for (_, align, octets) in self.fields {
            header.resize(header.len().next_multiple_of(align), 0);
            header.extend(octets);
        }
        let length = (header.len() as u16).to_le_bytes();
        header[2..4].copy_from_slice(&length);
        header
    }

    fn read(self) -> Radio {
        let header = self.done();
        let radio = read(&header).expect("a header");
        assert_eq!(radio.octets, header.len());
        radio
    }
}

fn words(words: [u16; 6]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn the_usual_fields_of_a_legacy_frame() {
    let radio = Header::new()
        .put(TSFT, 8, &0x1122_3344_5566_7788u64.to_le_bytes())
        .put(FLAGS, 1, &[0x12])
        .put(RATE, 1, &[22])
        .put(CHANNEL, 2, &[0x85, 0x09, 0xa0, 0x00])
        .put(SIGNAL, 1, &[-61i8 as u8])
        .put(NOISE, 1, &[-95i8 as u8])
        .put(ANTENNA, 1, &[1])
        .put(RX_FLAGS, 2, &[2, 0])
        .read();
    assert_eq!(radio.tsf, Some(0x1122_3344_5566_7788));
    assert_eq!((radio.fcs, radio.bad, radio.padded), (Some(true), false, false));
    assert_eq!((radio.frequency, radio.rssi, radio.noise), (2437, -61, -95));
    assert_eq!(radio.phy, Phy::dsss(22, true));
    assert_eq!(radio.aggregate, None);
}

#[test]
fn alignment_counts_from_the_beginning_of_the_header() {
    // A rate in front puts the channel off by one, and the timestamp by seven.
    let radio = Header::new()
        .put(RATE, 1, &[108])
        .put(CHANNEL, 2, &[0x3c, 0x14, 0x40, 0x01])
        .put(SIGNAL, 1, &[-40i8 as u8])
        .put(EXTENDED_CHANNEL, 4, &[0; 8])
        .put(TIMESTAMP, 8, &[0xff; 12])
        .put(L_SIG, 2, &[3, 0, 0xb0, 0x10])
        .read();
    assert_eq!((radio.frequency, radio.rssi, radio.phy), (5180, -40, Phy::ofdm(108)));
}

#[test]
fn flags_say_bad_padded_and_whether_a_check_sequence_follows() {
    let flags = |flags: u8| Header::new().put(FLAGS, 1, &[flags]).read();
    assert_eq!((flags(0).fcs, flags(0x10).fcs), (Some(false), Some(true)));
    assert_eq!((flags(0x40).bad, flags(0x3f).bad), (true, false));
    assert_eq!((flags(0x20).padded, flags(0xdf).padded), (true, false));
    assert_eq!(Header::new().read().fcs, None);
}

#[test]
fn rates_without_an_mcs() {
    let rate = |rate: u8, channel: u16| {
        let channel = [[0x85, 0x09], channel.to_le_bytes()].concat();
        Header::new().put(RATE, 1, &[rate]).put(CHANNEL, 2, &channel).read().phy
    };
    for known in [2, 4, 11, 22] {
        assert_eq!(rate(known, 0x00a0), Phy::dsss(known, false));
    }
    for known in [12, 18, 24, 36, 48, 72, 96, 108] {
        assert_eq!(rate(known, 0x0480), Phy::ofdm(known));
    }
    assert_eq!(rate(0, 0x0480), Phy::UNKNOWN);
    assert_eq!(rate(7, 0x0480), Phy::UNKNOWN);
    assert_eq!(rate(0x87, 0x0480), Phy::ht(7, Width::Mhz20, Guard::Normal));
    assert_eq!(rate(54, 0x4000), Phy::ofdm(54).with_width(Width::Mhz10));
    assert_eq!(rate(3, 0x8000), Phy::ofdm(3).with_width(Width::Mhz5));
    assert_eq!(rate(3, 0x0480), Phy::UNKNOWN);
}

#[test]
fn power_of_zero_and_more_is_no_measurement() {
    let signal = |dbm: i8| {
        Header::new()
            .put(SIGNAL, 1, &[dbm as u8])
            .put(NOISE, 1, &[dbm as u8])
            .read()
    };
    assert_eq!((signal(-1).rssi, signal(-128).rssi), (-1, -128));
    assert_eq!((signal(0).rssi, signal(0).noise), (RSSI_UNKNOWN, 0));
    assert_eq!((signal(20).rssi, signal(20).noise), (RSSI_UNKNOWN, 0));
}

#[test]
fn the_first_of_several_antennas_counts() {
    let antennas = |first: i8| {
        Header::new()
            .put(FLAGS, 1, &[0x10])
            .put(SIGNAL, 1, &[first as u8])
            .word(OUR_NAMESPACE)
            .put(SIGNAL, 1, &[-70i8 as u8])
            .put(ANTENNA, 1, &[0])
            .word(OUR_NAMESPACE)
            .put(SIGNAL, 1, &[-50i8 as u8])
            .put(ANTENNA, 1, &[1])
            .read()
    };
    assert_eq!(antennas(-60).rssi, -60);
    // A first value that is none leaves it to the next.
    assert_eq!(antennas(0).rssi, -70);
}

#[test]
fn namespaces_of_vendors_are_skipped_by_their_length() {
    let vendor = |skip: u16, data: &[u8]| {
        let head = [&[0x00, 0x11, 0x22, 0x01], &skip.to_le_bytes()[..], data].concat();
        Header::new()
            .put(FLAGS, 1, &[0x10])
            .put(RATE, 1, &[2])
            .word(VENDOR_NAMESPACE)
            .raw(2, &head)
            .word(OUR_NAMESPACE)
            .put(CHANNEL, 2, &[0x6c, 0x09, 0x80, 0x04])
            .put(SIGNAL, 1, &[-33i8 as u8])
    };
    let radio = vendor(5, &[0xff; 5]).read();
    assert_eq!(
        (radio.frequency, radio.rssi, radio.phy),
        (2412, -33, Phy::dsss(2, false))
    );
    let radio = vendor(0, &[]).read();
    assert_eq!((radio.frequency, radio.rssi), (2412, -33));
    // A vendor's bits are not ours, and data longer than the header ends the reading.
    let radio = vendor(5000, &[0xff; 5]).read();
    assert_eq!(
        (radio.frequency, radio.rssi, radio.phy),
        (0, RSSI_UNKNOWN, Phy::dsss(2, false))
    );
}

#[test]
fn ht_by_what_is_known() {
    let mcs = |known: u8, flags: u8, mcs: u8| Header::new().put(MCS, 1, &[known, flags, mcs]).read().phy;
    assert_eq!(mcs(0x02, 0xff, 7), Phy::ht(7, Width::Mhz20, Guard::Normal));
    assert_eq!(mcs(0x07, 0x05, 15), Phy::ht(15, Width::Mhz40, Guard::Short));
    assert_eq!(mcs(0x03, 0x02, 15), Phy::ht(15, Width::Mhz20, Guard::Normal));
    assert_eq!(mcs(0x0b, 0x08, 0), Phy::ht_greenfield(0, Width::Mhz20, Guard::Normal));
    let full = Phy::ht(9, Width::Mhz20, Guard::Normal)
        .with_ldpc(true)
        .with_stbc(true)
        .with_extension_streams(3);
    assert_eq!(mcs(0xf2, 0xb0, 9), full);
    assert_eq!(
        mcs(0x72, 0x80, 9),
        Phy::ht(9, Width::Mhz20, Guard::Normal).with_extension_streams(1)
    );
    assert_eq!(mcs(0x01, 0x01, 7), Phy::UNKNOWN);
    assert_eq!(mcs(0x02, 0, 77), Phy::UNKNOWN);
    // Where the field does not say, the frame's flags may.
    let short = Header::new()
        .put(FLAGS, 1, &[0x90])
        .put(MCS, 1, &[0x03, 0, 7])
        .read()
        .phy;
    assert_eq!(short, Phy::ht(7, Width::Mhz20, Guard::Short));
}

#[test]
fn vht_by_what_is_known() {
    let vht = |known: u16, flags: u8, bandwidth: u8, users: [u8; 4], coding: u8| {
        let mut field = known.to_le_bytes().to_vec();
        field.extend([flags, bandwidth]);
        field.extend(users);
        field.extend([coding, 0, 0, 0]);
        Header::new().put(VHT, 2, &field).read().phy
    };
    let one = |mcs: u8, streams: u8| [mcs << 4 | streams, 0, 0, 0];
    assert_eq!(
        vht(0x44, 0x04, 4, one(9, 2), 1),
        Phy::vht(9, 2, Width::Mhz80, Guard::Short).with_ldpc(true)
    );
    assert_eq!(
        vht(0x00, 0x05, 4, one(9, 2), 0),
        Phy::vht(9, 2, Width::Mhz20, Guard::Normal)
    );
    assert_eq!(
        vht(0x41, 0x01, 1, one(0, 1), 0),
        Phy::vht(0, 1, Width::Mhz40, Guard::Normal).with_stbc(true)
    );
    let widths = [
        (Width::Mhz20, vec![0, 2, 3, 7, 8, 9, 10, 18, 25, 26, 31]),
        (Width::Mhz40, vec![1, 5, 6, 14, 17]),
        (Width::Mhz80, vec![4, 12, 13]),
        (Width::Mhz160, vec![11]),
    ];
    for (width, numbers) in widths {
        for number in numbers {
            assert_eq!(
                vht(0x40, 0, number, one(3, 1), 0),
                Phy::vht(3, 1, width, Guard::Normal),
                "{number}"
            );
        }
    }
    // Of several users, the first that has streams; its bit of coding.
    assert_eq!(
        vht(0, 0, 0, [0xf0, 0x72, 0x11, 0], 2),
        Phy::vht(7, 2, Width::Mhz20, Guard::Normal).with_ldpc(true)
    );
    assert_eq!(vht(0, 0, 0, [0; 4], 0), Phy::UNKNOWN);
}

#[test]
fn he_by_what_is_known() {
    let he = |fields: [u16; 6]| {
        Header::new()
            .put(HE, 2, &words(fields))
            .put(HE_MU, 2, &[0; 12])
            .read()
            .phy
    };
    let all = 0x0020 | 0x0040 | 0x0080 | 0x0200 | 0x4000;
    let single = he([all, 0x0002, 11 << 8 | 0x2000, 0, 2 | 1 << 4 | 2 << 6, 2]);
    let expected = Phy::he(Format::HeSu, 11, 2, Width::Mhz80, Guard::Double)
        .with_ldpc(true)
        .with_ltf(Ltf::X2);
    assert_eq!(single, expected);
    let formats = [Format::HeSu, Format::HeErSu, Format::HeMu, Format::HeTb];
    for (number, format) in formats.into_iter().enumerate() {
        let phy = he([0x0020 | number as u16, 0, 0, 0, 0, 1]);
        assert_eq!(phy, Phy::he(format, 0, 1, Width::Mhz20, Guard::Normal));
    }
    let dcm = he([all, 2, 0x1000, 0, 3 << 6 | 2 << 4, 1]);
    let expected = Phy::he(Format::HeSu, 0, 1, Width::Mhz20, Guard::Quadruple)
        .with_dcm(true)
        .with_ltf(Ltf::X4);
    assert_eq!(dcm, expected);
    // Two space-time streams with STBC carry one spatial stream.
    assert_eq!(
        he([all, 0, 0x8000, 0, 0, 2]),
        Phy::he(Format::HeSu, 0, 1, Width::Mhz20, Guard::Normal).with_stbc(true)
    );
    for (allocation, width) in [
        (0, 0),
        (1, 1),
        (2, 2),
        (3, 3),
        (4, 0),
        (6, 0),
        (7, 0),
        (8, 1),
        (9, 2),
        (10, 3),
    ] {
        let width = [Width::Mhz20, Width::Mhz40, Width::Mhz80, Width::Mhz160][width];
        assert_eq!(
            he([all, 0, 0, 0, allocation, 1]),
            Phy::he(Format::HeSu, 0, 1, width, Guard::Normal),
            "{allocation}"
        );
    }
    assert_eq!(he([0x4000, 2, 0x0f00, 0, 3, 4]), Phy::UNKNOWN);
}

#[test]
fn eht_comes_behind_all_fields() {
    let value = |kind: u16, words: &[u32]| {
        let mut value = kind.to_le_bytes().to_vec();
        value.extend((4 * words.len() as u16).to_le_bytes());
        value.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        value
    };
    let u_sig = value(33, &[0x02 | 4 << 15, 0, 0]);
    let user = 0x02 | 0x04 | 0x10 | 0x80 | 0x0008_0000 | 13 << 20 | 2 << 24;
    let eht = value(
        34,
        &[[0x04, 1 << 7 | 2 << 9].as_slice(), &[0; 8], &[0x02 | 5 << 20, user]].concat(),
    );
    let unknown = value(99, &[1]);
    let expected = Phy::he(Format::Eht, 13, 2, Width::Mhz320, Guard::Double)
        .with_ldpc(true)
        .with_ltf(Ltf::X2);
    for values in [
        [&u_sig, &unknown, &eht],
        [&eht, &u_sig, &unknown],
        [&unknown, &eht, &u_sig],
    ] {
        let header = Header::new()
            .put(RATE, 1, &[12])
            .put(TLVS, 4, &values.map(|v| v.as_slice()).concat());
        assert_eq!(header.read().phy, expected);
    }
    let cut = [&u_sig[..], &eht[..20]].concat();
    assert_eq!(
        Header::new().put(RATE, 1, &[12]).put(TLVS, 4, &cut).read().phy,
        Phy::ofdm(12)
    );
}

#[test]
fn a_mpdu_status_and_psdus_that_are_not_there() {
    let status = |flags: u16| {
        let field = [&7u32.to_le_bytes()[..], &flags.to_le_bytes(), &[0, 0]].concat();
        Header::new().put(MCS, 1, &[2, 0, 3]).put(AMPDU, 4, &field).read()
    };
    assert_eq!(
        status(0).aggregate,
        Some(Aggregate {
            reference: 7,
            last: false
        })
    );
    assert_eq!(
        status(0x8).aggregate,
        Some(Aggregate {
            reference: 7,
            last: false
        })
    );
    assert_eq!(
        status(0xc).aggregate,
        Some(Aggregate {
            reference: 7,
            last: true
        })
    );
    assert!(status(0).phy.aggregated());
    assert!(Header::new().put(NO_PSDU, 1, &[0]).read().no_mpdu);
}

#[test]
fn what_does_not_fit_is_no_header_or_has_fewer_fields() {
    let whole = Header::new()
        .put(FLAGS, 1, &[0x10])
        .put(CHANNEL, 2, &[0x6c, 0x09, 0, 0])
        .put(SIGNAL, 1, &[200])
        .done();
    assert!(read(&whole).is_some());
    for end in 0..whole.len() {
        assert_eq!(read(&whole[..end]), None, "cut at {end}");
        let mut shorter = whole[..end].to_vec();
        if end >= 8 {
            shorter[2] = end as u8;
            let radio = read(&shorter).unwrap();
            assert_eq!(radio.octets, end);
            assert_eq!(radio.rssi, RSSI_UNKNOWN);
        }
    }
    let mut other_version = whole.clone();
    other_version[0] = 1;
    assert_eq!(read(&other_version), None);
    // Words of presence bits without end.
    let endless = [&[0, 0, 0xff, 0xff][..], &[0xff; 65_531]].concat();
    assert_eq!(read(&endless).unwrap().phy, Phy::UNKNOWN);
}
