//! One light and one button.

pub mod pixel;

/// What an RGB light shines in. A plain light is on with all of them but [`Colour::Dark`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colour {
    /// Off.
    Dark,
    /// All three.
    White,
    /// Red alone.
    Red,
    /// More red than green.
    Orange,
    /// Red and green.
    Yellow,
    /// Green alone.
    Green,
    /// Green and blue.
    Cyan,
    /// Blue alone.
    Blue,
    /// Red and blue.
    Violet,
}

impl Colour {
    /// Each once.
    pub const ALL: [Colour; 9] = [
        Colour::Dark,
        Colour::White,
        Colour::Red,
        Colour::Orange,
        Colour::Yellow,
        Colour::Green,
        Colour::Cyan,
        Colour::Blue,
        Colour::Violet,
    ];

    /// Red, green and blue, of 255. Dim: these lights are glaring at a tenth of what they can, and hang in bedrooms.
    pub const fn octets(self) -> [u8; 3] {
        match self {
            Colour::Dark => [0, 0, 0],
            Colour::White => [8, 8, 8],
            Colour::Red => [16, 0, 0],
            Colour::Orange => [16, 4, 0],
            Colour::Yellow => [12, 10, 0],
            Colour::Green => [0, 12, 0],
            Colour::Cyan => [0, 10, 10],
            Colour::Blue => [0, 0, 16],
            Colour::Violet => [10, 0, 12],
        }
    }

    /// In a word, for a log.
    pub const fn name(self) -> &'static str {
        match self {
            Colour::Dark => "dark",
            Colour::White => "white",
            Colour::Red => "red",
            Colour::Orange => "orange",
            Colour::Yellow => "yellow",
            Colour::Green => "green",
            Colour::Cyan => "cyan",
            Colour::Blue => "blue",
            Colour::Violet => "violet",
        }
    }
}

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

    /// Of an RGB light while it is lit. The rhythm says the same to those who do not tell colours apart.
    pub const fn colour(self) -> Colour {
        match self {
            Show::Erasing => Colour::Red,
            Show::Identify => Colour::White,
            Show::Updating => Colour::Violet,
            Show::Safe => Colour::Orange,
            Show::New => Colour::Blue,
            Show::Joining => Colour::Cyan,
            Show::Unheard => Colour::Yellow,
            Show::Well => Colour::Green,
        }
    }

    /// What the light shines in at `now_us`.
    pub fn colour_at(self, now_us: u64) -> Colour {
        if self.is_lit(now_us) {
            self.colour()
        } else {
            Colour::Dark
        }
    }

    /// Whether the light is on at `now_us`.
    fn is_lit(self, now_us: u64) -> bool {
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
    fn every_state_has_a_colour_of_its_own_and_is_dark_between() {
        for (index, show) in ALL.into_iter().enumerate() {
            assert_ne!(show.colour(), Colour::Dark);
            assert!(
                !ALL[..index].iter().any(|other| other.colour() == show.colour()),
                "{show:?}"
            );
            let seen: Vec<Colour> = (0..10_000).map(|ms| show.colour_at(ms * 1000)).collect();
            assert!(
                seen.contains(&Colour::Dark) && seen.contains(&show.colour()),
                "{show:?}"
            );
            assert!(
                seen.iter().all(|colour| [Colour::Dark, show.colour()].contains(colour)),
                "{show:?}"
            );
        }
    }

    #[test]
    fn colours_are_dim_and_differ() {
        for (index, colour) in Colour::ALL.into_iter().enumerate() {
            let octets = colour.octets();
            assert_eq!(octets == [0; 3], colour == Colour::Dark, "{colour:?}");
            assert!(octets.into_iter().all(|octet| octet <= 16), "{colour:?}");
            assert!(octets.into_iter().map(u32::from).sum::<u32>() <= 24, "{colour:?}");
            for other in &Colour::ALL[..index] {
                assert!(
                    other.octets() != octets && other.name() != colour.name(),
                    "{colour:?} {other:?}"
                );
            }
        }
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
