//! The MAC header against hand-made frames of every kind, and against where it is cut.

mod support;

use airwarden_core::frame::{BlockAck, FrameControl, Header};
use airwarden_core::mac::Mac;
use support::*;

fn parse(frame: &[u8]) -> Header {
    Header::parse(frame).unwrap()
}

fn mac(octets: [u8; 6]) -> Mac {
    Mac::from_octets(octets)
}

fn block_ack(subtype: u8, control_field: u16, rest: &[u8]) -> Option<BlockAck> {
    let body = [&station(1)[..], &control_field.to_le_bytes(), rest].concat();
    parse(&control(subtype, 0, access_point(1), &body)).block_ack
}

const BA: u8 = 9;
const BAR: u8 = 8;

#[test]
fn a_data_frame_to_the_access_point() {
    let addresses = [access_point(1), station(1), station(2)];
    let parts = Data {
        subtype: 8,
        flags: 0x49,
        addresses: &addresses,
        sequence: 4095,
        fragment: 3,
        qos: 0x86,
        body: b"xyz",
    };
    let frame = data(&parts);
    let header = parse(&frame);
    let expected = Header {
        fc: FrameControl(0x4988),
        duration: 48,
        a1: mac(access_point(1)),
        a2: Some(mac(station(1))),
        a3: Some(mac(station(2))),
        a4: None,
        sequence: Some(0xfff3),
        qos: Some(0x86),
        block_ack: None,
        length: 26,
    };
    assert_eq!(header, expected);
    assert_eq!(header.body(&frame), b"xyz");
    assert!(header.fc.protected() && header.fc.retry() && header.fc.carries_msdu());
}

#[test]
fn fourth_address_qos_and_ht_control_lie_behind_each_other() {
    let addresses = [access_point(1), access_point(2), station(1), station(2)];
    for (subtype, flags, length) in [(0, 3, 30), (8, 3, 32), (8, 0x83, 36), (0, 0x83, 30), (4, 3, 30)] {
        let parts = Data {
            subtype,
            flags,
            addresses: &addresses,
            sequence: 1,
            fragment: 0,
            qos: 5,
            body: &[7; 9],
        };
        let header = parse(&data(&parts));
        assert_eq!(header.length, length, "subtype {subtype} flags {flags:#x}");
        assert_eq!(header.a4, Some(mac(station(2))));
        assert_eq!(header.qos, (subtype == 8).then_some(5));
    }
    let mut action = management(
        13,
        [BROADCAST, access_point(1), access_point(1)],
        1,
        &[1, 2, 3, 4, 0xaa],
    );
    action[1] |= 0x80;
    assert_eq!(parse(&action).body(&action), [0xaa]);
    action.truncate(26);
    assert_eq!(parse(&action).body(&action), [0u8; 0], "HT control is cut");
}

#[test]
fn control_frames_have_one_address_or_two() {
    for subtype in (0..16).filter(|&subtype| subtype != 7) {
        let frame = control(subtype, 7, access_point(1), &[&station(1)[..], &[0; 20]].concat());
        let header = parse(&frame);
        match subtype {
            12 | 13 => assert_eq!((header.a2, header.length), (None, 10)),
            _ => assert_eq!(
                (header.a2, header.length),
                (Some(mac(station(1))), 16),
                "subtype {subtype}"
            ),
        }
        assert_eq!(
            (header.a3, header.a4, header.sequence, header.qos),
            (None, None, None, None)
        );
        assert_eq!(header.duration, 7);
    }
}

#[test]
fn a_wrapper_is_what_it_carries() {
    let ack = parse(&control(7, 60, station(1), &[0xd4, 0, 1, 2, 3, 4]));
    assert_eq!(
        (ack.fc.0, ack.duration, ack.a1, ack.a2),
        (0x00d4, 60, mac(station(1)), None)
    );
    let inner = [
        &[0x94, 0, 1, 2, 3, 4][..],
        &station(1),
        &[0x05, 0x10, 0x30, 0x12, 3, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let wrapped = parse(&control(7, 60, access_point(1), &inner));
    assert_eq!(
        wrapped.block_ack,
        Some(BlockAck {
            control: 0x1005,
            start: 0x123,
            top: 2,
            set: 2
        })
    );
    for carried in [0x74u8, 0x80, 0x08, 0xd5] {
        assert_eq!(
            Header::parse(&control(7, 60, station(1), &[carried, 0, 1, 2, 3, 4])),
            None,
            "{carried:#x}"
        );
    }
    assert_eq!(Header::parse(&control(7, 60, station(1), &[0xd4, 0, 1, 2, 3])), None);
}

#[test]
fn a_cut_header_is_none() {
    let four = [access_point(1), access_point(2), station(1), station(2)];
    let wide = Data {
        subtype: 8,
        flags: 3,
        addresses: &four,
        sequence: 1,
        fragment: 0,
        qos: 5,
        body: &[],
    };
    for (frame, needed) in [
        (control(13, 0, station(1), &[]), 10),
        (control(11, 0, station(1), &access_point(1)), 16),
        (management(8, [BROADCAST; 3], 1, &[]), 24),
        (data(&wide), 32),
    ] {
        assert_eq!(frame.len(), needed);
        for cut in 0..=needed {
            assert_eq!(
                Header::parse(&frame[..cut]).is_some(),
                cut == needed,
                "cut at {cut} of {needed}"
            );
        }
    }
}

#[test]
fn other_versions_and_the_extension_type_are_none() {
    let mut frame = management(8, [BROADCAST; 3], 1, &[0; 40]);
    for version in 1..4 {
        frame[0] = 0x80 | version;
        assert_eq!(Header::parse(&frame), None);
    }
    frame[0] = 0x0c;
    assert_eq!(Header::parse(&frame), None);
}

#[test]
fn block_acks_of_every_variant() {
    let ba = |control, start, top, set| {
        Some(BlockAck {
            control,
            start,
            top,
            set,
        })
    };
    let full = [0xff; 8];
    // Compressed: 64, 256, 512 and 1,024 bits by the fragment number.
    assert_eq!(
        block_ack(BA, 0x7005, &[&[0x20, 0x00][..], &full].concat()),
        ba(0x7005, 2, 64, 64)
    );
    assert_eq!(
        block_ack(BA, 0x7005, &[&[0x20, 0x00][..], &full, &full].concat()),
        ba(0x7005, 2, 64, 64)
    );
    assert_eq!(
        block_ack(BA, 0x7005, &[&[0x22, 0x00][..], &[1; 40]].concat()),
        ba(0x7005, 2, 249, 32)
    );
    assert_eq!(
        block_ack(BA, 0x7005, &[&[0x24, 0x00][..], &[1; 200]].concat()),
        ba(0x7005, 2, 505, 64)
    );
    assert_eq!(
        block_ack(BA, 0x7005, &[&[0x26, 0x00][..], &[0x80; 200]].concat()),
        ba(0x7005, 2, 1024, 128)
    );
    // Fragments: four bits for each MSDU.
    assert_eq!(
        block_ack(BA, 0x7005, &[0x21, 0, 0xf1, 0, 0x20, 0, 0, 0, 0, 0]),
        ba(0x7005, 2, 6, 3)
    );
    // Basic: sixteen bits for each of 64 MSDUs.
    let mut basic = vec![0x20, 0x00];
    basic.extend([0; 128]);
    basic[2 + 4] = 3;
    basic[2 + 127] = 0x80;
    assert_eq!(block_ack(BA, 0x7000, &basic), ba(0x7000, 2, 64, 2));
    // GCR: the group address lies before the bitmap.
    let gcr = [&[0x20, 0x00, 1, 0, 0x5e, 1, 2, 3][..], &[0x05, 0, 0, 0, 0, 0, 0, 0]].concat();
    assert_eq!(block_ack(BA, 0x000c, &gcr), ba(0x000c, 2, 3, 2));
    // Multi-TID: the first entry, its TID in the control field.
    let entry = [
        &[0x00, 0x60, 0x20, 0x00][..],
        &[0x07, 0, 0, 0, 0, 0, 0, 0],
        &[0, 0x50, 0, 0],
        &full,
    ]
    .concat();
    assert_eq!(block_ack(BA, 0x1006, &entry), ba(0x6006, 2, 3, 3));
    // Multi-STA: entries that acknowledge everything have no bitmap.
    let entry = [&[0x01, 0xe8, 0x02, 0x30, 0x22, 0x00][..], &[0; 31], &[0x40]].concat();
    assert_eq!(block_ack(BA, 0x0016, &entry), ba(0x3016, 2, 255, 1));
    assert_eq!(block_ack(BA, 0x0016, &[0x01, 0x08, 0x02, 0x38]), None);
    assert_eq!(
        block_ack(BA, 0x0016, &[0xfd, 0x07, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
        None,
        "an unassociated station"
    );
}

#[test]
fn block_ack_requests_and_what_is_missing() {
    let request = |control, start| {
        Some(BlockAck {
            control,
            start,
            top: 0,
            set: 0,
        })
    };
    assert_eq!(block_ack(BAR, 0x5004, &[0x30, 0x12]), request(0x5004, 0x123));
    assert_eq!(
        block_ack(BAR, 0x1006, &[0x00, 0x40, 0x30, 0x12, 0, 0x50, 0, 0]),
        request(0x4006, 0x123)
    );
    assert_eq!(block_ack(BAR, 0x5004, &[0x30]), None);
    assert_eq!(block_ack(BAR, 0x501e, &[0x30, 0x12]), None, "a reserved variant");
    assert_eq!(block_ack(BA, 0x501e, &[0x30, 0x12, 0, 0]), None);
    assert_eq!(block_ack(BA, 0x5004, &[]), None);
    assert_eq!(
        block_ack(BA, 0x5004, &[0x30, 0x12, 0x03]).map(|b| b.set),
        Some(2),
        "a bitmap that is cut"
    );
}
