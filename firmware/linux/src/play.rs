//! Playing captures.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use airwarden_core::messages::{capability, code};
use airwarden_core::reception::Reception;

use crate::capture::{self, Problem};
use crate::ears::{Ears, Listener};
use crate::feed::Feed;
use crate::link::Command;
use crate::node::Wish;
use crate::pace::Pacer;
use crate::receiver::Receiver;

/// Clocks that show an earlier time than 2001-09-09 count from the start of the recorder, not from 1970.
const UNIX_FROM_US: u64 = 1_000_000_000_000_000;

/// Between two rounds of a repeated capture, µs.
const PAUSE_US: u64 = 1_000_000;

/// How often a waiting node looks whether something else is due.
const TICK: Duration = Duration::from_millis(50);

/// Packets between two looks at what else there is, where nothing waits.
const LOOK_EVERY: u32 = 256;

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Played {
    /// Every file was read.
    All,
    /// At least one was not, or not to its end.
    NotAll,
}

/// Plays captures to a listener.
pub struct Player<'a, 'b> {
    ears: Ears<'a, 'b>,
    pacer: Pacer,
    receiver: Receiver,
    /// Added to the capture's times, µs.
    shift: u64,
    /// When this round's first packet was recorded.
    first: Option<u64>,
    /// The time of the last packet, and the latest of all.
    last: u64,
    latest: u64,
    /// The capabilities in the last hello.
    said: Option<u32>,
}

impl<'a, 'b> Player<'a, 'b> {
    /// A player at rest.
    pub fn new(ears: Ears<'a, 'b>, pacer: Pacer) -> Self {
        Player {
            ears,
            pacer,
            receiver: Receiver::default(),
            shift: 0,
            first: None,
            last: 0,
            latest: 0,
            said: None,
        }
    }

    /// Plays the files one after another, again and again if `repeat`. What is wrong with a file is warned
    /// of, and the next one is played.
    ///
    /// # Errors
    /// Where the listener is gone.
    pub fn play(&mut self, files: &[PathBuf], repeat: bool) -> io::Result<Played> {
        let mut played = Played::All;
        loop {
            self.first = None;
            for file in files {
                if !self.play_file(file)? {
                    played = Played::NotAll;
                }
            }
            // A round without a packet, as of standard input at its end, would go round without end.
            let Some(first) = self.first.filter(|_| repeat && !self.ears.stopped()) else {
                return Ok(played);
            };
            self.shift = self.latest.saturating_add(PAUSE_US).saturating_sub(first);
        }
    }

    /// Whether the file was read as far as it goes.
    fn play_file(&mut self, file: &Path) -> io::Result<bool> {
        let name = file.display();
        let capture = match capture::open(file) {
            Ok(capture) => capture,
            Err(problem) => {
                (self.ears.warn)(&format!("{name}: {problem}"));
                return Ok(false);
            }
        };
        let mut feed = Feed::new(capture, &mut self.receiver);
        self.pacer.restart();
        let result = self.play_feed(&mut feed)?;
        if let Some(passed_over) = feed.capture().passed_over() {
            (self.ears.warn)(&format!("{name}: {passed_over}"));
        }
        match result {
            Ok(()) => Ok(true),
            Err(problem) => {
                (self.ears.warn)(&format!("{name}: {problem}"));
                Ok(problem.is_only_a_cut())
            }
        }
    }

    fn play_feed(&mut self, feed: &mut Feed) -> io::Result<Result<(), Problem>> {
        let mut until_look = 0;
        let mut begun = false;
        let result = loop {
            let packet = match feed.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break Ok(()),
                Err(problem) => break Err(problem),
            };
            let time = packet.time_us.saturating_add(self.shift);
            if !begun {
                begun = true;
                self.first.get_or_insert(packet.time_us);
            }
            // Asking for the time costs a tenth of all else, where nothing waits.
            let due = if self.pacer.paces() {
                self.pacer.due(time, Instant::now())
            } else {
                None
            };
            if let Some(due) = due {
                self.wait(due)?;
            } else if until_look == 0 {
                until_look = LOOK_EVERY;
                self.look(time);
            } else {
                until_look -= 1;
            }
            if self.ears.stopped() {
                break Ok(());
            }
            let mut reception = self.receiver.receive(&packet);
            reception.time_us = time;
            self.last = time;
            self.latest = self.latest.max(time);
            introduce(&mut self.ears.listener, &mut self.said, &reception);
            self.ears.listener.hear(&reception)?;
        };
        if let Some(node) = self.ears.listener.node().filter(|_| begun) {
            node.end(self.last);
        }
        self.ears.listener.check()?;
        Ok(result)
    }

    /// Waits until a packet is due; says and obeys what comes up meanwhile.
    fn wait(&mut self, due: Instant) -> io::Result<()> {
        loop {
            let now = Instant::now();
            if let (Some(node), Some(time)) = (self.ears.listener.node(), self.pacer.time_at(now)) {
                node.tick(time);
                node.flush();
            }
            self.ears.listener.check()?;
            let left = due.saturating_duration_since(now).min(TICK);
            if left.is_zero() || self.ears.stopped() {
                return Ok(());
            }
            if let Ok(command) = self.ears.commands.from.recv_timeout(left) {
                let now = self.pacer.time_at(Instant::now()).unwrap_or(self.last);
                self.obey(&command, now);
            }
        }
    }

    fn look(&mut self, now: u64) {
        while let Ok(command) = self.ears.commands.from.try_recv() {
            self.obey(&command, now);
        }
    }

    fn obey(&mut self, command: &Command, now: u64) {
        let Some(node) = self.ears.listener.node() else { return };
        if let Some(Wish::Plan(_, sequence)) = node.obey(command, now, now) {
            node.answer(
                sequence,
                code::NOT_NOW,
                "a capture is being played; its channels are what they were",
            );
        }
    }
}

/// Says hello where what the clock means has changed: before the first time that is told by it.
fn introduce(listener: &mut Listener<'_>, said: &mut Option<u32>, reception: &Reception<'_>) {
    let capabilities = capabilities(reception.time_us, reception.frequency);
    if said.is_some_and(|said| (said ^ capabilities) & capability::UNIX_TIME == 0) {
        return;
    }
    *said = Some(capabilities);
    if let Some(node) = listener.node() {
        node.hello(reception.time_us, capabilities);
    }
}

fn capabilities(time_us: u64, frequency: u16) -> u32 {
    let clock = if time_us >= UNIX_FROM_US {
        capability::UNIX_TIME
    } else {
        0
    };
    let band = if frequency >= 4900 { capability::BAND_5GHZ } else { 0 };
    clock | band | capability::BITMAPS
}
