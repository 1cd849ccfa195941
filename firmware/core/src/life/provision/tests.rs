use super::*;
use crate::store::VALUE;
use proptest::prelude::*;

fn full() -> Configuration<'static> {
    Configuration {
        ssid: Some("house"),
        psk: Some("correct horse"),
        hub: Some("hub.local:4040"),
        name: Some("attic"),
        key: Some([7; 32]),
        country: Some("DE"),
        uplink: Some("wifi"),
    }
}

#[test]
fn what_is_set_is_kept_and_what_is_absent_stays() {
    let settings = Settings::default().with(&full()).unwrap();
    assert_eq!(settings.sealed(), Some(("hub.local", 4040, &[7; 32])));
    assert_eq!(settings.network(), Some(("house", "correct horse")));
    assert_eq!(
        (settings.name(), settings.country(), settings.uplink()),
        ("attic", *b"DE", Uplink::Wifi)
    );
    let renamed = settings
        .with(&Configuration {
            name: Some("cellar"),
            ..Configuration::default()
        })
        .unwrap();
    assert_eq!((renamed.name(), renamed.sealed()), ("cellar", settings.sealed()));
    let mut kept = [0; VALUE];
    let length = renamed.write(&mut kept);
    assert_eq!(Settings::read(&kept[..length]), renamed);
    assert!(!renamed.is_new() && Settings::default().is_new());
}

#[test]
fn the_longest_settings_can_be_kept() {
    let (long, host) = ("x".repeat(63), format!("{}:65535", "h".repeat(HUB - 6)));
    let settings = Settings::default()
        .with(&Configuration {
            ssid: Some(&long[..32]),
            psk: Some(&long),
            hub: Some(&host),
            name: Some(&long[..32]),
            ..full()
        })
        .unwrap();
    let mut kept = [0; VALUE];
    let length = settings.write(&mut kept);
    assert!(length > 280 && length <= VALUE / 2);
    assert_eq!(Settings::read(&kept[..length]), settings);
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    let none = Configuration::default();
    let long = "x".repeat(97);
    for unfit in [
        Configuration {
            ssid: Some(&long[..33]),
            ..none
        },
        Configuration {
            psk: Some("short"),
            ..none
        },
        Configuration {
            psk: Some(&long[..64]),
            ..none
        },
        Configuration {
            psk: Some(&long[..65]),
            ..none
        },
        Configuration {
            hub: Some("hub"),
            ..none
        },
        Configuration {
            hub: Some(":1"),
            ..none
        },
        Configuration {
            hub: Some("a b:1"),
            ..none
        },
        Configuration {
            hub: Some("hub:0"),
            ..none
        },
        Configuration {
            hub: Some("hub:65536"),
            ..none
        },
        Configuration {
            hub: Some(&long),
            ..none
        },
        Configuration {
            name: Some(&long[..33]),
            ..none
        },
        Configuration {
            country: Some("D"),
            ..none
        },
        Configuration {
            country: Some("de"),
            ..none
        },
        Configuration {
            uplink: Some("pigeon"),
            ..none
        },
        Configuration {
            uplink: Some("wifi"),
            ..none
        },
        Configuration { key: None, ..full() },
        Configuration {
            hub: Some(""),
            ..full()
        },
        Configuration {
            ssid: Some(""),
            ..full()
        },
    ] {
        assert!(!Settings::default().with(&unfit).unwrap_err().0.is_empty(), "{unfit:?}");
    }
    let digits = "0a".repeat(32);
    assert!(
        Settings::default()
            .with(&Configuration {
                psk: Some(&digits),
                ..none
            })
            .is_ok()
    );
}

#[test]
fn an_empty_text_clears() {
    let settings = Settings::default().with(&full()).unwrap();
    let cleared = settings
        .with(&Configuration {
            ssid: Some(""),
            psk: Some(""),
            hub: Some(""),
            country: Some(""),
            uplink: Some("serial"),
            ..Configuration::default()
        })
        .unwrap();
    assert_eq!(
        (cleared.network(), cleared.sealed(), cleared.country()),
        (None, None, *b"01")
    );
}

#[test]
fn the_hash_shows_changes_but_no_secret() {
    let settings = Settings::default().with(&full()).unwrap();
    let other = |change| settings.with(&change).unwrap().hash();
    assert_ne!(
        settings.hash(),
        other(Configuration {
            name: Some("b"),
            ..Configuration::default()
        })
    );
    assert_ne!(
        settings.hash(),
        other(Configuration {
            psk: Some(""),
            ..Configuration::default()
        })
    );
    assert_eq!(
        settings.hash(),
        other(Configuration {
            psk: Some("another one"),
            ..Configuration::default()
        })
    );
    assert_eq!(
        settings.hash(),
        other(Configuration {
            key: Some([1; 32]),
            ..Configuration::default()
        })
    );
    let shown = format!("{settings:?}");
    assert!(shown.contains("attic") && !shown.contains("horse") && !shown.contains('7'));
}

proptest! {
    #[test]
    fn whatever_is_in_flash_gives_settings(kept in proptest::collection::vec(any::<u8>(), 0..VALUE)) {
        let settings = Settings::read(&kept);
        prop_assert!(settings.uplink() == Uplink::Serial || settings.sealed().is_some());
    }
}
