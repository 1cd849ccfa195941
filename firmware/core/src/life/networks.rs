//! Networks that are heard anyway, for a page that asks which there are.

use crate::elements::{Elements, id};
use crate::frame::{Header, management};
use crate::reception::{RSSI_UNKNOWN, Reception};
use crate::text::Text;

/// Most that are told: whoever sets a node up is near its network, and a name costs memory that is always taken.
pub const NETWORKS: usize = 16;
/// TSF, interval and capability come before the elements (IEEE 802.11, 9.3.3.2).
const FIXED: usize = 12;
const CAPABILITY: usize = 10;
const PRIVACY: u8 = 1 << 4;
/// One that was not heard for so long, µs, is not there any more.
const LASTS_US: u64 = 300_000_000;
/// An access point of the same name that is less loud counts after so long, µs, without the louder one.
const LOUDER_FOR_US: u64 = 20_000_000;

/// A network by its name, as loud as its loudest access point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    /// Its name, chosen by a stranger.
    pub ssid: Text<32>,
    /// dBm.
    pub rssi: i8,
    /// It wants a password.
    pub secured: bool,
    /// When it was this loud, µs.
    heard_us: u64,
}

/// The loudest of those heard lately.
#[derive(Clone, Copy, Debug, Default)]
pub struct Networks {
    heard: [Option<Network>; NETWORKS],
}

impl Networks {
    /// None is heard yet.
    pub const fn new() -> Self {
        Networks {
            heard: [None; NETWORKS],
        }
    }

    /// Takes a frame whose check sequence matched.
    pub fn hear(&mut self, header: &Header, reception: &Reception<'_>) {
        let tells = header.fc.is_management(management::BEACON) || header.fc.is_management(management::PROBE_RESPONSE);
        if !tells || reception.rssi == RSSI_UNKNOWN {
            return;
        }
        if let Some(network) = read(header.body(reception.bytes), reception) {
            self.take(network);
        }
    }

    fn take(&mut self, network: Network) {
        let now_us = network.heard_us;
        let same = |place: &&mut Option<Network>| place.is_some_and(|one| one.ssid == network.ssid);
        if let Some(place) = self.heard.iter_mut().find(same) {
            if place.is_none_or(|one| network.rssi >= one.rssi || is_older(&one, now_us, LOUDER_FOR_US)) {
                *place = Some(network);
            }
            return;
        }
        let worth = |place: &Option<Network>| {
            place
                .filter(|one| !is_older(one, now_us, LASTS_US))
                .map_or(i8::MIN, |one| one.rssi)
        };
        if let Some(place) = self.heard.iter_mut().min_by_key(|place| worth(place))
            && (worth(place) == i8::MIN || worth(place) < network.rssi)
        {
            *place = Some(network);
        }
    }

    /// Gives them, the loudest first.
    pub fn each(&self, now_us: u64, give: &mut dyn FnMut(&Network)) {
        let mut heard = self.heard;
        heard.sort_unstable_by_key(|place| place.map_or(i16::MAX, |one| -i16::from(one.rssi)));
        let lately = heard.iter().flatten().filter(|one| !is_older(one, now_us, LASTS_US));
        lately.for_each(give);
    }
}

fn is_older(network: &Network, now_us: u64, most_us: u64) -> bool {
    now_us.saturating_sub(network.heard_us) > most_us
}

/// Hidden networks have no name, or one of zeros; one that is not UTF-8 could not be given back by a page.
fn read(body: &[u8], reception: &Reception<'_>) -> Option<Network> {
    let secured = body.get(CAPABILITY)? & PRIVACY != 0;
    let named = Elements::new(body.get(FIXED..)?).find(|element| element.id == id::SSID)?;
    let is_hidden = named.body.iter().all(|&octet| octet == 0);
    let ssid = core::str::from_utf8(named.body)
        .ok()
        .filter(|_| !is_hidden && !named.is_cut())?;
    Some(Network {
        ssid: Text::of(ssid)?,
        rssi: reception.rssi,
        secured,
        heard_us: reception.time_us,
    })
}

#[cfg(test)]
pub(crate) mod tests;
