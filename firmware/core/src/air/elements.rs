//! Elements of management frames (IEEE 802.11-2020, 9.4.2): the walk, the block that goes to the hub and its hash
//! (PROTOCOL.md §4), and the few values that are sent beside each frame.

use crate::bytes::Writer;
use crate::crc::Crc32;
use crate::frame::management as subtype;

/// Element identifiers (Table 9-92) that are treated apart.
pub mod id {
    /// SSID.
    pub const SSID: u8 = 0;
    /// DSSS parameter set: the channel.
    pub const DSSS: u8 = 3;
    /// Traffic indication map.
    pub const TIM: u8 = 5;
    /// BSS Load.
    pub const BSS_LOAD: u8 = 11;
    /// Channel switch announcement.
    pub const CHANNEL_SWITCH: u8 = 37;
    /// Quiet.
    pub const QUIET: u8 = 40;
    /// Extended channel switch announcement.
    pub const EXTENDED_CHANNEL_SWITCH: u8 = 60;
    /// Vendor specific.
    pub const VENDOR: u8 = 221;
    /// Extended: the first octet of the body says what.
    pub const EXTENDED: u8 = 255;
    /// FILS request parameters, extended (802.11-2020, 9.4.2.178): delays that differ from request to request.
    pub const FILS_REQUEST: u8 = 2;
}

/// Most octets of a block.
pub const BLOCK: usize = 600;
/// Octets kept of an element.
const KEPT: usize = 64;
/// Octets kept of a vendor-specific element of 00:50:f2 (WPA, WMM, WPS).
const KEPT_MICROSOFT: usize = 160;
/// Octets kept of another vendor-specific element: its OUI and type, and one more.
const KEPT_VENDOR: usize = 5;

/// One element. `body` is shorter than `length` where the frame is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Element<'a> {
    /// Element ID.
    pub id: u8,
    /// Its own length field.
    pub length: u8,
    /// Its octets, as far as they go.
    pub body: &'a [u8],
}

impl Element<'_> {
    /// The frame ends before the element does.
    pub fn is_cut(&self) -> bool {
        self.body.len() < usize::from(self.length)
    }
}

/// Walks the elements of a frame body behind its fixed fields; ends where a header is not complete.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    /// The elements in `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Elements { rest: bytes }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        let (&[id, length], rest) = self.rest.split_first_chunk::<2>()?;
        let (body, rest) = rest.split_at_checked(usize::from(length)).unwrap_or((rest, &[]));
        self.rest = rest;
        Some(Element { id, length, body })
    }
}

/// Octets of fixed fields before the elements of a management frame; nothing for subtypes whose elements are not
/// kept (their bodies hold values that differ in each frame, such as a challenge, a commit or a MIC).
pub const fn fixed_length(of: u8) -> Option<usize> {
    match of {
        subtype::BEACON | subtype::PROBE_RESPONSE => Some(12),
        subtype::ASSOCIATION_REQUEST => Some(4),
        subtype::REASSOCIATION_REQUEST => Some(10),
        subtype::ASSOCIATION_RESPONSE | subtype::REASSOCIATION_RESPONSE => Some(6),
        subtype::PROBE_REQUEST => Some(0),
        _ => None,
    }
}

/// BSS Load (9.4.2.27).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BssLoad {
    /// Stations associated.
    pub stations: u16,
    /// Share of time the medium was busy, of 255.
    pub utilisation: u8,
}

/// (Extended) channel switch announcement (9.4.2.18, 9.4.2.52).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChannelSwitch {
    /// 1: stations are asked to be silent until the switch.
    pub mode: u8,
    /// New channel number.
    pub channel: u8,
    /// Beacons until the switch.
    pub count: u8,
}

/// Traffic indication map (9.4.2.5), without its bitmap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tim {
    /// Beacons until the next DTIM.
    pub count: u8,
    /// Beacons from one DTIM to the next.
    pub period: u8,
}

/// What is taken from the elements of one frame: the first of each kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary<'a> {
    /// Name of the block.
    pub hash: u32,
    /// There is at least one element.
    pub any: bool,
    /// SSID, held to 32 octets; none where it is cut.
    pub ssid: Option<&'a [u8]>,
    /// BSS Load.
    pub bss_load: Option<BssLoad>,
    /// Channel switch announcement, of either form.
    pub channel_switch: Option<ChannelSwitch>,
    /// Traffic indication map.
    pub tim: Option<Tim>,
}

/// Reads the elements in `bytes` of a management frame of subtype `of`.
pub fn summarise(of: u8, bytes: &[u8]) -> Summary<'_> {
    let mut summary = Summary::default();
    let mut crc = Crc32::new();
    crc.update(&[of]);
    for element in Elements::new(bytes) {
        summary.any = true;
        match element.id {
            id::SSID if summary.ssid.is_none() && !element.is_cut() => {
                summary.ssid = Some(element.body.get(..32).unwrap_or(element.body));
            }
            id::BSS_LOAD if summary.bss_load.is_none() => summary.bss_load = bss_load(element.body),
            id::TIM if summary.tim.is_none() => summary.tim = tim(element.body),
            id::CHANNEL_SWITCH | id::EXTENDED_CHANNEL_SWITCH if summary.channel_switch.is_none() => {
                summary.channel_switch = channel_switch(element);
            }
            _ => {}
        }
        if let Some(hashed) = hashed(of, element) {
            crc.update(&[element.id, element.length]);
            crc.update(hashed);
        }
    }
    summary.hash = crc.finish();
    summary
}

/// Writes the block of the elements in `bytes` into `out`, in whole elements up to [`BLOCK`] octets; gives its length.
pub fn write_block(of: u8, bytes: &[u8], out: &mut [u8; BLOCK]) -> usize {
    let mut writer = Writer::new(out);
    for element in Elements::new(bytes) {
        if is_left_out(of, element.id) {
            continue;
        }
        let most = kept(element);
        let kept = element.body.get(..most).unwrap_or(element.body);
        if writer.length() + 3 + kept.len() > BLOCK {
            break;
        }
        writer.bytes(&[element.id, element.length, kept.len() as u8]);
        writer.bytes(kept);
    }
    writer.length()
}

const fn is_left_out(of: u8, element: u8) -> bool {
    match element {
        id::SSID | id::TIM | id::BSS_LOAD => true,
        id::DSSS => of == subtype::PROBE_REQUEST,
        _ => false,
    }
}

fn is_microsoft(body: &[u8]) -> bool {
    body.starts_with(&[0x00, 0x50, 0xf2])
}

fn kept(element: Element<'_>) -> usize {
    match element.id {
        id::VENDOR if is_microsoft(element.body) => KEPT_MICROSOFT,
        id::VENDOR => KEPT_VENDOR,
        _ => KEPT,
    }
}

/// The octets of an element that count for the hash; nothing if none, nor its header.
fn hashed<'a>(of: u8, element: Element<'a>) -> Option<&'a [u8]> {
    match element.id {
        id::CHANNEL_SWITCH | id::EXTENDED_CHANNEL_SWITCH | id::QUIET => None,
        id::EXTENDED if element.body.first() == Some(&id::FILS_REQUEST) => None,
        other if is_left_out(of, other) => None,
        id::VENDOR if !is_microsoft(element.body) => Some(element.body.get(..KEPT_VENDOR).unwrap_or(element.body)),
        _ => Some(element.body),
    }
}

fn bss_load(body: &[u8]) -> Option<BssLoad> {
    let &[low, high, utilisation] = body.first_chunk::<3>()?;
    Some(BssLoad {
        stations: u16::from_le_bytes([low, high]),
        utilisation,
    })
}

fn tim(body: &[u8]) -> Option<Tim> {
    let &[count, period] = body.first_chunk::<2>()?;
    Some(Tim { count, period })
}

fn channel_switch(element: Element<'_>) -> Option<ChannelSwitch> {
    if element.id == id::CHANNEL_SWITCH {
        let &[mode, channel, count] = element.body.first_chunk::<3>()?;
        return Some(ChannelSwitch { mode, channel, count });
    }
    extended_channel_switch(element.body)
}

fn extended_channel_switch(body: &[u8]) -> Option<ChannelSwitch> {
    let &[mode, _class, channel, count] = body.first_chunk::<4>()?;
    Some(ChannelSwitch { mode, channel, count })
}

/// The channel switch announced by an action frame with this body: spectrum management (9.6.2.6) or the extended one
/// among the public actions (9.6.7.7).
pub fn action_channel_switch(body: &[u8]) -> Option<ChannelSwitch> {
    const SPECTRUM_MANAGEMENT: u8 = 0;
    const PUBLIC: u8 = 4;
    const CHANNEL_SWITCH: u8 = 4;
    let (&[category, action], rest) = body.split_first_chunk::<2>()?;
    match (category, action) {
        (SPECTRUM_MANAGEMENT, CHANNEL_SWITCH) => Elements::new(rest)
            .filter(|element| matches!(element.id, id::CHANNEL_SWITCH | id::EXTENDED_CHANNEL_SWITCH))
            .find_map(channel_switch),
        (PUBLIC, CHANNEL_SWITCH) => extended_channel_switch(rest),
        _ => None,
    }
}
