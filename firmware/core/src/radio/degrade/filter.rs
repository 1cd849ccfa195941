//! Which frames are sent, and the count of those that are not.

use super::{Ladder, STEP_ANSWERS, class};
use crate::frame::{FrameType, Header, control, management};
use crate::mac::Mac;
use crate::messages::{Total, Totals};
use crate::table::{Lately, Rows};

/// One beacon of a transmitter is sent this often, µs.
const BEACON_EVERY: u64 = 1_000_000;
/// Most sibling addresses; a house has fewer nodes.
pub const SIBLINGS: usize = 32;
/// Places for what was left out, of which one each is kept for classes without address.
const PLACES: usize = 32;
pub(super) const ADDRESSED: usize = PLACES - 4;

/// Decides for each frame whether it is sent, and counts the others.
pub struct Filter {
    /// When a beacon of this transmitter was sent last, µs + 1.
    beacons: Lately<u64, 128>,
    siblings: [Mac; SIBLINGS],
    sibling_count: usize,
    /// Class and address.
    places: Rows<u64, ADDRESSED, 64>,
    addressed: [Sum; ADDRESSED],
    unaddressed: [Sum; 4],
    since_us: u64,
    dice: u32,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    frames: u32,
    octets: u32,
}

impl Sum {
    fn add(&mut self, octets: u16) {
        self.frames = self.frames.saturating_add(1);
        self.octets = self.octets.saturating_add(u32::from(octets));
    }
}

impl Default for Filter {
    fn default() -> Self {
        Filter::new()
    }
}

impl Filter {
    /// Lets everything pass until it is told otherwise.
    pub fn new() -> Self {
        Filter {
            beacons: Lately::new(),
            siblings: [Mac::default(); SIBLINGS],
            sibling_count: 0,
            places: Rows::new(),
            addressed: [Sum::default(); ADDRESSED],
            unaddressed: [Sum::default(); 4],
            since_us: 0,
            dice: 0x9e37_79b9,
        }
    }

    /// Frames from or to these addresses are counted and not sent: nodes that report each other's reports would
    /// feed on themselves. At most [`SIBLINGS`] are kept.
    pub fn set_siblings(&mut self, addresses: impl IntoIterator<Item = Mac>) {
        self.sibling_count = 0;
        for (slot, address) in self.siblings.iter_mut().zip(addresses) {
            *slot = address;
            self.sibling_count += 1;
        }
    }

    /// Whether a frame of `length` octets is sent at this step of the ladder. Management frames other than beacons
    /// are always: they are few, and they are the evidence. So is what has no header, and EAPOL, which the caller
    /// says. Frames that are not sent are counted.
    pub fn passes(&mut self, frame: &Seen<'_>, ladder: &Ladder) -> bool {
        let left_out = self.left_out(frame, ladder);
        if let Some((class, address)) = left_out {
            self.count(class, address, frame);
        }
        left_out.is_none()
    }

    fn left_out(&mut self, frame: &Seen<'_>, ladder: &Ladder) -> Option<(u8, Option<Mac>)> {
        let header = frame.header?;
        if let Some(sibling) = self.sibling_of(header) {
            return Some((class::SIBLINGS, Some(sibling)));
        }
        let step = ladder.step();
        if step == 0 || frame.is_eapol {
            return None;
        }
        match header.fc.frame_type() {
            FrameType::Management => {
                let thinned = header.fc.is_management(management::BEACON) && !self.beacon_is_due(header, frame.now_us);
                thinned.then_some((class::BEACONS, header.a2))
            }
            FrameType::Control if matches!(header.fc.subtype(), control::ACK | control::CTS) => {
                (step >= STEP_ANSWERS).then_some((class::ANSWERS, Some(header.a1)))
            }
            _ => (!self.is_sampled(ladder.thinned())).then_some((class::OTHERS, None)),
        }
    }

    fn sibling_of(&self, header: &Header) -> Option<Mac> {
        let siblings = self.siblings.get(..self.sibling_count)?;
        siblings
            .iter()
            .copied()
            .find(|&sibling| sibling == header.a1 || Some(sibling) == header.a2)
    }

    fn beacon_is_due(&mut self, header: &Header, now_us: u64) -> bool {
        let last = self.beacons.touch(header.a2.unwrap_or_default().0, now_us);
        if *last != 0 && now_us.abs_diff(*last - 1) < BEACON_EVERY {
            return false;
        }
        *last = now_us.saturating_add(1);
        true
    }

    /// One of `n`, a power of two, in an order that no pattern of frames follows (xorshift32): every second frame
    /// would be every data frame and no ACK.
    fn is_sampled(&mut self, n: u8) -> bool {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 17;
        self.dice ^= self.dice << 5;
        self.dice & (u32::from(n) - 1) == 0
    }

    fn count(&mut self, class: u8, address: Option<Mac>, frame: &Seen<'_>) {
        if self.is_empty() {
            self.since_us = frame.now_us;
        }
        let place = address.and_then(|address| self.places.row(u64::from(class) << 48 | address.0));
        let sum = match place {
            Some(row) => self.addressed.get_mut(usize::from(row.index)),
            None => self.unaddressed.get_mut(usize::from(class)),
        };
        if let Some(sum) = sum {
            sum.add(frame.length);
        }
    }

    fn is_empty(&self) -> bool {
        self.places.is_empty() && self.unaddressed.iter().all(|sum| sum.frames == 0)
    }

    /// What was left out since the last call, to be sent once a second; nothing if nothing was.
    pub fn take_totals(&mut self, now_us: u64) -> Option<Totals> {
        if self.is_empty() {
            return None;
        }
        let span = u32::try_from(now_us.saturating_sub(self.since_us)).unwrap_or(u32::MAX);
        let mut totals = Totals::new(self.since_us, span);
        let addressed = self.places.keys().iter().zip(&self.addressed);
        for (&place, sum) in addressed {
            totals.push(Total {
                class: (place >> 48) as u8,
                frames: sum.frames,
                octets: sum.octets,
                address: Some(Mac(place & Mac::BROADCAST.0)),
            });
        }
        for (class, sum) in self.unaddressed.iter().enumerate().filter(|(_, sum)| sum.frames > 0) {
            totals.push(Total {
                class: class as u8,
                frames: sum.frames,
                octets: sum.octets,
                address: None,
            });
        }
        self.places.clear();
        self.addressed = [Sum::default(); ADDRESSED];
        self.unaddressed = [Sum::default(); 4];
        self.since_us = now_us;
        Some(totals)
    }
}

/// A frame that is to be sent or not.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Node time, µs.
    pub now_us: u64,
    /// Its header, if it could be read and its FCS is good.
    pub header: Option<&'a Header>,
    /// Octets with FCS.
    pub length: u16,
    /// It is EAPOL ([`crate::eapol::read`]).
    pub is_eapol: bool,
}
