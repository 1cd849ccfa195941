//! The node: receptions in, messages out, commands obeyed.

use std::io;

use airwarden_core::mac::Mac;
use airwarden_core::messages::{ChannelPlan, code};
use airwarden_core::messages::{Dwell, Heartbeat, Hello, HubMessage, Log, NodeMessage, Outcome, PROTOCOL, TimeReply};
use airwarden_core::reception::Reception;
use airwarden_core::record::MESSAGE;
use airwarden_core::recorder::{Options, Recorder};

use crate::dwell::DwellLog;
use crate::link::{Command, Link};
use crate::tally::Tally;

/// Transmitters and element blocks that the recorder remembers: a block of flats, where an ESP32 has room for a house.
const CACHE: usize = 1024;

/// One a second is the contract.
const HEARTBEAT_US: u64 = 1_000_000;
/// Hello is said again this often until the hub has answered, µs…
const HELLO_UNANSWERED_US: u64 = 5_000_000;
/// …and this often from then on: a hub that was started anew knows nobody.
const HELLO_ANSWERED_US: u64 = 60_000_000;

/// Who the node is.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its name, at most 32 octets.
    pub name: String,
    /// Its address.
    pub mac: [u8; 6],
    /// Never used before.
    pub boot_id: u32,
    /// Bits of PROTOCOL.md §7.
    pub capabilities: u32,
    /// Hash of the command line.
    pub configuration: u32,
}

/// What the node cannot do by itself when a command asks for it.
#[derive(Debug)]
pub enum Wish {
    /// Listen to these channels.
    Plan(ChannelPlan, u32),
}

/// A node at work.
pub struct Node {
    identity: Identity,
    link: Box<dyn Link>,
    recorder: Box<Recorder<CACHE>>,
    dwells: DwellLog,
    /// The link can be answered; otherwise hello is said once.
    answered_link: bool,
    welcomed: bool,
    hello_due: Option<u64>,
    heartbeat_due: Option<u64>,
    began: Option<u64>,
    dropped: u32,
    temperature: i8,
    tally: Tally,
    failure: Option<io::Error>,
}

impl Node {
    /// A node that has said nothing yet.
    pub fn new(identity: Identity, link: Box<dyn Link>, options: Options, answered_link: bool) -> Self {
        Node {
            identity,
            link,
            recorder: Box::new(Recorder::new(options)),
            dwells: DwellLog::default(),
            answered_link,
            welcomed: false,
            hello_due: None,
            heartbeat_due: None,
            began: None,
            dropped: 0,
            temperature: -128,
            tally: Tally::default(),
            failure: None,
        }
    }

    /// Says who it is, at node time `now`, with the capabilities it has from now on.
    pub fn hello(&mut self, now: u64, capabilities: u32) {
        self.identity.capabilities = capabilities;
        self.began.get_or_insert(now);
        let wait = if self.welcomed {
            HELLO_ANSWERED_US
        } else {
            HELLO_UNANSWERED_US
        };
        self.hello_due = self.answered_link.then(|| now.saturating_add(wait));
        let identity = self.identity.clone();
        self.say(&NodeMessage::Hello(Hello {
            protocol: PROTOCOL,
            firmware: env!("CARGO_PKG_VERSION"),
            chip: "linux",
            mac: Mac::from_octets(identity.mac),
            boot_id: identity.boot_id,
            // Power on: a process that starts knows no other reason.
            reset_reason: 1,
            capabilities,
            name: &identity.name,
            configuration: identity.configuration,
            clock_us: now,
        }));
    }

    /// Takes a reception.
    pub fn receive(&mut self, reception: &Reception<'_>) {
        let readable = !reception.fcs_bad && !reception.bytes.is_empty();
        self.tally.hear(reception, readable);
        // What is due was due before this frame.
        self.tick(reception.time_us);
        self.dwells.hear(reception.frequency, reception.time_us, readable);
        let (link, tally, failure) = (&mut self.link, &mut self.tally, &mut self.failure);
        self.recorder
            .push(reception, &mut |message| send(link.as_mut(), tally, failure, message));
    }

    /// Says what is due at node time `now`: old batches, hello, heartbeat, dwells.
    pub fn tick(&mut self, now: u64) {
        let (link, tally, failure) = (&mut self.link, &mut self.tally, &mut self.failure);
        self.recorder
            .tick(now, &mut |message| send(link.as_mut(), tally, failure, message));
        if self.hello_due.is_some_and(|due| now >= due) {
            self.hello(now, self.identity.capabilities);
        }
        if self.heartbeat_due.is_none_or(|due| is_due(due, now)) || self.dwells.is_due(now) {
            self.beat(now);
        }
    }

    /// Says all that is known up to `now`, a heartbeat last: what was heard before it has been said.
    pub fn beat(&mut self, now: u64) {
        self.heartbeat_due = Some(now.saturating_add(HEARTBEAT_US));
        self.flush_frames();
        self.dwells.pass(now);
        self.say_dwells();
        let began = *self.began.get_or_insert(now);
        self.say(&NodeMessage::Heartbeat(Heartbeat {
            time_us: now,
            uptime_s: u32::try_from(now.saturating_sub(began) / 1_000_000).unwrap_or(u32::MAX),
            received: self.tally.frames(),
            drops: [self.dropped, 0, 0, 0],
            ring_high: 0,
            heap_low: u32::MAX,
            temperature: self.temperature,
            rssi: 0,
            degrade: 0,
            safe_mode: 0,
        }));
    }

    /// The source is at its end, or another begins whose time has nothing to do with it.
    pub fn end(&mut self, now: u64) {
        self.beat(now);
        self.dwells.interrupt();
        self.heartbeat_due = None;
        self.flush();
    }

    fn say_dwells(&mut self) {
        for stay in self.dwells.take() {
            self.say(&NodeMessage::Dwell(Dwell {
                frequency: stay.frequency,
                start_us: stay.start,
                listened_us: u32::try_from(stay.listened).unwrap_or(u32::MAX),
                frames: stay.frames,
                undecodable: stay.undecodable,
            }));
        }
    }

    /// The interface is on this channel from `now` on.
    pub fn tuned(&mut self, frequency: u16, now: u64) {
        self.dwells.tune(frequency, now);
    }

    /// One line for the log of the hub: 0 error, 1 warning, 2 information.
    pub fn log(&mut self, level: u8, text: &str) {
        self.say(&NodeMessage::Log(Log { level, text }));
    }

    /// Frames that the source has lost since the start, and its temperature in °C.
    pub fn report(&mut self, dropped: u32, temperature: i8) {
        (self.dropped, self.temperature) = (dropped, temperature);
        self.recorder.set_dropped(dropped);
    }

    /// Obeys a command that arrived at node time `arrived`; gives what somebody else has to do.
    pub fn obey(&mut self, command: &Command, arrived: u64, now: u64) -> Option<Wish> {
        // What this version does not know is passed over.
        let (sequence, message) = HubMessage::decode(&command.message).ok()?;
        match message {
            HubMessage::Welcome { boot_id, .. } if boot_id == self.identity.boot_id => {
                // It may have begun anew and know nothing that was said before.
                self.recorder.forget();
                self.welcomed = true;
                self.hello_due = Some(now.saturating_add(HELLO_ANSWERED_US));
            }
            HubMessage::Welcome { .. } => {}
            HubMessage::TimeRequest { token, .. } => {
                self.say(&NodeMessage::TimeReply(TimeReply {
                    token,
                    received_us: arrived,
                    sent_us: now,
                }));
                self.flush();
            }
            HubMessage::Plan(plan) => return Some(Wish::Plan(plan, sequence)),
            HubMessage::Identify { .. } => self.answer(sequence, code::DONE, "a Linux node has nothing to blink with"),
            _ => self.answer(
                sequence,
                code::UNKNOWN_COMMAND,
                "a Linux node is set up by its command line",
            ),
        }
        None
    }

    /// Says what came of a command.
    pub fn answer(&mut self, command: u32, code: u8, text: &str) {
        self.say(&NodeMessage::Outcome(Outcome { command, code, text }));
        self.flush();
    }

    /// What the link has not taken yet goes out.
    pub fn flush(&mut self) {
        if self.failure.is_none() {
            self.failure = self.link.flush().err();
        }
    }

    /// Why the link is gone, where it is.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    /// What has been counted.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    fn flush_frames(&mut self) {
        let (link, tally, failure) = (&mut self.link, &mut self.tally, &mut self.failure);
        self.recorder
            .flush(&mut |message| send(link.as_mut(), tally, failure, message));
    }

    fn say(&mut self, message: &NodeMessage<'_>) {
        let mut octets = [0; MESSAGE];
        let sequence = self.recorder.next_sequence();
        if let Some(length) = message.encode(sequence, &mut octets) {
            send(
                self.link.as_mut(),
                &mut self.tally,
                &mut self.failure,
                &octets[..length],
            );
        }
    }
}

/// Also where the clock was set back by more than a beat: it would be long silent otherwise.
fn is_due(due: u64, now: u64) -> bool {
    now >= due || due - now > 2 * HEARTBEAT_US
}

fn send(link: &mut dyn Link, tally: &mut Tally, failure: &mut Option<io::Error>, message: &[u8]) {
    if failure.is_some() {
        return;
    }
    match link.send(message) {
        Ok(octets) => tally.send(message, octets),
        Err(error) => *failure = Some(error),
    }
}
