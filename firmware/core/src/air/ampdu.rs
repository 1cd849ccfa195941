//! Which MPDUs came in one A-MPDU, for receivers that do not say so.

use crate::frame::Header;
use crate::mac::Mac;
use crate::phy::Phy;
use crate::reception::Reception;

/// Longest PPDU: aPPDUMaxTime of 5.484 ms (802.11-2020, table 19-25; VHT and HE the same).
const LONGEST_US: u64 = 5_484;

/// Takes receptions in order and tells whether an MPDU belongs to the same A-MPDU as the one before: from the same
/// transmitter, sent the same way, in the time of one PPDU, and nothing of anyone in between. Between two A-MPDUs
/// their receiver answers with a BlockAck, which is heard nearly always.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Aggregates {
    current: Option<Aggregate>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Aggregate {
    transmitter: Mac,
    phy: Phy,
    ppdu_length: Option<u16>,
    begun_us: u64,
}

impl Aggregates {
    /// Nothing received yet.
    pub const fn new() -> Self {
        Aggregates { current: None }
    }

    /// Whether this MPDU continues the A-MPDU of the one before.
    pub fn continues(&mut self, reception: &Reception<'_>, header: Option<&Header>) -> bool {
        let transmitter = header
            .and_then(|header| header.a2)
            .filter(|_| reception.phy.aggregated());
        let next = transmitter.map(|transmitter| Aggregate {
            transmitter,
            phy: reception.phy,
            ppdu_length: reception.ppdu_length,
            begun_us: reception.time_us,
        });
        let same = match (&self.current, &next) {
            (Some(current), Some(next)) => {
                current.transmitter == next.transmitter
                    && current.phy == next.phy
                    && current.ppdu_length == next.ppdu_length
                    && next.begun_us.abs_diff(current.begun_us) <= LONGEST_US
            }
            _ => false,
        };
        if !same {
            self.current = next;
        }
        same
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FrameControl;
    use crate::phy::{Guard, Width};

    fn see(aggregates: &mut Aggregates, time_us: u64, transmitter: u64, ppdu_length: u16) -> bool {
        let header = Header {
            fc: FrameControl(0x0088),
            a2: Some(Mac(transmitter)),
            ..Header::default()
        };
        let reception = Reception {
            time_us,
            phy: Phy::ht(7, Width::Mhz20, Guard::Normal).with_aggregated(ppdu_length != 0),
            ppdu_length: (ppdu_length != 0).then_some(ppdu_length),
            ..Reception::default()
        };
        aggregates.continues(&reception, Some(&header))
    }

    #[test]
    fn one_ppdu_is_one_aggregate() {
        let mut aggregates = Aggregates::new();
        let seen: Vec<bool> = [
            (0, 1, 3000),
            (0, 1, 3000),
            (5_484, 1, 3000),
            (5_485, 1, 3000),
            (5_500, 1, 4000),
            (5_600, 2, 4000),
            (5_700, 2, 4000),
            (5_800, 2, 0),
            (5_900, 2, 4000),
        ]
        .iter()
        .map(|&(time, transmitter, length)| see(&mut aggregates, time, transmitter, length))
        .collect();
        assert_eq!(seen, [false, true, true, false, false, false, true, false, false]);
        assert!(!aggregates.continues(&Reception::default(), None));
    }
}
