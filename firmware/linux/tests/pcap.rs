//! pcap files in all their variants.

mod support;

use std::io::Write;

use airwarden_node::capture::Problem;
use flate2::Compression;
use flate2::write::GzEncoder;
use support::{Order, Read, open, pcap_header, pcap_record, read};

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;

fn packet(time_us: u64, original: u32, octets: &[u8]) -> Read {
    Read {
        time_us,
        interface: 0,
        original,
        fcs: None,
        fcs_bad: false,
        octets: octets.to_vec(),
    }
}

#[test]
fn both_byte_orders_and_both_resolutions() {
    for order in [Order::Little, Order::Big] {
        for (magic, fraction) in [(MICROSECONDS, 654_321), (NANOSECONDS, 654_321_987)] {
            let mut file = pcap_header(order, magic, 105);
            file.extend(pcap_record(order, 1_700_000_000, fraction, 4, &[1, 2, 3, 4]));
            file.extend(pcap_record(order, u32::MAX, 0, 90, &[5]));
            let (packets, problem) = read(file);
            assert!(problem.is_none(), "{order:?} {magic:x}: {problem:?}");
            let expected = [
                packet(1_700_000_000_654_321, 4, &[1, 2, 3, 4]),
                packet(4_294_967_295_000_000, 90, &[5]),
            ];
            assert_eq!(packets, expected, "{order:?} {magic:x}");
        }
    }
}

#[test]
fn records_with_the_longer_header_of_old_kernels() {
    for order in [Order::Little, Order::Big] {
        let mut file = pcap_header(order, MODIFIED, 127);
        for number in 0..3 {
            let mut record = pcap_record(order, number, 7, 2, &[8, 9]);
            record.splice(16..16, [0, 0, 0, 3, 0, 0x19, 0, 0]);
            file.extend(record);
        }
        let (packets, problem) = read(file);
        assert!(problem.is_none());
        assert_eq!(packets.len(), 3);
        assert_eq!(packets[2], packet(2_000_007, 2, &[8, 9]));
    }
}

#[test]
fn the_header_may_say_whether_a_check_sequence_follows() {
    let with = |network| read([pcap_header(Order::Little, MICROSECONDS, network), record()].concat()).0[0].fcs;
    assert_eq!(with(105), None);
    assert_eq!(with(105 | 1 << 26 | 2 << 28), Some(true));
    assert_eq!(with(105 | 1 << 26), Some(false));
}

fn record() -> Vec<u8> {
    pcap_record(Order::Little, 1, 2, 3, &[1, 2, 3])
}

#[test]
fn lengths_in_the_wrong_order_before_version_2_4() {
    let mut file = pcap_header(Order::Little, MICROSECONDS, 105);
    file[6] = 3;
    let mut swapped = pcap_record(Order::Little, 1, 2, 2, &[1, 2]);
    swapped[8..12].copy_from_slice(&9u32.to_le_bytes());
    file.extend(swapped);
    assert_eq!(read(file).0, [packet(1_000_002, 9, &[1, 2])]);
}

#[test]
fn a_cut_anywhere_gives_what_is_before_it() {
    let whole = [
        pcap_header(Order::Big, MICROSECONDS, 127),
        pcap_record(Order::Big, 1, 2, 3, &[1, 2, 3]),
    ]
    .concat();
    let file = [whole.clone(), pcap_record(Order::Big, 2, 3, 3, &[4, 5, 6])].concat();
    for end in whole.len() + 1..file.len() {
        let (packets, problem) = read(file[..end].to_vec());
        assert_eq!(packets.len(), 1, "cut at {end}");
        assert!(
            matches!(problem, Some(Problem::Truncated(1))),
            "cut at {end}: {problem:?}"
        );
    }
    for end in 4..24 {
        assert!(
            matches!(open(file[..end].to_vec()), Err(Problem::Damaged(0, _))),
            "cut at {end}"
        );
    }
}

#[test]
fn gzip_whole_in_parts_cut_and_damaged() {
    let mut file = pcap_header(Order::Little, MICROSECONDS, 105);
    for number in 0..500 {
        file.extend(pcap_record(
            Order::Little,
            number,
            number * 7919 % 1000,
            64,
            &[number as u8; 64],
        ));
    }
    let (plain, _) = read(file.clone());
    let packed = gzip(&file);
    assert_eq!(read(packed.clone()).0, plain);
    let in_parts = [gzip(&file[..1000]), gzip(&file[1000..])].concat();
    assert_eq!(read(in_parts).0, plain);
    let (packets, problem) = read(packed[..packed.len() / 2].to_vec());
    assert!(matches!(problem, Some(Problem::Truncated(_))), "{problem:?}");
    assert!(!packets.is_empty() && packets.len() < plain.len());
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 8].fill(0xff);
    assert!(matches!(
        read(damaged).1,
        Some(Problem::Damaged(..) | Problem::Truncated(_))
    ));
    assert!(matches!(open(gzip(&packed)), Err(Problem::Compressed("gzip twice"))));
    assert!(matches!(open(gzip(&[])), Err(Problem::Empty)));
}

fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_is_no_capture_is_named() {
    assert!(matches!(open(vec![]), Err(Problem::Empty)));
    assert!(matches!(
        open(vec![0xd4, 0xc3]),
        Err(Problem::UnknownFormat([0xd4, 0xc3, 0, 0]))
    ));
    assert!(matches!(open(b"#!/bin/sh\n".to_vec()), Err(Problem::UnknownFormat(_))));
    assert!(matches!(
        open(vec![0x28, 0xb5, 0x2f, 0xfd, 0]),
        Err(Problem::Compressed("zstd"))
    ));
    for link in [0, 1, 113, 195, 104, 106, 128] {
        let file = pcap_header(Order::Little, MICROSECONDS, link);
        assert!(matches!(open(file), Err(Problem::UnknownLinkType(number)) if number == link));
    }
    for link in [105, 119, 127, 163, 192] {
        assert!(open(pcap_header(Order::Little, MICROSECONDS, link)).is_ok());
    }
}

#[test]
fn a_length_that_cannot_be_ends_the_file_without_filling_the_memory() {
    let mut file = pcap_header(Order::Little, MICROSECONDS, 105);
    file.extend(record());
    let mut absurd = record();
    absurd[8..12].copy_from_slice(&0xffff_fff0u32.to_le_bytes());
    file.extend(absurd);
    let (packets, problem) = read(file);
    assert_eq!(packets.len(), 1);
    assert!(matches!(problem, Some(Problem::Damaged(1, _))));
}
