//! From a 32-bit microsecond counter that wraps every 71.6 minutes to 64 bits.

/// Half a turn of the counter.
const HALF: u32 = 1 << 31;

/// Extends a wrapping 32-bit clock. Readings may come out of order by less than half a turn (35.8 minutes), and one
/// reading at least is needed in each half turn: the node's own timer sees to that, see [`Unwrap::near`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unwrap {
    latest: Option<u64>,
}

impl Unwrap {
    /// Has read nothing yet; the first reading counts as it is.
    pub const fn new() -> Self {
        Unwrap { latest: None }
    }

    /// The 64-bit time of a reading.
    pub fn read(&mut self, counter: u32) -> u64 {
        let time = match self.latest {
            None => u64::from(counter),
            Some(latest) => Self::near(latest, counter),
        };
        if self.latest.is_none_or(|latest| time > latest) {
            self.latest = Some(time);
        }
        time
    }

    /// The time closest to `about` whose low 32 bits are `counter`: against a 64-bit timer of the same origin this
    /// needs no reading in between. Never below 0.
    pub const fn near(about: u64, counter: u32) -> u64 {
        let ahead = counter.wrapping_sub(about as u32);
        if ahead < HALF {
            return about.saturating_add(ahead as u64);
        }
        let back = ahead.wrapping_neg() as u64;
        if back > about {
            // Before the origin: the reading belongs to the turn that begins there.
            return counter as u64;
        }
        about - back
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_counted() {
        let mut clock = Unwrap::new();
        assert_eq!(clock.read(0xffff_fff0), 0xffff_fff0);
        assert_eq!(clock.read(0x10), 0x1_0000_0010);
        assert_eq!(clock.read(0x5000_0000), 0x1_5000_0000);
        assert_eq!(clock.read(0xc000_0000), 0x1_c000_0000);
        assert_eq!(clock.read(5), 0x2_0000_0005);
    }

    #[test]
    fn a_late_reading_does_not_turn_the_clock() {
        let mut clock = Unwrap::new();
        clock.read(0xffff_ff00);
        assert_eq!(clock.read(0x20), 0x1_0000_0020);
        assert_eq!(clock.read(0xffff_ff80), 0xffff_ff80);
        assert_eq!(clock.read(0x30), 0x1_0000_0030);
        let mut clock = Unwrap::new();
        clock.read(0x9000_0000);
        assert_eq!(clock.read(0x2000_0000), 0x2000_0000);
        assert_eq!(
            clock.read(0xa000_0001),
            0xa000_0001,
            "half a turn counts from the latest reading"
        );
    }

    #[test]
    fn near_a_timer_no_turn_is_missed() {
        let mut timer = 10u64;
        for _ in 0..20 {
            timer += 0x1_8000_0123;
            assert_eq!(Unwrap::near(timer, (timer - 40) as u32), timer - 40);
            assert_eq!(Unwrap::near(timer, (timer + 40) as u32), timer + 40);
        }
        assert_eq!(Unwrap::near(10, 0xffff_ffff), 0xffff_ffff);
    }
}
