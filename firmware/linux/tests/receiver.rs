//! From packets to receptions.

mod support;

use airwarden_core::phy::{Guard, Phy, Width};
use airwarden_node::capture::{LinkType, Packet};
use airwarden_node::feed::Feed;
use airwarden_node::receiver::Receiver;
use support::{Order, open, pcap_header, pcap_record};

const A: [u8; 6] = [2, 0, 0, 0, 0, 0xa];
const B: [u8; 6] = [2, 0, 0, 0, 0, 0xb];

fn frame(control: [u8; 2], to: [u8; 6], from: [u8; 6], rest: &[u8]) -> Vec<u8> {
    [&control[..], &[0, 0], &to, &from, &to, &[0x10, 0], rest].concat()
}

fn with_fcs(frame: &[u8]) -> Vec<u8> {
    [frame, &crc32fast::hash(frame).to_le_bytes()].concat()
}

fn packet(link: LinkType, octets: &[u8]) -> Packet<'_> {
    Packet {
        time_us: 1,
        interface: 0,
        link,
        original: octets.len() as u32,
        fcs: None,
        fcs_bad: false,
        octets,
    }
}

/// Radiotap with flags, TSF, MCS and optionally the status of an A-MPDU.
fn radiotap(flags: u8, tsf: u64, aggregate: Option<(u32, u16)>, frame: &[u8]) -> Vec<u8> {
    let present: u32 = 1 | 1 << 1 | 1 << 19 | if aggregate.is_some() { 1 << 20 } else { 0 };
    let mut header = vec![0, 0, 0, 0];
    header.extend(present.to_le_bytes());
    header.extend(tsf.to_le_bytes());
    header.extend([flags, 2, 0, 7]);
    if let Some((reference, status)) = aggregate {
        header.extend(reference.to_le_bytes());
        header.extend(status.to_le_bytes());
        header.extend([0, 0]);
    }
    header[2] = header.len() as u8;
    [header.as_slice(), frame].concat()
}

#[test]
fn lengths_are_those_of_the_capture_or_on_the_air() {
    let data = frame([0x08, 0x01], A, B, &[7; 30]);
    for (mut receiver, added) in [(Receiver::default(), 0), (Receiver::live(), 4)] {
        for octets in [
            packet(LinkType::Ieee80211, &data),
            packet(LinkType::Radiotap, &radiotap(0, 1, None, &data)),
        ] {
            let reception = receiver.receive(&octets);
            assert_eq!(
                (reception.length, reception.bytes),
                (data.len() as u16 + added, data.as_slice())
            );
        }
        lengths_with_check_sequence(&mut receiver, &data);
    }
}

fn lengths_with_check_sequence(receiver: &mut Receiver, data: &[u8]) {
    // Whole, with its check sequence.
    let whole = radiotap(0x10, 1, None, &with_fcs(data));
    let reception = receiver.receive(&packet(LinkType::Radiotap, &whole));
    assert_eq!((reception.length, reception.bytes), (data.len() as u16 + 4, data));
    // Cut in the check sequence, and long before it.
    for cut in [2, 20] {
        let mut cut_short = packet(LinkType::Radiotap, &whole[..whole.len() - cut]);
        cut_short.original = whole.len() as u32;
        let reception = receiver.receive(&cut_short);
        let kept = data.len().min(data.len() + 4 - cut);
        assert_eq!(
            (reception.length, reception.bytes),
            (data.len() as u16 + 4, &data[..kept])
        );
    }
    // An original length that no frame has.
    let mut absurd = packet(LinkType::Radiotap, &whole);
    absurd.original = u32::MAX;
    assert_eq!(receiver.receive(&absurd).length, u16::MAX);
}

#[test]
fn a_packet_without_sense_is_a_reception_without_octets() {
    let mut receiver = Receiver::default();
    for octets in [&[][..], &[1, 2, 3], &[0, 0, 0xff, 0xff, 0, 0, 0, 0]] {
        let reception = receiver.receive(&packet(LinkType::Radiotap, octets));
        assert_eq!(
            (reception.bytes, reception.length, reception.phy),
            (&[][..], octets.len() as u16, Phy::UNKNOWN)
        );
    }
    let no_psdu = [&[0, 0, 9, 0, 0, 0, 0, 4, 1][..], &[0xd4; 14]].concat();
    let reception = receiver.receive(&packet(LinkType::Radiotap, &no_psdu));
    assert_eq!((reception.bytes, reception.length), (&[][..], 0));
}

#[test]
fn a_wrong_check_sequence_is_found_where_most_are_right() {
    let mut receiver = Receiver::default();
    let good = with_fcs(&frame([0x80, 0], A, B, &[1; 20]));
    let mut bad = good.clone();
    bad[30] ^= 1;
    for _ in 0..40 {
        assert!(
            !receiver
                .receive(&packet(LinkType::Radiotap, &radiotap(0x10, 1, None, &good)))
                .fcs_bad
        );
    }
    assert!(
        receiver
            .receive(&packet(LinkType::Radiotap, &radiotap(0x10, 1, None, &bad)))
            .fcs_bad
    );
    assert!(
        receiver
            .receive(&packet(LinkType::Radiotap, &radiotap(0x50, 1, None, &good)))
            .fcs_bad
    );
    // Protected and yet open: the receiver has decrypted it, and left the check sequence as it came.
    for security in [0, 4, 8, 22] {
        let payload = [vec![9; security], vec![0xaa, 0xaa, 3, 0, 0, 0, 8, 0]].concat();
        let mut decrypted = with_fcs(&frame([0x08, 0x41], A, B, &payload));
        *decrypted.last_mut().unwrap() ^= 1;
        let octets = radiotap(0x10, 1, None, &decrypted);
        assert!(
            !receiver.receive(&packet(LinkType::Radiotap, &octets)).fcs_bad,
            "{security}"
        );
    }
}

#[test]
fn frames_of_one_ppdu_continue_it() {
    let mut receiver = Receiver::default();
    let mut hear = |reference: Option<(u32, u16)>, flags: u8, tsf: u64, from: [u8; 6]| {
        let frame = frame([0x88, 0x01], A, from, &[0; 10]);
        let octets = radiotap(flags, tsf, reference, &frame);
        let reception = receiver.receive(&packet(LinkType::Radiotap, &octets));
        (reception.ppdu_continues, reception.phy.aggregated())
    };
    // Without a clock, the numbers tell.
    assert_eq!(hear(Some((1, 0)), 0, 0, B), (false, true));
    assert_eq!(hear(Some((1, 0)), 0, 0, B), (true, true));
    assert_eq!(
        hear(Some((1, 0)), 0x40, 0, [9; 6]),
        (true, true),
        "damaged, with any address"
    );
    assert_eq!(hear(Some((1, 0)), 0, 0, B), (true, true));
    assert_eq!(hear(Some((2, 0)), 0, 0, B), (false, true));
    assert_eq!(hear(Some((2, 0)), 0, 0, A), (false, true), "another transmitter");
    assert_eq!(hear(Some((3, 0xc)), 0, 0, A), (false, true));
    assert_eq!(hear(Some((3, 0xc)), 0, 0, A), (false, true), "the last was the last");
    // With one, it tells, with numbers or without.
    assert_eq!(hear(None, 0, 50, B), (false, false));
    assert_eq!(hear(None, 0, 50, B), (true, true));
    assert_eq!(hear(None, 0x40, 50, [9; 6]), (true, true));
    assert_eq!(hear(None, 0, 50, B), (true, true));
    assert_eq!(hear(None, 0, 50, A), (false, false));
    assert_eq!(hear(None, 0, 51, A), (false, false));
    assert_eq!(hear(Some((7, 0)), 0, 60, A), (false, true));
    assert_eq!(hear(Some((8, 0)), 0, 60, A), (true, true), "numbered by frame");
    assert_eq!(hear(Some((8, 0)), 0, 900, A), (false, true), "sent again");
    // A clock that stands still is none.
    assert_eq!(hear(None, 0, 0, A), (false, false));
    assert_eq!(hear(None, 0, 0, A), (false, false));
}

#[test]
fn padding_behind_the_header_is_taken_out() {
    let mut receiver = Receiver::default();
    let quality_of_service = [&frame([0x88, 0x01], A, B, &[]), &[5, 0, 0, 0, 0xaa, 0xaa, 3, 1][..]].concat();
    let octets = radiotap(0x20, 1, None, &quality_of_service);
    let reception = receiver.receive(&packet(LinkType::Radiotap, &octets));
    let expected = [&frame([0x88, 0x01], A, B, &[]), &[5, 0, 0xaa, 0xaa, 3, 1][..]].concat();
    assert_eq!(
        (reception.bytes, reception.length),
        (expected.as_slice(), expected.len() as u16)
    );
    assert_eq!(reception.phy, Phy::ht(7, Width::Mhz20, Guard::Normal));
    // A header that needs none, and a frame too short for any.
    for octets in [frame([0x08, 0x01], A, B, &[1, 2, 3]), vec![0x88, 0x01], vec![]] {
        let packed = radiotap(0x20, 1, None, &octets);
        assert_eq!(receiver.receive(&packet(LinkType::Radiotap, &packed)).bytes, octets);
    }
}

#[test]
fn already_the_first_frame_of_a_bare_capture_is_judged_by_the_next() {
    let good = frame([0x80, 0], A, B, &[1; 20]);
    let file = |frames: &[Vec<u8>]| {
        let mut file = pcap_header(Order::Little, 0xa1b2_c3d4, 105);
        for (number, frame) in frames.iter().enumerate() {
            file.extend(pcap_record(Order::Little, number as u32, 0, frame.len() as u32, frame));
        }
        file
    };
    let heard = |frames: &[Vec<u8>]| {
        let mut receiver = Receiver::default();
        let mut feed = Feed::new(open(file(frames)).unwrap(), &mut receiver);
        let mut heard = Vec::new();
        while let Some(packet) = feed.next_packet().unwrap() {
            let reception = receiver.receive(&packet);
            heard.push((reception.time_us / 1_000_000, reception.bytes.len(), reception.fcs_bad));
        }
        heard
    };
    let mut bad = with_fcs(&good);
    bad[25] ^= 1;
    let mut frames = vec![bad];
    frames.extend(vec![with_fcs(&good); 100]);
    let with = heard(&frames);
    assert_eq!(with.len(), 101);
    assert_eq!(with[0], (0, good.len(), true));
    assert!(
        with[1..]
            .iter()
            .enumerate()
            .all(|(at, one)| *one == (at as u64 + 1, good.len(), false))
    );
    let without = heard(&vec![good.clone(); 100]);
    assert!(
        without
            .iter()
            .enumerate()
            .all(|(at, one)| *one == (at as u64, good.len(), false))
    );
    assert!(heard(&[]).is_empty());
}
