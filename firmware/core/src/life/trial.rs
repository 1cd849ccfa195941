//! Settings that came over the air are on trial until the hub has answered: without it the node goes back.
//!
//! Whoever gives them cannot put them right: a node with a wrong passphrase hears nobody. So the former ones stay
//! beside them in flash, as one value, and starts are counted in the record that each start writes anyway. Nothing
//! is let go of before the hub has answered one of them; until then the node takes turns, for an access point that
//! is replaced may be there only later.

use core::fmt::Write;

use crate::boot::Record;
use crate::bytes::Reader;
use crate::messages::capability;
use crate::provision::{Settings, Uplink};
use crate::store::VALUE;
use crate::text::Text;

/// Starts of each turn: a cut of the power ends a start too early.
const STARTS: u8 = 3;
/// New settings that have not led to the hub after so long, µs, are left.
const TRIAL_FOR_US: u64 = 180_000_000;
/// The former ones get longer, µs: the hub answered them once, and may be starting.
const FORMER_FOR_US: u64 = 600_000_000;

/// What is in flash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    settings: Settings,
    former: Option<Settings>,
}

/// Whether the settings in use have proved themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Standing {
    /// They have, or nothing is kept beside them.
    #[default]
    Settled,
    /// They are new.
    Trial,
    /// They are the former ones, for the new could not be used.
    WentBack,
}

impl Standing {
    /// What hello says of it.
    pub const fn capabilities(self) -> u32 {
        match self {
            Standing::Settled | Standing::Trial => 0,
            Standing::WentBack => capability::WENT_BACK,
        }
    }
}

impl Kept {
    /// Reads what [`Kept::write`] wrote; the settings of a new node where it cannot be.
    pub fn read(octets: &[u8]) -> Kept {
        let mut reader = Reader::new(octets);
        let former = reader.skip().map(|()| reader.rest()).filter(|rest| !rest.is_empty());
        Kept {
            settings: Settings::read(octets),
            former: former.map(Settings::read).filter(|former| !former.is_new()),
        }
    }

    /// Writes it and gives the length.
    pub fn write(&self, out: &mut [u8; VALUE]) -> usize {
        let (first, second) = out.split_at_mut(VALUE / 2);
        let length = self.settings.write(first);
        let Some(former) = &self.former else { return length };
        let behind = former.write(second);
        out.copy_within(VALUE / 2..VALUE / 2 + behind, length);
        length + behind
    }

    /// Nothing but what is in use.
    pub fn is_settled(&self) -> bool {
        self.former.is_none()
    }

    /// Whose turn it is at this start, which is counted in `record`: to be called once, before the record is kept.
    pub fn begin(&self, record: &mut Record) -> Standing {
        if self.is_settled() {
            record.tries = 0;
            return Standing::Settled;
        }
        record.tries = if record.tries < 2 * STARTS { record.tries + 1 } else { 1 };
        if record.tries <= STARTS {
            Standing::Trial
        } else {
            Standing::WentBack
        }
    }

    /// The settings to go on with.
    pub fn in_use(&self, standing: Standing) -> Settings {
        match (standing, &self.former) {
            // A name is no reason to be unreachable: it stays.
            (Standing::WentBack, Some(former)) => former.called_as(&self.settings),
            _ => self.settings,
        }
    }

    /// What to keep when the settings in use have proved themselves.
    pub fn settled(&self, standing: Standing) -> Kept {
        Kept {
            settings: self.in_use(standing),
            former: None,
        }
    }

    /// What to keep when other settings are given. Over the cable they need no trial: whoever gives them is at the
    /// board, which answers there whatever its network is, and carries it away before the network is in reach.
    pub fn with(&self, standing: Standing, settings: Settings, over: Uplink) -> Kept {
        let now = self.in_use(standing);
        let proven = match standing {
            Standing::Trial => self.former.unwrap_or(now),
            Standing::Settled | Standing::WentBack => now,
        };
        let former = match over {
            _ if !settings.lead_elsewhere(&now) => self.former.filter(|_| standing == Standing::Trial),
            Uplink::Wifi => Some(proven).filter(|proven| settings.lead_elsewhere(proven)),
            Uplink::Serial => None,
        };
        Kept { settings, former }
    }

    /// That the node went back, for the log of the hub.
    pub fn words(&self) -> Text<200> {
        let mut text = Text::new();
        let former = self.in_use(Standing::WentBack);
        let named = |settings: &Settings| Text::<32>::of(settings.network().map_or("", |(ssid, _)| ssid));
        let (new, old) = (
            named(&self.settings).unwrap_or_default(),
            named(&former).unwrap_or_default(),
        );
        let _ = if new == old {
            write!(
                text,
                "the new settings for “{}” could not be used: back to the former ones",
                new.as_str()
            )
        } else {
            write!(
                text,
                "the Wi-Fi “{}” could not be used: back to “{}”",
                new.as_str(),
                old.as_str()
            )
        };
        text
    }
}

/// What is to be done now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Nothing.
    Wait,
    /// The settings in use have proved themselves: keep [`Kept::settled`] alone.
    Settle,
    /// They have not: keep [`turned`] and restart.
    Turn,
}

/// The trial while a start runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trial {
    standing: Standing,
    began_us: u64,
    over: bool,
}

impl Trial {
    /// Begins with the start.
    pub const fn new(standing: Standing, now_us: u64) -> Self {
        Trial {
            standing,
            began_us: now_us,
            over: false,
        }
    }

    /// Which settings it is about.
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// Looks at the state of things: `answered` once the hub has welcomed this start.
    pub fn look(&mut self, now_us: u64, answered: bool) -> Step {
        let most = match self.standing {
            _ if self.over => return Step::Wait,
            Standing::Settled => return Step::Wait,
            Standing::Trial => TRIAL_FOR_US,
            Standing::WentBack => FORMER_FOR_US,
        };
        let step = match answered {
            true => Step::Settle,
            false if now_us.saturating_sub(self.began_us) >= most => Step::Turn,
            false => return Step::Wait,
        };
        self.over = true;
        step
    }
}

/// The record of a start whose settings did not lead to the hub: the others have the next turn.
pub fn turned(record: Record) -> Record {
    let tries = if record.tries <= STARTS { STARTS } else { 0 };
    Record { tries, ..record }
}

/// The record where other settings are given: their first start comes.
pub fn anew(record: Record) -> Record {
    Record { tries: 0, ..record }
}

#[cfg(test)]
mod tests;
