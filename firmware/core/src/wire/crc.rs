//! CRC-32 (IEEE 802.3: polynomial 0x04c11db7 reflected, initial and final value all ones), four octets at a time.

const TABLES: [[u32; 256]; 4] = tables();

const fn tables() -> [[u32; 256]; 4] {
    let mut tables = [[0u32; 256]; 4];
    let mut index = 0;
    while index < 256 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 {
                (value >> 1) ^ 0xedb8_8320
            } else {
                value >> 1
            };
            bit += 1;
        }
        tables[0][index] = value;
        index += 1;
    }
    let mut index = 0;
    while index < 256 {
        let mut table = 1;
        while table < 4 {
            let previous = tables[table - 1][index];
            tables[table][index] = (previous >> 8) ^ tables[0][(previous & 0xff) as usize];
            table += 1;
        }
        index += 1;
    }
    tables
}

/// A CRC-32 under way.
#[derive(Clone, Copy, Debug)]
pub struct Crc32(u32);

impl Default for Crc32 {
    fn default() -> Self {
        Crc32::new()
    }
}

impl Crc32 {
    /// Of nothing yet.
    pub const fn new() -> Self {
        Crc32(!0)
    }

    /// Takes more octets.
    #[inline]
    pub fn update(&mut self, bytes: &[u8]) {
        let mut value = self.0;
        let (words, rest) = bytes.as_chunks::<4>();
        for word in words {
            let [a, b, c, d] = (value ^ u32::from_le_bytes(*word)).to_le_bytes();
            value = TABLES[3][usize::from(a)]
                ^ TABLES[2][usize::from(b)]
                ^ TABLES[1][usize::from(c)]
                ^ TABLES[0][usize::from(d)];
        }
        for &octet in rest {
            let [low, ..] = value.to_le_bytes();
            value = (value >> 8) ^ TABLES[0][usize::from(low ^ octet)];
        }
        self.0 = value;
    }

    /// The CRC of what was taken.
    pub const fn finish(self) -> u32 {
        !self.0
    }
}

/// CRC-32 of `bytes`.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc32::new();
    crc.update(bytes);
    crc.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(&[0; 32]), 0x190a_55ad);
    }

    #[test]
    fn pieces_give_the_same_as_the_whole() {
        let bytes: Vec<u8> = (0..200u8).map(|i| i.wrapping_mul(37)).collect();
        for cut in 0..bytes.len() {
            let mut crc = Crc32::new();
            crc.update(&bytes[..cut]);
            crc.update(&bytes[cut..]);
            assert_eq!(crc.finish(), crc32(&bytes));
        }
    }
}
