//! From receptions to `frames` and `elements` messages (PROTOCOL.md §2 and §4).

use crate::bytes::{Reader, Writer};
use crate::crc::Crc32;
use crate::eapol;
use crate::elements::{self, BLOCK, Summary};
use crate::extension::{EXTENSION, Extension};
use crate::frame::{FrameType, Header, management};
use crate::reception::Reception;
use crate::record::{Batch, ELEMENTS, Envelope, MESSAGE};
use crate::table::Lately;

/// How a [`Recorder`] batches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Most octets of one message: 1,000 on a serial link, 1,364 in a datagram (1,400 less header and tag). Held
    /// to 256-1,364; an element block alone may take 620.
    pub max_octets: usize,
    /// A batch is sent once its first frame is this old, µs of node time. `u64::MAX` never.
    pub max_age_us: u64,
    /// Most element blocks a second, so that a flood of invented networks does not take the link: records go on
    /// without naming a block, and name it later. 0: no limit.
    pub max_blocks: u16,
}

impl Options {
    /// A serial link: 1,000 octets or 100 ms. 64 blocks are at most two fifths of 921,600 baud.
    pub const SERIAL: Options = Options {
        max_octets: 1000,
        max_age_us: 100_000,
        max_blocks: 64,
    };
    /// A UDP link: one datagram or 100 ms.
    pub const UDP: Options = Options {
        max_octets: MESSAGE,
        ..Options::SERIAL
    };
    /// A file that is written as fast as possible: a second of node time at most, so that what several nodes heard
    /// can be put side by side.
    pub const FILE: Options = Options {
        max_octets: MESSAGE,
        max_age_us: 1_000_000,
        max_blocks: 0,
    };
}

impl Default for Options {
    fn default() -> Self {
        Options::SERIAL
    }
}

const SECOND: u64 = 1_000_000;
/// How often the timestamp of one BSSID is sent.
const TSF_EVERY: u64 = SECOND;
/// How often an unchanged element hash, or an unchanged BSS Load, is sent again.
const REPEAT_EVERY: u64 = 10 * SECOND;
/// How often a block is sent again: a lost message, a hub that began late.
const BLOCK_EVERY: u64 = 600 * SECOND;

/// A point in node time that may not have been yet.
#[derive(Clone, Copy, Default)]
struct Last(Option<u64>);

impl Last {
    /// Never, or `period` away from `now` in either direction: clocks can be set back.
    fn is_due(self, now: u64, period: u64) -> bool {
        self.0.is_none_or(|last| last.abs_diff(now) >= period)
    }
}

/// What was said of one transmitter and subtype.
#[derive(Clone, Copy, Default)]
struct Said {
    named: Last,
    /// Of the block, the SSID and the capability.
    signature: u32,
    tsf: Last,
    load: Last,
    stations: u16,
}

/// Packs receptions into complete messages, without a heap. `CACHE` (a power of two, at least 8) is how many
/// transmitters and how many element blocks it remembers, to say only what is new; the oldest make room.
pub struct Recorder<const CACHE: usize = 128> {
    options: Options,
    batch: Batch,
    said: Lately<Said, CACHE>,
    blocks: Lately<Last, CACHE>,
    /// Second of node time and how many blocks went out in it.
    block_budget: (u64, u16),
    sequence: u32,
    dropped: u32,
    thinned: u8,
    out: [u8; MESSAGE],
}

impl<const CACHE: usize> Recorder<CACHE> {
    /// An empty recorder whose first message has sequence number 0.
    pub fn new(options: Options) -> Self {
        Recorder {
            options: Options {
                max_octets: options.max_octets.clamp(256, MESSAGE),
                ..options
            },
            batch: Batch::new(),
            said: Lately::new(),
            blocks: Lately::new(),
            block_budget: (0, 0),
            sequence: 0,
            dropped: 0,
            thinned: 1,
            out: [0; MESSAGE],
        }
    }

    /// Takes one reception; `emit` is called with each message that is complete now, ready to be framed or sealed.
    pub fn push(&mut self, reception: &Reception<'_>, emit: &mut dyn FnMut(&[u8])) {
        self.tick(reception.time_us, emit);
        if !self.batch.takes(reception.time_us) {
            self.flush(emit);
        }
        let header = Header::parse(reception.bytes);
        let mut buffer = [0; EXTENSION];
        let mut writer = Writer::new(&mut buffer);
        if let Some(header) = &header
            && !reception.fcs_bad
        {
            self.extend(reception, header, &mut writer, emit);
        }
        let extension = writer.written();
        let most = self.options.max_octets;
        if self.batch.push(reception, header.as_ref(), extension, most).is_none() {
            self.flush(emit);
            // An empty batch takes any record: the longest is below 256 octets with its message.
            let pushed = self.batch.push(reception, header.as_ref(), extension, most);
            debug_assert!(pushed.is_some());
        }
    }

    /// Sends what waits if it is older than the options allow at `now_us`.
    pub fn tick(&mut self, now_us: u64, emit: &mut dyn FnMut(&[u8])) {
        let age = now_us.saturating_sub(self.batch.first_us());
        if !self.batch.is_empty() && age >= self.options.max_age_us {
            self.flush(emit);
        }
    }

    /// Sends what waits.
    pub fn flush(&mut self, emit: &mut dyn FnMut(&[u8])) {
        if self.batch.is_empty() {
            return;
        }
        let envelope = Envelope {
            sequence: self.next_sequence(),
            dropped: self.dropped,
            thinned: self.thinned,
        };
        let length = self.batch.write(&envelope, &mut self.out);
        emit(self.out.get(..length).unwrap_or(&[]));
    }

    /// Takes the next sequence number, for a message that is not made here: one counter for all of them.
    pub fn next_sequence(&mut self) -> u32 {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        sequence
    }

    /// Frames lost since boot, all causes, for the header of the messages to come.
    pub fn set_dropped(&mut self, dropped: u32) {
        self.dropped = dropped;
    }

    /// One of `thinned` frames is pushed from now on (1: all of them).
    pub fn set_thinned(&mut self, thinned: u8, emit: &mut dyn FnMut(&[u8])) {
        if thinned != self.thinned {
            self.flush(emit);
            self.thinned = thinned;
        }
    }

    /// Says everything afresh: the hub has begun anew.
    pub fn forget(&mut self) {
        self.said.clear();
        self.blocks.clear();
    }

    fn extend(
        &mut self,
        reception: &Reception<'_>,
        header: &Header,
        writer: &mut Writer<'_>,
        emit: &mut dyn FnMut(&[u8]),
    ) {
        let body = header.body(reception.bytes);
        if header.fc.protected() || body.is_empty() {
            return;
        }
        match header.fc.frame_type() {
            FrameType::Management => {
                let subtype = header.fc.subtype();
                match elements::fixed_length(subtype) {
                    Some(fixed) => {
                        let frame = Management {
                            now: reception.time_us,
                            subtype,
                            transmitter: header.a2.unwrap_or_default().0,
                            fixed: body.get(..fixed).unwrap_or(body),
                            elements: body.get(fixed..).unwrap_or(&[]),
                        };
                        self.extend_elements(&frame, emit).write(writer);
                    }
                    None => fixed_only(subtype, body).write(writer),
                }
            }
            FrameType::Data if header.fc.carries_msdu() && !is_aggregate(header) => {
                let eapol = eapol::read(body);
                Extension {
                    eapol,
                    ..Extension::default()
                }
                .write(writer);
            }
            _ => {}
        }
    }

    fn extend_elements<'a>(&mut self, frame: &Management<'a>, emit: &mut dyn FnMut(&[u8])) -> Extension<'a> {
        let summary = elements::summarise(frame.subtype, frame.elements);
        let mut extension = Extension {
            channel_switch: summary.channel_switch,
            ..Extension::default()
        };
        if !frame.is_advertisement() {
            extension.fixed = (!frame.fixed.is_empty()).then_some(frame.fixed);
        }
        if frame.is_request() {
            extension.ssid = summary.ssid;
        }
        self.extend_beacon(frame, &summary, &mut extension);
        if summary.any {
            self.name_block(frame, &summary, &mut extension, emit);
        }
        extension
    }

    /// Timestamp and BSS Load, each at its own pace.
    fn extend_beacon(&mut self, frame: &Management<'_>, summary: &Summary<'_>, extension: &mut Extension<'_>) {
        if !frame.is_advertisement() {
            return;
        }
        let now = frame.now;
        let said = self.said.touch(frame.key(management::BEACON), now);
        if let Some(tsf) = Reader::new(frame.fixed).u64()
            && said.tsf.is_due(now, TSF_EVERY)
        {
            said.tsf = Last(Some(now));
            extension.tsf = Some(tsf);
        }
        if let Some(load) = summary.bss_load
            && frame.subtype == management::BEACON
            && (said.stations != load.stations || said.load.is_due(now, REPEAT_EVERY))
        {
            said.load = Last(Some(now));
            said.stations = load.stations;
            extension.bss_load = Some(load);
        }
    }

    /// The hash of the block at first sight, on change and every now and then, the block itself before it.
    fn name_block<'a>(
        &mut self,
        frame: &Management<'a>,
        summary: &Summary<'a>,
        extension: &mut Extension<'a>,
        emit: &mut dyn FnMut(&[u8]),
    ) {
        let (now, key) = (frame.now, frame.key(frame.subtype));
        let signature = frame.signature(summary);
        let said = *self.said.touch(key, now);
        if said.signature == signature && !said.named.is_due(now, REPEAT_EVERY) {
            return;
        }
        if frame.is_advertisement() {
            extension.fixed = frame.fixed.get(8..);
            extension.ssid = summary.ssid;
            extension.tim = summary.tim.filter(|_| frame.subtype == management::BEACON);
        }
        let named = self.send_block(frame, summary.hash, emit);
        if named {
            extension.elements = Some(summary.hash);
        }
        let said = self.said.touch(key, now);
        said.named = Last(named.then_some(now));
        said.signature = signature;
    }

    /// Sends the block unless the hub has it; false if there were too many in this second.
    fn send_block(&mut self, frame: &Management<'_>, hash: u32, emit: &mut dyn FnMut(&[u8])) -> bool {
        let now = frame.now;
        if !self.blocks.touch(u64::from(hash), now).is_due(now, BLOCK_EVERY) {
            return true;
        }
        let second = now / SECOND;
        if self.block_budget.0 != second {
            self.block_budget = (second, 0);
        }
        if self.options.max_blocks != 0 && self.block_budget.1 >= self.options.max_blocks {
            return false;
        }
        self.block_budget.1 = self.block_budget.1.saturating_add(1);
        *self.blocks.touch(u64::from(hash), now) = Last(Some(now));
        let sequence = self.next_sequence();
        let mut block = [0; BLOCK];
        let length = elements::write_block(frame.subtype, frame.elements, &mut block);
        let mut writer = Writer::new(&mut self.out);
        writer.array(5);
        writer.uint(ELEMENTS);
        writer.uint(u64::from(sequence));
        writer.uint(u64::from(hash));
        writer.uint(u64::from(frame.subtype));
        writer.bin(block.get(..length).unwrap_or(&[]));
        emit(writer.written());
        true
    }
}

/// A management frame whose elements are read.
struct Management<'a> {
    now: u64,
    subtype: u8,
    transmitter: u64,
    fixed: &'a [u8],
    elements: &'a [u8],
}

impl Management<'_> {
    /// Beacon or probe response: what says the same many times a second.
    fn is_advertisement(&self) -> bool {
        matches!(self.subtype, management::BEACON | management::PROBE_RESPONSE)
    }

    /// Names the network that it asks for.
    fn is_request(&self) -> bool {
        matches!(
            self.subtype,
            management::PROBE_REQUEST | management::ASSOCIATION_REQUEST | management::REASSOCIATION_REQUEST
        )
    }

    fn key(&self, subtype: u8) -> u64 {
        self.transmitter << 4 | u64::from(subtype)
    }

    /// Changes with the block, and of an advertisement with interval, capability and SSID too.
    fn signature(&self, summary: &Summary<'_>) -> u32 {
        let mut crc = Crc32::new();
        crc.update(&summary.hash.to_le_bytes());
        if self.is_advertisement() {
            crc.update(self.fixed.get(8..).unwrap_or(&[]));
            crc.update(summary.ssid.unwrap_or(&[]));
        }
        crc.finish()
    }
}

/// Fixed fields of the management frames whose elements are not read, and a channel switch among the actions.
fn fixed_only(subtype: u8, body: &[u8]) -> Extension<'_> {
    let most = match subtype {
        management::AUTHENTICATION => 6,
        management::DEAUTHENTICATION | management::DISASSOCIATION => 2,
        management::ACTION | management::ACTION_NO_ACK => 8,
        _ => return Extension::default(),
    };
    let is_action = matches!(subtype, management::ACTION | management::ACTION_NO_ACK);
    Extension {
        fixed: Some(body.get(..most).unwrap_or(body)),
        channel_switch: is_action.then(|| elements::action_channel_switch(body)).flatten(),
        ..Extension::default()
    }
}

/// QoS control, bit 7: the body is an A-MSDU, whose first octets are an address.
fn is_aggregate(header: &Header) -> bool {
    header.qos.is_some_and(|qos| qos & 0x80 != 0)
}
