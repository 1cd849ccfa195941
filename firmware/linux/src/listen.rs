//! Listening on an interface until told to stop.

use std::io;
use std::time::{Duration, Instant};

use airwarden_core::messages::{capability, code};

use crate::clock::unix_us;
use crate::ears::{Ears, Listener};
use crate::link::Command;
use crate::live::hop::{Hop, Hopper};
use crate::live::socket::Socket;
use crate::node::Wish;
use crate::receiver::Receiver;

/// How long packets are waited for before something else is looked at.
const TICK: Duration = Duration::from_millis(20);

/// How often the kernel's counters and the thermometer are read.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// What the node was told to listen to.
pub struct Plan {
    /// MHz and weight; none: the channel the interface is on.
    pub channels: Vec<(u16, u8)>,
    /// How long each stay is.
    pub dwell_ms: u16,
}

/// Listens until told to stop. What goes wrong on the way is warned of here and at the hub.
///
/// # Errors
/// Where the interface or the listener is gone.
pub fn listen(socket: &mut Socket, device: &str, plan: &Plan, ears: Ears<'_, '_>) -> io::Result<()> {
    let mut hopper = Hopper::new(device);
    hopper.follow(&plan.channels, plan.dwell_ms);
    let mut listening = Listening {
        socket,
        hopper,
        plan,
        ears,
        receiver: Receiver::live(),
    };
    listening.run()
}

struct Listening<'a, 'b, 'c> {
    socket: &'c mut Socket,
    hopper: Hopper,
    plan: &'c Plan,
    ears: Ears<'a, 'b>,
    receiver: Receiver,
}

impl Listening<'_, '_, '_> {
    fn run(&mut self) -> io::Result<()> {
        let bits = capability::UNIX_TIME | capability::BITMAPS | capability::HOPS;
        let high = self.plan.channels.iter().any(|(frequency, _)| *frequency >= 4900);
        if let Some(node) = self.ears.listener.node() {
            node.hello(unix_us(), if high { bits | capability::BAND_5GHZ } else { bits });
        }
        let mut report = Instant::now();
        while !self.ears.stopped() {
            self.hop();
            let left = self.hopper.left_us(unix_us()).map_or(TICK, Duration::from_micros);
            self.receive(left.min(TICK))?;
            while let Ok(command) = self.ears.commands.from.try_recv() {
                self.obey(&command);
            }
            if report.elapsed() >= REPORT_EVERY {
                report = Instant::now();
                self.report();
            }
            self.tick()?;
        }
        if let Some(node) = self.ears.listener.node() {
            node.end(unix_us());
        }
        self.tick()
    }

    fn receive(&mut self, longest: Duration) -> io::Result<()> {
        let (listener, receiver) = (&mut self.ears.listener, &mut self.receiver);
        let mut result = Ok(());
        self.socket.receive(longest, &mut |packet| {
            if result.is_ok() {
                result = listener.hear(&receiver.receive(packet));
            }
        })?;
        result
    }

    fn tick(&mut self) -> io::Result<()> {
        match &mut self.ears.listener {
            Listener::Columns(to) => to.flush(),
            Listener::Node(node) => {
                node.tick(unix_us());
                node.flush();
                self.ears.listener.check()
            }
        }
    }

    fn hop(&mut self) {
        match self.hopper.hop(unix_us()) {
            Hop::Stay => {}
            Hop::To(frequency) => {
                if let Some(node) = self.ears.listener.node() {
                    node.tuned(frequency, unix_us());
                }
            }
            Hop::Off(text) => {
                (self.ears.warn)(&text);
                if let Some(node) = self.ears.listener.node() {
                    node.log(1, &text);
                }
            }
        }
    }

    fn report(&mut self) {
        let drops = self.socket.drops();
        if let Some(node) = self.ears.listener.node() {
            node.report(drops, temperature());
        }
    }

    fn obey(&mut self, command: &Command) {
        let Some(node) = self.ears.listener.node() else { return };
        let Some(Wish::Plan(plan, sequence)) = node.obey(command, command.arrived_us, unix_us()) else {
            return;
        };
        if plan.channels().is_empty() {
            self.hopper.follow(&self.plan.channels, self.plan.dwell_ms);
        } else if plan.channels().iter().all(|(_, weight)| *weight == 0) {
            return node.answer(sequence, code::BAD_ARGUMENT, "every weight is 0");
        } else {
            self.hopper.follow(plan.channels(), plan.dwell_ms);
        }
        node.answer(sequence, code::DONE, "");
    }
}

/// °C of the machine; -128 where it has no thermometer.
fn temperature() -> i8 {
    let read = std::fs::read_to_string("/sys/class/thermal/thermal_zone0/temp");
    let thousandths = read.ok().and_then(|text| text.trim().parse::<i32>().ok());
    thousandths
        .and_then(|thousandths| i8::try_from(thousandths / 1000).ok())
        .unwrap_or(-128)
}
