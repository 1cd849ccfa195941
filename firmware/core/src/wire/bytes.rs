//! Writing into and reading from bounded buffers: a writer that remembers that it ran over, a reader that answers
//! nothing past the end.

/// Most octets of a varint of a value below 2^32.
pub const VARINT32: usize = 5;

/// Octets that `value` takes as LEB128.
pub const fn varint_length(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// Appends to a slice. What does not fit is not written at all, and [`Writer::is_full`] says so from then on.
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    length: usize,
    full: bool,
}

impl<'a> Writer<'a> {
    /// Writes from the beginning of `buffer`.
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Writer {
            buffer,
            length: 0,
            full: false,
        }
    }

    /// Octets written so far.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Something did not fit: what was written is incomplete.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Octets written, or nothing if something did not fit.
    pub fn finish(self) -> Option<usize> {
        (!self.full).then_some(self.length)
    }

    /// What was written so far.
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or(&[])
    }

    /// Appends octets.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        let room = self.buffer.get_mut(self.length..self.length + bytes.len());
        match room {
            Some(room) if !self.full => {
                room.copy_from_slice(bytes);
                self.length += bytes.len();
            }
            _ => self.full = true,
        }
    }

    /// Appends one octet.
    #[inline]
    pub fn u8(&mut self, value: u8) {
        match self.buffer.get_mut(self.length) {
            Some(room) if !self.full => {
                *room = value;
                self.length += 1;
            }
            _ => self.full = true,
        }
    }

    /// Appends a signed octet.
    #[inline]
    pub fn i8(&mut self, value: i8) {
        self.u8(value as u8);
    }

    /// Appends a little-endian u16.
    #[inline]
    pub fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    /// Appends a little-endian u32.
    #[inline]
    pub fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    /// Appends a little-endian u64.
    #[inline]
    pub fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    /// Appends an unsigned LEB128.
    #[inline]
    pub fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.u8(value as u8 | 0x80);
            value >>= 7;
        }
        self.u8(value as u8);
    }
}

/// Reads a slice from its beginning. Every method answers nothing where octets are missing, and then has read none.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    /// What is not read yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether all is read.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` octets.
    #[inline]
    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// The next `N` octets by value.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    /// One octet.
    #[inline]
    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[value]| value)
    }

    /// A little-endian u16.
    #[inline]
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// A little-endian u32.
    #[inline]
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A little-endian u64.
    #[inline]
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// An unsigned LEB128 below 2^64; nothing for a longer one.
    #[inline]
    pub fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for (index, &octet) in self.rest.iter().take(10).enumerate() {
            let bits = u64::from(octet & 0x7f);
            if index == 9 && bits > 1 {
                return None;
            }
            value |= bits << (7 * index);
            if octet & 0x80 == 0 {
                self.rest = self.rest.get(index + 1..)?;
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_go_both_ways() {
        for value in [
            0,
            1,
            127,
            128,
            300,
            16_383,
            16_384,
            u64::from(u32::MAX),
            u64::MAX - 1,
            u64::MAX,
        ] {
            let mut buffer = [0; 10];
            let mut writer = Writer::new(&mut buffer);
            writer.varint(value);
            assert_eq!(writer.length(), varint_length(value), "{value}");
            let mut reader = Reader::new(writer.written());
            assert_eq!(reader.varint(), Some(value));
            assert!(reader.is_empty());
        }
    }

    #[test]
    fn an_endless_or_oversized_varint_is_nothing() {
        assert_eq!(Reader::new(&[0xff; 20]).varint(), None);
        assert_eq!(Reader::new(&[0x80; 9]).varint(), None);
        let mut over = [0xff; 10];
        over[9] = 2;
        assert_eq!(Reader::new(&over).varint(), None);
    }

    #[test]
    fn a_full_writer_stays_full() {
        let mut buffer = [0; 3];
        let mut writer = Writer::new(&mut buffer);
        writer.u16(1);
        writer.u16(2);
        writer.u8(3);
        assert!(writer.is_full());
        assert_eq!(writer.written(), [1, 0]);
        assert_eq!(writer.finish(), None);
    }
}
