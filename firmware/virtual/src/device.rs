//! One start of the node, from power or restart to the next restart.

use std::net::ToSocketAddrs;
use std::thread;
use std::time::{Duration, Instant};

use airwarden_core::boot::{Found, Start, Verdict, Watch};
use airwarden_core::cobs::Deframer;
use airwarden_core::improv::{Conversation, Listener};
use airwarden_core::mac::Mac;
use airwarden_core::messages::{PROTOCOL, capability};
use airwarden_core::node::{Identity, Node, Vitals};
use airwarden_core::packet::Piece;
use airwarden_core::provision::Uplink;
use airwarden_core::reception::Reception;
use airwarden_core::ring::Ring;
use airwarden_core::trial::{Step, Trial};
use airwarden_core::update::{Slot, Updater};
use airwarden_core::watchdog::{HubWatch, Silence};

use crate::air::Air;
use crate::bootloader::CHIP_ID;
use crate::flash::SLOTS;
use crate::links::{Cable, Network};
use crate::outlets::Outlets;
use crate::radio::{self, Radio};
use crate::storage::Storage;

/// Chip that it takes itself for.
pub const CHIP: &str = "esp32c3";
/// As an image of its chip has them.
const FREQUENCIES: [u16; 13] = [
    2412, 2417, 2422, 2427, 2432, 2437, 2442, 2447, 2452, 2457, 2462, 2467, 2472,
];
/// A command is at most a piece of an update with its message and CRC.
const COMMAND: usize = 1280;
/// How often everything is looked at.
const EVERY: Duration = Duration::from_millis(1);
/// As an image of a chip has it.
const HEAP_LOW: u32 = 90_000;
const SECOND: u64 = 1_000_000;
/// What the access point is heard with, dBm.
const OWN_RSSI: i8 = -52;

/// What does not change from start to start.
pub struct Setup {
    /// The node's address.
    pub mac: Mac,
    /// Name and passphrase of the network in reach.
    pub network: Option<(String, String)>,
    /// Its frequency, MHz.
    pub frequency: u16,
    /// Public half of the key that releases are signed with.
    pub release_key: Option<[u8; 32]>,
    /// Version of the protocol that it speaks, and the one version whose image does; none: all.
    pub protocol: (u8, Option<String>),
}

impl Setup {
    /// What an image of this version speaks.
    fn spoken(&self, version: &str) -> u8 {
        match &self.protocol {
            (protocol, Some(one)) if one == version => *protocol,
            (_, Some(_)) => PROTOCOL,
            (protocol, None) => *protocol,
        }
    }
}

/// Time of the world, µs from the beginning, some times faster than it is.
pub struct World {
    began: Instant,
    speed: f64,
}

impl World {
    /// Begins.
    pub fn new(speed: f64) -> Self {
        World {
            began: Instant::now(),
            speed,
        }
    }

    /// How long it has been.
    pub fn now_us(&self) -> u64 {
        (self.began.elapsed().as_secs_f64() * self.speed * 1e6) as u64
    }
}

/// What the start is around: all of it outlives a restart.
pub struct Around<'a> {
    /// What does not change.
    pub setup: &'a Setup,
    /// Time.
    pub world: &'a World,
    /// What is on the air.
    pub air: &'a mut Air,
    /// The serial link.
    pub cable: Option<&'a Cable>,
}

/// Why it restarts; numbers of PROTOCOL.md §7.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Cause {
    /// The power was switched on.
    Power = 1,
    /// It was asked to, or saw reason to.
    Software = 2,
    /// It panicked.
    Panic = 3,
    /// A new image is to be started.
    Update = 7,
}

/// How this start began.
pub struct Beginning {
    /// What was in flash.
    pub found: Found,
    /// Version of the program that runs.
    pub version: &'static str,
    /// Why there is a start.
    pub cause: Cause,
    /// What its clock shows, µs.
    pub clock_us: u64,
}

/// The node at work.
pub struct Device<'a> {
    pub(crate) around: Around<'a>,
    pub(crate) storage: Storage<'a>,
    pub(crate) node: Box<Node>,
    pub(crate) updater: Box<Updater>,
    pub(crate) conversation: Conversation,
    pub(crate) outlets: Outlets,
    /// The frequency that the radio is on.
    tuned: Option<u16>,
    /// The restart that is due: when, why.
    pub(crate) restart: Option<(u64, Cause)>,
    pub(crate) version: &'static str,
    hub: HubWatch,
    watch: Watch,
    trial: Trial,
    vitals: Vitals,
    counted: bool,
    second_us: u64,
    /// Node time less the world's, µs.
    clock_us: u64,
    born_us: u64,
}

impl<'a> Device<'a> {
    /// A node that has just started.
    pub fn new(around: Around<'a>, storage: Storage<'a>, beginning: &Beginning) -> Self {
        let Beginning { found, version, .. } = beginning;
        let setup = around.setup;
        let now = beginning.clock_us;
        let identity = Identity {
            chip: CHIP,
            firmware: version,
            mac: setup.mac,
            boot_id: storage.boot_id(),
            reset_reason: beginning.cause as u8,
            capabilities: capability::BITMAPS
                | found.standing.capabilities()
                | if setup.release_key.is_some() {
                    capability::UPDATES
                } else {
                    0
                },
            frequencies: &FREQUENCIES,
        };
        let slot = Slot {
            release_key: setup.release_key,
            size: SLOTS[0].size,
            chip_id: CHIP_ID,
        };
        let settings = found.usable();
        let born_us = around.world.now_us();
        Device {
            storage,
            node: Box::new(Node::new(identity, settings, now)),
            updater: Box::new(Updater::new(slot)),
            conversation: Conversation::new(settings.network().is_some()),
            outlets: Outlets::new(setup.spoken(version)),
            tuned: None,
            restart: None,
            version,
            hub: HubWatch::new(now),
            watch: Watch::new(found.start, now),
            trial: Trial::new(found.trial(), now),
            vitals: Vitals {
                heap_low: HEAP_LOW,
                temperature: 31,
                safe_mode: found.start == Start::Safe,
                ..Vitals::default()
            },
            counted: found.counted,
            second_us: now,
            clock_us: now,
            born_us,
            around,
        }
    }

    /// Node time, µs.
    pub fn now_us(&self) -> u64 {
        self.clock_us + (self.around.world.now_us() - self.born_us)
    }

    /// Runs until a restart is due.
    pub fn run(&mut self) -> Cause {
        let mut ring = Ring::new(Piece::EMPTY);
        let mut radio = Radio::new(ring.split());
        let (mut deframer, mut page) = (Deframer::new(), Listener::new());
        self.join();
        self.tell();
        loop {
            let now = self.now_us();
            if let Some((_, cause)) = self.restart.filter(|&(at, _)| now >= at) {
                self.drain_outbox();
                return cause;
            }
            self.read_cable(&mut deframer, &mut page);
            while let Some(message) = self.outlets.network.as_mut().and_then(Network::receive) {
                self.hub.heard(self.now_us());
                self.command(&message, Uplink::Wifi, self.now_us());
            }
            self.listen(&mut radio);
            self.tick(&radio);
            if self.now_us() >= self.second_us {
                self.second_us = self.now_us() + SECOND;
                self.each_second();
            }
            self.drain_outbox();
            thread::sleep(EVERY);
        }
    }

    /// What the hub should know of this start.
    fn tell(&mut self) {
        match self.watch.start() {
            Start::Normal => {}
            Start::Trial => self.log(2, "a new image is on trial"),
            Start::FellBack => self.log(0, "the new image failed, the old one runs"),
            Start::FallBack => self.log(0, "the new image failed, and the flash refuses the old one"),
            Start::Safe => self.log(
                0,
                "safe mode after repeated failures: listens to nothing for 10 minutes",
            ),
        }
    }

    /// Joins the network in reach, where it is the one of the settings.
    fn join(&mut self) {
        let settings = *self.node.settings();
        let reach = self.around.setup.network.as_ref();
        let joined = settings.uplink() == Uplink::Wifi
            && settings.network() == reach.map(|(ssid, psk)| (ssid.as_str(), psk.as_str()));
        if !joined {
            return;
        }
        let (frequency, now) = (self.around.setup.frequency, self.now_us());
        self.vitals.rssi = OWN_RSSI;
        self.tuned = Some(frequency);
        self.with_node(|node, emit| node.held(Some(frequency), now, emit));
        if let Some((host, port, key)) = settings.sealed().filter(|_| self.counted) {
            let hub = (host, port).to_socket_addrs().ok().and_then(|mut all| all.next());
            let ids = (self.around.setup.mac.0, self.storage.boot_id());
            self.outlets.network = hub.and_then(|hub| Network::new(hub, key, ids).ok());
        }
    }

    fn read_cable(&mut self, deframer: &mut Deframer<COMMAND>, page: &mut Listener) {
        let Some(cable) = self.around.cable else { return };
        let mut octets = [0; 512];
        loop {
            let count = cable.read(&mut octets);
            if count == 0 {
                return;
            }
            let arrived = self.now_us();
            let octets = &octets[..count];
            deframer.push(octets, &mut |message| self.command(message, Uplink::Serial, arrived));
            for &octet in octets {
                if let Some(request) = page.push(octet) {
                    self.page(&request);
                }
            }
        }
    }

    /// The radio hears what is on the air where it is tuned to; all of it goes through the ring.
    fn listen(&mut self, radio: &mut Radio<'_>) {
        let (now, born, clock) = (self.now_us(), self.born_us, self.clock_us);
        let listened = self.tuned.filter(|_| self.watch.start() != Start::Safe);
        let Device {
            around, node, outlets, ..
        } = self;
        around.air.until(around.world.now_us(), &mut |reception| {
            if reception.time_us < born || listened != Some(reception.frequency) {
                return;
            }
            let time_us = clock + (reception.time_us - born);
            radio.callback(&Reception { time_us, ..*reception }, time_us);
            while let Some(packet) = radio.take() {
                node.hear(&packet, now, &mut |over, message, frames| {
                    outlets.emit(now, over, message, frames)
                });
            }
        });
    }

    fn tick(&mut self, radio: &Radio<'_>) {
        self.vitals.ring = (radio.outlet.load(), radio::SLOTS as u32);
        self.vitals.ring_high = radio.outlet.high();
        self.vitals.ring_lost = radio.outlet.dropped();
        self.vitals.link_lost = self.outlets.lost();
        let (now, vitals) = (self.now_us(), self.vitals);
        self.with_node(|node, emit| node.tick(now, &vitals, emit));
        let hops = self.node.settings().uplink() == Uplink::Serial && self.watch.start() != Start::Safe;
        if hops {
            let turn = self.with_node(|node, emit| node.retune(now, emit));
            if let Some(frequency) = turn {
                self.tuned = turn;
                self.with_node(|node, emit| node.tuned(frequency, now, emit));
            }
        }
    }

    fn each_second(&mut self) {
        let now = self.now_us();
        let answered = self.node.is_answered(now);
        match self.watch.look(now, answered) {
            Verdict::Wait => {}
            Verdict::Confirm => {
                eprintln!("airwarden-virtual: confirmed {}", self.version);
                if self.storage.confirm().is_err() {
                    self.log(0, "the flash does not keep that this start was healthy");
                }
            }
            Verdict::Restart => {
                if self.watch.start() == Start::Safe {
                    let _ = self.storage.confirm();
                }
                self.restart_soon(Cause::Software);
            }
        }
        self.judge_settings(now, answered);
        if self.node.settings().uplink() == Uplink::Wifi {
            match self.hub.look(now) {
                Silence::Bear => {}
                Silence::Rejoin => eprintln!("airwarden-virtual: joins the access point anew"),
                Silence::Restart => self.restart_soon(Cause::Software),
            }
        }
    }

    fn judge_settings(&mut self, now: u64, answered: bool) {
        if self.restart.is_some() {
            // Others may have been kept since.
            return;
        }
        match self.trial.look(now, answered) {
            Step::Wait => {}
            Step::Settle => match self.storage.settle() {
                Ok(Some(words)) => self.log(1, words.as_str()),
                Ok(None) => eprintln!("airwarden-virtual: the new settings have proved themselves"),
                Err(_) => self.log(0, "the flash does not keep which settings hold"),
            },
            Step::Turn => {
                eprintln!("airwarden-virtual: {:?} has not led to the hub", self.trial.standing());
                self.storage.end_turn();
                self.restart_soon(Cause::Software);
            }
        }
    }

    fn drain_outbox(&mut self) {
        let Some(cable) = self.around.cable else { return };
        while !self.outlets.outbox.is_empty() {
            let sent = cable.write(self.outlets.outbox.next(512));
            if sent == 0 {
                return;
            }
            self.outlets.outbox.sent(sent);
        }
    }
}
