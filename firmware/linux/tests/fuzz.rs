//! Octets from anywhere: no reader panics, hangs or makes more of them than there are.

mod support;

use airwarden_core::recorder::{Options, Recorder};
use airwarden_node::args;
use airwarden_node::capture::{LinkType, Packet};
use airwarden_node::columns;
use airwarden_node::receiver::Receiver;
use proptest::collection::vec;
use proptest::prelude::*;
use support::{Order, Read, enhanced, interface, obsolete, option, pcap_header, pcap_record, read, section, simple};

/// A packet block has 12 octets around it, a record 16 in front.
fn check(file: &[u8], packets: &[Read]) {
    let kept: usize = packets.iter().map(|packet| packet.octets.len() + 12).sum();
    assert!(kept <= file.len(), "{kept} octets from {}", file.len());
    for packet in packets {
        assert!(packet.original as usize >= packet.octets.len());
    }
}

fn pcapng() -> Vec<u8> {
    let mut file = Vec::new();
    for order in [Order::Little, Order::Big] {
        file.extend(section(order));
        file.extend(interface(
            order,
            127,
            0,
            &[option(order, 9, &[9]), option(order, 14, &order.i64(7))].concat(),
        ));
        file.extend(interface(order, 105, 90, &option(order, 13, &[4])));
        for ticks in 0..4 {
            file.extend(enhanced(
                order,
                ticks as u32 % 2,
                ticks << 30,
                80,
                &[0; 40],
                &option(order, 2, &[0; 4]),
            ));
            file.extend(simple(order, 70, &[1; 70]));
            file.extend(obsolete(order, 1, ticks, 60, &[2; 50]));
        }
    }
    file
}

fn pcap() -> Vec<u8> {
    let mut file = pcap_header(Order::Little, 0xa1b2_c3d4, 127);
    for second in 0..10 {
        file.extend(pcap_record(Order::Little, second, second, 70, &[3; 60]));
    }
    file
}

const MAGICS: [[u8; 4]; 8] = [
    [0x0a, 0x0d, 0x0d, 0x0a],
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d],
    [0x34, 0xcd, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xcd, 0x34],
    [0x1f, 0x8b, 0x08, 0x00],
];

const LINKS: [LinkType; 5] = [
    LinkType::Ieee80211,
    LinkType::Prism,
    LinkType::Radiotap,
    LinkType::Avs,
    LinkType::Ppi,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_octets_behind_any_magic(magic in 0..MAGICS.len(), rest in vec(any::<u8>(), 0..400)) {
        let file = [&MAGICS[magic][..], &rest].concat();
        let (packets, _) = read(file.clone());
        // Gzip makes more of them by design; its packets are bounded by what a packet may have.
        if MAGICS[magic][0] != 0x1f {
            check(&file, &packets);
        }
    }

    #[test]
    fn captures_with_octets_changed(
        which in any::<bool>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        end in any::<prop::sample::Index>(),
    ) {
        let mut file = if which { pcapng() } else { pcap() };
        for (at, octet) in changes {
            let at = at.index(file.len());
            file[at] = octet;
        }
        file.truncate(end.index(file.len()) + 1);
        let (packets, _) = read(file.clone());
        check(&file, &packets);
    }

    #[test]
    fn any_packet_of_any_link_type(
        packets in vec((0..LINKS.len(), vec(any::<u8>(), 0..200), any::<u32>(), any::<u64>(), any::<u32>()), 1..20),
    ) {
        let mut receiver = Receiver::default();
        let mut recorder = Recorder::<16>::new(Options::FILE);
        let mut lines = Vec::new();
        for (link, octets, more, time_us, interface) in &packets {
            let original = (octets.len() as u32).saturating_add(*more);
            let packet = Packet {
                time_us: *time_us,
                interface: *interface,
                link: LINKS[*link],
                original,
                fcs: None,
                fcs_bad: false,
                octets,
            };
            let reception = receiver.receive(&packet);
            prop_assert!(reception.bytes.len() <= octets.len());
            columns::write(&reception, &mut lines).unwrap();
            recorder.push(&reception, &mut |message| assert!(message.len() <= 1364));
        }
        recorder.flush(&mut |message| assert!(message.len() <= 1364));
        prop_assert_eq!(lines.iter().filter(|octet| **octet == b'\n').count(), packets.len());
    }

    #[test]
    fn any_radiotap_header_with_a_length_that_fits(present in any::<u32>(), rest in vec(any::<u8>(), 0..250)) {
        let length = (8 + rest.len()) as u16;
        let header = [&[0, 0][..], &length.to_le_bytes(), &present.to_le_bytes(), &rest].concat();
        let radio = airwarden_node::radio::radiotap::read(&header).unwrap();
        prop_assert_eq!(radio.octets, header.len());
    }

    #[test]
    fn any_ppi_header_with_a_length_that_fits(flags in any::<u8>(), rest in vec(any::<u8>(), 0..250)) {
        let length = (8 + rest.len()) as u16;
        let header = [&[0, flags][..], &length.to_le_bytes(), &105u32.to_le_bytes(), &rest].concat();
        prop_assert_eq!(airwarden_node::radio::ppi::read(&header).unwrap().octets, header.len());
    }

    #[test]
    fn any_command_line(words in vec("(--(capture|interface|output|key|mac|pace|channels|dwell|name|baud|loop)|[ -~]{0,12})", 0..8)) {
        let _ = args::parse(words.into_iter().map(Into::into));
    }
}
