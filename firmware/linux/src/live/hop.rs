//! Which channel is listened to when, and telling the interface so with the program `iw`.

use std::io;
use std::process::{Command, Stdio};

use airwarden_core::plan::Plan;

/// Hops over the channels of a plan.
pub struct Hopper {
    device: String,
    program: String,
    channels: Vec<(u16, u8)>,
    dwell_ms: u16,
    plan: Option<Plan>,
    tuned: Option<u16>,
}

/// What came of a hop.
#[derive(Debug, PartialEq, Eq)]
pub enum Hop {
    /// The interface stays where it is.
    Stay,
    /// It is now on this channel, MHz.
    To(u16),
    /// A channel has been taken off the plan, or all of them; why.
    Off(String),
}

/// Why the interface is not on the channel it was to be on.
enum Refusal {
    /// It does not take this one.
    Channel(String),
    /// It cannot be told.
    All(String),
}

impl Hopper {
    /// A hopper of `device`, at rest.
    pub fn new(device: &str) -> Self {
        Hopper {
            device: device.to_owned(),
            program: "iw".to_owned(),
            channels: Vec::new(),
            dwell_ms: 0,
            plan: None,
            tuned: None,
        }
    }

    /// Follows this plan from now on: MHz and weight of each channel. Without channels it stays where it is.
    pub fn follow(&mut self, channels: &[(u16, u8)], dwell_ms: u16) {
        self.channels = channels.to_vec();
        self.dwell_ms = dwell_ms;
        self.plan = Plan::weighted(channels, dwell_ms);
        self.tuned = None;
    }

    /// How long the present dwell lasts from `now_us` on, µs; None where there is no other channel to go to.
    pub fn left_us(&self, now_us: u64) -> Option<u64> {
        let plan = self.plan.filter(|_| self.channels.len() > 1 || self.tuned.is_none())?;
        Some(plan.at(now_us).end_us.saturating_sub(now_us))
    }

    /// Hops where it is time.
    pub fn hop(&mut self, now_us: u64) -> Hop {
        let Some(plan) = self.plan else { return Hop::Stay };
        let frequency = plan.at(now_us).frequency;
        if self.tuned == Some(frequency) {
            return Hop::Stay;
        }
        match self.tune(frequency) {
            Ok(()) => {
                self.tuned = Some(frequency);
                Hop::To(frequency)
            }
            Err(Refusal::Channel(why)) => {
                self.channels.retain(|(refused, _)| *refused != frequency);
                self.plan = Plan::weighted(&self.channels, self.dwell_ms);
                Hop::Off(format!("{frequency} MHz is left out: {why}"))
            }
            Err(Refusal::All(why)) => {
                self.follow(&[], 0);
                Hop::Off(why)
            }
        }
    }

    fn tune(&self, frequency: u16) -> Result<(), Refusal> {
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
                Err(Refusal::Channel(format!("{line}{hint}")))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Refusal::All(format!(
                "the program {} is not installed, so the channel stays as it is; install it to hop",
                self.program
            ))),
            Err(error) => Err(Refusal::All(format!(
                "{}: {error}; the channel stays as it is",
                self.program
            ))),
        }
    }
}
