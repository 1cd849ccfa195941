//! A file as 4 MB of NOR flash whose power can be cut at any write.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process;

use airwarden_core::store::{Flash, FlashFailure, SECTOR};

/// Octets of the chip.
pub const SIZE: usize = 4 << 20;
const ERASED: u8 = 0xff;
/// What the process ends with when the power is cut.
pub const POWER_CUT: i32 = 86;

/// A partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// Where it begins.
    pub base: u32,
    /// Its octets.
    pub size: u32,
}

/// The selection of the slot, two sectors. All of these lie where `esp32/partitions.csv` has them.
pub const SELECTION: Region = region(0xd000, 0x2000);
/// The two slots of programs.
pub const SLOTS: [Region; 2] = [region(0x1_0000, 0x1e_0000), region(0x1f_0000, 0x1e_0000)];
/// Settings.
pub const SETTINGS: Region = region(0x3d_0000, 0x2000);
/// Starts.
pub const BOOTS: Region = region(0x3d_2000, 0x2000);

const fn region(base: u32, size: u32) -> Region {
    Region { base, size }
}

/// The chip.
pub struct Chip {
    file: File,
    octets: Vec<u8>,
    /// Writes and erasures so far.
    writes: u64,
    cut_at: Option<u64>,
}

impl Chip {
    /// Opens the file, or makes one that was never written; true where it was made. At the write of number `cut_at`,
    /// counted from 1, the power is cut.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn open(path: &Path, cut_at: Option<u64>) -> io::Result<(Chip, bool)> {
        let options = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let mut file = options?;
        let mut octets = Vec::with_capacity(SIZE);
        file.read_to_end(&mut octets)?;
        let new = octets.is_empty();
        octets.resize(SIZE, ERASED);
        if new {
            file.write_all_at(&octets, 0)?;
        }
        let chip = Chip {
            file,
            octets,
            writes: 0,
            cut_at,
        };
        Ok((chip, new))
    }

    /// A partition of it.
    pub fn part(&mut self, region: Region) -> Part<'_> {
        Part { chip: self, region }
    }

    /// All octets of a partition.
    pub fn octets(&self, region: Region) -> &[u8] {
        let from = region.base as usize;
        &self.octets[from..from + region.size as usize]
    }

    /// Puts octets at the beginning of a partition, as a flasher does: no write of the node's.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn flash(&mut self, region: Region, octets: &[u8]) -> io::Result<()> {
        let from = region.base as usize;
        self.octets[from..from + octets.len()].copy_from_slice(octets);
        self.file.write_all_at(octets, from as u64)
    }

    /// Writes and erasures so far.
    pub fn writes(&self) -> u64 {
        self.writes
    }

    fn change(&mut self, from: usize, length: usize, value: impl Fn(usize, u8) -> u8) -> Result<(), FlashFailure> {
        self.writes += 1;
        let cut = self.cut_at == Some(self.writes);
        // Where exactly a cut strikes is different from write to write, and the same in every run.
        let done = if cut {
            (self.writes as usize).wrapping_mul(2_654_435_761) % (length + 1)
        } else {
            length
        };
        for index in 0..done {
            self.octets[from + index] = value(index, self.octets[from + index]);
        }
        let written = self.file.write_all_at(&self.octets[from..from + done], from as u64);
        if cut {
            eprintln!("airwarden-virtual: the power is cut at write {}", self.writes);
            process::exit(POWER_CUT);
        }
        written.map_err(|_| FlashFailure)
    }
}

/// A partition as the core wants it.
pub struct Part<'a> {
    chip: &'a mut Chip,
    region: Region,
}

impl Part<'_> {
    fn address(&self, offset: u32, length: usize) -> Result<usize, FlashFailure> {
        let end = u64::from(offset) + length as u64;
        let aligned = offset.is_multiple_of(4) && length.is_multiple_of(4);
        if end > u64::from(self.region.size) || !aligned {
            return Err(FlashFailure);
        }
        Ok((self.region.base + offset) as usize)
    }
}

impl Flash for Part<'_> {
    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashFailure> {
        let from = self.address(offset, bytes.len())?;
        bytes.copy_from_slice(&self.chip.octets[from..from + bytes.len()]);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashFailure> {
        let from = self.address(offset, bytes.len())?;
        self.chip
            .change(from, bytes.len(), |index, before| before & bytes[index])
    }

    fn erase(&mut self, offset: u32) -> Result<(), FlashFailure> {
        let from = self.address(offset, SECTOR as usize)?;
        self.chip.change(from, SECTOR as usize, |_, _| ERASED)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A file of its own for each test.
    pub fn temporary(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("airwarden-virtual-{}-{name}", process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    #[test]
    fn writing_clears_bits_and_the_file_keeps_them() {
        let path = temporary("flash");
        let (mut chip, new) = Chip::open(&path, None).unwrap();
        assert!(new);
        let mut part = chip.part(SETTINGS);
        part.write(4, &[0xf0, 1, 2, 3]).unwrap();
        part.write(4, &[0x1f, 1, 2, 3]).unwrap();
        assert_eq!(part.write(SETTINGS.size, &[0; 4]), Err(FlashFailure));
        assert_eq!(part.write(2, &[0; 4]), Err(FlashFailure));
        drop(chip);
        let (mut chip, new) = Chip::open(&path, None).unwrap();
        assert_eq!((new, &chip.octets(SETTINGS)[4..8]), (false, &[0x10, 1, 2, 3][..]));
        chip.part(SETTINGS).erase(0).unwrap();
        assert!(chip.octets(SETTINGS).iter().all(|&octet| octet == ERASED));
        assert_eq!(chip.writes(), 1);
        std::fs::remove_file(path).unwrap();
    }
}
