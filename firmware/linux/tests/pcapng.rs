//! pcapng files in all their variants.

mod support;

use airwarden_node::capture::Problem;
use support::{Order, Read, block, enhanced, interface, obsolete, open, option, pcap_header, read, section, simple};

const ORDERS: [Order; 2] = [Order::Little, Order::Big];

fn file(order: Order, blocks: &[Vec<u8>]) -> Vec<u8> {
    [section(order), blocks.concat()].concat()
}

fn times(order: Order, options: &[u8], ticks: &[u64]) -> Vec<u64> {
    let mut blocks = vec![interface(order, 127, 0, options)];
    blocks.extend(ticks.iter().map(|ticks| enhanced(order, 0, *ticks, 1, &[0], &[])));
    let (packets, problem) = read(file(order, &blocks));
    assert!(problem.is_none(), "{problem:?}");
    packets.iter().map(|packet| packet.time_us).collect()
}

#[test]
fn enhanced_simple_and_obsolete_packets() {
    for order in ORDERS {
        let made = file(
            order,
            &[
                interface(order, 105, 0, &[]),
                enhanced(order, 0, 1_700_000_000_000_001, 9, &[1, 2, 3, 4, 5], &[]),
                simple(order, 3, &[6, 7, 8]),
                obsolete(order, 0, 1_700_000_000_000_009, 2, &[9, 10]),
            ],
        );
        let (packets, problem) = read(made);
        assert!(problem.is_none(), "{problem:?}");
        let read = |time_us, original, octets: &[u8]| Read {
            time_us,
            interface: 0,
            original,
            fcs: None,
            fcs_bad: false,
            octets: octets.to_vec(),
        };
        let expected = [
            read(1_700_000_000_000_001, 9, &[1, 2, 3, 4, 5]),
            read(1_700_000_000_000_001, 3, &[6, 7, 8]),
            read(1_700_000_000_000_009, 2, &[9, 10]),
        ];
        assert_eq!(packets, expected, "{order:?}");
    }
}

#[test]
fn a_simple_packet_is_as_long_as_the_interface_keeps() {
    for order in ORDERS {
        let made = file(
            order,
            &[interface(order, 105, 3, &[]), simple(order, 100, &[1, 2, 3, 0])],
        );
        let (packets, _) = read(made);
        assert_eq!(
            (packets[0].original, packets[0].octets.as_slice()),
            (100, &[1, 2, 3][..])
        );
    }
}

#[test]
fn resolutions_and_offsets() {
    for order in ORDERS {
        let resolution = |value: u8| option(order, 9, &[value]);
        let second = 1_700_000_000;
        assert_eq!(times(order, &[], &[second * 1_000_000 + 1]), [1_700_000_000_000_001]);
        assert_eq!(
            times(order, &resolution(9), &[second * 1_000_000_000 + 1_999]),
            [1_700_000_000_000_001]
        );
        assert_eq!(
            times(order, &resolution(3), &[second * 1_000 + 2]),
            [1_700_000_000_002_000]
        );
        assert_eq!(times(order, &resolution(0), &[second]), [1_700_000_000_000_000]);
        assert_eq!(
            times(order, &resolution(0x80 | 10), &[second << 10 | 512]),
            [1_700_000_000_500_000]
        );
        assert_eq!(
            times(order, &resolution(0x80 | 32), &[second << 32 | 1 << 31]),
            [1_700_000_000_500_000]
        );
        // 10^-127 and 2^-127 s: nobody counts so, and nothing breaks.
        assert_eq!(times(order, &resolution(127), &[u64::MAX]), [1]);
        assert_eq!(times(order, &resolution(255), &[u64::MAX]), [0]);
        assert_eq!(times(order, &resolution(0), &[u64::MAX]), [u64::MAX]);
        let offset = |seconds: i64| option(order, 14, &order.i64(seconds));
        assert_eq!(
            times(order, &offset(1_700_000_000), &[5, 6]),
            [1_700_000_000_000_005, 1_700_000_000_000_006]
        );
        assert_eq!(times(order, &offset(-1), &[1_000_007, 3]), [7, 0]);
        assert_eq!(times(order, &offset(i64::MIN), &[3]), [0]);
    }
}

#[test]
fn check_sequences_by_interface_and_by_packet() {
    for order in ORDERS {
        let flags = |value: u32| option(order, 2, &order.u32(value));
        let made = file(
            order,
            &[
                interface(order, 105, 0, &option(order, 13, &[4])),
                interface(order, 105, 0, &[]),
                enhanced(order, 0, 1, 1, &[0], &[]),
                enhanced(order, 1, 2, 1, &[0], &[]),
                enhanced(order, 1, 3, 1, &[0], &flags(4 << 5 | 1 << 24)),
                enhanced(
                    order,
                    0,
                    4,
                    1,
                    &[0],
                    &[option(order, 1, b"a comment"), flags(1)].concat(),
                ),
            ],
        );
        let said: Vec<_> = read(made)
            .0
            .iter()
            .map(|packet| (packet.interface, packet.fcs, packet.fcs_bad))
            .collect();
        assert_eq!(
            said,
            [
                (0, Some(true), false),
                (1, None, false),
                (1, Some(true), true),
                (0, Some(true), false)
            ],
            "{order:?}"
        );
    }
}

#[test]
fn sections_have_interfaces_and_a_byte_order_of_their_own() {
    let part = |order, link, ticks| {
        let first = interface(order, link, 0, &[]);
        let second = interface(order, 127, 0, &option(order, 9, &[3]));
        file(order, &[first, second, enhanced(order, 1, ticks, 1, &[0], &[])])
    };
    let made = [
        part(Order::Little, 105, 1),
        part(Order::Big, 105, 2),
        part(Order::Little, 1, 3),
    ]
    .concat();
    let (packets, problem) = read(made);
    assert!(problem.is_none(), "{problem:?}");
    let said: Vec<_> = packets
        .iter()
        .map(|packet| (packet.interface, packet.time_us))
        .collect();
    assert_eq!(said, [(1, 1_000), (3, 2_000), (5, 3_000)]);
}

#[test]
fn blocks_of_other_kinds_are_read_past_however_long() {
    let order = Order::Little;
    let made = file(
        order,
        &[
            block(order, 0x0000_0bad, &[1, 2, 3, 4]),
            interface(order, 127, 0, &[]),
            block(order, 5, &vec![0; 3_000_000]),
            enhanced(order, 0, 7, 1, &[0], &[]),
            block(order, 4, &[]),
        ],
    );
    let (packets, problem) = read(made);
    assert!(problem.is_none(), "{problem:?}");
    assert_eq!(packets.len(), 1);
}

#[test]
fn packets_of_other_interfaces_are_passed_over_and_counted() {
    let order = Order::Little;
    let blocks = [
        interface(order, 1, 0, &[]),
        interface(order, 127, 0, &[]),
        enhanced(order, 0, 1, 1, &[0], &[]),
        enhanced(order, 1, 2, 1, &[0], &[]),
        enhanced(order, 9, 3, 1, &[0], &[]),
    ];
    let mut capture = open(file(order, &blocks)).unwrap();
    assert!(matches!(capture.next_packet(), Ok(Some(packet)) if packet.time_us == 2));
    assert!(matches!(capture.next_packet(), Ok(None)));
    assert!(capture.passed_over().unwrap().starts_with("2 packets of link type 1"));
    let (packets, problem) = read(file(order, &blocks[..3]));
    assert!(packets.is_empty());
    assert!(matches!(problem, Some(Problem::UnknownLinkType(1))));
}

#[test]
fn a_cut_anywhere_gives_what_is_before_it() {
    for order in ORDERS {
        let first = file(
            order,
            &[interface(order, 127, 0, &[]), enhanced(order, 0, 1, 3, &[1, 2, 3], &[])],
        );
        let made = [first.clone(), enhanced(order, 0, 2, 3, &[1, 2, 3], &[])].concat();
        for end in first.len() + 1..made.len() {
            let (packets, problem) = read(made[..end].to_vec());
            assert_eq!(packets.len(), 1, "cut at {end}");
            assert!(
                matches!(problem, Some(Problem::Truncated(1))),
                "cut at {end}: {problem:?}"
            );
        }
    }
}

#[test]
fn lengths_that_cannot_be_end_the_file() {
    let order = Order::Little;
    let start = [interface(order, 127, 0, &[]), enhanced(order, 0, 1, 1, &[0], &[])];
    let mut too_long = enhanced(order, 0, 1, 1, &[0], &[]);
    too_long[20..24].copy_from_slice(&400u32.to_le_bytes());
    let mut two_lengths = enhanced(order, 0, 1, 1, &[0], &[]);
    let end = two_lengths.len();
    two_lengths[end - 4] ^= 4;
    let mut huge = enhanced(order, 0, 1, 1, &[0], &[]);
    huge[4..8].copy_from_slice(&0xffff_fff0u32.to_le_bytes());
    let mut odd = enhanced(order, 0, 1, 1, &[0], &[]);
    odd[4] += 1;
    let mut orderless = section(order);
    orderless[8] = 0;
    for bad in [too_long, two_lengths, huge, odd, orderless, block(order, 6, &[0; 8])] {
        let (packets, problem) = read([file(order, &start), bad].concat());
        assert_eq!(packets.len(), 1);
        assert!(matches!(problem, Some(Problem::Damaged(1, _))), "{problem:?}");
    }
}

#[test]
fn endless_interfaces_do_not_fill_the_memory() {
    let order = Order::Little;
    let mut blocks = vec![interface(order, 127, 0, &[]); 5_000];
    blocks.push(enhanced(order, 4_999, 1, 1, &[0], &[]));
    blocks.push(enhanced(order, 1_000, 1, 1, &[0], &[]));
    let (packets, problem) = read(file(order, &blocks));
    assert!(problem.is_none());
    assert_eq!(packets.len(), 1);
}

#[test]
fn a_pcap_file_inside_is_not_mistaken() {
    let made = [section(Order::Little), pcap_header(Order::Little, 0xa1b2_c3d4, 105)].concat();
    assert!(matches!(
        read(made).1,
        Some(Problem::Damaged(0, _) | Problem::Truncated(0))
    ));
}
