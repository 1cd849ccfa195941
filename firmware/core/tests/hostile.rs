//! Octets from strangers: no reader panics, reads past the end or grows, and what was written comes back.

mod support;

use airwarden_core::bytes::{Reader, Writer};
use airwarden_core::clock::Unwrap;
use airwarden_core::cobs::{Deframer, frame, framed_length};
use airwarden_core::eapol;
use airwarden_core::elements::{BLOCK, Elements, action_channel_switch, summarise, write_block};
use airwarden_core::extension::Extension;
use airwarden_core::frame::Header;
use airwarden_core::messages::{HubMessage, NodeMessage};
use airwarden_core::phy::Phy;
use airwarden_core::plan::{Plan, ROUND};
use airwarden_core::reception::Reception;
use airwarden_core::record::FramesReader;
use airwarden_core::recorder::{Options, Recorder};
use airwarden_core::rx_ctrl::{Layout, Packet, decode};
use airwarden_core::seal::{Opener, SEALED_MESSAGE, Sealer, Sender};
use proptest::collection::vec;
use proptest::prelude::*;

/// Octets that look like frames more often than chance would have it.
fn frame_like() -> impl Strategy<Value = Vec<u8>> {
    let kinds = prop::sample::select(vec![
        0x80u8, 0x40, 0x50, 0x00, 0x20, 0xb0, 0xc0, 0xd0, 0x94, 0x84, 0x74, 0xd4, 0xb4, 0x88, 0x08, 0x24,
    ]);
    (kinds, vec(any::<u8>(), 0..300)).prop_map(|(kind, mut rest)| {
        rest.insert(0, kind);
        rest
    })
}

#[derive(Clone, Debug)]
struct Heard {
    gap: u64,
    back: bool,
    frequency: u16,
    rssi: i8,
    phy: u32,
    length: u16,
    fcs_bad: bool,
    continues: bool,
    ppdu_length: Option<u16>,
    bytes: Vec<u8>,
}

fn heard() -> impl Strategy<Value = Heard> {
    let time = (prop_oneof![0..500u64, 0..10_000_000u64], prop::bool::weighted(0.02));
    let radio = (
        prop::sample::select(vec![2412u16, 2437, 5180, 0, 65_535]),
        any::<i8>(),
        prop_oneof![0..4u32, any::<u32>()],
    );
    let flags = (
        any::<u16>(),
        prop::bool::weighted(0.1),
        any::<bool>(),
        any::<Option<u16>>(),
    );
    (
        time,
        radio,
        flags,
        prop_oneof![4 => frame_like(), 1 => vec(any::<u8>(), 0..80)],
    )
        .prop_map(
            |((gap, back), (frequency, rssi, phy), (length, fcs_bad, continues, ppdu_length), bytes)| Heard {
                gap,
                back,
                frequency,
                rssi,
                phy,
                length,
                fcs_bad,
                continues,
                ppdu_length,
                bytes,
            },
        )
}

proptest! {
    #[test]
    fn headers_stay_within_their_frame(bytes in frame_like()) {
        if let Some(header) = Header::parse(&bytes) {
            prop_assert!(header.body(&bytes).len() + 10 <= bytes.len());
            if let Some(block_ack) = header.block_ack {
                prop_assert!(block_ack.start < 4096 && block_ack.top <= 1024 && block_ack.set <= block_ack.top);
            }
        }
        // The same octets cut anywhere are read or not, and what is read agrees.
        for cut in 0..bytes.len().min(40) {
            if let (Some(part), Some(whole)) = (Header::parse(&bytes[..cut]), Header::parse(&bytes)) {
                prop_assert_eq!((part.fc, part.a1, part.a2, part.a3, part.sequence), (whole.fc, whole.a1, whole.a2, whole.a3, whole.sequence));
            }
        }
    }

    #[test]
    fn elements_and_their_blocks_are_bounded(subtype in 0..16u8, bytes in vec(any::<u8>(), 0..2500)) {
        let walked: usize = Elements::new(&bytes).map(|element| element.body.len() + 2).sum();
        prop_assert!(walked <= bytes.len() && bytes.len() - walked < 2);
        let summary = summarise(subtype, &bytes);
        prop_assert!(summary.ssid.is_none_or(|ssid| ssid.len() <= 32));
        let mut out = [0; BLOCK];
        let length = write_block(subtype, &bytes, &mut out);
        let mut block = Reader::new(&out[..length]);
        while let Some([_, stated, kept]) = block.array() {
            prop_assert!(kept <= stated && kept <= 160);
            prop_assert!(block.bytes(usize::from(kept)).is_some());
        }
        prop_assert!(block.is_empty());
        let _ = (eapol::read(&bytes), action_channel_switch(&bytes), Extension::read(&bytes));
    }

    #[test]
    fn whatever_is_heard_comes_back(list in vec(heard(), 1..120), octets in 200..1500usize) {
        let mut recorder: Recorder<16> = Recorder::new(Options { max_octets: octets, ..Options::UDP });
        let mut back = Vec::new();
        let mut take = |message: &[u8]| {
            if let Some(mut frames) = FramesReader::new(message) {
                back.extend(frames.by_ref().map(|r| (r.time_us, r.frequency, r.rssi, r.phy, r.length, r.flags & 0x0d, r.ppdu_length, r.header)));
                assert!(frames.is_done());
            } else {
                assert!(NodeMessage::decode(message).is_ok());
            }
        };
        let mut sent = Vec::new();
        let mut time_us = 1u64 << 40;
        for heard in &list {
            time_us = if heard.back { time_us - heard.gap } else { time_us + heard.gap };
            let reception = Reception {
                time_us, frequency: heard.frequency, noise: -95, rssi: heard.rssi, phy: Phy(heard.phy), length: heard.length,
                fcs_bad: heard.fcs_bad, ppdu_continues: heard.continues, ppdu_length: heard.ppdu_length, bytes: &heard.bytes,
            };
            let flags = u8::from(heard.fcs_bad) | u8::from(heard.continues) << 2 | u8::from(heard.ppdu_length.is_some()) << 3;
            let header = Header::parse(&heard.bytes).map(|header| Header { length: 0, ..header });
            sent.push((time_us, heard.frequency, heard.rssi, Phy(heard.phy), heard.length, flags, heard.ppdu_length, header));
            recorder.push(&reception, &mut take);
        }
        recorder.flush(&mut take);
        prop_assert_eq!(back, sent);
    }

    #[test]
    fn damaged_frames_messages_end(bytes in vec(any::<u8>(), 0..600), records in vec(any::<u8>(), 0..300)) {
        if let Some(frames) = FramesReader::new(&bytes) {
            prop_assert!(frames.count() <= bytes.len());
        }
        let mut message = [0; 1024];
        let mut writer = Writer::new(&mut message);
        writer.array(10);
        for value in [2, 0, 5, 2412, 0, 0, 1] {
            writer.uint(value);
        }
        writer.bin(&[7; 60]);
        writer.bin(&[1; 16]);
        writer.bin(&records);
        let frames = FramesReader::new(writer.written()).unwrap();
        prop_assert!(frames.count() <= records.len());
    }

    #[test]
    fn messages_are_read_or_refused(bytes in vec(any::<u8>(), 0..200), kind in 0..80u8) {
        let _ = (NodeMessage::decode(&bytes), HubMessage::decode(&bytes));
        let framed = [&[0x9c, kind, 0][..], &bytes].concat();
        let _ = (NodeMessage::decode(&framed), HubMessage::decode(&framed));
        let mut reader = Reader::new(&bytes);
        while reader.skip().is_some() {}
        prop_assert!(reader.rest().len() <= bytes.len());
    }

    #[test]
    fn a_message_that_is_read_is_written_the_same(bytes in vec(any::<u8>(), 0..60), kind in prop_oneof![1..10u8, 64..75u8]) {
        let framed = [&[0x9c, kind, 0][..], &bytes].concat();
        let mut out = [0; 4096];
        if let Ok((sequence, message)) = NodeMessage::decode(&framed) {
            let length = message.encode(sequence, &mut out).unwrap();
            // Texts that are too long are clipped on the way out.
            if !matches!(message, NodeMessage::Hello(_) | NodeMessage::Log(_)) {
                prop_assert_eq!(NodeMessage::decode(&out[..length]), Ok((sequence, message)));
            }
        }
        if let Ok((sequence, message)) = HubMessage::decode(&framed) {
            let length = message.encode(sequence, &mut out).unwrap();
            prop_assert_eq!(HubMessage::decode(&out[..length]), Ok((sequence, message)));
        }
    }

    #[test]
    fn frames_of_a_link_survive_any_cutting(messages in vec(vec(prop_oneof![Just(0u8), any::<u8>()], 0..600), 1..6), cuts in vec(1..50usize, 1..40)) {
        let mut stream = Vec::new();
        for message in &messages {
            let mut out = vec![0; framed_length(message.len())];
            let length = frame(message, &mut out).unwrap();
            prop_assert_eq!(out[..length].iter().position(|&octet| octet == 0), Some(length - 1));
            stream.extend(&out[..length]);
        }
        let mut deframer: Deframer<1024> = Deframer::new();
        let mut back = Vec::new();
        let mut rest = stream.as_slice();
        for cut in cuts.iter().cycle() {
            let (piece, more) = rest.split_at(rest.len().min(*cut));
            deframer.push(piece, &mut |message| back.push(message.to_vec()));
            rest = more;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(back, messages);
        prop_assert_eq!(deframer.damaged(), 0);
    }

    #[test]
    fn noise_on_a_link_costs_no_later_frame(noise in vec(any::<u8>(), 0..3000), message in vec(any::<u8>(), 0..100)) {
        let mut deframer: Deframer<512> = Deframer::new();
        deframer.push(&noise, &mut |_| {});
        deframer.push(&[0], &mut |_| {});
        let mut out = vec![0; framed_length(message.len())];
        let length = frame(&message, &mut out).unwrap();
        let mut back = Vec::new();
        deframer.push(&out[..length], &mut |message| back.push(message.to_vec()));
        prop_assert_eq!(back, [message]);
    }

    #[test]
    fn datagrams_open_only_unchanged(message in vec(any::<u8>(), 0..SEALED_MESSAGE), noise in vec(any::<u8>(), 0..1500), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let mut sealer = Sealer::new(&[3; 32], 9, 1, Sender::Node);
        let mut opener = Opener::new(&[3; 32], 9, 1, Sender::Node);
        let mut out = [0; 1400];
        let length = sealer.seal(&message, &mut out).unwrap();
        let mut changed = out;
        changed[at.index(length)] ^= 1 << bit;
        prop_assert!(opener.open(&mut changed[..length]).is_err());
        prop_assert!(opener.open(&mut noise.clone()).is_err());
        prop_assert_eq!(opener.open(&mut out[..length]), Ok(message.as_slice()));
    }

    #[test]
    fn any_metadata_is_read(raw in vec(any::<u8>(), 0..120), kept in vec(any::<u8>(), 0..80)) {
        for layout in [Layout::V1, Layout::V2, Layout::V3] {
            let ctrl = decode(layout, &raw);
            prop_assert_eq!(ctrl.is_some(), raw.len() >= layout.length());
            if let Some(ctrl) = ctrl {
                prop_assert!(ctrl.phy.0 >> 29 == 0 && ctrl.held <= ctrl.length);
                for packet in [Packet::Data, Packet::Misc] {
                    let reception = ctrl.reception(packet, 0, &kept);
                    prop_assert!(reception.bytes.len() <= ctrl.readable(packet).min(kept.len()));
                }
            }
        }
    }

    #[test]
    fn any_plan_has_a_channel_of_its_list(channels in vec((1..6000u16, any::<u8>()), 0..70), dwell in any::<u16>(), time in any::<u64>()) {
        match Plan::weighted(&channels, dwell) {
            None => prop_assert!(channels.iter().take(64).all(|&(_, weight)| weight == 0)),
            Some(plan) => {
                prop_assert!((1..=ROUND).contains(&plan.round().len()));
                let turn = plan.at(time);
                prop_assert!(channels.iter().any(|&(frequency, weight)| frequency == turn.frequency && weight > 0));
                prop_assert!(turn.start_us <= time && time <= turn.end_us);
            }
        }
    }

    #[test]
    fn a_wrapped_clock_follows_the_true_one(start in 0..1u64 << 40, steps in vec(-1_000_000i64..2_000_000_000, 1..60)) {
        let mut clock = Unwrap::new();
        let mut time = start;
        let offset = clock.read(time as u32).wrapping_sub(time);
        for step in steps {
            time = time.saturating_add_signed(step);
            let read = clock.read(time as u32);
            if time >= start {
                prop_assert_eq!(read, time.wrapping_add(offset));
            }
        }
    }
}
