//! A node without hardware, talked to as a hub would.

use airwarden_core::mac::Mac;
use airwarden_core::messages::{ChannelPlan, Configuration, HubMessage, NodeMessage, capability, code, kind};
use airwarden_core::node::{Arrival, Identity, Node, Vitals, Wish};
use airwarden_core::packet::{Assembly, Piece, Raw, put};
use airwarden_core::plan::CHANNELS_2GHZ;
use airwarden_core::provision::{Settings, Uplink};
use airwarden_core::reception::Reception;
use airwarden_core::record::FramesReader;
use airwarden_core::ring::Ring;
use airwarden_core::rx_ctrl::Layout;
use proptest::prelude::*;

const SECOND: u64 = 1_000_000;
const VITALS: Vitals = Vitals {
    ring: (0, 256),
    ring_high: 9,
    ring_lost: 3,
    link_lost: 2,
    heap_low: 50_000,
    temperature: 31,
    rssi: 0,
    safe_mode: false,
};

fn identity() -> Identity {
    Identity {
        chip: "esp32c3",
        firmware: "0.1.0",
        mac: Mac(0x0200_0000_0001),
        boot_id: 7,
        reset_reason: 1,
        capabilities: capability::BITMAPS,
        frequencies: &CHANNELS_2GHZ,
    }
}

fn wifi() -> Settings {
    let change = Configuration {
        ssid: Some("house"),
        psk: Some("correct horse"),
        hub: Some("192.0.2.1:4040"),
        key: Some([9; 32]),
        name: Some("attic"),
        uplink: Some("wifi"),
        ..Configuration::default()
    };
    Settings::default().with(&change).expect("fit")
}

/// Messages with the link they went over and the frames said to be in them.
type Said = Vec<(Uplink, Vec<u8>, u32)>;

struct Bench {
    node: Box<Node<32>>,
    said: Said,
    now: u64,
}

impl Bench {
    fn new(settings: Settings) -> Self {
        Bench {
            node: Box::new(Node::new(identity(), settings, 0)),
            said: Vec::new(),
            now: 0,
        }
    }

    fn run(&mut self, seconds: u64) {
        self.run_with(seconds, VITALS);
    }

    fn run_with(&mut self, seconds: u64, vitals: Vitals) {
        let until = self.now + seconds * SECOND;
        while self.now < until {
            self.now += 10_000;
            let said = &mut self.said;
            self.node.tick(self.now, &vitals, &mut |over, message, frames| {
                said.push((over, message.to_vec(), frames));
            });
        }
    }

    fn hear(&mut self, bytes: &[u8]) {
        let reception = Reception {
            time_us: self.now,
            frequency: 2437,
            length: bytes.len() as u16 + 4,
            rssi: -40,
            bytes,
            ..Reception::default()
        };
        let said = &mut self.said;
        self.node.receive(&reception, true, &mut |over, message, frames| {
            said.push((over, message.to_vec(), frames));
        });
    }

    /// Sends a command; gives what is left to do, in words.
    fn command(&mut self, message: &HubMessage<'_>, over: Uplink) -> Option<String> {
        let mut octets = [0; 2000];
        let length = message.encode(41, &mut octets).expect("fits");
        self.raw(&octets[..length], over)
    }

    fn raw(&mut self, message: &[u8], over: Uplink) -> Option<String> {
        let arrival = Arrival {
            message,
            over,
            arrived_us: self.now.saturating_sub(5),
            now_us: self.now,
        };
        let said = &mut self.said;
        let wish = self.node.obey(&arrival, &mut |over, message, frames| {
            said.push((over, message.to_vec(), frames));
        });
        wish.map(|(asked, wish)| {
            assert_eq!(asked.over, over);
            match wish {
                Wish::Keep(settings) => format!("keep {}", settings.name()),
                other => format!("{other:?}"),
            }
        })
    }

    fn kinds(&mut self) -> Vec<u32> {
        let kinds = self.said.iter().map(|(_, message, _)| u32::from(message[1])).collect();
        self.said.clear();
        kinds
    }

    fn outcomes(&mut self) -> Vec<(Uplink, u8, String)> {
        let outcomes = self
            .said
            .iter()
            .filter_map(|(over, message, _)| match NodeMessage::decode(message) {
                Ok((_, NodeMessage::Outcome(outcome))) => {
                    assert_eq!(outcome.command, 41);
                    Some((*over, outcome.code, outcome.text.to_owned()))
                }
                _ => None,
            });
        let outcomes = outcomes.collect();
        self.said.clear();
        outcomes
    }
}

fn count(kinds: &[u32], kind: u32) -> usize {
    kinds.iter().filter(|&&found| found == kind).count()
}

const BEACON: [u8; 50] = {
    let mut beacon = [0; 50];
    beacon[0] = 0x80;
    beacon[10] = 2;
    // SSID "house" behind header and fixed fields.
    beacon[37] = 5;
    beacon[38] = b'h';
    beacon
};

fn data(sequence: u8) -> [u8; 40] {
    let mut data = [0; 40];
    (data[0], data[1], data[4], data[10]) = (0x88, 0x41, 6, 2);
    (data[22], data[23]) = (sequence << 4, sequence >> 4);
    data
}

#[test]
fn hello_heartbeats_and_frames_go_out_in_sequence() {
    let mut bench = Bench::new(Settings::default());
    bench.run(1);
    bench.hear(&BEACON);
    bench.hear(&data(1));
    bench.run(3);
    let numbers: Vec<u32> = bench
        .said
        .iter()
        .map(|(_, message, _)| airwarden_core::messages::sequence(message).expect("whole"))
        .collect();
    assert_eq!(numbers, (0..numbers.len() as u32).collect::<Vec<_>>());
    let frames: Vec<u32> = bench
        .said
        .iter()
        .map(|&(_, _, frames)| frames)
        .filter(|&frames| frames > 0)
        .collect();
    assert_eq!(frames, [2]);
    assert!(bench.said.iter().all(|&(over, ..)| over == Uplink::Serial));
    let beat = bench
        .said
        .iter()
        .find_map(|(_, message, _)| match NodeMessage::decode(message) {
            Ok((_, NodeMessage::Heartbeat(beat))) if beat.received > 0 => Some(beat),
            _ => None,
        });
    let beat = beat.expect("a heartbeat");
    assert_eq!(
        (beat.received, beat.drops, beat.heap_low, beat.temperature),
        (2, [3, 2, 0, 0], 50_000, 31)
    );
    let kinds = bench.kinds();
    assert_eq!(
        [kind::HELLO, kind::HEARTBEAT, kind::ELEMENTS, kind::FRAMES].map(|k| count(&kinds, k)),
        [1, 4, 1, 1]
    );
}

#[test]
fn hello_says_who_it_is_and_whether_it_hops() {
    for (settings, hops, name) in [(Settings::default(), capability::HOPS, ""), (wifi(), 0, "attic")] {
        let mut bench = Bench::new(settings);
        bench.run(1);
        let (_, message, _) = &bench.said[0];
        let Ok((0, NodeMessage::Hello(hello))) = NodeMessage::decode(message) else {
            panic!("no hello");
        };
        assert_eq!((hello.boot_id, hello.chip, hello.name), (7, "esp32c3", name));
        assert_eq!(hello.capabilities, capability::BITMAPS | hops);
        assert_eq!(hello.configuration, settings.hash());
    }
}

#[test]
fn a_welcome_makes_everything_new_for_the_hub() {
    let mut bench = Bench::new(Settings::default());
    bench.run(1);
    bench.hear(&BEACON);
    bench.run(1);
    bench.hear(&BEACON);
    bench.run(1);
    assert_eq!(count(&bench.kinds(), kind::ELEMENTS), 1);
    let welcome = |boot_id| HubMessage::Welcome {
        protocol: 1,
        boot_id,
        time_us: 5,
    };
    bench.command(&welcome(7), Uplink::Serial);
    assert!(bench.node.is_answered(bench.now));
    bench.hear(&BEACON);
    bench.run(12);
    let kinds = bench.kinds();
    assert_eq!((count(&kinds, kind::ELEMENTS), count(&kinds, kind::HELLO)), (1, 0));
    bench.command(&welcome(3), Uplink::Serial);
    bench.run(1);
    assert_eq!(count(&bench.kinds(), kind::HELLO), 1);
    assert!(!bench.node.is_answered(bench.now));
}

#[test]
fn the_other_link_is_answered_and_not_reported_to() {
    let mut bench = Bench::new(wifi());
    bench.run(2);
    bench.said.clear();
    bench.command(
        &HubMessage::Welcome {
            protocol: 1,
            boot_id: 0,
            time_us: 5,
        },
        Uplink::Serial,
    );
    bench.command(&HubMessage::TimeRequest { token: 8, time_us: 5 }, Uplink::Serial);
    let said = std::mem::take(&mut bench.said);
    let aside: Vec<_> = said
        .iter()
        .map(|(over, message, _)| (*over, message[1], message[2]))
        .collect();
    assert_eq!(aside, [(Uplink::Serial, 1, 0), (Uplink::Serial, 6, 1)]);
    assert!(!bench.node.is_answered(bench.now), "it was not the hub of its uplink");
    bench.hear(&BEACON);
    bench.run(5);
    assert!(bench.said.iter().all(|&(over, ..)| over == Uplink::Wifi));
}

#[test]
fn talk_on_the_other_link_does_not_stand_for_the_hub() {
    for (over, expected) in [(Uplink::Wifi, true), (Uplink::Serial, false)] {
        let mut bench = Bench::new(wifi());
        bench.run(1);
        let welcome = HubMessage::Welcome {
            protocol: 1,
            boot_id: 7,
            time_us: 5,
        };
        bench.command(&welcome, Uplink::Wifi);
        for _ in 0..20 {
            bench.run(12);
            bench.command(&HubMessage::TimeRequest { token: 8, time_us: 5 }, over);
        }
        assert_eq!(bench.node.is_answered(bench.now), expected);
    }
}

#[test]
fn packets_of_the_radio_are_recorded_on_the_clock_of_the_node() {
    let mut bench = Bench::new(Settings::default());
    let mut ring: Ring<Piece, 32> = Ring::new(Piece::EMPTY);
    let (mut producer, mut consumer) = ring.split();
    let mut assembly = Assembly::new(Layout::V1);
    for number in 0..50u32 {
        bench.now += 100_000;
        // The radio's clock began 77 s before the node's, and wraps on the way.
        let sent = bench.now as u32 - 40;
        let mut control = vec![0; 48];
        control[0] = -50i8 as u8;
        control[10] = 6;
        control[12..16].copy_from_slice(&sent.wrapping_sub(77_000_000).to_le_bytes());
        control[44] = BEACON.len() as u8 + 4;
        let raw = Raw {
            kind: 0,
            arrived_us: bench.now as u32,
            control: &control,
            payload: &BEACON,
        };
        assert!(put(&mut producer, &raw), "{number}");
        let (said, now) = (&mut bench.said, bench.now + 3_000);
        let heard = assembly.take(&mut consumer).expect("a packet");
        let mut emit = |over, message: &[u8], frames| said.push((over, message.to_vec(), frames));
        bench.node.hear(&heard, now, &mut emit);
        bench.node.tick(now, &VITALS, &mut emit);
    }
    bench.node.log(2, "done", &mut |over, message, frames| {
        bench.said.push((over, message.to_vec(), frames))
    });
    let times: Vec<u64> = bench
        .said
        .iter()
        .filter_map(|(_, message, _)| FramesReader::new(message))
        .flatten()
        .map(|record| record.time_us)
        .collect();
    assert!(times.len() > 40 && times.iter().all(|time| time % 100_000 == 0));
    let last = bench.said.last().map(|(_, message, _)| NodeMessage::decode(message));
    assert!(matches!(last, Some(Ok((_, NodeMessage::Log(log)))) if log.text == "done"));
}

#[test]
fn wishes_are_passed_on_and_nonsense_is_refused() {
    let mut bench = Bench::new(Settings::default());
    bench.run(1);
    bench.said.clear();
    let named = Configuration {
        name: Some("cellar"),
        ..Configuration::default()
    };
    let unfit = Configuration {
        psk: Some("short"),
        ..Configuration::default()
    };
    for (message, expected) in [
        (HubMessage::Configure(named), Some("keep cellar")),
        (HubMessage::Restart { reason: 1 }, Some("Restart")),
        (HubMessage::Identify { seconds: 9 }, Some("Identify { seconds: 9 }")),
        (HubMessage::FactoryReset { confirmation: "erase" }, Some("Erase")),
        (HubMessage::UpdateEnd, Some("Update(End)")),
        (
            HubMessage::UpdateChunk { offset: 4, bytes: &[1] },
            Some("Update(Chunk { offset: 4, bytes: [1] })"),
        ),
        (HubMessage::FactoryReset { confirmation: "ERASE" }, None),
        (HubMessage::Configure(unfit), None),
    ] {
        assert_eq!(
            bench.command(&message, Uplink::Serial).as_deref(),
            expected,
            "{message:?}"
        );
    }
    let codes: Vec<u8> = bench.outcomes().into_iter().map(|(_, code, _)| code).collect();
    assert_eq!(codes, [code::BAD_ARGUMENT; 2]);
    assert_eq!(bench.raw(&[0x92, 0x60, 41], Uplink::Serial), None);
    assert_eq!(
        bench.outcomes(),
        [(Uplink::Serial, code::UNKNOWN_COMMAND, String::new())]
    );
    for damaged in [&b""[..], &[0x92, 0x05, 41], &[0xc0], &[0x93, 0x42, 41]] {
        assert_eq!(bench.raw(damaged, Uplink::Serial), None);
    }
    assert!(bench.said.is_empty(), "what is no command is no reason to talk");
}

#[test]
fn plans_are_followed_and_every_moment_of_listening_is_reported_once() {
    let mut bench = Bench::new(Settings::default());
    let plan = ChannelPlan::new(&[(2412, 1), (2462, 1)], 200).expect("two");
    bench.now = 1;
    bench.command(&HubMessage::Plan(plan), Uplink::Serial);
    let mut tuned = Vec::new();
    while bench.now < 5 * SECOND {
        bench.run(0);
        bench.now += 10_000;
        let (said, now) = (&mut bench.said, bench.now);
        let mut emit = |over, message: &[u8], frames| said.push((over, message.to_vec(), frames));
        if let Some(frequency) = bench.node.retune(now, &mut emit) {
            tuned.push(frequency);
            // The switch takes a while.
            bench.node.tuned(frequency, now + 3_000, &mut emit);
        }
        bench.node.tick(now + 5_000, &VITALS, &mut emit);
    }
    assert!(tuned.len() >= 24 && tuned.chunk_by(|a, b| a == b).all(|same| same.len() == 1));
    let dwells: Vec<_> = bench
        .said
        .iter()
        .filter_map(|(_, message, _)| match NodeMessage::decode(message) {
            Ok((_, NodeMessage::Dwell(dwell))) => Some(dwell),
            _ => None,
        })
        .collect();
    for pair in dwells.windows(2) {
        assert!(pair[0].start_us + u64::from(pair[0].listened_us) <= pair[1].start_us);
    }
    let listened: u64 = dwells.iter().map(|dwell| u64::from(dwell.listened_us)).sum();
    assert!((4_500_000..5_000_000).contains(&listened), "{listened}");
    let unknown = ChannelPlan::new(&[(5180, 1)], 200).expect("one");
    bench.said.clear();
    bench.command(&HubMessage::Plan(unknown), Uplink::Serial);
    assert_eq!(bench.outcomes()[0].1, code::NOT_NOW);
}

#[test]
fn siblings_and_load_are_counted_not_sent() {
    let mut bench = Bench::new(Settings::default());
    bench.run(1);
    bench.command(&HubMessage::Siblings(&[2, 0, 0, 0, 0, 0]), Uplink::Serial);
    bench.hear(&data(1));
    bench.run(2);
    // The transmitter of the frames is the sibling.
    bench.command(&HubMessage::Siblings(&[]), Uplink::Serial);
    let full = Vitals {
        ring: (250, 256),
        ..VITALS
    };
    bench.run_with(1, full);
    for sequence in 0..200 {
        bench.hear(&data(sequence));
    }
    bench.run_with(2, full);
    let beats: Vec<_> = bench
        .said
        .iter()
        .filter_map(|(_, message, _)| match NodeMessage::decode(message) {
            Ok((_, NodeMessage::Heartbeat(beat))) => Some(beat),
            _ => None,
        })
        .collect();
    let last = beats.last().expect("heartbeats");
    assert_eq!((last.drops[3], last.degrade), (1, 6));
    assert!(last.drops[2] > 150 && last.drops[2] < 200, "{last:?}");
    let records: usize = bench.said.iter().map(|&(_, _, frames)| frames as usize).sum();
    assert_eq!(records + last.drops[2] as usize, 200);
    let thinned = bench
        .said
        .iter()
        .any(|(_, message, _)| FramesReader::new(message).is_some_and(|reader| reader.thinned == 16));
    assert!(thinned);
    assert_eq!(count(&bench.kinds(), kind::TOTALS), 2);
}

#[test]
fn what_concerns_its_own_reports_is_not_reported() {
    for (settings, expected) in [(wifi(), 1), (Settings::default(), 0)] {
        let mut bench = Bench::new(settings);
        // An ACK to the node.
        bench.hear(&[0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 1]);
        bench.run(3);
        let mut beats = bench
            .said
            .iter()
            .filter_map(|(_, message, _)| match NodeMessage::decode(message) {
                Ok((_, NodeMessage::Heartbeat(beat))) => Some(beat.drops[3]),
                _ => None,
            });
        assert_eq!(beats.next_back(), Some(expected));
    }
}

#[test]
fn an_access_point_holds_the_channel_and_letting_go_ends_the_dwell() {
    let mut bench = Bench::new(wifi());
    bench.run(1);
    bench.said.clear();
    let mut said = Said::new();
    let mut emit = |over, message: &[u8], frames| said.push((over, message.to_vec(), frames));
    bench.node.held(Some(2437), SECOND, &mut emit);
    assert_eq!(bench.node.retune(SECOND + 1, &mut emit), None);
    bench.node.held(None, SECOND + 400_000, &mut emit);
    assert!(bench.node.retune(2 * SECOND, &mut emit).is_some());
    let Ok((_, NodeMessage::Dwell(dwell))) = NodeMessage::decode(&said[0].1) else {
        panic!("no dwell");
    };
    assert_eq!((said.len(), dwell.frequency, dwell.listened_us), (1, 2437, 400_000));
}

#[test]
fn a_channel_that_the_radio_refuses_is_told_of_once_and_left_out() {
    let mut bench = Bench::new(Settings::default());
    let mut said = Said::new();
    let mut emit = |over, message: &[u8], frames| said.push((over, message.to_vec(), frames));
    let mut tuned = Vec::new();
    for now in (0..400).map(|turn| turn * 250_000) {
        match bench.node.retune(now, &mut emit) {
            Some(2417) => bench.node.refused(2417, now, &mut emit),
            Some(frequency) => {
                bench.node.tuned(frequency, now, &mut emit);
                tuned.push(frequency);
            }
            None => {}
        }
    }
    let logs: Vec<_> = said
        .iter()
        .filter_map(|(_, message, _)| match NodeMessage::decode(message) {
            Ok((_, NodeMessage::Log(log))) => Some((log.level, log.text)),
            _ => None,
        })
        .collect();
    assert_eq!(logs, [(1, "the radio refuses channel 2: left out")]);
    assert!(tuned.len() > 100);
    assert!(said.iter().all(|(_, message, _)| !matches!(
        NodeMessage::decode(message),
        Ok((_, NodeMessage::Dwell(dwell))) if dwell.frequency == 2417
    )));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_octets_upset_a_node(
        commands in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..20),
        frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..20),
    ) {
        let mut bench = Bench::new(Settings::default());
        bench.run(1);
        for frame in &frames {
            bench.hear(frame);
        }
        for command in &commands {
            bench.raw(command, Uplink::Serial);
        }
        bench.run(1);
        let records: u32 = bench.said.iter().map(|&(_, _, frames)| frames).sum();
        prop_assert_eq!(records as usize, frames.len());
    }

    #[test]
    fn no_command_that_can_be_read_upsets_a_node(number in 64u8..80, rest in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut bench = Bench::new(Settings::default());
        bench.run(1);
        let mut message = vec![0x96, number, 41];
        message.extend_from_slice(&rest);
        bench.raw(&message, Uplink::Serial);
        bench.run(1);
        prop_assert!(bench.said.iter().all(|(_, message, _)| message.len() <= 1364));
    }
}
