//! What a node is told once and keeps: network, hub, name, key, country, uplink.

use core::fmt;

use crate::crc::Crc32;
use crate::messages::{Configuration, HubMessage, NAME};
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

    /// Writes them as they are kept and gives the length; half of [`crate::store::VALUE`] octets is enough.
    pub fn write(&self, out: &mut [u8]) -> usize {
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

    /// Whether more than the name is different: then a node may not reach its hub with both.
    pub fn lead_elsewhere(&self, others: &Settings) -> bool {
        self.named(others.name) != *others
    }

    /// These, under the name of `others`.
    pub fn called_as(&self, others: &Settings) -> Settings {
        self.named(others.name)
    }

    fn named(&self, name: Text<NAME>) -> Settings {
        Settings { name, ..*self }
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

    /// The hub, `host:port`; empty where none was given.
    pub fn hub(&self) -> &str {
        self.hub.as_str()
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
mod tests;
