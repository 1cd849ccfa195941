use super::*;
use proptest::prelude::*;

const SECOND: u64 = 1_000_000;

pub(crate) fn beacon(of: u8, ssid: &[u8], privacy: bool) -> Vec<u8> {
    let mut frame = vec![of << 4, 0, 0, 0];
    frame.extend_from_slice(&[0xff; 6]);
    frame.extend_from_slice(&[2; 12]);
    frame.extend_from_slice(&[0, 0]);
    frame.extend_from_slice(&[0; 8]);
    frame.extend_from_slice(&[100, 0, 1 | u8::from(privacy) << 4, 4]);
    // A name may come behind other elements.
    frame.extend_from_slice(&[1, 1, 0x82, 0, ssid.len() as u8]);
    frame.extend_from_slice(ssid);
    frame
}

pub(crate) fn hear(networks: &mut Networks, bytes: &[u8], rssi: i8, second: u64) {
    let reception = Reception {
        time_us: second * SECOND,
        rssi,
        bytes,
        ..Reception::default()
    };
    if let Some(header) = Header::parse(bytes) {
        networks.hear(&header, &reception);
    }
}

fn told(networks: &Networks, second: u64) -> Vec<(String, i8, bool)> {
    let mut told = Vec::new();
    networks.each(second * SECOND, &mut |one| {
        told.push((one.ssid.as_str().to_owned(), one.rssi, one.secured));
    });
    told
}

#[test]
fn names_are_told_once_and_the_loudest_first() {
    let mut networks = Networks::new();
    assert_eq!(told(&networks, 0), []);
    hear(&mut networks, &beacon(8, b"far", true), -80, 0);
    hear(&mut networks, &beacon(8, "nähe".as_bytes(), false), -40, 0);
    hear(&mut networks, &beacon(5, b"answers", true), -60, 0);
    hear(&mut networks, &beacon(8, b"far", true), -70, 1);
    hear(&mut networks, &beacon(8, b"far", true), -90, 2);
    let expected = [("nähe", -40, false), ("answers", -60, true), ("far", -70, true)];
    assert_eq!(
        told(&networks, 2),
        expected.map(|(name, rssi, secured)| (name.to_owned(), rssi, secured))
    );
    hear(&mut networks, &beacon(8, b"far", true), -90, 22);
    assert_eq!(told(&networks, 22)[2].1, -90, "the louder one is gone");
    assert_eq!(told(&networks, 301).len(), 1);
    assert_eq!(told(&networks, 323), []);
}

#[test]
fn what_has_no_name_to_be_given_back_is_left_out() {
    let mut networks = Networks::new();
    let named = beacon(8, b"cut", true);
    for bytes in [
        beacon(8, b"", true),
        beacon(8, &[0; 7], true),
        beacon(8, &[b'a', 0xff], true),
        beacon(8, &[b'x'; 33], true),
        named[..named.len() - 1].to_vec(),
        named[..30].to_vec(),
        beacon(4, b"asks", true),
    ] {
        hear(&mut networks, &bytes, -50, 0);
    }
    hear(&mut networks, &named, RSSI_UNKNOWN, 0);
    assert_eq!(told(&networks, 0), []);
    hear(&mut networks, &beacon(8, &[b'x'; 32], true), -50, 0);
    assert_eq!(told(&networks, 0).len(), 1);
}

#[test]
fn the_quietest_make_room_and_those_that_are_gone_before_them() {
    let mut networks = Networks::new();
    for number in 0..40u8 {
        hear(
            &mut networks,
            &beacon(8, format!("n{number}").as_bytes(), true),
            -90 + number as i8,
            0,
        );
    }
    let kept = told(&networks, 0);
    assert_eq!((kept.len(), kept[0].1, kept[15].1), (NETWORKS, -51, -66));
    hear(&mut networks, &beacon(8, b"quiet", true), -95, 1);
    assert_eq!(told(&networks, 1), kept);
    hear(&mut networks, &beacon(8, b"quiet", true), -95, 301);
    assert_eq!(told(&networks, 301).len(), 1);
}

proptest! {
    #[test]
    fn any_frames_are_heard(
        frames in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..120), any::<i8>()), 0..60)
    ) {
        let mut networks = Networks::new();
        for (second, (mut bytes, rssi)) in frames.into_iter().enumerate() {
            if let Some(first) = bytes.first_mut() {
                *first = 0x80;
            }
            hear(&mut networks, &bytes, rssi, second as u64);
        }
        let told = told(&networks, 60);
        prop_assert!(told.len() <= NETWORKS && told.is_sorted_by_key(|one| -i16::from(one.1)));
        let names: std::collections::HashSet<_> = told.iter().map(|one| &one.0).collect();
        prop_assert_eq!(names.len(), told.len());
    }
}
