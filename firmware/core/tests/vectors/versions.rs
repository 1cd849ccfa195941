//! Cases of `versions.json`: what the next version may send, and what a reader of this one makes of it (PROTOCOL.md §8).

use airwarden_core::bytes::{Reader, Writer};
use airwarden_core::messages::*;
use airwarden_core::record::FramesReader;
use serde_json::{Value, json};

use super::frames;
use super::messages::{describe_hub, describe_node, hub_messages, node_messages};
use crate::support::*;

const ENVELOPE: usize = 2;

pub fn document() -> Value {
    json!({
        "about": "Messages as the next version may send them: more in every place that may grow. See README.md.",
        "node": node_messages().iter().map(|(sequence, message)| node(*sequence, message)).collect::<Vec<_>>(),
        "frames": frame_messages(),
        "hub": hub_messages().iter().map(|(sequence, message)| hub(*sequence, message)).collect::<Vec<_>>(),
        "unknown": [unknown(31), unknown(90)],
    })
}

fn node(sequence: u32, message: &NodeMessage<'_>) -> Value {
    let mut out = [0; 2048];
    let length = message.encode(sequence, &mut out).unwrap();
    let later = grown(&out[..length]);
    assert_eq!(NodeMessage::decode(&later), Ok((sequence, *message)));
    let mut value = describe_node(message);
    value["sequence"] = sequence.into();
    value["bytes"] = hex(&later).into();
    value
}

fn hub(sequence: u32, message: &HubMessage<'_>) -> Value {
    let mut out = [0; 2048];
    let length = message.encode(sequence, &mut out).unwrap();
    let later = grown(&out[..length]);
    assert_eq!(HubMessage::decode(&later), Ok((sequence, *message)));
    let mut value = describe_hub(message);
    value["sequence"] = sequence.into();
    value["bytes"] = hex(&later).into();
    value
}

/// Each as it is, and grown.
fn frame_messages() -> Vec<Value> {
    let messages = frames::cases().into_iter().flat_map(|case| frames::record(&case));
    let frames: Vec<Vec<u8>> = messages.filter(|message| message[1] == 2).take(3).collect();
    frames
        .iter()
        .map(|message| {
            let later = grown(message);
            let records = |bytes: &[u8]| FramesReader::new(bytes).unwrap().count();
            assert_eq!(records(&later), records(message));
            json!({ "now": hex(message), "later": hex(&later) })
        })
        .collect()
}

/// With two elements more at the end, with a number more at the end of each inner list, with a key more in each map.
fn grown(message: &[u8]) -> Vec<u8> {
    let mut reader = Reader::new(message);
    let count = reader.array_header().unwrap();
    let kind: u32 = reader.integer().unwrap();
    let sequence: u32 = reader.integer().unwrap();
    // Classes of totals follow each other to the end: there is no room behind them.
    let more = if kind == kind::TOTALS { 0 } else { 2 };
    let mut out = [0; 4096];
    let mut writer = Writer::new(&mut out);
    writer.array(count + more);
    writer.uint(kind.into());
    writer.uint(sequence.into());
    for _ in ENVELOPE..count {
        let before = reader;
        reader.skip().unwrap();
        let element = &before.rest()[..before.rest().len() - reader.rest().len()];
        grow(kind, element, &mut writer);
    }
    if more > 0 {
        writer.map(1);
        writer.str("later");
        writer.array(2);
        writer.int(-1);
        writer.bin(&[1, 2]);
        writer.str("more");
    }
    let length = writer.finish().unwrap();
    out[..length].to_vec()
}

fn grow(kind: u32, element: &[u8], writer: &mut Writer<'_>) {
    let mut list = Reader::new(element);
    if let Some(count) = list.array_header() {
        // A plan is a list of lists, and grows in those; a class without an address has no place behind it.
        let fixed = kind == kind::PLAN || (kind == kind::TOTALS && count < 4);
        writer.array(count + usize::from(!fixed));
        for _ in 0..count {
            let before = list;
            list.skip().unwrap();
            let inner = &before.rest()[..before.rest().len() - list.rest().len()];
            match Reader::new(inner).array_header() {
                Some(parts) => {
                    writer.array(parts + 1);
                    let mut rest = Reader::new(inner);
                    rest.array_header();
                    writer.bytes(rest.rest());
                    writer.uint(7);
                }
                None => writer.bytes(inner),
            }
        }
        if !fixed {
            writer.uint(7);
        }
        return;
    }
    let mut map = Reader::new(element);
    match map.map_header() {
        Some(count) => {
            writer.map(count + 1);
            writer.str("later");
            writer.map(1);
            writer.str("deeper");
            writer.uint(1);
            writer.bytes(map.rest());
        }
        None => writer.bytes(element),
    }
}

fn unknown(kind: u32) -> Value {
    let mut out = [0; 64];
    let mut writer = Writer::new(&mut out);
    writer.array(4);
    writer.uint(kind.into());
    writer.uint(5);
    writer.map(1);
    writer.str("later");
    writer.array(0);
    writer.bin(&[1, 2, 3]);
    let bytes = writer.written();
    assert_eq!(NodeMessage::decode(bytes), Err(Unreadable::UnknownKind(kind)));
    assert_eq!(HubMessage::decode(bytes), Err(Unreadable::UnknownKind(kind)));
    json!({ "kind": kind, "bytes": hex(bytes) })
}
