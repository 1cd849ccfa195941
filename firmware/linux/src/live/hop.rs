//! Which channel is listened to when, and telling the interface so with the program `iw`.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::channels::Stop;

/// Hops over channels in turn.
pub struct Hopper {
    device: String,
    program: String,
    stops: Vec<Stop>,
    dwell: Duration,
    at: Option<usize>,
    due: Option<Instant>,
}

/// What came of a hop.
#[derive(Debug, PartialEq, Eq)]
pub enum Hop {
    /// It was not time yet.
    Stay,
    /// The interface is now on this channel, MHz.
    To(u16),
    /// The interface refused this channel, which has been taken off the plan, and why.
    Refused(u16, String),
}

impl Hopper {
    /// A hopper of `device`, at rest.
    pub fn new(device: &str) -> Self {
        Hopper {
            device: device.to_owned(),
            program: "iw".to_owned(),
            stops: Vec::new(),
            dwell: Duration::ZERO,
            at: None,
            due: None,
        }
    }

    /// The same with another program in the place of `iw`.
    pub fn with_program(mut self, program: &str) -> Self {
        self.program = program.to_owned();
        self
    }

    /// Follows this plan from now on; the first hop is due at once. An empty plan stays on the channel it is on.
    pub fn follow(&mut self, stops: Vec<Stop>, dwell: Duration) {
        self.due = (!stops.is_empty()).then(Instant::now);
        (self.stops, self.dwell, self.at) = (stops, dwell, None);
    }

    /// When the next hop is due; None where there is none.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Hops where it is time.
    pub fn hop(&mut self, now: Instant) -> Hop {
        if self.stops.is_empty() || self.due.is_none_or(|due| now < due) {
            return Hop::Stay;
        }
        let at = self.at.map_or(0, |at| (at + 1) % self.stops.len());
        let Stop { frequency, weight } = self.stops[at];
        match self.tune(frequency) {
            Ok(()) => {
                self.at = Some(at);
                // A plan of one channel is done.
                self.due = (self.stops.len() > 1).then(|| now + self.dwell * u32::from(weight));
                Hop::To(frequency)
            }
            Err(why) => {
                self.stops.remove(at);
                self.at = at.checked_sub(1);
                self.due = (!self.stops.is_empty()).then_some(now);
                Hop::Refused(frequency, why)
            }
        }
    }

    fn tune(&self, frequency: u16) -> Result<(), String> {
        let mut command = Command::new(&self.program);
        command.args(["dev", &self.device, "set", "freq", &frequency.to_string()]);
        match command.stdin(Stdio::null()).output() {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr);
                let line = said.lines().next().unwrap_or("no reason given");
                let hint = if line.contains("busy") {
                    "; NetworkManager or wpa_supplicant may hold it"
                } else {
                    ""
                };
                Err(format!("{line}{hint}"))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!(
                "the program {} is not installed; install it to hop over channels",
                self.program
            )),
            Err(error) => Err(format!("{}: {error}", self.program)),
        }
    }
}
