//! As much of [msgpack](https://msgpack.org) as the protocol uses: written in the shortest form, read in every form.

use crate::bytes::{Reader, Writer};

impl Writer<'_> {
    /// Begins an array of `count` elements.
    pub fn array(&mut self, count: usize) {
        self.counted(count, 0x90, 15, 0xdc);
    }

    /// Begins a map of `count` pairs.
    pub fn map(&mut self, count: usize) {
        self.counted(count, 0x80, 15, 0xde);
    }

    fn counted(&mut self, count: usize, short: u8, most: usize, long: u8) {
        if count <= most {
            self.u8(short | count as u8);
        } else if let Ok(count) = u16::try_from(count) {
            self.u8(long);
            self.bytes(&count.to_be_bytes());
        } else {
            self.u8(long + 1);
            self.bytes(&(count as u32).to_be_bytes());
        }
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) {
        if value < 0x80 {
            self.u8(value as u8);
        } else if let Ok(value) = u8::try_from(value) {
            self.bytes(&[0xcc, value]);
        } else if let Ok(value) = u16::try_from(value) {
            self.u8(0xcd);
            self.bytes(&value.to_be_bytes());
        } else if let Ok(value) = u32::try_from(value) {
            self.u8(0xce);
            self.bytes(&value.to_be_bytes());
        } else {
            self.u8(0xcf);
            self.bytes(&value.to_be_bytes());
        }
    }

    /// A signed integer.
    pub fn int(&mut self, value: i64) {
        if let Ok(value) = u64::try_from(value) {
            self.uint(value);
        } else if value >= -32 {
            self.i8(value as i8);
        } else if let Ok(value) = i8::try_from(value) {
            self.u8(0xd0);
            self.i8(value);
        } else if let Ok(value) = i16::try_from(value) {
            self.u8(0xd1);
            self.bytes(&value.to_be_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            self.u8(0xd2);
            self.bytes(&value.to_be_bytes());
        } else {
            self.u8(0xd3);
            self.bytes(&value.to_be_bytes());
        }
    }

    /// Octets.
    pub fn bin(&mut self, bytes: &[u8]) {
        self.bin_header(bytes.len());
        self.bytes(bytes);
    }

    /// Begins `length` octets, which the caller appends.
    pub fn bin_header(&mut self, length: usize) {
        self.sized(length, 0xc4);
    }

    /// Text.
    pub fn str(&mut self, text: &str) {
        let length = text.len();
        if length < 32 {
            self.u8(0xa0 | length as u8);
        } else {
            self.sized(length, 0xd9);
        }
        self.bytes(text.as_bytes());
    }

    fn sized(&mut self, length: usize, first: u8) {
        if let Ok(length) = u8::try_from(length) {
            self.bytes(&[first, length]);
        } else if let Ok(length) = u16::try_from(length) {
            self.u8(first + 1);
            self.bytes(&length.to_be_bytes());
        } else {
            self.u8(first + 2);
            self.bytes(&(length as u32).to_be_bytes());
        }
    }
}

/// What a value is; of arrays, maps and extensions only how much follows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value<'a> {
    /// Nil.
    Nil,
    /// True or false.
    Bool(bool),
    /// An integer of 0 or more.
    Uint(u64),
    /// An integer below 0.
    Negative(i64),
    /// A float, read and not used.
    Float,
    /// Octets.
    Bin(&'a [u8]),
    /// Octets that claim to be text.
    Str(&'a [u8]),
    /// So many values follow.
    Array(usize),
    /// So many pairs of values follow.
    Map(usize),
    /// An extension, read and not used.
    Extension,
}

/// Values that are skipped deeper than this are not read: the protocol nests three deep.
const DEEPEST: usize = 8;

impl<'a> Reader<'a> {
    /// The next value; nothing if it is cut or no msgpack.
    pub fn value(&mut self) -> Option<Value<'a>> {
        let mut ahead = *self;
        let value = ahead.read_value()?;
        *self = ahead;
        Some(value)
    }

    fn read_value(&mut self) -> Option<Value<'a>> {
        let first = self.u8()?;
        let value = match first {
            0x00..=0x7f => Value::Uint(u64::from(first)),
            0x80..=0x8f => Value::Map(usize::from(first & 0xf)),
            0x90..=0x9f => Value::Array(usize::from(first & 0xf)),
            0xa0..=0xbf => Value::Str(self.bytes(usize::from(first & 0x1f))?),
            0xc0 => Value::Nil,
            0xc2 => Value::Bool(false),
            0xc3 => Value::Bool(true),
            0xc4..=0xc6 => {
                let length = self.size(first - 0xc4)?;
                Value::Bin(self.bytes(length)?)
            }
            0xc7..=0xc9 => {
                let length = self.size(first - 0xc7)?;
                self.bytes(length.checked_add(1)?)?;
                Value::Extension
            }
            0xca => self.bytes(4).map(|_| Value::Float)?,
            0xcb => self.bytes(8).map(|_| Value::Float)?,
            0xcc => Value::Uint(u64::from(self.u8()?)),
            0xcd => Value::Uint(u64::from(u16::from_be_bytes(self.array()?))),
            0xce => Value::Uint(u64::from(u32::from_be_bytes(self.array()?))),
            0xcf => Value::Uint(u64::from_be_bytes(self.array()?)),
            0xd0 => signed(i64::from(i8::from_be_bytes(self.array()?))),
            0xd1 => signed(i64::from(i16::from_be_bytes(self.array()?))),
            0xd2 => signed(i64::from(i32::from_be_bytes(self.array()?))),
            0xd3 => signed(i64::from_be_bytes(self.array()?)),
            0xd4..=0xd8 => {
                self.bytes(1 + (1 << (first - 0xd4)))?;
                Value::Extension
            }
            0xd9..=0xdb => {
                let length = self.size(first - 0xd9)?;
                Value::Str(self.bytes(length)?)
            }
            0xdc | 0xdd => Value::Array(self.size(first - 0xdc + 1)?),
            0xde | 0xdf => Value::Map(self.size(first - 0xde + 1)?),
            0xe0..=0xff => Value::Negative(i64::from(first as i8)),
            0xc1 => return None,
        };
        Some(value)
    }

    fn size(&mut self, power: u8) -> Option<usize> {
        match power {
            0 => self.u8().map(usize::from),
            1 => self.array().map(u16::from_be_bytes).map(usize::from),
            _ => usize::try_from(u32::from_be_bytes(self.array()?)).ok(),
        }
    }

    /// The next value if it is an integer that fits `T`.
    pub fn integer<T: TryFrom<u64> + TryFrom<i64>>(&mut self) -> Option<T> {
        match self.value()? {
            Value::Uint(value) => T::try_from(value).ok(),
            Value::Negative(value) => T::try_from(value).ok(),
            _ => None,
        }
    }

    /// The next value if it is octets.
    pub fn bin(&mut self) -> Option<&'a [u8]> {
        match self.value()? {
            Value::Bin(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The next value if it is exactly `N` octets.
    pub fn bin_array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bin()?.try_into().ok()
    }

    /// The next value if it is text.
    pub fn str(&mut self) -> Option<&'a str> {
        match self.value()? {
            Value::Str(bytes) => core::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The number of values of the array that is next.
    pub fn array_header(&mut self) -> Option<usize> {
        match self.value()? {
            Value::Array(count) => Some(count),
            _ => None,
        }
    }

    /// The number of pairs of the map that is next.
    pub fn map_header(&mut self) -> Option<usize> {
        match self.value()? {
            Value::Map(count) => Some(count),
            _ => None,
        }
    }

    /// Passes over one value with all that is in it.
    pub fn skip(&mut self) -> Option<()> {
        self.skip_within(DEEPEST)
    }

    fn skip_within(&mut self, depth: usize) -> Option<()> {
        let inner = match self.value()? {
            Value::Array(count) => count,
            Value::Map(count) => count.checked_mul(2)?,
            _ => return Some(()),
        };
        let depth = depth.checked_sub(1)?;
        for _ in 0..inner {
            self.skip_within(depth)?;
        }
        Some(())
    }
}

const fn signed(value: i64) -> Value<'static> {
    if value < 0 {
        Value::Negative(value)
    } else {
        Value::Uint(value as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Writer<'_>)) -> Vec<u8> {
        let mut buffer = vec![0; 200_000];
        let mut writer = Writer::new(&mut buffer);
        write(&mut writer);
        writer.written().to_vec()
    }

    #[test]
    fn the_shortest_form_is_written() {
        for (value, bytes) in [
            (0i64, vec![0]),
            (127, vec![0x7f]),
            (128, vec![0xcc, 0x80]),
            (255, vec![0xcc, 0xff]),
            (256, vec![0xcd, 1, 0]),
            (65_536, vec![0xce, 0, 1, 0, 0]),
            (1 << 32, vec![0xcf, 0, 0, 0, 1, 0, 0, 0, 0]),
            (-1, vec![0xff]),
            (-32, vec![0xe0]),
            (-33, vec![0xd0, 0xdf]),
            (-128, vec![0xd0, 0x80]),
            (-129, vec![0xd1, 0xff, 0x7f]),
            (-40_000, vec![0xd2, 0xff, 0xff, 0x63, 0xc0]),
            (i64::MIN, vec![0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        ] {
            let out = written(|w| w.int(value));
            assert_eq!(out, bytes, "{value}");
            assert_eq!(Reader::new(&out).integer::<i64>(), Some(value));
        }
        assert_eq!(written(|w| w.array(16))[..3], [0xdc, 0, 16]);
        assert_eq!(written(|w| w.map(3)), [0x83]);
        assert_eq!(written(|w| w.array(70_000)), [0xdd, 0, 1, 0x11, 0x70]);
    }

    #[test]
    fn octets_and_text_of_every_size_go_both_ways() {
        for size in [0, 1, 31, 32, 255, 256, 65_535, 65_536] {
            let bytes = vec![0x61; size];
            let text = "a".repeat(size);
            let out = written(|w| {
                w.bin(&bytes);
                w.str(&text);
            });
            let mut reader = Reader::new(&out);
            assert!(reader.bin() == Some(bytes.as_slice()), "{size}");
            assert!(reader.str() == Some(text.as_str()), "{size}");
            assert!(reader.is_empty());
        }
    }

    #[test]
    fn integers_that_do_not_fit_are_nothing() {
        assert_eq!(Reader::new(&[0xcd, 1, 0]).integer::<u8>(), None);
        assert_eq!(Reader::new(&[0xff]).integer::<u8>(), None);
        assert_eq!(Reader::new(&[0xff]).integer::<i8>(), Some(-1));
        assert_eq!(Reader::new(&[0xd3, 0, 0, 0, 0, 0, 0, 0, 5]).integer::<u8>(), Some(5));
    }

    #[test]
    fn skipping_passes_over_nests_and_refuses_bombs() {
        let out = written(|w| {
            w.array(2);
            w.map(1);
            w.str("a");
            w.array(1);
            w.uint(7);
            w.bin(&[1, 2]);
            w.uint(9);
        });
        let mut reader = Reader::new(&out);
        assert_eq!(reader.skip(), Some(()));
        assert_eq!(reader.integer::<u8>(), Some(9));
        assert_eq!(Reader::new(&[0x91; 100]).skip(), None);
        assert_eq!(Reader::new(&[0xdd, 0xff, 0xff, 0xff, 0xff, 1, 2]).skip(), None);
    }
}
