//! What a node says, and what it does when told.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use airwarden_core::messages::{ChannelPlan, HubMessage, NodeMessage, code};
use airwarden_core::reception::Reception;
use airwarden_core::record::FramesReader;
use airwarden_core::recorder::Options;
use airwarden_node::link::{Command, Link};
use airwarden_node::node::{Identity, Node, Wish};
use proptest::prelude::*;

type Sent = Rc<RefCell<Vec<Vec<u8>>>>;

/// A link that keeps what it is given, and may break.
#[derive(Clone, Default)]
struct Kept {
    sent: Sent,
    broken: Rc<RefCell<bool>>,
}

impl Link for Kept {
    fn send(&mut self, message: &[u8]) -> io::Result<usize> {
        if *self.broken.borrow() {
            return Err(io::Error::from(io::ErrorKind::BrokenPipe));
        }
        self.sent.borrow_mut().push(message.to_vec());
        Ok(message.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const SECOND: u64 = 1_000_000;

fn node(answered: bool) -> (Node, Kept) {
    let kept = Kept::default();
    let identity = Identity {
        name: "attic".into(),
        mac: [2, 1, 2, 3, 4, 5],
        boot_id: 7,
        capabilities: 0,
        configuration: 9,
    };
    (
        Node::new(identity, Box::new(kept.clone()), Options::UDP, answered),
        kept,
    )
}

/// One word a message: what it is, and its time in ms.
fn words(kept: &Kept) -> Vec<String> {
    let taken = kept.sent.take();
    taken
        .iter()
        .map(
            |message| match (FramesReader::new(message), NodeMessage::decode(message)) {
                (Some(mut reader), _) => format!("frames {}", std::iter::from_fn(|| reader.next()).count()),
                (None, Ok((_, NodeMessage::Hello(hello)))) => format!("hello {}", hello.clock_us / 1000),
                (None, Ok((_, NodeMessage::Heartbeat(beat)))) => {
                    format!("beat {} of {}", beat.time_us / 1000, beat.received)
                }
                (None, Ok((_, NodeMessage::Dwell(dwell)))) => {
                    format!(
                        "dwell {} {}+{} {}",
                        dwell.frequency,
                        dwell.start_us / 1000,
                        dwell.listened_us / 1000,
                        dwell.frames
                    )
                }
                (None, Ok((_, NodeMessage::TimeReply(reply)))) => {
                    format!("time {} {}", reply.token, reply.sent_us / 1000)
                }
                (None, Ok((_, NodeMessage::Outcome(outcome)))) => {
                    format!("outcome {} {}", outcome.command, outcome.code)
                }
                (None, Ok((_, NodeMessage::Log(log)))) => format!("log {}", log.text),
                (None, other) => panic!("{other:?}"),
            },
        )
        .collect()
}

const FRAME: [u8; 10] = [0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 1];

fn reception(time_us: u64, frequency: u16) -> Reception<'static> {
    Reception {
        time_us,
        frequency,
        length: 14,
        bytes: &FRAME,
        ..Reception::default()
    }
}

fn command(sequence: u32, message: &HubMessage<'_>) -> Command {
    let mut octets = [0; 1024];
    let length = message.encode(sequence, &mut octets).unwrap();
    Command {
        arrived_us: 0,
        message: octets[..length].to_vec(),
    }
}

#[test]
fn frames_are_followed_by_dwells_and_a_heartbeat_every_second() {
    let (mut node, kept) = node(false);
    node.hello(10 * SECOND, 0);
    for tenth in 0..25 {
        node.receive(&reception(
            10 * SECOND + tenth * 100_000,
            if tenth < 15 { 2412 } else { 2437 },
        ));
    }
    node.end(12_500_000);
    let said = words(&kept)
        .into_iter()
        .filter(|word| !word.starts_with("frames"))
        .collect::<Vec<_>>();
    let expected = [
        "hello 10000",
        "beat 10000 of 1",
        "dwell 2412 10000+1000 10",
        "beat 11000 of 11",
        "dwell 2412 11000+500 5",
        "dwell 2437 11500+500 5",
        "beat 12000 of 21",
        "dwell 2437 12000+500 5",
        "beat 12500 of 25",
    ];
    assert_eq!(said, expected);
    assert_eq!(node.tally().frames(), 25);
}

#[test]
fn sequence_numbers_have_no_gaps() {
    let (mut node, kept) = node(true);
    node.hello(0, 0);
    for at in 0..500 {
        node.receive(&reception(at * 20_000, 2412));
    }
    node.end(10 * SECOND);
    let sent = kept.sent.borrow();
    assert!(sent.len() > 20);
    for (expected, message) in sent.iter().enumerate() {
        let sequence = FramesReader::new(message)
            .map(|reader| reader.sequence)
            .unwrap_or_else(|| NodeMessage::decode(message).unwrap().0);
        assert_eq!(sequence, expected as u32);
    }
}

#[test]
fn hello_is_said_until_it_is_answered_and_seldom_from_then_on() {
    let hellos = |kept: &Kept| {
        words(kept)
            .into_iter()
            .filter(|word| word.starts_with("hello"))
            .collect::<Vec<_>>()
    };
    let (mut silent, kept) = node(false);
    silent.hello(0, 0);
    (1..200).for_each(|second| silent.tick(second * SECOND));
    assert_eq!(hellos(&kept), ["hello 0"]);

    let (mut answered, kept) = node(true);
    answered.hello(0, 0);
    (1..12).for_each(|second| answered.tick(second * SECOND));
    assert_eq!(hellos(&kept), ["hello 0", "hello 5000", "hello 10000"]);
    let welcome = |boot_id| {
        command(
            0,
            &HubMessage::Welcome {
                protocol: 1,
                boot_id,
                time_us: 0,
            },
        )
    };
    assert!(answered.obey(&welcome(8), 0, 12 * SECOND).is_none());
    answered.tick(15 * SECOND);
    assert_eq!(hellos(&kept), ["hello 15000"], "that was another boot's welcome");
    answered.obey(&welcome(7), 0, 16 * SECOND);
    (16..80).for_each(|second| answered.tick(second * SECOND));
    assert_eq!(hellos(&kept), ["hello 76000"]);
}

#[test]
fn commands_are_obeyed_passed_on_or_refused() {
    let (mut node, kept) = node(true);
    let request = command(1, &HubMessage::TimeRequest { token: 77, time_us: 5 });
    assert!(node.obey(&request, 4 * SECOND, 5 * SECOND).is_none());
    let plan = ChannelPlan::new(&[(2412, 1)], 250).unwrap();
    let wish = node.obey(&command(2, &HubMessage::Plan(plan)), 0, 0);
    assert!(matches!(wish, Some(Wish::Plan(wished, 2)) if wished == plan));
    node.obey(&command(3, &HubMessage::Identify { seconds: 3 }), 0, 0);
    node.obey(&command(4, &HubMessage::Restart { reason: 1 }), 0, 0);
    assert!(
        node.obey(
            &Command {
                arrived_us: 0,
                message: vec![0x92, 0xcd, 0x7f, 0xff, 5]
            },
            0,
            0
        )
        .is_none()
    );
    assert!(
        node.obey(
            &Command {
                arrived_us: 0,
                message: vec![0xff; 50]
            },
            0,
            0
        )
        .is_none()
    );
    let refused = format!("outcome 4 {}", code::UNKNOWN_COMMAND);
    assert_eq!(words(&kept), ["time 77 5000", "outcome 3 0", refused.as_str()]);
}

#[test]
fn a_link_that_breaks_is_told_once_and_tried_no_more() {
    let (mut node, kept) = node(false);
    node.hello(0, 0);
    assert!(node.failure().is_none());
    *kept.broken.borrow_mut() = true;
    node.log(1, "lost");
    assert_eq!(node.failure().unwrap().kind(), io::ErrorKind::BrokenPipe);
    *kept.broken.borrow_mut() = false;
    node.log(1, "lost too");
    node.end(SECOND);
    assert_eq!(words(&kept), ["hello 0"]);
}

proptest! {
    #[test]
    fn any_times_and_channels(heard in proptest::collection::vec((any::<u64>(), any::<u16>(), any::<bool>()), 1..60)) {
        let (mut node, kept) = node(true);
        node.hello(heard[0].0, 0);
        for (time, frequency, tuned) in &heard {
            if *tuned {
                node.tuned(*frequency, *time);
                node.tick(*time);
            } else {
                node.receive(&reception(*time, *frequency));
            }
        }
        node.end(heard[0].0);
        let frames: usize = words(&kept).iter().filter_map(|word| word.strip_prefix("frames ")?.parse::<usize>().ok()).sum();
        prop_assert_eq!(frames, heard.iter().filter(|(_, _, tuned)| !tuned).count());
    }

    #[test]
    fn any_command(message in proptest::collection::vec(any::<u8>(), 0..80), kind in 60u8..80) {
        let (mut node, _) = node(true);
        node.obey(&Command { arrived_us: 0, message: message.clone() }, 0, 0);
        let shaped = [&[0x93, kind, 0][..], &message].concat();
        node.obey(&Command { arrived_us: 0, message: shaped }, 0, 0);
    }
}
