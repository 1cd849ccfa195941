//! What a node left out, by class.

use super::{TOTALS, begin, kind};
use crate::bytes::{Reader, Writer};
use crate::mac::Mac;

/// What one class left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Total {
    /// Class: PROTOCOL.md §7.
    pub class: u8,
    /// Frames.
    pub frames: u32,
    /// Octets of these frames.
    pub octets: u32,
    /// Whose they are: transmitter of beacons, receiver of ACK and CTS; none where they are summed.
    pub address: Option<Mac>,
}

/// What was left out over a span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Node time, µs.
    pub start_us: u64,
    /// Length of the span, µs.
    pub span_us: u32,
    totals: [Total; TOTALS],
    count: usize,
}

impl Totals {
    /// Nothing left out yet.
    pub fn new(start_us: u64, span_us: u32) -> Self {
        Totals {
            start_us,
            span_us,
            totals: [Total::default(); TOTALS],
            count: 0,
        }
    }

    /// Adds a class; false if there are [`TOTALS`] already.
    pub fn push(&mut self, total: Total) -> bool {
        let Some(slot) = self.totals.get_mut(self.count) else {
            return false;
        };
        *slot = total;
        self.count += 1;
        true
    }

    /// The classes.
    pub fn classes(&self) -> &[Total] {
        self.totals.get(..self.count).unwrap_or(&[])
    }
}

pub(super) fn write_totals(totals: &Totals, sequence: u32, writer: &mut Writer<'_>) {
    begin(writer, 4 + totals.classes().len(), kind::TOTALS, sequence);
    writer.uint(totals.start_us);
    writer.uint(u64::from(totals.span_us));
    for total in totals.classes() {
        writer.array(if total.address.is_some() { 4 } else { 3 });
        writer.uint(u64::from(total.class));
        writer.uint(u64::from(total.frames));
        writer.uint(u64::from(total.octets));
        if let Some(address) = total.address {
            writer.bin(&address.octets());
        }
    }
}

pub(super) fn read_totals(reader: &mut Reader<'_>, count: usize) -> Option<Totals> {
    let mut totals = Totals::new(reader.integer()?, reader.integer()?);
    for _ in 0..count.checked_sub(4)? {
        let parts = reader.array_header()?;
        let mut total = Total {
            class: reader.integer()?,
            frames: reader.integer()?,
            octets: reader.integer()?,
            address: None,
        };
        if parts > 3 {
            total.address = Some(Mac::from_octets(reader.bin_array()?));
        }
        for _ in 4..parts {
            reader.skip()?;
        }
        if parts < 3 || !totals.push(total) {
            return None;
        }
    }
    Some(totals)
}
