//! MAC addresses.

use core::fmt;

/// A 48-bit MAC address as one integer, first octet on the air most significant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Mac(pub u64);

impl Mac {
    /// ff:ff:ff:ff:ff:ff.
    pub const BROADCAST: Mac = Mac(0xffff_ffff_ffff);

    /// From six octets in the order of the air.
    pub const fn from_octets(octets: [u8; 6]) -> Mac {
        let [a, b, c, d, e, f] = octets;
        Mac(u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }

    /// The six octets at `offset` of `bytes`, or nothing if they are not all there.
    pub fn read(bytes: &[u8], offset: usize) -> Option<Mac> {
        let octets = bytes.get(offset..)?.first_chunk::<6>()?;
        Some(Mac::from_octets(*octets))
    }

    /// Six octets in the order of the air.
    pub const fn octets(self) -> [u8; 6] {
        let [_, _, a, b, c, d, e, f] = self.0.to_be_bytes();
        [a, b, c, d, e, f]
    }

    /// Individual/group bit of the first octet (IEEE 802-2014, 8.2.2).
    pub const fn is_group(self) -> bool {
        (self.0 >> 40) & 1 == 1
    }

    /// Universal/local bit: set on randomised and virtual addresses (IEEE 802-2014, 8.2.2).
    pub const fn is_local(self) -> bool {
        (self.0 >> 40) & 2 == 2
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.octets();
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_go_both_ways() {
        let mac = Mac::from_octets([0x02, 0, 0, 0xab, 0xcd, 0xef]);
        assert_eq!(mac.0, 0x0200_00ab_cdef);
        assert_eq!(mac.octets(), [0x02, 0, 0, 0xab, 0xcd, 0xef]);
        assert_eq!(mac.to_string(), "02:00:00:ab:cd:ef");
        assert!(mac.is_local() && !mac.is_group());
        assert!(Mac::BROADCAST.is_group());
    }

    #[test]
    fn reading_stops_at_the_end() {
        let bytes = [9, 2, 3, 4, 5, 6, 7];
        assert_eq!(Mac::read(&bytes, 1), Some(Mac::from_octets([2, 3, 4, 5, 6, 7])));
        assert_eq!(Mac::read(&bytes, 2), None);
        assert_eq!(Mac::read(&bytes, usize::MAX), None);
    }
}
