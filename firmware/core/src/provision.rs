//! What a node is told once and keeps: network, hub, name, key, country, uplink.

use core::fmt;

use crate::crc::Crc32;
use crate::messages::{Configuration, HubMessage, NAME};
use crate::store::VALUE;
use crate::text::Text;

/// Most octets of an SSID (IEEE 802.11, 9.4.2.2).
const SSID: usize = 32;
/// A passphrase has 8 to 63 characters, or 64 hexadecimal digits of the key itself (IEEE 802.11, J.4.1).
const PSK: (usize, usize) = (8, 64);
/// Most octets of `host:port`: a name as long as a label may be, with room for `.local`.
const HUB: usize = 96;

/// Over what a node reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Uplink {
    /// Its serial link: the radio is free to hop.
    #[default]
    Serial,
    /// Sealed datagrams over Wi-Fi: it hears the channel of its access point alone.
    Wifi,
}

impl Uplink {
    const fn name(self) -> &'static str {
        match self {
            Uplink::Serial => "serial",
            Uplink::Wifi => "wifi",
        }
    }
}

/// Why settings are refused, in words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unfit(pub &'static str);

/// The settings of a node.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    ssid: Text<SSID>,
    psk: Text<{ PSK.1 }>,
    hub: Text<HUB>,
    name: Text<NAME>,
    key: Option<[u8; 32]>,
    country: Option<[u8; 2]>,
    uplink: Uplink,
}

impl Settings {
    /// With what `change` says replaced; an empty text clears. Nothing changes where a part of it cannot be.
    pub fn with(&self, change: &Configuration<'_>) -> Result<Settings, Unfit> {
        let mut settings = *self;
        if let Some(ssid) = change.ssid {
            settings.ssid = Text::of(ssid).ok_or(Unfit("an SSID has at most 32 octets"))?;
        }
        if let Some(psk) = change.psk {
            settings.psk = passphrase(psk)?;
        }
        if let Some(hub) = change.hub {
            settings.hub = address(hub)?;
        }
        if let Some(name) = change.name {
            settings.name = Text::of(name).ok_or(Unfit("a name has at most 32 octets"))?;
        }
        if let Some(country) = change.country {
            settings.country = letters(country)?;
        }
        if let Some(uplink) = change.uplink {
            settings.uplink = match uplink {
                "serial" => Uplink::Serial,
                "wifi" => Uplink::Wifi,
                _ => return Err(Unfit("the uplink is serial or wifi")),
            };
        }
        settings.key = change.key.or(settings.key);
        if settings.uplink == Uplink::Wifi && settings.sealed().is_none() {
            return Err(Unfit("over Wi-Fi a node needs ssid, hub and key"));
        }
        Ok(settings)
    }

    /// Writes them as they are kept and gives the length; [`VALUE`] octets are enough.
    pub fn write(&self, out: &mut [u8; VALUE]) -> usize {
        HubMessage::Configure(self.configuration()).encode(0, out).unwrap_or(0)
    }

    /// Reads what [`Settings::write`] wrote; those of a new node where it cannot be.
    pub fn read(kept: &[u8]) -> Settings {
        match HubMessage::decode(kept) {
            Ok((_, HubMessage::Configure(configuration))) => {
                Settings::default().with(&configuration).unwrap_or_default()
            }
            _ => Settings::default(),
        }
    }

    fn configuration(&self) -> Configuration<'_> {
        Configuration {
            ssid: Some(self.ssid.as_str()),
            psk: Some(self.psk.as_str()),
            hub: Some(self.hub.as_str()),
            name: Some(self.name.as_str()),
            key: self.key,
            country: self
                .country
                .as_ref()
                .and_then(|letters| core::str::from_utf8(letters).ok()),
            uplink: Some(self.uplink.name()),
        }
    }

    /// Changes with the settings. Passphrase and key go in as present or absent alone: 32 bits of them would be
    /// enough to try guesses against.
    pub fn hash(&self) -> u32 {
        let mut crc = Crc32::new();
        for part in [
            self.ssid.as_str(),
            self.hub.as_str(),
            self.name.as_str(),
            self.uplink.name(),
        ] {
            crc.update(part.as_bytes());
            crc.update(&[0]);
        }
        crc.update(&self.country());
        crc.update(&[u8::from(self.psk.is_empty()), u8::from(self.key.is_none())]);
        crc.finish()
    }

    /// Network and passphrase, empty for an open network; nothing where there is no network.
    pub fn network(&self) -> Option<(&str, &str)> {
        (!self.ssid.is_empty()).then_some((self.ssid.as_str(), self.psk.as_str()))
    }

    /// Host and port of the hub and the key, where nothing is missing for the uplink over Wi-Fi.
    pub fn sealed(&self) -> Option<(&str, u16, &[u8; 32])> {
        self.network()?;
        let (host, port) = split(self.hub.as_str())?;
        Some((host, port, self.key.as_ref()?))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Where the node is; `01`, the world, unless it was told.
    pub fn country(&self) -> [u8; 2] {
        self.country.unwrap_or(*b"01")
    }

    /// Over what it reports.
    pub fn uplink(&self) -> Uplink {
        self.uplink
    }

    /// Nobody has told it anything yet.
    pub fn is_new(&self) -> bool {
        *self == Settings::default()
    }
}

/// Without the secrets.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("ssid", &self.ssid)
            .field("hub", &self.hub)
            .field("name", &self.name)
            .field("uplink", &self.uplink)
            .finish_non_exhaustive()
    }
}

fn passphrase(psk: &str) -> Result<Text<{ PSK.1 }>, Unfit> {
    let whole = psk.is_empty() || (PSK.0..=PSK.1).contains(&psk.len());
    let digits = psk.len() < PSK.1 || psk.bytes().all(|octet| octet.is_ascii_hexdigit());
    match Text::of(psk) {
        Some(text) if whole && digits => Ok(text),
        _ => Err(Unfit("a passphrase has 8 to 63 characters, or 64 hexadecimal digits")),
    }
}

fn address(hub: &str) -> Result<Text<HUB>, Unfit> {
    let good = hub.is_empty() || split(hub).is_some();
    match Text::of(hub) {
        Some(text) if good => Ok(text),
        _ => Err(Unfit("the hub is HOST:PORT, at most 96 octets")),
    }
}

fn split(hub: &str) -> Option<(&str, u16)> {
    let (host, port) = hub.rsplit_once(':')?;
    let port: u16 = port.parse().ok()?;
    let good = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-' | b'_');
    (port != 0 && !host.is_empty() && host.bytes().all(good)).then_some((host, port))
}

fn letters(country: &str) -> Result<Option<[u8; 2]>, Unfit> {
    match *country.as_bytes() {
        [] => Ok(None),
        [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Some([a, b])),
        [b'0', b'1'] => Ok(None),
        _ => Err(Unfit("a country is two capital letters")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert!(length > 300);
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
}
