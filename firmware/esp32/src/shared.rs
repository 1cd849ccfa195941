//! What the tasks share. They run on one executor and never at the same time; nothing is held over an await.

use core::cell::{Cell, RefCell};

use airwarden_core::boot::Watch;
use airwarden_core::improv::{Conversation, Hush, Known, Request};
use airwarden_core::messages::{Configuration, code};
use airwarden_core::node::{Arrival, Asked, Node, Vitals, Wish};
use airwarden_core::provision::{Settings, Uplink};
use airwarden_core::record::MESSAGE;
use airwarden_core::text::Text;
use airwarden_core::trial::Trial;
use airwarden_core::update::{Step, Updater};
use airwarden_core::uplink::Outbox;
use airwarden_core::watchdog::{HubWatch, Liveness};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::channel::Channel;
use embassy_sync::signal::Signal;
use static_cell::ConstStaticCell;

use crate::cause::Cause;
use crate::chip;
use crate::storage::Storage;

/// Transmitters and blocks of elements that the recorder remembers.
pub const CACHE: usize = 128;
/// Octets that wait for the serial link: 90 ms of 921,600 baud.
const OUTBOX: usize = 8192;
/// Datagrams that wait for the network.
const DATAGRAMS: usize = 6;
/// So long after an answer the chip restarts, µs: the answer is out by then.
const RESTART_AFTER_US: u64 = 500_000;

/// Tasks that must come round.
pub mod task {
    /// Listens and records.
    pub const LISTEN: usize = 0;
    /// Sends over the serial link.
    pub const SERIAL: usize = 1;
    /// Sends datagrams.
    pub const DATAGRAMS: usize = 2;
    /// How many there are.
    pub const COUNT: usize = 3;
}

/// A message on its way into a datagram.
pub struct Message {
    octets: [u8; MESSAGE],
    length: usize,
}

impl Message {
    /// What it is.
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or(&[])
    }
}

/// A network that a page gave.
pub struct Network {
    /// Its name.
    pub ssid: Text<32>,
    /// Its passphrase.
    pub psk: Text<64>,
}

/// All of it.
pub struct Shared {
    /// The node.
    pub node: &'static RefCell<Node<CACHE>>,
    /// What waits for the serial link.
    pub outbox: &'static RefCell<Outbox<OUTBOX>>,
    /// Something waits.
    pub outbox_filled: Signal<NoopRawMutex, ()>,
    /// What waits for the network.
    pub datagrams: Channel<NoopRawMutex, Message, DATAGRAMS>,
    datagrams_lost: Cell<u32>,
    /// The flash.
    pub storage: RefCell<Storage>,
    updater: &'static RefCell<Updater>,
    conversation: RefCell<Conversation>,
    hush: Cell<Hush>,
    /// A network is to be tried.
    pub attempt: Signal<NoopRawMutex, Network>,
    /// The radio is not to be tuned now.
    pub attempting: Cell<bool>,
    /// What the tasks know of the hardware.
    pub vitals: Cell<Vitals>,
    /// The heap is short: no frames over Wi-Fi.
    pub strained: Cell<bool>,
    restart: Cell<Option<(u64, Cause)>>,
    /// Blink until then, µs.
    pub identify_until: Cell<u64>,
    /// The access point is joined.
    pub joined: Cell<bool>,
    /// Leave it and join again.
    pub rejoin: Signal<NoopRawMutex, ()>,
    /// When the hub was heard.
    pub hub: Cell<HubWatch>,
    /// Which tasks come round.
    pub liveness: Cell<Liveness<{ task::COUNT }>>,
    /// How this start goes.
    pub watch: Cell<Watch>,
    /// How its settings do.
    pub trial: Cell<Trial>,
    /// The number of this start may be used to seal.
    pub counted: bool,
}

/// Node time: µs since the chip started.
pub fn now_us() -> u64 {
    esp_hal::time::Instant::now().duration_since_epoch().as_micros()
}

/// What [`Shared`] is made of: what is large lies in memory of its own and is never moved.
pub struct Parts {
    /// The node.
    pub node: &'static RefCell<Node<CACHE>>,
    /// Takes updates.
    pub updater: &'static RefCell<Updater>,
    /// The flash.
    pub storage: Storage,
    /// How this start goes.
    pub watch: Watch,
    /// How its settings do.
    pub trial: Trial,
    /// The number of this start may be used to seal.
    pub counted: bool,
}

impl Shared {
    /// At the start, once.
    pub fn new(parts: Parts, now: u64) -> Self {
        static OUTGOING: ConstStaticCell<RefCell<Outbox<OUTBOX>>> = ConstStaticCell::new(RefCell::new(Outbox::new()));
        let known = parts.node.borrow().settings().network().is_some();
        Shared {
            node: parts.node,
            outbox: OUTGOING.take(),
            outbox_filled: Signal::new(),
            datagrams: Channel::new(),
            datagrams_lost: Cell::new(0),
            storage: RefCell::new(parts.storage),
            updater: parts.updater,
            conversation: RefCell::new(Conversation::new(known)),
            hush: Cell::new(Hush::new()),
            attempt: Signal::new(),
            attempting: Cell::new(false),
            vitals: Cell::new(Vitals {
                temperature: -128,
                ..Vitals::default()
            }),
            strained: Cell::new(false),
            restart: Cell::new(None),
            identify_until: Cell::new(0),
            joined: Cell::new(false),
            rejoin: Signal::new(),
            hub: Cell::new(HubWatch::new(now)),
            // The longest that the driver keeps the executor waiting: a switch of mode with calibration is below 1 s.
            liveness: Cell::new(Liveness::new(now, 10_000_000)),
            watch: Cell::new(parts.watch),
            trial: Cell::new(parts.trial),
            counted: parts.counted,
        }
    }

    /// Takes a message of the node to its link.
    pub fn emit(&self, over: Uplink, message: &[u8], frames: u32) {
        match over {
            Uplink::Serial => {
                if !self.hush.get().is_on(now_us()) {
                    self.outbox.borrow_mut().push(message, frames);
                    self.outbox_filled.signal(());
                }
            }
            Uplink::Wifi => {
                let held_back = frames > 0 && self.strained.get();
                if held_back || !self.send_datagram(message) {
                    self.datagrams_lost.set(self.datagrams_lost.get().wrapping_add(frames));
                }
            }
        }
    }

    fn send_datagram(&self, message: &[u8]) -> bool {
        let mut octets = [0; MESSAGE];
        let Some(room) = octets.get_mut(..message.len()) else {
            return false;
        };
        room.copy_from_slice(message);
        let length = message.len();
        self.datagrams.try_send(Message { octets, length }).is_ok()
    }

    /// Frames lost on either link.
    pub fn link_lost(&self) -> u32 {
        self.outbox
            .borrow()
            .lost_frames()
            .wrapping_add(self.datagrams_lost.get())
    }

    /// A line for the hub's log.
    pub fn log(&self, level: u8, text: &str) {
        self.node.borrow_mut().log(level, text, &mut |over, message, frames| {
            self.emit(over, message, frames)
        });
    }

    /// Obeys a command that came over a link at `arrived_us`.
    pub fn command(&self, message: &[u8], over: Uplink, arrived_us: u64) {
        if over == Uplink::Serial {
            let mut hush = self.hush.get();
            hush.hub();
            self.hush.set(hush);
        }
        let arrival = Arrival {
            message,
            over,
            arrived_us,
            now_us: now_us(),
        };
        let wish = self
            .node
            .borrow_mut()
            .obey(&arrival, &mut |over, message, frames| self.emit(over, message, frames));
        if let Some((asked, wish)) = wish {
            self.fulfil(asked, &wish);
        }
    }

    fn fulfil(&self, asked: Asked, wish: &Wish<'_>) {
        match wish {
            Wish::Keep(settings) => {
                let kept = self.storage.borrow_mut().keep_settings(settings, asked.over);
                self.answer_and_restart(asked, kept.is_ok(), Cause::Software);
            }
            Wish::Erase => {
                let erased = self.storage.borrow_mut().erase_settings();
                self.answer_and_restart(asked, erased.is_ok(), Cause::Software);
            }
            Wish::Restart => self.answer_and_restart(asked, true, Cause::Software),
            Wish::Identify { seconds } => {
                self.identify_until.set(now_us() + u64::from(*seconds) * 1_000_000);
                self.answer(asked, code::DONE, "");
            }
            Wish::Update(step) => self.update(asked, step),
        }
    }

    fn update(&self, asked: Asked, step: &Step<'_>) {
        let outcome = {
            let mut storage = self.storage.borrow_mut();
            self.updater.borrow_mut().step(step, &mut storage.slot(), now_us())
        };
        if outcome.activate {
            let activated = self.storage.borrow_mut().activate();
            self.answer_and_restart(asked, activated.is_ok(), Cause::Update);
        } else {
            self.answer(asked, outcome.code, outcome.words.as_str());
        }
    }

    /// Whether an image is coming in.
    pub fn is_updating(&self) -> bool {
        self.updater.borrow().is_busy(now_us())
    }

    fn answer(&self, asked: Asked, code: u8, text: &str) {
        let mut emit = |over, message: &[u8], frames| self.emit(over, message, frames);
        self.node.borrow_mut().answer(asked, code, text, &mut emit);
    }

    fn answer_and_restart(&self, asked: Asked, done: bool, cause: Cause) {
        if done {
            if cause == Cause::Software {
                self.storage.borrow_mut().end_as_asked();
            }
            self.answer(asked, code::DONE, "restarts");
            self.restart_soon(cause);
        } else {
            self.answer(asked, code::STORAGE_FAILED, "the flash refused");
        }
    }

    /// Restarts when what waits is out.
    pub fn restart_soon(&self, cause: Cause) {
        self.restart.set(Some((now_us() + RESTART_AFTER_US, cause)));
    }

    /// Whether a restart was asked for.
    pub fn is_restarting(&self) -> bool {
        self.restart.get().is_some()
    }

    /// The restart that is due.
    pub fn due_restart(&self) -> Option<Cause> {
        self.restart
            .get()
            .and_then(|(at, cause)| (now_us() >= at).then_some(cause))
    }

    /// Answers a page.
    pub fn page(&self, request: &Request<'_>) {
        let mut hush = self.hush.get();
        hush.page(now_us());
        self.hush.set(hush);
        let node = self.node.borrow();
        let known = Known {
            information: [
                "Airwarden",
                env!("CARGO_PKG_VERSION"),
                chip::NAME,
                node.settings().name(),
            ],
            networks: node.networks(),
            now_us: now_us(),
        };
        let mut say = |octets: &[u8]| self.say_raw(octets);
        let attempt = self.conversation.borrow_mut().answer(request, &known, &mut say);
        let network = attempt.and_then(|attempt| {
            Some(Network {
                ssid: Text::of(attempt.ssid)?,
                psk: Text::of(attempt.psk)?,
            })
        });
        match (attempt, network) {
            (Some(_), Some(network)) => self.attempt.signal(network),
            (Some(_), None) => self.conversation.borrow_mut().tried(false, &mut say),
            (None, _) => {}
        }
    }

    /// A network was tried; it is kept where it was joined.
    pub fn tried(&self, network: &Network, joined: bool) {
        let change = Configuration {
            ssid: Some(network.ssid.as_str()),
            psk: Some(network.psk.as_str()),
            ..Configuration::default()
        };
        let settings: Option<Settings> = self.node.borrow().settings().with(&change).ok();
        let keep = |settings: Settings| self.storage.borrow_mut().keep_settings(&settings, Uplink::Serial);
        let kept = joined && settings.is_some_and(|settings| keep(settings).is_ok());
        self.conversation
            .borrow_mut()
            .tried(kept, &mut |octets| self.say_raw(octets));
        if kept {
            self.storage.borrow_mut().end_as_asked();
            self.restart_soon(Cause::Software);
        }
    }

    fn say_raw(&self, octets: &[u8]) {
        self.outbox.borrow_mut().push_raw(octets);
        self.outbox_filled.signal(());
    }

    /// A task has come round.
    pub fn seen(&self, task: usize) {
        let mut liveness = self.liveness.get();
        liveness.seen(task, now_us());
        self.liveness.set(liveness);
    }
}
