//! Cases of `cobs.json` and `seal.json`.

use airwarden_core::cobs::{Deframer, LONGEST, frame, framed_length};
use airwarden_core::seal::{DATAGRAM, Header, Opener, Refusal, Sealer, Sender, Window};
use serde_json::{Value, json};

use crate::support::*;

pub fn serial() -> Value {
    json!({
        "about": "The serial link: messages and how they are framed; streams of octets and the messages in them. See README.md.",
        "frames": messages().iter().map(|message| json!({ "message": hex(message), "framed": hex(&framed(message)) })).collect::<Vec<_>>(),
        "streams": streams().iter().map(|(name, octets)| stream(name, octets)).collect::<Vec<_>>(),
    })
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut out = vec![0; framed_length(message.len())];
    let length = frame(message, &mut out).unwrap();
    out.truncate(length);
    out
}

fn messages() -> Vec<Vec<u8>> {
    let mut list = vec![
        vec![],
        vec![0],
        vec![0, 0, 0],
        vec![1],
        b"airwarden".to_vec(),
        vec![1, 0],
        vec![0, 1],
    ];
    for length in [248, 249, 250, 251, 253, 254, 255, 508, 509] {
        list.push(vec![0x11; length]);
        let mut zero = vec![0x22; length];
        zero[length - 1] = 0;
        list.push(zero);
    }
    list.push((0..=255).collect());
    list
}

fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let (a, b) = (framed(b"first"), framed(&[0, 9, 0]));
    let mut flipped = a.clone();
    flipped[2] ^= 0x10;
    vec![
        ("two frames", [&a[..], &b].concat()),
        ("joined in the middle of a frame", [&a[3..], &b].concat()),
        ("an octet changed", [&flipped[..], &b].concat()),
        ("the zero between two frames lost", [&a[..a.len() - 1], &b, &a].concat()),
        (
            "zeros between frames are nothing",
            [&[0, 0][..], &a, &[0, 0, 0], &b].concat(),
        ),
        (
            "text of a boot loader before the first frame",
            [b"boot: ready\r\n\0".as_slice(), &a].concat(),
        ),
        (
            "a code that points past the end of its frame",
            [&[9, 1, 1, 0][..], &a].concat(),
        ),
        ("shorter than its CRC", [&[4, 1, 2, 3, 0][..], &a].concat()),
        ("a frame that is not complete yet", [&a[..], &b[..b.len() - 1]].concat()),
        ("noise longer than may be kept", [&[0x55; 5000][..], &[0], &a].concat()),
    ]
}

fn stream(name: &str, octets: &[u8]) -> Value {
    let mut deframer: Deframer<LONGEST> = Deframer::new();
    let mut whole = Vec::new();
    deframer.push(octets, &mut |message| whole.push(hex(message)));
    let mut single: Deframer<LONGEST> = Deframer::new();
    let mut pieces = Vec::new();
    octets
        .iter()
        .for_each(|&octet| single.push(&[octet], &mut |message| pieces.push(hex(message))));
    assert_eq!((&whole, deframer.damaged()), (&pieces, single.damaged()), "{name}");
    json!({ "name": name, "octets": hex(octets), "messages": whole, "damaged": deframer.damaged() })
}

const KEY: [u8; 32] = *b"an invented key of thirty-two oc";
const NODE: u64 = 0x02a1_5700_1001;

pub fn udp() -> Value {
    json!({
        "about": "The UDP link: sealed datagrams, refusals and the replay window. See README.md.",
        "nodeKey": hex(&KEY),
        "nodeId": NODE,
        "datagrams": datagrams(),
        "refused": refused(),
        "windows": windows(),
    })
}

fn sealed(sealer: &mut Sealer, message: &[u8]) -> Vec<u8> {
    let mut out = vec![0; DATAGRAM];
    let length = sealer.seal(message, &mut out).unwrap();
    out.truncate(length);
    out
}

fn datagrams() -> Vec<Value> {
    let mut list = Vec::new();
    for (name, sender) in [("node", Sender::Node), ("hub", Sender::Hub)] {
        for boot_id in [1, 17, u32::MAX] {
            let mut sealer = Sealer::new(&KEY, NODE, boot_id, sender);
            let mut opener = Opener::new(&KEY, NODE, boot_id, sender);
            for message in [&b""[..], b"\x92\x3f\x00", &[0xa7; 64], &[0; 200]] {
                let datagram = sealed(&mut sealer, message);
                let counter = Header::read(&datagram).unwrap().counter;
                assert_eq!(opener.open(&mut datagram.clone()), Ok(message));
                list.push(json!({ "sender": name, "bootId": boot_id, "counter": counter, "message": hex(message), "datagram": hex(&datagram) }));
            }
        }
    }
    list
}

/// What a hub answers by nothing. It knows the node and its key, and the node is in boot 17, counter 0 seen.
fn refused() -> Vec<Value> {
    let mut sealer = Sealer::new(&KEY, NODE, 17, Sender::Node);
    let first = sealed(&mut sealer, b"first");
    let good = sealed(&mut sealer, b"second");
    let changed = |at: usize, to: u8| {
        let mut datagram = good.clone();
        datagram[at] = to;
        datagram
    };
    let cases: Vec<(&str, Vec<u8>, Refusal)> = vec![
        ("short", vec![], Refusal::Short),
        ("short", good[..35].to_vec(), Refusal::Short),
        ("short", changed(0, 0x42), Refusal::Short),
        ("version", changed(2, 2), Refusal::Version),
        ("version", changed(3, 1), Refusal::Version),
        ("unknown node", changed(4, 0x02), Refusal::Node),
        ("wrong key", changed(20, good[20] ^ 1), Refusal::Key),
        (
            "wrong key",
            changed(good.len() - 1, good[good.len() - 1] ^ 0x80),
            Refusal::Key,
        ),
        ("wrong key", changed(16, 9), Refusal::Key),
        ("wrong key", good[..good.len() - 1].to_vec(), Refusal::Key),
        (
            "wrong key",
            sealed(&mut Sealer::new(&KEY, NODE, 17, Sender::Hub), b"from the hub"),
            Refusal::Key,
        ),
        ("replay", first.clone(), Refusal::Replay),
        (
            "replay",
            sealed(&mut Sealer::new(&KEY, NODE, 16, Sender::Node), b"an earlier boot"),
            Refusal::Replay,
        ),
    ];
    cases
        .into_iter()
        .map(|(cause, datagram, expected)| {
            let mut opener = Opener::new(&KEY, NODE, 17, Sender::Node);
            assert!(opener.open(&mut first.clone()).is_ok());
            assert_eq!(opener.open(&mut datagram.clone()), Err(expected));
            json!({ "cause": cause, "datagram": hex(&datagram) })
        })
        .collect()
}

fn windows() -> Vec<Value> {
    let cases: [&[u32]; 5] = [
        &[0, 1, 2, 2, 1, 0, 3],
        &[100, 37, 36, 37, 99, 163, 100, 101],
        &[5, 70, 5, 6, 7, 6],
        &[u32::MAX, u32::MAX - 63, u32::MAX - 64, u32::MAX],
        &[0, 64, 0, 1, 128, 64, 65],
    ];
    cases
        .iter()
        .map(|counters| {
            let mut window = Window::new();
            let accepted: Vec<bool> = counters.iter().map(|&counter| window.accept(counter)).collect();
            json!({ "counters": counters, "accepted": accepted })
        })
        .collect()
}
