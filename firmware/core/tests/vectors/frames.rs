//! Cases of `frames.json`.

use airwarden_core::bytes::Reader;
use airwarden_core::phy::{Format, Guard, Ltf, Phy, Width};
use airwarden_core::reception::Reception;
use airwarden_core::record::FramesReader;
use airwarden_core::recorder::{Options, Recorder};
use serde_json::{Value, json};

use crate::support::*;

/// A reception that owns its octets.
#[derive(Clone)]
pub struct Heard {
    pub reception: Reception<'static>,
    pub bytes: Vec<u8>,
}

impl Heard {
    pub fn borrowed(&self) -> Reception<'_> {
        Reception {
            bytes: &self.bytes,
            ..self.reception
        }
    }
}

fn heard(time_us: u64, phy: Phy, bytes: Vec<u8>) -> Heard {
    Heard {
        reception: Reception {
            time_us,
            frequency: 2437,
            noise: -95,
            rssi: -50,
            phy,
            length: bytes.len() as u16 + 4,
            ..Reception::default()
        },
        bytes,
    }
}

pub struct Case {
    name: &'static str,
    options: Options,
    dropped: u32,
    thinned: u8,
    heard: Vec<Heard>,
}

fn case(name: &'static str, heard: Vec<Heard>) -> Case {
    Case {
        name,
        options: Options::UDP,
        dropped: 0,
        thinned: 1,
        heard,
    }
}

pub fn document() -> Value {
    let cases: Vec<Value> = cases().iter().map(describe).collect();
    json!({ "about": "Receptions, the messages a node makes of them, and what they decode to. See README.md.", "cases": cases })
}

fn describe(case: &Case) -> Value {
    let messages = record(case);
    json!({
        "name": case.name,
        "options": { "maxOctets": case.options.max_octets, "maxAge": case.options.max_age_us, "maxBlocks": case.options.max_blocks },
        "dropped": case.dropped,
        "thinned": case.thinned,
        "receptions": case.heard.iter().map(describe_reception).collect::<Vec<_>>(),
        "messages": messages.iter().map(|message| json!(hex(message))).collect::<Vec<_>>(),
        "decoded": messages.iter().map(|message| decode(message)).collect::<Vec<_>>(),
    })
}

pub fn record(case: &Case) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    let mut emit = |message: &[u8]| messages.push(message.to_vec());
    let mut recorder: Recorder<128> = Recorder::new(case.options);
    recorder.set_dropped(case.dropped);
    recorder.set_thinned(case.thinned, &mut emit);
    for heard in &case.heard {
        recorder.push(&heard.borrowed(), &mut emit);
    }
    recorder.flush(&mut emit);
    messages
}

fn describe_reception(heard: &Heard) -> Value {
    let r = &heard.reception;
    json!({
        "time": r.time_us, "frequency": r.frequency, "noise": r.noise, "rssi": r.rssi, "phy": r.phy.0, "length": r.length,
        "fcsBad": r.fcs_bad, "ppduContinues": r.ppdu_continues, "ppduLength": r.ppdu_length, "bytes": hex(&heard.bytes),
    })
}

fn decode(message: &[u8]) -> Value {
    if let Some(mut frames) = FramesReader::new(message) {
        let (sequence, dropped, thinned) = (frames.sequence, frames.dropped, frames.thinned);
        let records: Vec<Value> = frames.by_ref().map(|record| decode_record(&record)).collect();
        assert!(frames.is_done());
        return json!({ "kind": 2, "sequence": sequence, "dropped": dropped, "thinned": thinned, "records": records });
    }
    let mut reader = Reader::new(message);
    assert_eq!(reader.array_header(), Some(5));
    json!({
        "kind": reader.integer::<u8>(),
        "sequence": reader.integer::<u32>(),
        "hash": reader.integer::<u32>(),
        "subtype": reader.integer::<u8>(),
        "block": reader.bin().map(hex),
    })
}

/// As the columns of a batch say it: absent addresses, sequence and QoS are null, the other absent numbers 0.
fn decode_record(record: &airwarden_core::record::Record<'_>) -> Value {
    let header = record.header.unwrap_or_default();
    let headerless = record.header.is_none();
    let block_ack = header.block_ack.unwrap_or_default();
    let control = header.block_ack.map(|b| b.control).or(header.qos.map(u16::from));
    json!({
        "time": record.time_us, "frequency": record.frequency, "noise": record.noise, "fc": header.fc.0,
        "flags": record.flags, "duration": header.duration, "length": record.length, "phy": record.phy.0, "rssi": record.rssi,
        "a1": (!headerless).then(|| header.a1.to_string()),
        "a2": header.a2.map(|a| a.to_string()), "a3": header.a3.map(|a| a.to_string()), "a4": header.a4.map(|a| a.to_string()),
        "sequence": header.sequence, "qos": control, "ppduLength": record.ppdu_length.unwrap_or(0),
        "baStart": block_ack.start, "baTop": block_ack.top, "baSet": block_ack.set,
        "extension": if record.flags & 2 != 0 { Some(hex(record.extension)) } else { None },
    })
}

pub fn cases() -> Vec<Case> {
    vec![
        every_kind(),
        odd_receptions(),
        numbers_at_their_ends(),
        busy(),
        hopping(),
        clock_set_back(),
        by_age(),
        repeats(),
        flood(),
        Case {
            dropped: 70_000,
            thinned: 4,
            ..case(
                "dropped and thinned",
                vec![heard(5, Phy::dsss(2, false), beacon(1, 1, 9, &[]))],
            )
        },
    ]
}

fn every_kind() -> Case {
    let (ap, sta, other) = (access_point(1), station(1), station(2));
    let legacy = Phy::dsss(2, false);
    let ofdm = Phy::ofdm(48);
    let ht = Phy::ht(7, Width::Mhz20, Guard::Short)
        .with_aggregated(true)
        .with_ldpc(true);
    let he = Phy::he(Format::HeSu, 9, 2, Width::Mhz80, Guard::Double).with_ltf(Ltf::X2);
    let probe = elements(&[
        (0, b""),
        (1, RATES),
        (3, &[6]),
        (45, &[0x2d; 26]),
        (127, &[4, 0, 8, 4, 0, 0, 0, 0x40]),
    ]);
    let directed = elements(&[(0, b"Example Home"), (1, RATES)]);
    let associate = [
        &[0x31, 0x04, 10, 0][..],
        &elements(&[(0, b"Example Home"), (1, RATES), (48, RSN)]),
    ]
    .concat();
    let reassociate = [
        &[0x31, 0x04, 10, 0][..],
        &access_point(2),
        &elements(&[(0, b"Example Home"), (48, RSN)]),
    ]
    .concat();
    let answer = [&[0x31, 0x04, 0, 0, 1, 0xc0][..], &elements(&[(1, RATES)])].concat();
    let to_ds = [ap, sta, other];
    let qos = |sequence, fragment, qos| Data {
        subtype: 8,
        flags: 0x41,
        addresses: &to_ds,
        sequence,
        fragment,
        qos,
        body: &[0xcc; 40],
    };
    let block = |control: u16, rest: &[u8]| [&sta[..], &control.to_le_bytes(), rest].concat();
    let frames: Vec<(Phy, Vec<u8>)> = vec![
        (
            legacy,
            beacon(1, 100, 123_456_789, &beacon_elements(b"Example Home", 6, 3)),
        ),
        (legacy, management(4, [BROADCAST, sta, BROADCAST], 7, &probe)),
        (legacy, management(4, [BROADCAST, other, BROADCAST], 4095, &directed)),
        (
            legacy,
            management(
                5,
                [sta, ap, ap],
                101,
                &beacon_body(123_460_000, &beacon_elements(b"Example Home", 6, 3)),
            ),
        ),
        (legacy, management(11, [ap, sta, ap], 8, &[0, 0, 1, 0, 0, 0])),
        (
            legacy,
            management(11, [sta, ap, ap], 102, &[3, 0, 1, 0, 0, 0, 19, 0, 1, 2, 3]),
        ),
        (legacy, management(0, [ap, sta, ap], 9, &associate)),
        (legacy, management(1, [sta, ap, ap], 103, &answer)),
        (legacy, management(2, [ap, sta, ap], 10, &reassociate)),
        (legacy, management(3, [sta, ap, ap], 104, &answer)),
        (legacy, management(12, [sta, ap, ap], 105, &[7, 0])),
        (
            legacy,
            management(10, [ap, sta, ap], 11, &[8, 0, 221, 5, 0, 0x10, 0x18, 2, 0]),
        ),
        (
            legacy,
            management(13, [BROADCAST, ap, ap], 106, &[0, 4, 37, 3, 1, 11, 5]),
        ),
        (legacy, management(13, [BROADCAST, ap, ap], 107, &[4, 4, 1, 81, 1, 3])),
        (
            legacy,
            management(14, [sta, ap, ap], 108, &[21, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ),
        (legacy, management(6, [BROADCAST, ap, ap], 109, &[0; 14])),
        (legacy, {
            let mut frame = management(12, [sta, ap, ap], 110, &[0x33; 10]);
            frame[1] |= 0x40;
            frame
        }),
        (
            ofdm,
            data(&Data {
                subtype: 0,
                flags: 2,
                addresses: &[sta, ap, other],
                sequence: 20,
                fragment: 0,
                qos: 0,
                body: &eapol_first(),
            }),
        ),
        (
            ofdm,
            data(&Data {
                subtype: 8,
                flags: 1,
                addresses: &to_ds,
                sequence: 1,
                fragment: 0,
                qos: 6,
                body: &[0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0x8e, 1, 1, 0, 0],
            }),
        ),
        (
            ofdm,
            data(&Data {
                subtype: 8,
                flags: 1,
                addresses: &to_ds,
                sequence: 2,
                fragment: 0,
                qos: 0x80,
                body: &[0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0x8e, 1, 1, 0, 0],
            }),
        ),
        (ht, data(&qos(4095, 0, 5))),
        (ht, data(&qos(0, 0, 5))),
        (ht, data(&qos(0, 1, 5))),
        (he, data(&qos(3, 0, 0))),
        (
            ofdm,
            data(&Data {
                subtype: 4,
                flags: 0x11,
                addresses: &to_ds,
                sequence: 55,
                fragment: 0,
                qos: 0,
                body: &[],
            }),
        ),
        (
            ofdm,
            data(&Data {
                subtype: 12,
                flags: 0x11,
                addresses: &to_ds,
                sequence: 55,
                fragment: 0,
                qos: 0,
                body: &[],
            }),
        ),
        (
            ofdm,
            data(&Data {
                subtype: 8,
                flags: 3,
                addresses: &[ap, access_point(2), sta, other],
                sequence: 9,
                fragment: 2,
                qos: 3,
                body: &[1, 2],
            }),
        ),
        (
            ofdm,
            data(&Data {
                subtype: 8,
                flags: 0x81,
                addresses: &to_ds,
                sequence: 3,
                fragment: 0,
                qos: 1,
                body: &[9, 9, 9, 9, 0xaa],
            }),
        ),
        (ofdm, control(11, 1234, ap, &sta)),
        (ofdm, control(12, 1190, sta, &[])),
        (ofdm, control(13, 0, sta, &[])),
        (ofdm, control(10, 0xc001, ap, &sta)),
        (ofdm, control(14, 0, BROADCAST, &ap)),
        (ofdm, control(15, 0, BROADCAST, &ap)),
        (ofdm, control(2, 900, BROADCAST, &[&ap[..], &[1; 16]].concat())),
        (ofdm, control(5, 200, sta, &[&ap[..], &[4, 1, 0]].concat())),
        (ofdm, control(4, 200, sta, &[&ap[..], &[1]].concat())),
        (ofdm, control(8, 0, ap, &block(0x5005, &[0x30, 0x12]))),
        (
            ofdm,
            control(9, 0, ap, &block(0x5005, &[0x30, 0x12, 0xff, 0x01, 0, 0, 0, 0, 0, 0])),
        ),
        (
            ofdm,
            control(
                9,
                0,
                ap,
                &block(0x5005, &[0x40, 0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            ),
        ),
        (
            ofdm,
            control(9, 0, ap, &block(0x0005, &[&[0xf4, 0xff][..], &[0x0f; 32]].concat())),
        ),
        (
            ofdm,
            control(
                9,
                0,
                ap,
                &block(0x0005, &[&[0x06, 0x00][..], &[0; 127], &[0x80]].concat()),
            ),
        ),
        (
            ofdm,
            control(
                9,
                0,
                ap,
                &block(0x3000, &[&[0x10, 0x00, 1, 0, 0, 0x80][..], &[0; 124]].concat()),
            ),
        ),
        (
            ofdm,
            control(
                9,
                0,
                ap,
                &block(
                    0x1007,
                    &[
                        0, 0x60, 0x20, 0x01, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0x70, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    ],
                ),
            ),
        ),
        (
            ofdm,
            control(
                9,
                0,
                BROADCAST,
                &block(0x0017, &[3, 0x08, 5, 0x20, 0x50, 0x00, 1, 0, 0, 0, 0, 0, 0, 0]),
            ),
        ),
        (
            ofdm,
            control(
                9,
                0,
                ap,
                &block(0x000d, &[0x70, 0x00, 1, 2, 3, 4, 5, 6, 3, 0, 0, 0, 0, 0, 0, 0]),
            ),
        ),
        (ofdm, control(9, 0, ap, &block(0x5005, &[0x30, 0x12, 0x01]))),
        (ofdm, control(9, 0, ap, &block(0x5005, &[0x30]))),
        (
            ofdm,
            control(9, 0, ap, &block(0x501f, &[0x30, 0x12, 1, 2, 3, 4, 5, 6, 7, 8])),
        ),
        (ofdm, control(7, 60, sta, &[0xd4, 0x00, 1, 2, 3, 4])),
        (
            ofdm,
            control(
                7,
                60,
                ap,
                &[
                    &[0x94, 0x00, 1, 2, 3, 4][..],
                    &block(0x0005, &[0x10, 0, 1, 0, 0, 0, 0, 0, 0, 0]),
                ]
                .concat(),
            ),
        ),
    ];
    let heard = frames
        .into_iter()
        .enumerate()
        .map(|(index, (phy, bytes))| heard(1_000_000 + index as u64 * 150, phy, bytes))
        .collect();
    case("every kind of frame", heard)
}

fn odd_receptions() -> Case {
    let (ap, sta) = (access_point(1), station(1));
    let whole = beacon(1, 100, 5, &beacon_elements(b"Example Home", 6, 3));
    let mut list: Vec<Heard> = [0, 1, 4, 9, 10, 15, 16, 23, 24, 30, 36, 37, 40, 60]
        .iter()
        .enumerate()
        .map(|(index, &cut)| {
            let mut short = heard(10 + index as u64, Phy::dsss(2, true), whole.clone());
            short.bytes.truncate(cut);
            short
        })
        .collect();
    let mut bad = heard(100, Phy::dsss(2, true), whole.clone());
    bad.reception.fcs_bad = true;
    list.push(bad);
    let mut version = heard(101, Phy::ofdm(12), control(13, 0, sta, &[]));
    version.bytes[0] |= 1;
    list.push(version);
    let mut extension = heard(102, Phy::ofdm(12), whole.clone());
    extension.bytes[0] = 0x0c;
    list.push(extension);
    list.push(heard(103, Phy::ofdm(12), control(11, 40, sta, &ap[..5])));
    list.push(heard(104, Phy::ofdm(12), control(7, 40, sta, &[0x74, 0, 1, 2, 3, 4])));
    list.push(heard(105, Phy::ofdm(12), control(7, 40, sta, &[0x80, 0, 1, 2, 3, 4])));
    let mut misc = heard(106, Phy::ht(12, Width::Mhz20, Guard::Normal), Vec::new());
    misc.reception.length = 1534;
    list.push(misc.clone());
    misc.reception.time_us = 107;
    list.push(misc);
    let mut ssid = vec![0, 40];
    ssid.extend([b'x'; 40]);
    list.push(heard(
        108,
        Phy::dsss(2, true),
        management(4, [BROADCAST, sta, BROADCAST], 1, &ssid),
    ));
    list.push(heard(
        109,
        Phy::dsss(2, true),
        management(4, [BROADCAST, sta, BROADCAST], 2, &[0, 9, b'h', 0xff, 0]),
    ));
    list.push(heard(
        110,
        Phy::dsss(2, true),
        management(4, [BROADCAST, sta, BROADCAST], 3, &[1]),
    ));
    case("cut, damaged and odd receptions", list)
}

fn numbers_at_their_ends() -> Case {
    let sta = station(1);
    let mut list = vec![
        heard((1 << 53) - 3, Phy(0xffff_ffff), control(13, 0xffff, sta, &[])),
        heard((1 << 53) - 2, Phy(0), control(13, 0xffff, sta, &[])),
        heard((1 << 53) - 1, Phy(0x8000_0000), control(13, 0, BROADCAST, &[])),
    ];
    list[0].reception.length = 65_535;
    list[0].reception.rssi = -128;
    list[0].reception.noise = -128;
    list[0].reception.frequency = 0;
    list[1].reception.length = 0;
    list[1].reception.rssi = 127;
    list[1].reception.noise = 127;
    list[1].reception.frequency = 65_535;
    list[2].reception.ppdu_length = Some(65_535);
    case("numbers at their ends", list)
}

/// A minute's worth of a busy flat in 0.4 s: several messages, every table in use.
fn busy() -> Case {
    let mut dice = Dice(42);
    let mut time = 50_000_000;
    let mut list = Vec::new();
    let mut sequences = [0u16; 6];
    for _ in 0..420 {
        time += 20 + dice.next(1900);
        let client = dice.next(5) as usize;
        let (sta, ap) = (station(client as u8), access_point(1));
        let number = (sequences[client] + 1 + dice.next(3) as u16) & 0xfff;
        let ht = Phy::ht(dice.next(8) as u8, Width::Mhz20, Guard::Short).with_aggregated(true);
        let mut next = match dice.next(10) {
            0 => heard(
                time,
                Phy::dsss(2, false),
                beacon(
                    dice.next(3) as u8,
                    number,
                    time,
                    &beacon_elements(b"Example Home", 6, 3),
                ),
            ),
            1..=3 => heard(time, Phy::ofdm(48), control(13, 0, sta, &[])),
            4 => heard(time, Phy::ofdm(48), control(11, 300 + dice.next(2000) as u16, ap, &sta)),
            5 => {
                let set = dice.next(1 << 16) as u16;
                let body = [
                    &sta[..],
                    &[5, 0],
                    &(number << 4).to_le_bytes(),
                    &set.to_le_bytes(),
                    &[0; 6],
                ]
                .concat();
                heard(time, Phy::ofdm(48), control(9, 0, ap, &body))
            }
            _ => {
                sequences[client] = number;
                let addresses = [ap, sta, station(9)];
                let parts = Data {
                    subtype: 8,
                    flags: 0x41,
                    addresses: &addresses,
                    sequence: number,
                    fragment: 0,
                    qos: 0,
                    body: &[0xab; 8],
                };
                let mut frame = heard(time, ht, data(&parts));
                frame.reception.length = 80 + dice.next(1450) as u16;
                frame.reception.ppdu_continues = dice.next(4) == 0;
                frame.reception.ppdu_length = (dice.next(3) == 0).then_some(3000);
                frame
            }
        };
        next.reception.rssi = -40 - dice.next(50) as i8;
        list.push(next);
    }
    Case {
        options: Options {
            max_age_us: u64::MAX,
            ..Options::SERIAL
        },
        ..case("a busy channel", list)
    }
}

fn hopping() -> Case {
    let list = (0..24u64)
        .map(|index| {
            let mut frame = heard(
                1000 + index * 700,
                Phy::dsss(2, false),
                control(13, 0, station(index as u8 % 3), &[]),
            );
            frame.reception.frequency = 2412 + 5 * (index / 2 % 13) as u16;
            frame.reception.noise = -90 - (index % 7) as i8;
            frame
        })
        .collect();
    case("a channel that changes", list)
}

fn clock_set_back() -> Case {
    let times = [5_000_000, 5_000_000, 5_000_001, 4_999_999, 4_999_999, 6_000_000];
    let list = times
        .iter()
        .map(|&time| heard(time, Phy::ofdm(12), control(13, 0, station(1), &[])))
        .collect();
    Case {
        options: Options {
            max_age_us: u64::MAX,
            ..Options::UDP
        },
        ..case("time that runs back", list)
    }
}

fn by_age() -> Case {
    let times = [0, 50_000, 99_999, 100_000, 150_000, 900_000];
    let list = times
        .iter()
        .map(|&time| heard(time, Phy::ofdm(12), control(13, 0, station(1), &[])))
        .collect();
    case("batches by age", list)
}

/// One access point over eleven minutes: what is said again, and when.
fn repeats() -> Case {
    let mut list = Vec::new();
    let mut beacon_at = |seconds: f64, ssid: &[u8], channel, stations| {
        let time = (seconds * 1e6) as u64;
        let bytes = beacon(
            1,
            (time / 102_400) as u16 & 0xfff,
            time + 77,
            &beacon_elements(ssid, channel, stations),
        );
        list.push(heard(time, Phy::dsss(2, false), bytes));
    };
    for tenth in 0..25 {
        beacon_at(1.0 + f64::from(tenth) * 0.1, b"Example Home", 6, 3);
    }
    for (seconds, ssid, channel, stations) in [
        (4.0, b"Example Home", 6, 4),
        (4.1, b"Example Home", 6, 4),
        (4.2, b"Example Home", 11, 4),
        (4.3, b"Example Hole", 11, 4),
        (4.4, b"Example Hole", 11, 4),
        (14.2, b"Example Hole", 11, 4),
        (14.4, b"Example Hole", 11, 4),
        (604.1, b"Example Hole", 11, 4),
        (604.3, b"Example Hole", 11, 4),
        (610.0, b"Example Home", 6, 4),
    ] {
        beacon_at(seconds, ssid, channel, stations);
    }
    let announce = [beacon_elements(b"Example Home", 6, 4), element(37, &[0, 11, 2])].concat();
    list.push(heard(
        611_000_000,
        Phy::dsss(2, false),
        beacon(1, 9, 611_000_077, &announce),
    ));
    case("what is said again", list)
}

/// Invented networks faster than blocks may be sent.
fn flood() -> Case {
    let list = (0..12u8)
        .map(|number| {
            let elements = [beacon_elements(b"Free", 1, 0), element(50, &[number % 6])].concat();
            heard(
                100_000 + 10_000 * u64::from(number),
                Phy::dsss(2, false),
                beacon(number % 6, 0, 1, &elements),
            )
        })
        .collect();
    Case {
        options: Options {
            max_blocks: 4,
            ..Options::UDP
        },
        ..case("more blocks than may be sent", list)
    }
}
