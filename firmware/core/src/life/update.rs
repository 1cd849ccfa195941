//! Taking a new image: signed, in pieces, into the slot that does not run.
//!
//! Nothing that boots changes before the whole image is in flash, has been read back and its hash is the one that was
//! signed. A power cut at any piece leaves the old image, and the update begins again.

use core::fmt::Write;

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::messages::{UpdateBegin, code};
use crate::store::{Flash, SECTOR};
use crate::text::Text;

/// Words for people in an answer.
pub type Words = Text<64>;

const SECTOR_OCTETS: usize = SECTOR as usize;
/// An image is forgotten when its next piece does not come for so long, µs.
const PATIENCE_US: u64 = 120_000_000;
/// Where ESP-IDF's image format has the magic octet, the chip id, and the magic of the app descriptor.
const MAGIC: (usize, u8) = (0, 0xe9);
const CHIP_ID: usize = 12;
const DESCRIPTOR: (usize, [u8; 4]) = (32, 0xabcd_5432u32.to_le_bytes());
const VERSION: core::ops::Range<usize> = 48..80;

/// What is known of this node before any update.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Public half of the key that releases are signed with; none: this image takes no updates.
    pub release_key: Option<[u8; 32]>,
    /// Octets of the other slot.
    pub size: u32,
    /// In the header of every image of this chip.
    pub chip_id: u16,
}

/// A step of an update.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step<'a> {
    /// Which image is to come.
    Begin(UpdateBegin<'a>),
    /// A piece of it.
    Chunk {
        /// Where it belongs.
        offset: u32,
        /// What it is.
        bytes: &'a [u8],
    },
    /// That was all.
    End,
}

/// What came of a step: a code of PROTOCOL.md §7 and words; after pieces the offset that is expected next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// One of [`code`].
    pub code: u8,
    /// For people, and the expected offset.
    pub words: Words,
    /// The image is whole and signed: start it next.
    pub activate: bool,
}

fn outcome(code: u8, words: &str) -> Outcome {
    Outcome {
        code,
        words: Words::clipped(words),
        activate: false,
    }
}

fn expecting(code: u8, offset: u32) -> Outcome {
    let mut words = Words::new();
    let _ = write!(words, "expected {offset}");
    Outcome {
        code,
        words,
        activate: false,
    }
}

#[repr(C, align(4))]
struct Aligned([u8; SECTOR_OCTETS]);

#[derive(Clone)]
struct Coming {
    size: u32,
    sha256: [u8; 32],
    version: Text<32>,
    /// Octets taken so far; whole sectors of them are in flash.
    taken: u32,
    hash: Sha256,
    touched_us: u64,
}

/// Takes one image at a time.
pub struct Updater {
    slot: Slot,
    coming: Option<Coming>,
    sector: Aligned,
}

impl Updater {
    /// Waits for an image.
    pub const fn new(slot: Slot) -> Self {
        Updater {
            slot,
            coming: None,
            sector: Aligned([0; SECTOR_OCTETS]),
        }
    }

    /// Whether an image is coming.
    pub fn is_busy(&self, now_us: u64) -> bool {
        self.coming
            .as_ref()
            .is_some_and(|coming| now_us.saturating_sub(coming.touched_us) < PATIENCE_US)
    }

    /// Takes a step; `flash` is the other slot.
    pub fn step(&mut self, step: &Step<'_>, flash: &mut impl Flash, now_us: u64) -> Outcome {
        if !self.is_busy(now_us) {
            self.coming = None;
        }
        let outcome = match step {
            Step::Begin(begin) => self.begin(begin, now_us),
            Step::Chunk { offset, bytes } => self.chunk(*offset, bytes, flash, now_us),
            Step::End => self.end(flash),
        };
        if matches!(outcome.code, code::VERIFICATION_FAILED | code::STORAGE_FAILED) {
            self.coming = None;
        }
        outcome
    }

    fn begin(&mut self, begin: &UpdateBegin<'_>, now_us: u64) -> Outcome {
        let Some(key) = &self.slot.release_key else {
            return outcome(code::NOT_NOW, "this image was built without a release key");
        };
        if begin.size < SECTOR || begin.size > self.slot.size {
            return outcome(code::BAD_ARGUMENT, "the image is too small or does not fit the slot");
        }
        let Some(version) = Text::of(begin.version) else {
            return outcome(code::BAD_ARGUMENT, "the version is too long");
        };
        if let Some(coming) = &mut self.coming
            && coming.sha256 == begin.sha256
        {
            // The hub begins the same image again, or its answer was lost: go on where it was.
            coming.touched_us = now_us;
            return expecting(code::DONE, coming.taken);
        }
        // The signature is over the hash, so it can be judged before anything is written.
        if !is_signed(key, &begin.sha256, &begin.signature) {
            return outcome(code::VERIFICATION_FAILED, "the signature does not match");
        }
        self.coming = Some(Coming {
            size: begin.size,
            sha256: begin.sha256,
            version,
            taken: 0,
            hash: Sha256::new(),
            touched_us: now_us,
        });
        expecting(code::DONE, 0)
    }

    fn chunk(&mut self, offset: u32, bytes: &[u8], flash: &mut impl Flash, now_us: u64) -> Outcome {
        let Some(coming) = &mut self.coming else {
            return outcome(code::NOT_NOW, "no update has begun");
        };
        coming.touched_us = now_us;
        let end = u64::from(offset) + bytes.len() as u64;
        if end > u64::from(coming.size) {
            return outcome(code::BAD_ARGUMENT, "past the end of the image");
        }
        if offset > coming.taken {
            return expecting(code::NOT_NOW, coming.taken);
        }
        // What is there already is not written again: an answer was lost on the way.
        let known = (coming.taken - offset) as usize;
        for &octet in bytes.get(known..).unwrap_or(&[]) {
            let at = coming.taken as usize % SECTOR_OCTETS;
            if let Some(slot) = self.sector.0.get_mut(at) {
                *slot = octet;
            }
            coming.taken += 1;
            if at + 1 == SECTOR_OCTETS
                && let Err(failed) = write_sector(&self.slot, coming, &mut self.sector, flash)
            {
                return failed;
            }
        }
        expecting(code::DONE, coming.taken)
    }

    fn end(&mut self, flash: &mut impl Flash) -> Outcome {
        let Some(coming) = &mut self.coming else {
            return outcome(code::NOT_NOW, "no update has begun");
        };
        if coming.taken != coming.size {
            return expecting(code::NOT_NOW, coming.taken);
        }
        let rest = coming.taken as usize % SECTOR_OCTETS;
        if rest != 0
            && let Some(empty) = self.sector.0.get_mut(rest..)
        {
            empty.fill(0xff);
            if let Err(failed) = write_sector(&self.slot, coming, &mut self.sector, flash) {
                return failed;
            }
        }
        if coming.hash.clone().finalize().as_slice() != coming.sha256 {
            return outcome(code::VERIFICATION_FAILED, "the hash does not match");
        }
        self.coming = None;
        Outcome {
            activate: true,
            ..outcome(code::DONE, "starts next")
        }
    }
}

/// Writes the sector that ends at what was taken, reads it back and hashes what was read.
fn write_sector(slot: &Slot, coming: &mut Coming, sector: &mut Aligned, flash: &mut impl Flash) -> Result<(), Outcome> {
    let base = (coming.taken - 1) / SECTOR * SECTOR;
    if base == 0 {
        check_beginning(slot, coming, &sector.0)?;
    }
    let failed = |_| outcome(code::STORAGE_FAILED, "the flash refused");
    let mut crc = crate::crc::Crc32::new();
    crc.update(&sector.0);
    let written = crc.finish();
    flash.erase(base).map_err(failed)?;
    flash.write(base, &sector.0).map_err(failed)?;
    flash.read(base, &mut sector.0).map_err(failed)?;
    let mut crc = crate::crc::Crc32::new();
    crc.update(&sector.0);
    if crc.finish() != written {
        return Err(outcome(
            code::STORAGE_FAILED,
            "the flash does not hold what was written",
        ));
    }
    let length = (coming.taken - base) as usize;
    coming.hash.update(sector.0.get(..length).unwrap_or(&[]));
    Ok(())
}

/// An image of this chip, whose own version is the one that was announced.
fn check_beginning(slot: &Slot, coming: &Coming, sector: &[u8]) -> Result<(), Outcome> {
    let at = |from: usize, length: usize| sector.get(from..from + length).unwrap_or(&[]);
    if at(MAGIC.0, 1) != [MAGIC.1] || at(DESCRIPTOR.0, 4) != DESCRIPTOR.1 {
        return Err(outcome(code::VERIFICATION_FAILED, "that is no image of a program"));
    }
    if at(CHIP_ID, 2) != slot.chip_id.to_le_bytes() {
        return Err(outcome(code::VERIFICATION_FAILED, "the image is for another chip"));
    }
    let version = sector.get(VERSION).unwrap_or(&[]);
    let length = version.iter().position(|&octet| octet == 0).unwrap_or(version.len());
    if version.get(..length) != Some(coming.version.as_str().as_bytes()) {
        return Err(outcome(code::VERIFICATION_FAILED, "the image is of another version"));
    }
    Ok(())
}

/// Ed25519 (RFC 8032) over the hash, without the weak keys and malleable signatures that its older forms let through.
fn is_signed(key: &[u8; 32], sha256: &[u8; 32], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify_strict(sha256, &Signature::from_bytes(signature)).is_ok())
}

/// Reads a public key from 64 hexadecimal digits, at compile time; none from an empty text.
pub const fn release_key(digits: &str) -> Option<[u8; 32]> {
    let digits = digits.as_bytes();
    if digits.is_empty() {
        return None;
    }
    assert!(digits.len() == 64, "a release key has 64 hexadecimal digits");
    let mut key = [0; 32];
    let mut index = 0;
    while index < 32 {
        key[index] = nibble(digits[2 * index]) << 4 | nibble(digits[2 * index + 1]);
        index += 1;
    }
    Some(key)
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => panic!("a release key is hexadecimal"),
    }
}

#[cfg(test)]
mod tests;
