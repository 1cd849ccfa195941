//! Cases of `elements.json`.

use airwarden_core::elements::{BLOCK, fixed_length, summarise, write_block};
use airwarden_core::extension::Extension;
use serde_json::{Value, json};

use crate::support::*;

pub fn document() -> Value {
    json!({
        "about": "Elements of management frames, the block and hash a node makes of them; extensions and what they say. See README.md.",
        "blocks": blocks(),
        "extensions": extensions(),
    })
}

fn blocks() -> Vec<Value> {
    let wps = [&[0x00, 0x50, 0xf2, 4][..], &[0x10; 196]].concat();
    let many = (0..40u8)
        .map(|id| element(100 + id, &[id; 64]))
        .collect::<Vec<_>>()
        .concat();
    let beacon = beacon_elements(b"Example Home", 6, 3);
    let cases: Vec<(&str, u8, Vec<u8>)> = vec![
        ("none", 8, vec![]),
        ("a beacon", 8, beacon.clone()),
        ("the same with another SSID, TIM and load", 8, {
            let mut other = beacon_elements(b"Another", 6, 9);
            let tim = other.windows(2).position(|w| w == [5, 4]).unwrap();
            other[tim + 2] = 2;
            other
        }),
        ("the same in a probe response", 5, beacon.clone()),
        (
            "a probe request, channel left out",
            4,
            elements(&[(0, b""), (1, RATES), (3, &[6]), (45, &[1; 26])]),
        ),
        (
            "the same on another channel",
            4,
            elements(&[(0, b"x"), (1, RATES), (3, &[11]), (45, &[1; 26])]),
        ),
        (
            "an announced switch is kept and not hashed",
            8,
            [beacon.clone(), element(37, &[1, 11, 4])].concat(),
        ),
        (
            "the same a beacon later",
            8,
            [beacon.clone(), element(37, &[1, 11, 3])].concat(),
        ),
        (
            "FILS request parameters are kept and not hashed",
            4,
            elements(&[(0, b""), (1, RATES), (255, &[2, 1, 4, 77])]),
        ),
        (
            "the same with another delay",
            4,
            elements(&[(0, b""), (1, RATES), (255, &[2, 1, 4, 78])]),
        ),
        (
            "another extended element is hashed",
            4,
            elements(&[(0, b""), (1, RATES), (255, &[35, 1, 4, 78])]),
        ),
        ("WPS, longer than what is kept", 8, element(221, &wps)),
        (
            "another vendor, first five octets",
            8,
            element(221, &[0, 0x17, 0xf2, 0x0a, 7, 8, 9]),
        ),
        (
            "the same with other octets behind",
            8,
            element(221, &[0, 0x17, 0xf2, 0x0a, 7, 1, 1]),
        ),
        ("a long element", 8, element(7, &[0x44; 200])),
        ("cut in the middle", 8, vec![48, 20, 1, 0, 0]),
        ("one octet left over", 8, vec![1, 1, 0x82, 48]),
        ("more than a block", 8, many),
    ];
    cases
        .iter()
        .map(|(name, subtype, bytes)| block(name, *subtype, bytes))
        .collect()
}

fn block(name: &str, subtype: u8, bytes: &[u8]) -> Value {
    assert!(fixed_length(subtype).is_some());
    let summary = summarise(subtype, bytes);
    let mut out = [0; BLOCK];
    let length = write_block(subtype, bytes, &mut out);
    json!({ "name": name, "subtype": subtype, "elements": hex(bytes), "hash": summary.hash, "block": hex(&out[..length]), "parsed": parse(&out[..length]) })
}

/// `[id, length, kept]` of each element of a block.
fn parse(mut block: &[u8]) -> Vec<Value> {
    let mut list = Vec::new();
    while let [id, length, kept, rest @ ..] = block {
        let (body, rest) = rest.split_at(usize::from(*kept));
        list.push(json!([id, length, hex(body)]));
        block = rest;
    }
    list
}

fn extensions() -> Vec<Value> {
    [
        "",
        "0108887766554433221102047856341203040a0031040403414243080200030503030002 4d",
        "06 0c 03 8a00 0700000000000000 03 07 03 01 0b 03",
        "0400 6302ffff 080201 03",
        "0107 01020304050607 0802 0105",
        "0500 0801",
        "08 02 01",
        "0402ff00",
    ]
    .iter()
    .map(|text| {
        let bytes = unhex(&text.replace(' ', ""));
        let read = Extension::read(&bytes);
        json!({
            "bytes": hex(&bytes),
            "tsf": read.tsf.map(|tsf| tsf.to_string()),
            "elements": read.elements,
            "fixed": read.fixed.map(hex),
            "ssid": read.ssid.map(hex),
            "bssLoad": read.bss_load.map(|load| json!([load.stations, load.utilisation])),
            "eapol": read.eapol.map(|e| json!({ "packetType": e.packet_type, "keyInformation": e.key_information, "replayCounter": e.replay_counter.to_string(), "pmkid": e.pmkid, "nonce": e.nonce })),
            "channelSwitch": read.channel_switch.map(|s| json!([s.mode, s.channel, s.count])),
            "tim": read.tim.map(|t| json!([t.count, t.period])),
        })
    })
    .collect()
}
