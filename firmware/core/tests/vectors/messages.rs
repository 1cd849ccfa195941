//! Cases of `messages.json`.

use airwarden_core::bytes::Writer;
use airwarden_core::mac::Mac;
use airwarden_core::messages::*;
use serde_json::{Value, json};

use crate::support::*;

pub fn document() -> Value {
    json!({
        "about": "Messages other than frames: their fields and their bytes; what else has to be read, and what not. See README.md.",
        "node": node_messages().iter().map(|(sequence, message)| node(*sequence, message)).collect::<Vec<_>>(),
        "hub": hub_messages().iter().map(|(sequence, message)| hub(*sequence, message)).collect::<Vec<_>>(),
        "readable": readable(),
        "unknown": unknown(),
        "damaged": damaged(),
    })
}

pub fn node(sequence: u32, message: &NodeMessage<'_>) -> Value {
    let mut out = [0; 2048];
    let length = message.encode(sequence, &mut out).unwrap();
    assert_eq!(NodeMessage::decode(&out[..length]), Ok((sequence, *message)));
    let mut value = describe_node(message);
    value["sequence"] = sequence.into();
    value["bytes"] = hex(&out[..length]).into();
    value
}

pub fn hub(sequence: u32, message: &HubMessage<'_>) -> Value {
    let mut out = [0; 2048];
    let length = message.encode(sequence, &mut out).unwrap();
    assert_eq!(HubMessage::decode(&out[..length]), Ok((sequence, *message)));
    let mut value = describe_hub(message);
    value["sequence"] = sequence.into();
    value["bytes"] = hex(&out[..length]).into();
    value
}

pub fn describe_node(message: &NodeMessage<'_>) -> Value {
    match message {
        NodeMessage::Hello(m) => json!({
            "kind": 1, "protocol": m.protocol, "firmware": m.firmware, "chip": m.chip, "mac": m.mac.to_string(), "bootId": m.boot_id,
            "resetReason": m.reset_reason, "capabilities": m.capabilities, "name": m.name, "configuration": m.configuration, "clock": m.clock_us,
        }),
        NodeMessage::Heartbeat(m) => json!({
            "kind": 3, "time": m.time_us, "uptime": m.uptime_s, "received": m.received, "drops": m.drops, "ringHigh": m.ring_high,
            "heapLow": m.heap_low, "temperature": m.temperature, "rssi": m.rssi, "degrade": m.degrade, "safeMode": m.safe_mode,
        }),
        NodeMessage::Dwell(m) => json!({
            "kind": 4, "frequency": m.frequency, "start": m.start_us, "listened": m.listened_us, "frames": m.frames, "undecodable": m.undecodable,
        }),
        NodeMessage::Log(m) => json!({ "kind": 5, "level": m.level, "text": m.text }),
        NodeMessage::TimeReply(m) => {
            json!({ "kind": 6, "token": m.token, "received": m.received_us, "sent": m.sent_us })
        }
        NodeMessage::Outcome(m) => json!({ "kind": 7, "command": m.command, "code": m.code, "text": m.text }),
        NodeMessage::Elements(m) => json!({ "kind": 8, "hash": m.hash, "subtype": m.subtype, "block": hex(m.block) }),
        NodeMessage::Totals(m) => {
            let classes: Vec<Value> = m
                .classes()
                .iter()
                .map(|t| json!({ "class": t.class, "frames": t.frames, "octets": t.octets, "address": t.address.map(|a| a.to_string()) }))
                .collect();
            json!({ "kind": 9, "start": m.start_us, "span": m.span_us, "classes": classes })
        }
    }
}

pub fn describe_hub(message: &HubMessage<'_>) -> Value {
    match message {
        HubMessage::Welcome {
            protocol,
            boot_id,
            time_us,
        } => {
            json!({ "kind": 64, "protocol": protocol, "bootId": boot_id, "time": time_us })
        }
        HubMessage::TimeRequest { token, time_us } => json!({ "kind": 65, "token": token, "time": time_us }),
        HubMessage::Plan(plan) => json!({ "kind": 66, "channels": plan.channels(), "dwell": plan.dwell_ms }),
        HubMessage::Siblings(bytes) => {
            let addresses: Vec<String> = (0..bytes.len() / 6)
                .filter_map(|i| Mac::read(bytes, i * 6))
                .map(|m| m.to_string())
                .collect();
            json!({ "kind": 67, "addresses": addresses })
        }
        HubMessage::Configure(c) => json!({
            "kind": 68, "ssid": c.ssid, "psk": c.psk, "hub": c.hub, "name": c.name, "key": c.key.map(|key| hex(&key)), "country": c.country, "uplink": c.uplink,
        }),
        HubMessage::UpdateBegin(u) => json!({
            "kind": 69, "size": u.size, "sha256": hex(&u.sha256), "signature": hex(&u.signature), "version": u.version,
        }),
        HubMessage::UpdateChunk { offset, bytes } => json!({ "kind": 70, "offset": offset, "octets": hex(bytes) }),
        HubMessage::UpdateEnd => json!({ "kind": 71 }),
        HubMessage::Restart { reason } => json!({ "kind": 72, "reason": reason }),
        HubMessage::Identify { seconds } => json!({ "kind": 73, "seconds": seconds }),
        HubMessage::FactoryReset { confirmation } => json!({ "kind": 74, "confirmation": confirmation }),
    }
}

const LATEST: u64 = (1 << 53) - 1;

pub fn node_messages() -> Vec<(u32, NodeMessage<'static>)> {
    let hello = Hello {
        protocol: 1,
        firmware: "0.1.0",
        chip: "esp32c3",
        mac: Mac::from_octets(station(1)),
        boot_id: 17,
        reset_reason: 1,
        capabilities: capability::HOPS | capability::UPDATES | capability::BITMAPS,
        name: "Hallway",
        configuration: 0xdead_beef,
        clock_us: 1_500_000,
    };
    let largest = Hello {
        protocol: 255,
        firmware: "",
        chip: "linux",
        mac: Mac::BROADCAST,
        boot_id: u32::MAX,
        reset_reason: 255,
        capabilities: u32::MAX,
        name: "Küche, oberes Regal am Fenster",
        configuration: 0,
        clock_us: LATEST,
    };
    let mut totals = Totals::new(9_000_000, 1_000_000);
    totals.push(Total {
        class: 0,
        frames: 40,
        octets: 12_000,
        address: Some(Mac::from_octets(access_point(1))),
    });
    totals.push(Total {
        class: 1,
        frames: 200,
        octets: 2800,
        address: Some(Mac::from_octets(station(1))),
    });
    totals.push(Total {
        class: 3,
        frames: u32::MAX,
        octets: u32::MAX,
        address: None,
    });
    vec![
        (0, NodeMessage::Hello(hello)),
        (u32::MAX, NodeMessage::Hello(largest)),
        (
            1,
            NodeMessage::Heartbeat(Heartbeat {
                time_us: 61_000_000,
                uptime_s: 61,
                received: 70_000,
                drops: [1, 2, 300, 70_000],
                ring_high: 250,
                heap_low: 48_000,
                temperature: 41,
                rssi: -61,
                degrade: 2,
                safe_mode: 0,
            }),
        ),
        (
            2,
            NodeMessage::Heartbeat(Heartbeat {
                time_us: LATEST,
                uptime_s: u32::MAX,
                received: LATEST,
                drops: [u32::MAX; 4],
                ring_high: u16::MAX,
                heap_low: u32::MAX,
                temperature: -128,
                rssi: -128,
                degrade: 255,
                safe_mode: 1,
            }),
        ),
        (3, NodeMessage::Heartbeat(Heartbeat::default())),
        (
            127,
            NodeMessage::Dwell(Dwell {
                frequency: 2412,
                start_us: 5_000_000,
                listened_us: 250_000,
                frames: 77,
                undecodable: 3,
            }),
        ),
        (128, NodeMessage::Dwell(Dwell::default())),
        (
            256,
            NodeMessage::Log(Log {
                level: 1,
                text: "the link to the hub is slow",
            }),
        ),
        (65_535, NodeMessage::Log(Log { level: 2, text: "" })),
        (
            65_536,
            NodeMessage::TimeReply(TimeReply {
                token: 9,
                received_us: 1_700_000_000_000_000,
                sent_us: 1_700_000_000_000_050,
            }),
        ),
        (
            7,
            NodeMessage::Outcome(Outcome {
                command: 12,
                code: code::VERIFICATION_FAILED,
                text: "the hash differs",
            }),
        ),
        (
            8,
            NodeMessage::Elements(ElementBlock {
                hash: 0x8000_0001,
                subtype: 8,
                block: &[48, 20, 2, 1, 0],
            }),
        ),
        (9, NodeMessage::Totals(totals)),
        (10, NodeMessage::Totals(Totals::new(0, 0))),
    ]
}

pub fn hub_messages() -> Vec<(u32, HubMessage<'static>)> {
    const CHUNK: &[u8] = &[0xa5; 300];
    const SIBLINGS: &[u8] = &[2, 0xa1, 0x57, 0, 0x10, 1, 2, 0xa1, 0x57, 0, 0x10, 2];
    let everything = Configuration {
        ssid: Some("Example Home"),
        psk: Some("correct horse battery"),
        hub: Some("192.0.2.10:47600"),
        name: Some("Hallway"),
        key: Some([0x3c; 32]),
        country: Some("DE"),
        uplink: Some("wifi"),
    };
    vec![
        (
            0,
            HubMessage::Welcome {
                protocol: 1,
                boot_id: 17,
                time_us: 1_764_000_000_000_000,
            },
        ),
        (
            1,
            HubMessage::TimeRequest {
                token: u32::MAX,
                time_us: 1_764_000_000_000_000,
            },
        ),
        (
            2,
            HubMessage::Plan(ChannelPlan::new(&[(2412, 1), (2437, 8), (5180, 255)], 250).unwrap()),
        ),
        (3, HubMessage::Plan(ChannelPlan::new(&[], 0).unwrap())),
        (4, HubMessage::Siblings(SIBLINGS)),
        (5, HubMessage::Siblings(&[])),
        (6, HubMessage::Configure(everything)),
        (
            7,
            HubMessage::Configure(Configuration {
                name: Some("Attic"),
                ..Configuration::default()
            }),
        ),
        (8, HubMessage::Configure(Configuration::default())),
        (
            9,
            HubMessage::UpdateBegin(UpdateBegin {
                size: 700_000,
                sha256: [0x11; 32],
                signature: [0x22; 64],
                version: "0.2.0",
            }),
        ),
        (
            10,
            HubMessage::UpdateChunk {
                offset: 65_536,
                bytes: CHUNK,
            },
        ),
        (11, HubMessage::UpdateEnd),
        (12, HubMessage::Restart { reason: 2 }),
        (13, HubMessage::Identify { seconds: 10 }),
        (14, HubMessage::FactoryReset { confirmation: "erase" }),
    ]
}

/// The same message in other forms: longer integers, further elements.
fn readable() -> Vec<Value> {
    let plain = NodeMessage::TimeReply(TimeReply {
        token: 9,
        received_us: 10,
        sent_us: 11,
    });
    let log = NodeMessage::Log(Log { level: 2, text: "ab" });
    let command = HubMessage::Identify { seconds: 3 };
    let configure = HubMessage::Configure(Configuration {
        name: Some("x"),
        ..Configuration::default()
    });
    let node_cases: [(&str, &str, NodeMessage<'_>); 4] = [
        (
            "every integer in its longest form",
            "dd00000005cf0000000000000006cf0000000000000005cf0000000000000009d3000000000000000ad20000000b",
            plain,
        ),
        (
            "two elements more, one of them nested",
            "970605090a0b920182c0c3a161cb3ff0000000000000d40102",
            plain,
        ),
        ("text in a longer form", "94050502d9026162", log),
        ("text in the longest form", "94050502db000000026162", log),
    ];
    let hub_cases: [(&str, &str, HubMessage<'_>); 2] = [
        ("an element more", "94490503c0", command),
        (
            "a key in the map that is not known",
            "93440582a77374726f6e676501a46e616d65a178",
            configure,
        ),
    ];
    let mut list = Vec::new();
    for (name, bytes, message) in node_cases {
        assert_eq!(NodeMessage::decode(&unhex(bytes)), Ok((5, message)), "{name}");
        list.push(json!({ "name": name, "bytes": bytes, "node": describe_node(&message), "sequence": 5 }));
    }
    for (name, bytes, message) in hub_cases {
        assert_eq!(HubMessage::decode(&unhex(bytes)), Ok((5, message)), "{name}");
        list.push(json!({ "name": name, "bytes": bytes, "hub": describe_hub(&message), "sequence": 5 }));
    }
    list
}

fn unknown() -> Vec<Value> {
    [(63u32, "933f0501"), (99, "92630590"), (70_000, "92ce0001117005")]
        .iter()
        .map(|&(kind, bytes)| {
            let octets = unhex(bytes);
            assert_eq!(NodeMessage::decode(&octets), Err(Unreadable::UnknownKind(kind)));
            assert_eq!(HubMessage::decode(&octets), Err(Unreadable::UnknownKind(kind)));
            json!({ "kind": kind, "bytes": bytes })
        })
        .collect()
}

fn damaged() -> Vec<Value> {
    let cases = [
        ("empty", ""),
        ("not an array", "c0"),
        ("an array without a kind", "90"),
        ("no sequence number", "9106"),
        ("a kind that is text", "92a13605"),
        ("a negative sequence number", "9206ff"),
        ("cut inside an integer", "940605cd01"),
        ("too few elements", "940605090a"),
        (
            "a hello whose address has five octets",
            "9c0100010000c4050102030405000000a000",
        ),
        ("a level that is an array", "940500 90a0"),
        ("text that is no UTF-8", "94050002a2c328"),
        ("a count that nothing follows", "ddffffffff0600"),
        ("the octet that is never used", "c1"),
    ];
    cases
        .iter()
        .map(|(name, bytes)| {
            let bytes = bytes.replace(' ', "");
            let octets = unhex(&bytes);
            assert_eq!(NodeMessage::decode(&octets), Err(Unreadable::Damaged), "{name}");
            json!({ "name": name, "bytes": bytes })
        })
        .collect()
}

/// A writer is used here only to keep the forms above honest.
#[test]
fn forms_are_msgpack() {
    let mut out = [0; 16];
    let mut writer = Writer::new(&mut out);
    writer.array(4);
    writer.uint(5);
    writer.uint(5);
    writer.uint(2);
    writer.str("ab");
    assert_eq!(hex(writer.written()), "94050502a26162");
}
