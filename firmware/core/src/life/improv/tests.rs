use super::*;
use crate::networks::tests::{beacon, hear};
use proptest::prelude::*;

fn packet(kind: u8, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    say(kind, data, &mut |octets| out.extend_from_slice(octets));
    out
}

fn command(command: u8, arguments: &[u8]) -> Vec<u8> {
    let mut data = vec![command, arguments.len() as u8];
    data.extend_from_slice(arguments);
    packet(TYPE_COMMAND, &data)
}

fn heard(octets: &[u8]) -> Vec<String> {
    let mut listener = Listener::new();
    octets
        .iter()
        .filter_map(|&octet| listener.push(octet).map(|request| format!("{request:?}")))
        .collect()
}

fn answers(conversation: &mut Conversation, request: Request<'static>) -> (Vec<Vec<u8>>, Option<Attempt<'static>>) {
    answers_hearing(&Networks::new(), conversation, request)
}

fn answers_hearing(
    networks: &Networks,
    conversation: &mut Conversation,
    request: Request<'static>,
) -> (Vec<Vec<u8>>, Option<Attempt<'static>>) {
    let known = Known {
        information: ["Airwarden", "0.1.0", "esp32c3", "attic"],
        networks,
        now_us: 0,
    };
    let mut said = Vec::new();
    let attempt = conversation.answer(&request, &known, &mut |octets| said.push(octets.to_vec()));
    (said, attempt)
}

#[test]
fn the_example_of_the_specification_is_read() {
    // SSID MyWirelessAP, password mysecurepassword.
    let octets = [
        0x49, 0x4d, 0x50, 0x52, 0x4f, 0x56, 0x01, 0x03, 0x20, 0x01, 0x1e, 0x0c, 0x4d, 0x79, 0x57, 0x69, 0x72, 0x65,
        0x6c, 0x65, 0x73, 0x73, 0x41, 0x50, 0x10, 0x6d, 0x79, 0x73, 0x65, 0x63, 0x75, 0x72, 0x65, 0x70, 0x61, 0x73,
        0x73, 0x77, 0x6f, 0x72, 0x64,
    ];
    let mut whole = octets.to_vec();
    whole.push(sum(&octets));
    let expected = format!(
        "{:?}",
        Request::Settings {
            ssid: "MyWirelessAP",
            psk: "mysecurepassword"
        }
    );
    assert_eq!(heard(&whole), [expected]);
}

#[test]
fn packets_are_found_among_other_octets() {
    let mut octets = b"noise IMP IIMPROV\x02 IMPRO".to_vec();
    octets.extend_from_slice(&command(COMMAND_STATE, &[]));
    octets.extend_from_slice(b"\0\0IMPROVIMPROV\x01\x03");
    octets.extend_from_slice(&[2, COMMAND_INFORMATION, 0]);
    octets.push(sum(&[b"IMPROV", &[1u8, 3, 2, 3, 0][..]].concat()));
    octets.extend_from_slice(&packet(TYPE_STATE, &[2]));
    octets.extend_from_slice(&command(COMMAND_SCAN, &[]));
    octets.extend_from_slice(&command(77, &[]));
    assert_eq!(heard(&octets), ["State", "Information", "Scan", "Unknown"]);
}

#[test]
fn damage_is_said() {
    let mut wrong = command(COMMAND_STATE, &[]);
    let checksum = wrong.len() - 2;
    wrong[checksum] ^= 1;
    assert_eq!(heard(&wrong), ["Damaged"]);
    assert_eq!(heard(&packet(TYPE_COMMAND, &[COMMAND_STATE, 9])), ["Damaged"]);
    assert_eq!(heard(&packet(TYPE_COMMAND, &[])), ["Damaged"]);
    assert_eq!(heard(&command(COMMAND_SETTINGS, &[3, b'a'])), ["Damaged"]);
    assert_eq!(heard(&command(COMMAND_SETTINGS, &[1, 0xff, 0])), ["Damaged"]);
}

#[test]
fn a_network_is_tried_and_what_came_of_it_is_said() {
    let mut conversation = Conversation::new(false);
    let settings = Request::Settings {
        ssid: "house",
        psk: "correct horse",
    };
    let (said, attempt) = answers(&mut conversation, settings);
    assert_eq!(said, [packet(TYPE_STATE, &[3])]);
    assert_eq!(
        attempt,
        Some(Attempt {
            ssid: "house",
            psk: "correct horse"
        })
    );
    let (said, attempt) = answers(&mut conversation, settings);
    assert_eq!((said, attempt), (vec![packet(TYPE_ERROR, &[3])], None), "one at a time");
    let mut said = Vec::new();
    conversation.tried(false, &mut |octets| said.push(octets.to_vec()));
    assert_eq!(said, [packet(TYPE_ERROR, &[3]), packet(TYPE_STATE, &[2])]);
    answers(&mut conversation, settings);
    said.clear();
    conversation.tried(true, &mut |octets| said.push(octets.to_vec()));
    assert_eq!(
        said,
        [
            packet(TYPE_ERROR, &[0]),
            packet(TYPE_STATE, &[4]),
            packet(TYPE_RESULT, &[1, 1, 0])
        ]
    );
    assert_eq!(conversation.state(), State::Provisioned);
    let (said, attempt) = answers(&mut conversation, settings);
    assert!(
        attempt.is_some() && said.len() == 1,
        "it may be told another network later"
    );
}

#[test]
fn a_page_is_not_talked_over() {
    let mut hush = Hush::new();
    assert!(!hush.is_on(0));
    hush.page(5);
    assert!(hush.is_on(4 + HUSH_US) && !hush.is_on(5 + HUSH_US));
    hush.hub();
    assert!(!hush.is_on(6));
}

#[test]
fn questions_are_answered() {
    let mut conversation = Conversation::new(true);
    let (said, _) = answers(&mut conversation, Request::State);
    assert_eq!(said, [packet(TYPE_STATE, &[4]), packet(TYPE_RESULT, &[2, 1, 0])]);
    let (said, _) = answers(&mut conversation, Request::Information);
    let expected = b"\x03\x1e\x09Airwarden\x050.1.0\x07esp32c3\x05attic";
    assert_eq!(said, [packet(TYPE_RESULT, expected)]);
    let (said, _) = answers(&mut conversation, Request::Scan);
    assert_eq!(said, [packet(TYPE_RESULT, &[4, 0])]);
    let mut networks = Networks::new();
    let longest = "\u{fc}".repeat(16);
    hear(&mut networks, &beacon(8, b"open", false), -101, 0);
    hear(&mut networks, &beacon(8, longest.as_bytes(), true), -7, 0);
    let (said, _) = answers_hearing(&networks, &mut conversation, Request::Scan);
    let first = [&[4, 40, 32], longest.as_bytes(), b"\x02-7\x03YES"].concat();
    let second = b"\x04\x0d\x04open\x04-101\x02NO";
    assert_eq!(
        said,
        [&first[..], second, &[4, 0]].map(|listed| packet(TYPE_RESULT, listed))
    );
    for (request, number) in [
        (Request::Unknown, 2),
        (Request::Damaged, 1),
        (Request::Settings { ssid: "", psk: "" }, 1),
    ] {
        assert_eq!(
            answers(&mut conversation, request),
            (vec![packet(TYPE_ERROR, &[number])], None)
        );
    }
}

proptest! {
    #[test]
    fn any_octets_are_heard(octets in proptest::collection::vec(any::<u8>(), 0..2000)) {
        heard(&octets);
    }

    #[test]
    fn a_packet_is_found_after_any_line(
        mut noise in proptest::collection::vec(any::<u8>().prop_filter("no start", |&o| o != b'I'), 0..300),
        ssid in "[a-z]{1,32}", psk in "[a-z]{0,63}"
    ) {
        let mut arguments = vec![ssid.len() as u8];
        arguments.extend_from_slice(ssid.as_bytes());
        arguments.push(psk.len() as u8);
        arguments.extend_from_slice(psk.as_bytes());
        noise.extend_from_slice(&command(COMMAND_SETTINGS, &arguments));
        let expected = format!("{:?}", Request::Settings { ssid: &ssid, psk: &psk });
        prop_assert_eq!(heard(&noise), [expected]);
    }
}
