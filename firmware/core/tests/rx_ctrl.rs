//! The metadata of three chip generations, from octets laid out by hand.

use airwarden_core::phy::{Format, Guard, Ltf, Phy, Width};
use airwarden_core::reception::RSSI_UNKNOWN;
use airwarden_core::rx_ctrl::{Layout, Packet, RxCtrl, channel_frequency, decode};

fn put32(raw: &mut [u8], at: usize, value: u32) {
    raw[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn v1(first: u32, signal: u32) -> [u8; 48] {
    let mut raw = [0; 48];
    put32(&mut raw, 0, first | (-61i8 as u8) as u32);
    put32(&mut raw, 4, signal);
    put32(&mut raw, 8, 6 << 16 | 1 << 20);
    put32(&mut raw, 12, 0x8000_0001);
    put32(&mut raw, 20, (-96i8 as u8) as u32);
    put32(&mut raw, 44, 104 | 0x00ff_f000);
    raw
}

fn v2(format: u8, single: bool, first: u32, signal: u32, signal2: u16) -> [u8; 92] {
    let mut raw = [0; 92];
    put32(&mut raw, 0, first | (-61i8 as u8) as u32);
    put32(&mut raw, 4, signal);
    raw[9..11].copy_from_slice(&signal2.to_le_bytes());
    put32(&mut raw, 12, 77);
    raw[20] = -96i8 as u8;
    raw[21] = 11 | 2 << 4;
    raw[39] = format | u8::from(single) << 4 | 0xe0;
    put32(&mut raw, 84, 0xc000 | 2000 | (1996 | 0xc000) << 16);
    raw
}

fn v3(format: u8, first: u32, signal: u32, signal2: u16) -> [u8; 64] {
    let mut raw = [0; 64];
    put32(&mut raw, 0, first | (-61i8 as u8) as u32);
    put32(&mut raw, 4, signal);
    raw[9..11].copy_from_slice(&signal2.to_le_bytes());
    put32(&mut raw, 12, 77);
    raw[20] = -96i8 as u8;
    raw[28] = 149;
    raw[37] = format << 4 | 0x0f;
    put32(&mut raw, 56, 2000 | 1996 << 16);
    raw
}

#[test]
fn v1_legacy_rates() {
    let rates: Vec<Phy> = (0..17)
        .map(|code| decode(Layout::V1, &v1(code << 8, 0)).unwrap().phy)
        .collect();
    let kbps: Vec<u8> = rates.iter().map(|phy| phy.rate()).collect();
    assert_eq!(kbps, [2, 4, 11, 22, 0, 4, 11, 22, 96, 48, 24, 12, 108, 72, 36, 18, 0]);
    assert_eq!(rates[7], Phy::dsss(22, true));
    assert_eq!(rates[8], Phy::ofdm(96));
}

#[test]
fn v1_fields_and_signs() {
    let ctrl = decode(Layout::V1, &v1(11 << 8 | 0xabc << 16, 0xffff_ffff)).unwrap();
    let expected = RxCtrl {
        timestamp: 0x8000_0001,
        rssi: -61,
        noise: -96,
        channel: 6,
        phy: Phy::ofdm(12),
        length: 104,
        held: 100,
        ppdu_length: None,
        fcs_bad: false,
    };
    assert_eq!(ctrl, expected);
}

#[test]
fn v1_ht_with_the_length_of_its_ppdu() {
    let signal = |psdu: u32| 7 | 1 << 7 | psdu << 8 | 1 << 27 | 1 << 28 | 1 << 30 | 1 << 31;
    let expected = Phy::ht(7, Width::Mhz40, Guard::Short)
        .with_aggregated(true)
        .with_stbc(true)
        .with_ldpc(true);
    let ctrl = decode(Layout::V1, &v1(1 << 14, signal(3000))).unwrap();
    assert_eq!((ctrl.phy, ctrl.ppdu_length), (expected, Some(3000)));
    assert_eq!(
        decode(Layout::V1, &v1(1 << 14, signal(108))).unwrap().ppdu_length,
        Some(108)
    );
    for implausible in [0, 104, 107] {
        assert_eq!(
            decode(Layout::V1, &v1(1 << 14, signal(implausible)))
                .unwrap()
                .ppdu_length,
            None
        );
    }
    let alone = signal(3000) & !(1 << 27);
    assert_eq!(decode(Layout::V1, &v1(1 << 14, alone)).unwrap().ppdu_length, None);
    assert_eq!(decode(Layout::V1, &v1(1 << 14, 77)).unwrap().phy, Phy::UNKNOWN);
    assert_eq!(decode(Layout::V1, &v1(3 << 14, 7)).unwrap().phy, Phy::UNKNOWN);
}

#[test]
fn v2_fields_lengths_and_formats() {
    let ctrl = decode(Layout::V2, &v2(1, false, 0xc << 8, 0, 0)).unwrap();
    assert_eq!(
        (ctrl.rssi, ctrl.noise, ctrl.channel, ctrl.timestamp),
        (-61, -96, 11, 77)
    );
    assert_eq!((ctrl.length, ctrl.held, ctrl.phy), (2000, 1996, Phy::ofdm(108)));
    let ht = decode(Layout::V2, &v2(2, false, 0, 3 | 5000 << 8 | 1 << 27, 0)).unwrap();
    assert_eq!(ht.phy, Phy::ht(3, Width::Mhz20, Guard::Normal).with_aggregated(true));
    assert_eq!(ht.ppdu_length, Some(5000));
}

#[test]
fn v3_fields_and_channel() {
    let ctrl = decode(Layout::V3, &v3(1, 0xb << 8, 0, 0)).unwrap();
    assert_eq!(
        (ctrl.channel, ctrl.length, ctrl.held, ctrl.phy),
        (149, 2000, 1996, Phy::ofdm(12))
    );
    assert_eq!(ctrl.reception(Packet::Data, 9, &[1; 64]).frequency, 5745);
    let mut raw = v3(1, 0xb << 8, 0, 0);
    raw[58] = 10;
    raw[59] = 0;
    assert_eq!(decode(Layout::V3, &raw).unwrap().held, 10, "no more than was dumped");
    raw[60] = 0x41;
    assert!(decode(Layout::V3, &raw).unwrap().fcs_bad);
}

#[test]
fn vht_words() {
    let signal = 2 | 1 << 3 | 3 << 10 | 1 << 24 | 1 << 26 | 9 << 28;
    let expected = Phy::vht(9, 2, Width::Mhz80, Guard::Short)
        .with_stbc(true)
        .with_ldpc(true)
        .with_aggregated(true);
    assert_eq!(decode(Layout::V3, &v3(3, 0, signal, 0)).unwrap().phy, expected);
    assert_eq!(
        decode(Layout::V2, &v2(3, true, 0, signal, 0)).unwrap().phy,
        expected.with_aggregated(false)
    );
    let mu = decode(Layout::V3, &v3(11, 0, signal, 0)).unwrap().phy;
    assert_eq!((mu.format(), mu.rate()), (Format::Vht, 255));
}

#[test]
fn he_words() {
    let su = 1 | 11 << 3 | 2 << 19 | 2 << 21 | 1 << 23;
    let expected = Phy::he(Format::HeSu, 11, 2, Width::Mhz80, Guard::Double)
        .with_ltf(Ltf::X2)
        .with_ldpc(true)
        .with_aggregated(true);
    assert_eq!(decode(Layout::V3, &v3(4, 0, su, 1 << 7)).unwrap().phy, expected);
    let er = decode(Layout::V2, &v2(6, true, 0, 1 | 2 << 3 | 1 << 7 | 1 << 19, 0))
        .unwrap()
        .phy;
    let expected = Phy::he(Format::HeErSu, 2, 1, Width::Mhz20, Guard::Normal)
        .with_ltf(Ltf::X1)
        .with_dcm(true);
    assert_eq!(er, expected);
    let mu = decode(Layout::V3, &v3(5, 0, 4 << 15 | 3 << 23, 1 << 12)).unwrap().phy;
    let expected = Phy::he(Format::HeMu, 255, 1, Width::Mhz80, Guard::Quadruple)
        .with_ltf(Ltf::X4)
        .with_stbc(true)
        .with_aggregated(true);
    assert_eq!(mu, expected);
    let tb = decode(Layout::V2, &v2(7, false, 0, 1 << 24, 0)).unwrap().phy;
    assert_eq!(
        tb,
        Phy::he(Format::HeTb, 255, 1, Width::Mhz40, Guard::Normal).with_aggregated(true)
    );
    assert_eq!(decode(Layout::V2, &v2(12, false, 0, 1, 0)).unwrap().phy, Phy::UNKNOWN);
}

#[test]
fn dcm_and_stbc_together_mean_neither() {
    let phy = decode(Layout::V3, &v3(4, 0, 1 << 7 | 3 << 21, 1 << 9)).unwrap().phy;
    let expected = Phy::he(Format::HeSu, 0, 1, Width::Mhz20, Guard::Normal)
        .with_ltf(Ltf::X4)
        .with_aggregated(true);
    assert_eq!(phy, expected);
    let doppler = decode(Layout::V3, &v3(4, 0, 5 << 23, 1 << 15)).unwrap().phy;
    assert_eq!(doppler.streams(), 2, "the third bit is the midamble period");
}

#[test]
fn a_reception_without_octets_is_not_read() {
    let ctrl = decode(Layout::V1, &v1(0, 0)).unwrap();
    assert_eq!((ctrl.readable(Packet::Data), ctrl.readable(Packet::Misc)), (100, 0));
    assert!(ctrl.reception(Packet::Misc, 1, &[9; 64]).bytes.is_empty());
    assert_eq!(ctrl.reception(Packet::Data, 1, &[9; 64]).bytes.len(), 64);
    assert_eq!(ctrl.reception(Packet::Data, 1, &[9; 200]).bytes.len(), 100);
    assert_eq!(ctrl.reception(Packet::Data, 1, &[9; 64]).frequency, 2437);
    assert_eq!(Packet::from_driver(3), Packet::Misc);
    assert_eq!(Packet::from_driver(99), Packet::Misc);
}

#[test]
fn short_metadata_is_nothing_and_impossible_power_unknown() {
    for layout in [Layout::V1, Layout::V2, Layout::V3] {
        assert_eq!(decode(layout, &vec![0; layout.length() - 1]), None);
        let ctrl = decode(layout, &vec![0; layout.length()]).unwrap();
        assert_eq!((ctrl.rssi, ctrl.noise, ctrl.length, ctrl.held), (RSSI_UNKNOWN, 0, 0, 0));
    }
    assert_eq!(
        [1, 13, 14, 36, 165, 177, 0, 15, 200].map(channel_frequency)[..7],
        [2412, 2472, 2484, 5180, 5825, 5885, 0]
    );
    assert_eq!([15, 200, 255].map(channel_frequency), [0; 3]);
}
