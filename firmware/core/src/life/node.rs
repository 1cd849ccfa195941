//! The node without its hardware: packets of the radio in, messages out, commands obeyed or passed on as wishes.

mod commands;
mod tuning;

use crate::ampdu::Aggregates;
use crate::clock::Unwrap;
use crate::degrade::{Filter, Ladder, Seen, class};
use crate::eapol;
use crate::frame::{FrameType, Header};
use crate::mac::Mac;
use crate::mac_clock::MacClock;
use crate::messages::{Heartbeat, Hello, Log, NodeMessage, Outcome, PROTOCOL, capability, kind};
use crate::networks::Networks;
use crate::packet::Heard;
use crate::plan::Listening;
use crate::provision::{Settings, Uplink};
use crate::reception::Reception;
use crate::record::MESSAGE;
use crate::recorder::{Options, Recorder};
use crate::tuner::Tuner;
use crate::update;
use crate::uplink::Greeting;

const SECOND: u64 = 1_000_000;

/// Who the node is; nothing of it changes while it runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    /// `esp32c3` and so on.
    pub chip: &'static str,
    /// Version of the firmware.
    pub firmware: &'static str,
    /// Its address.
    pub mac: Mac,
    /// Of this start.
    pub boot_id: u32,
    /// PROTOCOL.md §7.
    pub reset_reason: u8,
    /// Bits of [`capability`], but for hopping, which depends on the uplink.
    pub capabilities: u32,
    /// Frequencies that the radio hears, MHz.
    pub frequencies: &'static [u16],
}

/// What the hardware says of itself, once in a while.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Vitals {
    /// Slots of the ring in use, and all of them.
    pub ring: (u32, u32),
    /// Most that were in use.
    pub ring_high: u32,
    /// Packets lost in the ring since boot.
    pub ring_lost: u32,
    /// Frames lost on the link since boot.
    pub link_lost: u32,
    /// Least free octets of heap.
    pub heap_low: u32,
    /// °C, -128 unknown.
    pub temperature: i8,
    /// dBm of the access point, 0 none.
    pub rssi: i8,
    /// In safe mode.
    pub safe_mode: bool,
}

/// A command on its way in.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The message.
    pub message: &'a [u8],
    /// The link it came over. What is not the uplink is answered and not reported to.
    pub over: Uplink,
    /// Node time when it came, µs.
    pub arrived_us: u64,
    /// Node time, µs.
    pub now_us: u64,
}

/// What the node cannot do by itself; its outcome is told to [`Node::answer`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "without a heap there is nowhere to put the large one"
)]
pub enum Wish<'a> {
    /// Keep these settings and restart.
    Keep(Settings),
    /// Restart.
    Restart,
    /// Show where it is.
    Identify {
        /// For how long.
        seconds: u8,
    },
    /// Erase all settings and restart.
    Erase,
    /// A step of an update.
    Update(update::Step<'a>),
}

/// Where an answer goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Sequence number of the command.
    pub sequence: u32,
    /// The link it came over.
    pub over: Uplink,
}

/// Takes messages with the number of frames in them, for the link they go over.
pub type Emit<'e> = &'e mut dyn FnMut(Uplink, &[u8], u32);

/// A node at work. `CACHE`: see [`Recorder`].
pub struct Node<const CACHE: usize = 128> {
    identity: Identity,
    settings: Settings,
    recorder: Recorder<CACHE>,
    /// Frames in the recorder that are not sent yet.
    waiting: u32,
    aggregates: Aggregates,
    clock: MacClock,
    filter: Filter,
    ladder: Ladder,
    listening: Listening,
    listened_mhz: Option<u16>,
    tuner: Tuner,
    networks: Networks,
    greeting: Greeting,
    began_us: u64,
    beat_us: u64,
    received: u64,
    /// Left out by thinning, and as frames of siblings.
    left_out: [u32; 2],
    /// Sequence number of messages over the link that is not the uplink.
    aside: u32,
}

impl<const CACHE: usize> Node<CACHE> {
    /// A node that has said nothing yet.
    pub fn new(identity: Identity, settings: Settings, now_us: u64) -> Self {
        let options = match settings.uplink() {
            Uplink::Serial => Options::SERIAL,
            Uplink::Wifi => Options::UDP,
        };
        let mut node = Node {
            identity,
            settings,
            recorder: Recorder::new(options),
            waiting: 0,
            aggregates: Aggregates::new(),
            clock: MacClock::new(),
            filter: Filter::new(),
            ladder: Ladder::new(),
            listening: Listening::new(),
            listened_mhz: None,
            tuner: Tuner::new(identity.frequencies, now_us),
            networks: Networks::new(),
            greeting: Greeting::new(identity.boot_id),
            began_us: now_us,
            beat_us: now_us,
            received: 0,
            left_out: [0; 2],
            aside: 0,
        };
        let own = node.own_uplink();
        node.filter.set_siblings(own);
        node
    }

    /// The answers to its own reports are no news either.
    fn own_uplink(&self) -> Option<Mac> {
        (self.settings.uplink() == Uplink::Wifi).then_some(self.identity.mac)
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The networks that it hears.
    pub fn networks(&self) -> &Networks {
        &self.networks
    }

    /// Whether the hub is there.
    pub fn is_answered(&self, now_us: u64) -> bool {
        self.greeting.is_answered(now_us)
    }

    /// Takes a packet of the radio.
    pub fn hear(&mut self, heard: &Heard<'_>, now_us: u64, emit: Emit<'_>) {
        // The packet came a little before now.
        let arrived = Unwrap::near(now_us, heard.arrived_us);
        let time_us = self.clock.time(heard.control.timestamp, arrived);
        self.receive(&heard.reception(time_us), heard.is_decodable(), emit);
    }

    /// Takes a reception.
    pub fn receive(&mut self, reception: &Reception<'_>, decodable: bool, emit: Emit<'_>) {
        self.received += 1;
        self.listening.count(decodable);
        let header = Header::parse(reception.bytes).filter(|_| !reception.fcs_bad);
        if let Some(header) = &header {
            self.networks.hear(header, reception);
        }
        let seen = Seen {
            now_us: reception.time_us,
            header: header.as_ref(),
            length: reception.length,
            is_eapol: header.as_ref().is_some_and(|header| is_eapol(header, reception.bytes)),
        };
        // It is asked of every frame, sent or not: what is left out is still one of its A-MPDU.
        let ppdu_continues = self.aggregates.continues(reception, header.as_ref());
        if !self.filter.passes(&seen, &self.ladder) {
            return;
        }
        let reception = Reception {
            ppdu_continues,
            ..*reception
        };
        let (uplink, waiting) = (self.settings.uplink(), &mut self.waiting);
        self.recorder.push(&reception, &mut |message| {
            emit(uplink, message, frames_in(message, waiting))
        });
        self.waiting += 1;
    }

    /// Says what is due; to be called every few ms.
    pub fn tick(&mut self, now_us: u64, vitals: &Vitals, emit: Emit<'_>) {
        if self.greeting.is_due(now_us) {
            self.say_hello(self.settings.uplink(), now_us, emit);
        }
        let (used, slots) = vitals.ring;
        self.ladder.observe(used, slots, now_us);
        let (uplink, waiting, thinned) = (self.settings.uplink(), &mut self.waiting, self.ladder.thinned());
        let mut send = |message: &[u8]| emit(uplink, message, frames_in(message, waiting));
        self.recorder.set_thinned(thinned, &mut send);
        self.recorder.tick(now_us, &mut send);
        if let Some(dwell) = self.listening.tick(now_us) {
            self.report(&dwell, now_us, emit);
        }
        if now_us >= self.beat_us {
            self.beat_us = now_us.saturating_add(SECOND);
            self.beat(now_us, vitals, emit);
        }
    }

    fn beat(&mut self, now_us: u64, vitals: &Vitals, emit: Emit<'_>) {
        if let Some(totals) = self.filter.take_totals(now_us) {
            for total in totals.classes() {
                let which = usize::from(total.class == class::SIBLINGS);
                if let Some(sum) = self.left_out.get_mut(which) {
                    *sum = sum.wrapping_add(total.frames);
                }
            }
            self.say(&NodeMessage::Totals(totals), emit);
        }
        let lost = vitals.ring_lost.wrapping_add(vitals.link_lost);
        self.recorder.set_dropped(lost);
        let [thinned, siblings] = self.left_out;
        let heartbeat = Heartbeat {
            time_us: now_us,
            uptime_s: u32::try_from(now_us.saturating_sub(self.began_us) / SECOND).unwrap_or(u32::MAX),
            received: self.received,
            drops: [vitals.ring_lost, vitals.link_lost, thinned, siblings],
            ring_high: u16::try_from(vitals.ring_high).unwrap_or(u16::MAX),
            heap_low: vitals.heap_low,
            temperature: vitals.temperature,
            rssi: vitals.rssi,
            degrade: self.ladder.step(),
            safe_mode: u8::from(vitals.safe_mode),
        };
        self.say(&NodeMessage::Heartbeat(heartbeat), emit);
    }

    /// Says what came of a command.
    pub fn answer(&mut self, asked: Asked, code: u8, text: &str, emit: Emit<'_>) {
        let outcome = Outcome {
            command: asked.sequence,
            code,
            text,
        };
        self.say_over(asked.over, &NodeMessage::Outcome(outcome), emit);
    }

    /// One line for the log of the hub: 0 error, 1 warning, 2 information.
    pub fn log(&mut self, level: u8, text: &str, emit: Emit<'_>) {
        self.say(&NodeMessage::Log(Log { level, text }), emit);
    }

    fn say_hello(&mut self, over: Uplink, now_us: u64, emit: Emit<'_>) {
        let sequence = self.next_sequence(over);
        let hello = NodeMessage::Hello(self.hello(now_us));
        encode(&hello, sequence, &mut |message| emit(over, message, 0));
    }

    fn hello(&self, now_us: u64) -> Hello<'_> {
        let identity = &self.identity;
        let hops = match self.settings.uplink() {
            Uplink::Serial => capability::HOPS,
            Uplink::Wifi => 0,
        };
        Hello {
            protocol: PROTOCOL,
            firmware: identity.firmware,
            chip: identity.chip,
            mac: identity.mac,
            boot_id: identity.boot_id,
            reset_reason: identity.reset_reason,
            capabilities: identity.capabilities | hops,
            name: self.settings.name(),
            configuration: self.settings.hash(),
            clock_us: now_us,
        }
    }

    fn say(&mut self, message: &NodeMessage<'_>, emit: Emit<'_>) {
        self.say_over(self.settings.uplink(), message, emit);
    }

    fn say_over(&mut self, over: Uplink, message: &NodeMessage<'_>, emit: Emit<'_>) {
        let sequence = self.next_sequence(over);
        encode(message, sequence, &mut |octets| emit(over, octets, 0));
    }

    fn next_sequence(&mut self, over: Uplink) -> u32 {
        if over == self.settings.uplink() {
            return self.recorder.next_sequence();
        }
        // Two senders, as it were: no reader sees both links.
        let sequence = self.aside;
        self.aside = sequence.wrapping_add(1);
        sequence
    }
}

fn encode(message: &NodeMessage<'_>, sequence: u32, emit: &mut dyn FnMut(&[u8])) {
    let mut octets = [0; MESSAGE];
    if let Some(message) = message
        .encode(sequence, &mut octets)
        .and_then(|length| octets.get(..length))
    {
        emit(message);
    }
}

/// Frames in a message of the recorder: all that waited, unless it is a block of elements.
fn frames_in(message: &[u8], waiting: &mut u32) -> u32 {
    // Behind the array header of up to 15 elements comes the kind.
    if message.get(1).is_some_and(|&octet| u32::from(octet) == kind::FRAMES) {
        core::mem::take(waiting)
    } else {
        0
    }
}

fn is_eapol(header: &Header, bytes: &[u8]) -> bool {
    let clear = header.fc.frame_type() == FrameType::Data && header.fc.carries_msdu() && !header.fc.protected();
    clear && eapol::read(header.body(bytes)).is_some()
}
