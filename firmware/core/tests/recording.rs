//! The recorder: what goes in comes back out, in messages that keep their limits, and no more than is new.

mod support;

use std::collections::HashMap;

use airwarden_core::elements::BLOCK;
use airwarden_core::extension::Extension;
use airwarden_core::frame::Header;
use airwarden_core::mac::Mac;
use airwarden_core::messages::{ElementBlock, NodeMessage};
use airwarden_core::phy::{Guard, Phy, Width};
use airwarden_core::reception::Reception;
use airwarden_core::record::FramesReader;
use airwarden_core::recorder::{Options, Recorder};
use support::*;

/// Extension of one frame as it came back, with what is needed to know which.
#[derive(Clone, PartialEq, Debug)]
struct Back {
    time_us: u64,
    extension: Vec<u8>,
}

#[derive(Default)]
struct Hub {
    messages: usize,
    longest: usize,
    records: Vec<Back>,
    blocks: Vec<(u32, u8, usize)>,
    named: Vec<u32>,
    next: u32,
}

impl Hub {
    fn take(&mut self, message: &[u8]) {
        self.messages += 1;
        self.longest = self.longest.max(message.len());
        if let Some(mut frames) = FramesReader::new(message) {
            assert_eq!(frames.sequence, self.next);
            for record in frames.by_ref() {
                let extension = Extension::read(record.extension);
                if let Some(hash) = extension.elements {
                    assert!(
                        self.blocks.iter().any(|&(known, ..)| known == hash),
                        "named before it was sent"
                    );
                    self.named.push(hash);
                }
                self.records.push(Back {
                    time_us: record.time_us,
                    extension: record.extension.to_vec(),
                });
            }
            assert!(frames.is_done());
        } else {
            let Ok((sequence, NodeMessage::Elements(ElementBlock { hash, subtype, block }))) =
                NodeMessage::decode(message)
            else {
                panic!("neither frames nor elements");
            };
            assert_eq!(sequence, self.next);
            assert!(block.len() <= BLOCK);
            self.blocks.push((hash, subtype, block.len()));
        }
        self.next += 1;
    }
}

fn recorded(options: Options, receptions: &[(u64, Vec<u8>)]) -> Hub {
    let mut recorder: Recorder<128> = Recorder::new(options);
    let mut hub = Hub::default();
    for (time_us, bytes) in receptions {
        push(&mut recorder, &mut hub, *time_us, bytes);
    }
    recorder.flush(&mut |message| hub.take(message));
    hub
}

fn push<const CACHE: usize>(recorder: &mut Recorder<CACHE>, hub: &mut Hub, time_us: u64, bytes: &[u8]) {
    let reception = Reception {
        time_us,
        length: bytes.len() as u16 + 4,
        bytes,
        ..Reception::default()
    };
    recorder.push(&reception, &mut |message| hub.take(message));
}

fn said(hub: &Hub, kind: u8) -> Vec<u64> {
    let has = |back: &Back| {
        let mut rest = back.extension.as_slice();
        while let [tlv, length, more @ ..] = rest {
            if *tlv == kind {
                return true;
            }
            rest = &more[usize::from(*length)..];
        }
        false
    };
    hub.records
        .iter()
        .filter(|back| has(back))
        .map(|back| back.time_us)
        .collect()
}

const SECOND: u64 = 1_000_000;

fn beacons(seconds: u64) -> Vec<(u64, Vec<u8>)> {
    let elements = beacon_elements(b"Example Home", 6, 3);
    (0..seconds * 10)
        .map(|tenth| (tenth * 100_000, beacon(1, tenth as u16, tenth, &elements)))
        .collect()
}

#[test]
fn unchanged_beacons_say_little() {
    let hub = recorded(Options::UDP, &beacons(25));
    assert_eq!(hub.records.len(), 250);
    assert_eq!(
        said(&hub, 1),
        (0..25).map(|s| s * SECOND).collect::<Vec<_>>(),
        "TSF each second"
    );
    for kind in [2, 3, 4, 5, 8] {
        assert_eq!(said(&hub, kind), [0, 10 * SECOND, 20 * SECOND], "TLV {kind} each 10 s");
    }
    assert_eq!(hub.blocks.len(), 1);
}

#[test]
fn a_block_is_sent_again_after_ten_minutes_and_after_a_welcome() {
    let mut recorder: Recorder<128> = Recorder::new(Options::UDP);
    let mut hub = Hub::default();
    let elements = beacon_elements(b"Example Home", 6, 3);
    let at = |hub: &mut Hub, recorder: &mut Recorder<128>, seconds: u64| {
        push(recorder, hub, seconds * SECOND, &beacon(1, 1, seconds, &elements));
        hub.blocks.len()
    };
    assert_eq!(at(&mut hub, &mut recorder, 0), 1);
    assert_eq!(at(&mut hub, &mut recorder, 599), 1);
    assert_eq!(at(&mut hub, &mut recorder, 609), 2);
    recorder.forget();
    assert_eq!(at(&mut hub, &mut recorder, 610), 3);
}

#[test]
fn a_clock_that_steps_back_says_nothing_twice_and_one_set_back_says_all() {
    let elements = beacon_elements(b"Example Home", 6, 3);
    let times = [
        700 * SECOND,
        700 * SECOND - 500,
        700 * SECOND + 100,
        5 * SECOND,
        5 * SECOND + 100,
    ];
    let list: Vec<_> = times.iter().map(|&time| (time, beacon(1, 1, 1, &elements))).collect();
    let hub = recorded(Options::UDP, &list);
    for kind in [1, 2, 5] {
        assert_eq!(said(&hub, kind), [700 * SECOND, 5 * SECOND], "TLV {kind}");
    }
    assert_eq!(hub.blocks.len(), 2);
}

#[test]
fn every_change_is_said_at_once() {
    let base = beacon_elements(b"Example Home", 6, 3);
    let other_ssid = beacon_elements(b"Example Hole", 6, 3);
    let other_channel = beacon_elements(b"Example Home", 11, 3);
    let other_load = beacon_elements(b"Example Home", 6, 4);
    let announced = [base.clone(), element(37, &[1, 11, 3])].concat();
    let mut open = beacon(1, 1, 1, &base);
    open[34] ^= 0x10;
    let list: Vec<(u64, Vec<u8>)> = vec![
        (0, beacon(1, 1, 1, &base)),
        (1, beacon(1, 2, 1, &base)),
        (2, beacon(1, 3, 1, &other_ssid)),
        (3, beacon(1, 4, 1, &base)),
        (4, beacon(1, 5, 1, &other_channel)),
        (5, beacon(1, 6, 1, &base)),
        (6, open),
        (7, beacon(1, 8, 1, &base)),
        (8, beacon(1, 9, 1, &other_load)),
        (9, beacon(1, 10, 1, &announced)),
        (10, beacon(1, 11, 1, &announced)),
        (11, beacon(1, 12, 1, &base)),
    ];
    let hub = recorded(Options::UDP, &list);
    assert_eq!(said(&hub, 2), [0, 2, 3, 4, 5, 6, 7]);
    assert_eq!(said(&hub, 5), [0, 8, 9]);
    assert_eq!(said(&hub, 7), [9, 10]);
    assert_eq!(hub.blocks.len(), 2, "an announcement is kept out of the hash");
}

#[test]
fn a_probe_request_always_says_its_ssid_and_its_elements_when_new() {
    let probe = |ssid: &[u8], channel: u8, rates: &[u8]| {
        let body = elements(&[(0, ssid), (1, rates), (3, &[channel])]);
        management(4, [BROADCAST, station(1), BROADCAST], 1, &body)
    };
    let list = vec![
        (0, probe(b"", 1, RATES)),
        (1, probe(b"Example Home", 6, RATES)),
        (2, probe(b"", 11, &RATES[..4])),
        (3, probe(b"", 11, RATES)),
        (10 * SECOND + 3, probe(b"", 1, RATES)),
    ];
    let hub = recorded(Options::UDP, &list);
    assert_eq!(said(&hub, 4).len(), 5);
    assert_eq!(said(&hub, 2), [0, 2, 3, 10 * SECOND + 3]);
    assert_eq!(hub.blocks.len(), 2);
}

#[test]
fn a_flood_of_networks_is_bounded_and_loses_no_name() {
    let mut list = Vec::new();
    for number in 0..2000u32 {
        let [a, b, ..] = number.to_le_bytes();
        let ap = [0x06, 0xa1, 0x57, 1, a, b];
        let elements = elements(&[(0, format!("free {number}").as_bytes()), (1, RATES), (50, &[a, b])]);
        let frame = management(8, [BROADCAST, ap, ap], 1, &beacon_body(1, &elements));
        list.push((u64::from(number) * 500, frame));
    }
    let hub = recorded(Options::UDP, &list);
    assert_eq!(hub.records.len(), 2000);
    assert_eq!(hub.blocks.len(), 64, "one second of time");
    assert_eq!(said(&hub, 4).len(), 2000, "SSIDs are said without the block");
    assert_eq!(said(&hub, 2).len(), 64);
}

#[test]
fn more_transmitters_than_are_remembered_only_repeat_themselves() {
    let mut recorder: Recorder<8> = Recorder::new(Options::FILE);
    let mut hub = Hub::default();
    for round in 0..20u64 {
        for number in 0..50 {
            let elements = [beacon_elements(b"Example Home", 6, 3), element(50, &[number])].concat();
            push(
                &mut recorder,
                &mut hub,
                round * 100_000 + u64::from(number) * 100,
                &beacon(number, 1, 1, &elements),
            );
        }
    }
    recorder.flush(&mut |message| hub.take(message));
    assert_eq!(hub.records.len(), 1000);
    let distinct: std::collections::HashSet<u32> = hub.named.iter().copied().collect();
    assert_eq!(distinct.len(), 50);
}

#[test]
fn frames_that_cannot_be_believed_say_nothing() {
    let mut recorder: Recorder<128> = Recorder::new(Options::UDP);
    let mut hub = Hub::default();
    let frame = beacon(1, 1, 1, &beacon_elements(b"Example Home", 6, 3));
    let bad = Reception {
        fcs_bad: true,
        length: 200,
        bytes: &frame,
        ..Reception::default()
    };
    recorder.push(&bad, &mut |message| hub.take(message));
    let mut protected = management(12, [station(1), access_point(1), access_point(1)], 1, &[7, 0, 1, 2, 3]);
    protected[1] |= 0x40;
    push(&mut recorder, &mut hub, 1, &protected);
    recorder.flush(&mut |message| hub.take(message));
    assert!(hub.records.iter().all(|back| back.extension.is_empty()));
    assert!(hub.blocks.is_empty());
}

#[test]
fn every_message_keeps_its_limit() {
    for max_octets in [0, 256, 300, 1000, 1364, usize::MAX] {
        let mut recorder: Recorder<128> = Recorder::new(Options {
            max_octets,
            max_age_us: u64::MAX,
            max_blocks: 0,
        });
        let limit = max_octets.clamp(256, 1364);
        let mut dice = Dice(7);
        let mut counted = 0;
        for index in 0..3000u64 {
            let addresses = [0; 4].map(|_| station(dice.next(256) as u8));
            let parts = Data {
                subtype: 8,
                flags: 3,
                addresses: &addresses,
                sequence: dice.next(4096) as u16,
                fragment: 0,
                qos: dice.next(8) as u8,
                body: &[],
            };
            let frame = match dice.next(3) {
                0 => beacon(
                    dice.next(200) as u8,
                    1,
                    index,
                    &beacon_elements(&[b'x'; 32], 6, dice.next(9) as u16),
                ),
                _ => data(&parts),
            };
            let reception = Reception {
                time_us: index * dice.next(1 << 40),
                phy: Phy::ht(dice.next(32) as u8, Width::Mhz20, Guard::Short),
                length: dice.next(65_536) as u16,
                frequency: dice.next(65_536) as u16,
                ppdu_length: Some(dice.next(65_536) as u16),
                bytes: &frame,
                ..Reception::default()
            };
            recorder.push(&reception, &mut |message| {
                if let Some(frames) = FramesReader::new(message) {
                    assert!(message.len() <= limit, "{} of {limit}", message.len());
                    counted += frames.count();
                }
            });
        }
        recorder.flush(&mut |message| counted += FramesReader::new(message).unwrap().count());
        assert_eq!(counted, 3000);
    }
}

#[test]
fn batches_end_by_age_thinning_and_flush() {
    let mut recorder: Recorder<128> = Recorder::new(Options::UDP);
    let mut hub = Hub::default();
    let ack = control(13, 0, station(1), &[]);
    push(&mut recorder, &mut hub, 1000, &ack);
    recorder.tick(100_999, &mut |message| hub.take(message));
    assert_eq!(hub.messages, 0);
    recorder.tick(101_000, &mut |message| hub.take(message));
    assert_eq!(hub.messages, 1);
    recorder.tick(999_000, &mut |message| hub.take(message));
    recorder.flush(&mut |message| hub.take(message));
    assert_eq!(hub.messages, 1, "nothing waits, nothing is sent");
    push(&mut recorder, &mut hub, 200_000, &ack);
    recorder.set_thinned(1, &mut |message| hub.take(message));
    assert_eq!(hub.messages, 1);
    recorder.set_thinned(4, &mut |message| hub.take(message));
    assert_eq!(hub.messages, 2);
    recorder.set_dropped(77);
    push(&mut recorder, &mut hub, 200_001, &ack);
    assert_eq!(recorder.next_sequence(), 2);
    hub.next = 3;
    recorder.flush(&mut |message| {
        let frames = FramesReader::new(message).unwrap();
        assert_eq!((frames.thinned, frames.dropped), (4, 77));
        hub.take(message);
    });
}

#[test]
fn a_full_message_holds_at_least_75_frames_of_a_busy_flat() {
    let mut recorder: Recorder<128> = Recorder::new(Options {
        max_age_us: u64::MAX,
        ..Options::UDP
    });
    let mut dice = Dice(3);
    let (mut frames, mut octets, mut sequences) = (0u64, 0u64, HashMap::new());
    let mut time_us = 0;
    for _ in 0..20_000 {
        time_us += 50 + dice.next(600);
        let client = dice.next(12) as u8;
        let sequence: &mut u16 = sequences.entry(client).or_default();
        *sequence = (*sequence + 1) & 0xfff;
        let ap = access_point(client % 3);
        let addresses = [ap, station(client), access_point(9)];
        let parts = Data {
            subtype: 8,
            flags: 0x41,
            addresses: &addresses,
            sequence: *sequence,
            fragment: 0,
            qos: 0,
            body: &[],
        };
        let bytes = match dice.next(20) {
            0 => beacon(client % 3, *sequence, time_us, &beacon_elements(b"Example Home", 6, 3)),
            1..=8 => control(13, 0, station(client), &[]),
            9 | 10 => control(11, 100 + dice.next(1000) as u16, ap, &station(client)),
            _ => data(&parts),
        };
        let reception = Reception {
            time_us,
            length: 60 + dice.next(1400) as u16,
            rssi: -40 - dice.next(40) as i8,
            bytes: &bytes,
            ..Reception::default()
        };
        recorder.push(&reception, &mut |message| {
            octets += message.len() as u64;
            frames += FramesReader::new(message).map_or(0, |reader| reader.count() as u64);
        });
    }
    let each = octets as f64 / frames as f64;
    assert!(each <= 17.0, "{each:.1} octets a frame");
    assert!(1364.0 / each >= 75.0, "{:.0} frames a datagram", 1364.0 / each);
}

#[test]
fn what_comes_back_is_what_the_header_said() {
    let mut recorder: Recorder<128> = Recorder::new(Options::SERIAL);
    let mut sent: Vec<(u64, Option<Header>)> = Vec::new();
    let mut back = Vec::new();
    let mut take = |message: &[u8]| {
        if let Some(frames) = FramesReader::new(message) {
            back.extend(frames.map(|record| (record.time_us, record.header)));
        }
    };
    let mut dice = Dice(11);
    for time_us in 0..5000 {
        let subtype = dice.next(16) as u8;
        let addresses = [0; 4].map(|_| station(dice.next(5) as u8));
        let rest: Vec<u8> = (0..dice.next(40)).map(|_| dice.next(256) as u8).collect();
        let parts = Data {
            subtype,
            flags: dice.next(256) as u8,
            addresses: &addresses,
            sequence: dice.next(4096) as u16,
            fragment: dice.next(16) as u8,
            qos: dice.next(256) as u8,
            body: &rest,
        };
        let bytes = match dice.next(3) {
            0 => management(
                subtype,
                [addresses[0], addresses[1], addresses[2]],
                parts.sequence,
                &rest,
            ),
            1 => control(
                subtype,
                dice.next(65_536) as u16,
                addresses[0],
                &[&addresses[1][..], &rest].concat(),
            ),
            _ => data(&parts),
        };
        let reception = Reception {
            time_us,
            bytes: &bytes,
            ..Reception::default()
        };
        sent.push((
            time_us,
            Header::parse(&bytes).map(|header| Header { length: 0, ..header }),
        ));
        recorder.push(&reception, &mut take);
    }
    recorder.flush(&mut take);
    assert_eq!(back.len(), sent.len());
    for (back, sent) in back.iter().zip(&sent) {
        assert_eq!(back, sent);
    }
    assert!(
        sent.iter()
            .any(|(_, header)| header.is_some_and(|h| h.a2 == Some(Mac::from_octets(station(1)))))
    );
}
