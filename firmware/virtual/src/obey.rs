//! Commands of the hub and requests of pages, fulfilled as the image of a chip does.

use airwarden_core::improv::{Known, Request};
use airwarden_core::led::Show;
use airwarden_core::messages::{Configuration, code};
use airwarden_core::node::{Arrival, Asked, Emit, Node, Wish};
use airwarden_core::provision::Uplink;
use airwarden_core::update::Step;

use crate::device::{CHIP, Cause, Device};

/// So long after an answer the node restarts, µs.
const RESTART_AFTER_US: u64 = 500_000;

impl Device<'_> {
    /// Lets the node act, with a way out for what it says.
    pub(crate) fn with_node<R>(&mut self, act: impl FnOnce(&mut Node, Emit<'_>) -> R) -> R {
        let now = self.now_us();
        let Device { node, outlets, .. } = self;
        act(node, &mut |over, message, frames| {
            outlets.emit(now, over, message, frames)
        })
    }

    /// A line for the hub's log.
    pub(crate) fn log(&mut self, level: u8, text: &str) {
        self.with_node(|node, emit| node.log(level, text, emit));
    }

    /// Obeys a command that came over a link at `arrived_us`.
    pub(crate) fn command(&mut self, message: &[u8], over: Uplink, arrived_us: u64) {
        if over == Uplink::Serial {
            self.outlets.hush.hub();
        }
        let arrival = Arrival {
            message,
            over,
            arrived_us,
            now_us: self.now_us(),
        };
        if let Some((asked, wish)) = self.with_node(|node, emit| node.obey(&arrival, emit)) {
            self.fulfil(asked, &wish);
        }
    }

    fn fulfil(&mut self, asked: Asked, wish: &Wish<'_>) {
        match wish {
            Wish::Keep(settings) => {
                let kept = self.storage.keep_settings(settings, asked.over);
                self.answer_and_restart(asked, kept.is_ok(), Cause::Software);
            }
            Wish::Erase => {
                let erased = self.storage.erase_settings();
                self.answer_and_restart(asked, erased.is_ok(), Cause::Software);
            }
            Wish::Restart => self.answer_and_restart(asked, true, Cause::Software),
            Wish::Identify { seconds } => {
                let colour = Show::Identify.colour().name();
                eprintln!("airwarden-virtual: shows where it is for {seconds} s, blinking {colour}");
                self.answer(asked, code::DONE, "");
            }
            Wish::Update(step) => self.update(asked, step),
        }
    }

    fn update(&mut self, asked: Asked, step: &Step<'_>) {
        let now = self.now_us();
        let outcome = self.updater.step(step, &mut self.storage.slot(), now);
        if outcome.activate {
            let activated = self.storage.activate();
            self.answer_and_restart(asked, activated.is_ok(), Cause::Update);
        } else {
            self.answer(asked, outcome.code, outcome.words.as_str());
        }
    }

    fn answer(&mut self, asked: Asked, code: u8, text: &str) {
        self.with_node(|node, emit| node.answer(asked, code, text, emit));
    }

    fn answer_and_restart(&mut self, asked: Asked, done: bool, cause: Cause) {
        if done {
            if cause == Cause::Software {
                self.storage.end_as_asked();
            }
            self.answer(asked, code::DONE, "restarts");
            self.restart_soon(cause);
        } else {
            self.answer(asked, code::STORAGE_FAILED, "the flash refused");
        }
    }

    /// Restarts when what waits is out.
    pub(crate) fn restart_soon(&mut self, cause: Cause) {
        self.restart = Some((self.now_us() + RESTART_AFTER_US, cause));
    }

    /// Answers a page. The network in reach is joined at once, every other one is not there.
    pub(crate) fn page(&mut self, request: &Request<'_>) {
        let now = self.now_us();
        self.outlets.hush.page(now);
        let settings = *self.node.settings();
        let Device {
            conversation,
            outlets,
            node,
            version,
            ..
        } = self;
        let known = Known {
            information: ["Airwarden", version, CHIP, settings.name()],
            networks: node.networks(),
            now_us: now,
        };
        let mut say = |octets: &[u8]| {
            outlets.outbox.push_raw(octets);
        };
        let Some(attempt) = conversation.answer(request, &known, &mut say) else {
            return;
        };
        let reach = self.around.setup.network.as_ref();
        let joined = reach.is_some_and(|(ssid, psk)| (ssid.as_str(), psk.as_str()) == (attempt.ssid, attempt.psk));
        let change = Configuration {
            ssid: Some(attempt.ssid),
            psk: Some(attempt.psk),
            ..Configuration::default()
        };
        let changed = settings.with(&change).ok().filter(|_| joined);
        let kept = changed.is_some_and(|settings| self.storage.keep_settings(&settings, Uplink::Serial).is_ok());
        conversation.tried(kept, &mut say);
        if kept {
            self.storage.end_as_asked();
            self.restart_soon(Cause::Software);
        }
    }
}
