//! One light and one button.

/// What the light shows, the first that applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Show {
    /// The button has been held long enough: let go and everything is erased.
    Erasing,
    /// Here it is.
    Identify,
    /// An update is being written: do not unplug.
    Updating,
    /// In safe mode.
    Safe,
    /// Nobody has told it anything yet.
    New,
    /// Looks for its access point.
    Joining,
    /// Works, but no hub answers.
    Unheard,
    /// All is well.
    Well,
}

impl Show {
    /// Lengths in ms of on, off, on, off…, repeated.
    const fn pattern(self) -> &'static [u16] {
        match self {
            Show::Erasing => &[50, 50],
            Show::Identify => &[250, 250],
            Show::Updating => &[100, 100],
            Show::Safe => &[100, 200, 100, 200, 100, 1300],
            Show::New => &[1000, 1000],
            Show::Joining => &[200, 800],
            Show::Unheard => &[100, 200, 100, 2600],
            // Dark but for a glance: it hangs in bedrooms.
            Show::Well => &[20, 9980],
        }
    }

    /// Whether the light is on at `now_us`.
    pub fn is_lit(self, now_us: u64) -> bool {
        let pattern = self.pattern();
        let total: u64 = pattern.iter().map(|&length| u64::from(length)).sum();
        let mut at = (now_us / 1000) % total.max(1);
        for (index, &length) in pattern.iter().enumerate() {
            if at < u64::from(length) {
                return index % 2 == 0;
            }
            at -= u64::from(length);
        }
        false
    }
}

/// Held for so long, the button erases all settings, µs: nobody does that by leaning on it.
const HOLD_US: u64 = 10_000_000;

/// A button that does something only when it is held and let go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Button {
    /// Since when it is down. One that is down at the start counts only once it was up: it starts the chip's own
    /// download mode, and may be stuck.
    down_us: Option<u64>,
    was_up: bool,
}

impl Button {
    /// Not seen yet.
    pub const fn new() -> Self {
        Button {
            down_us: None,
            was_up: false,
        }
    }

    /// Looks at it; true when it was held long enough and is let go now.
    pub fn look(&mut self, down: bool, now_us: u64) -> bool {
        if down {
            if self.was_up {
                self.down_us.get_or_insert(now_us);
            }
            return false;
        }
        self.was_up = true;
        self.down_us
            .take()
            .is_some_and(|since| now_us.saturating_sub(since) >= HOLD_US)
    }

    /// It has been held long enough and is still down.
    pub fn is_armed(&self, now_us: u64) -> bool {
        self.down_us
            .is_some_and(|since| now_us.saturating_sub(since) >= HOLD_US)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Show; 8] = [
        Show::Erasing,
        Show::Identify,
        Show::Updating,
        Show::Safe,
        Show::New,
        Show::Joining,
        Show::Unheard,
        Show::Well,
    ];

    #[test]
    fn patterns_differ_and_follow_the_clock() {
        let drawn = ALL.map(|show| (0..10_000).map(|ms| show.is_lit(ms * 1000)).collect::<Vec<_>>());
        for (index, pattern) in drawn.iter().enumerate() {
            assert!(pattern.contains(&true) && pattern.contains(&false), "{:?}", ALL[index]);
            assert!(!drawn[..index].contains(pattern), "{:?}", ALL[index]);
        }
        assert!(Show::Well.is_lit(19_999) && !Show::Well.is_lit(20_000));
        assert!(Show::Unheard.is_lit(3_000_000) && !Show::Unheard.is_lit(3_150_000) && Show::Unheard.is_lit(3_350_000));
    }

    #[test]
    fn only_a_long_hold_counts_and_only_when_let_go() {
        let mut button = Button::new();
        assert!(!button.look(false, 0));
        assert!(!button.look(true, 1));
        assert!(!button.look(false, HOLD_US), "too short");
        assert!(!button.look(true, HOLD_US));
        assert!(!button.look(true, 2 * HOLD_US));
        assert!(button.is_armed(2 * HOLD_US) && !button.is_armed(2 * HOLD_US - 1));
        assert!(button.look(false, 2 * HOLD_US + 1));
        assert!(!button.look(false, 2 * HOLD_US + 2) && !button.is_armed(u64::MAX));
    }

    #[test]
    fn a_button_that_is_down_at_the_start_does_nothing() {
        let mut button = Button::new();
        assert!(!button.look(true, 0));
        assert!(!button.look(false, 5 * HOLD_US));
        assert!(!button.look(true, 6 * HOLD_US));
        assert!(button.look(false, 7 * HOLD_US));
    }
}
