//! What ESP-IDF's bootloader does: it takes the slot that is selected, or the other one where its image is damaged.

use airwarden_core::store::{Flash, FlashFailure, SECTOR};
use sha2::{Digest, Sha256};

use crate::flash::{Chip, SELECTION, SLOTS};

/// Octets of an entry of the selection: `sequence u32 · label 20 · state u32 · crc u32`.
const ENTRY: usize = 32;
const MAGIC: u8 = 0xe9;
const HEADER: usize = 24;
const SEGMENT_HEADER: usize = 8;
const CHECKSUM_SEED: u8 = 0xef;
const HASH: usize = 32;
/// The app descriptor is at the beginning of the first segment: magic, then from its octet 16 on the version.
const DESCRIPTOR: usize = HEADER + SEGMENT_HEADER;
const DESCRIPTOR_MAGIC: [u8; 4] = 0xabcd_5432u32.to_le_bytes();
const DESCRIPTOR_OCTETS: usize = 256;
const VERSION: usize = 32;
/// Chip id of an ESP32-C3.
pub const CHIP_ID: u16 = 5;

/// The slot that starts and the version of the program in it; nothing where no slot holds a whole program.
pub fn start(chip: &Chip) -> Option<(u8, String)> {
    let selected = selected(chip);
    [selected, 1 - selected]
        .into_iter()
        .find_map(|slot| Some((slot, version_of(chip.octets(SLOTS[usize::from(slot)]))?)))
}

/// Selects a slot for the next start: in the sector that is not in force, with the next number that means it.
pub fn select(chip: &mut Chip, slot: u8) -> Result<(), FlashFailure> {
    let sequences = sequences(chip);
    let newest = sequences.iter().flatten().max().copied().unwrap_or(0);
    let next = (newest + 1..).find(|sequence| slot_of(*sequence) == slot).unwrap_or(1);
    let sector = u32::from(sequences[0] == Some(newest));
    let mut entry = [0xff; ENTRY];
    entry[..4].copy_from_slice(&next.to_le_bytes());
    entry[28..].copy_from_slice(&crc(next).to_le_bytes());
    let mut part = chip.part(SELECTION);
    part.erase(sector * SECTOR)?;
    part.write(sector * SECTOR, &entry)
}

fn selected(chip: &Chip) -> u8 {
    let newest = sequences(chip).into_iter().flatten().max();
    newest.map_or(0, slot_of)
}

fn slot_of(sequence: u32) -> u8 {
    (sequence.wrapping_sub(1) % 2) as u8
}

/// Of both sectors, where they are whole.
fn sequences(chip: &Chip) -> [Option<u32>; 2] {
    let octets = chip.octets(SELECTION);
    [0, SECTOR as usize].map(|at| {
        let word = |from: usize| {
            octets
                .get(at + from..at + from + 4)
                .and_then(|word| Some(u32::from_le_bytes(*word.first_chunk()?)))
        };
        let sequence = word(0)?;
        (sequence != u32::MAX && sequence != 0 && word(28)? == crc(sequence)).then_some(sequence)
    })
}

/// `esp_rom_crc32_le(UINT32_MAX, …)`: CRC-32 that begins with 0.
fn crc(sequence: u32) -> u32 {
    let mut crc = 0u32;
    for octet in sequence.to_le_bytes() {
        crc ^= u32::from(octet);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !crc
}

/// The version of a whole program: segments, checksum and hash are as ESP-IDF's "App Image Format" has them.
fn version_of(slot: &[u8]) -> Option<String> {
    if *slot.first()? != MAGIC || slot.get(12..14)? != CHIP_ID.to_le_bytes() {
        return None;
    }
    let mut at = HEADER;
    let mut checksum = CHECKSUM_SEED;
    for _ in 0..*slot.get(1)? {
        let length = u32::from_le_bytes(*slot.get(at + 4..)?.first_chunk()?) as usize;
        let segment = slot.get(at + SEGMENT_HEADER..)?.get(..length)?;
        checksum = segment.iter().fold(checksum, |sum, octet| sum ^ octet);
        at += SEGMENT_HEADER + length;
    }
    let end = (at + 16) & !15;
    let hashed = *slot.get(HEADER - 1)? == 1;
    let whole = *slot.get(end - 1)? == checksum
        && (!hashed || slot.get(end..end + HASH)? == Sha256::digest(slot.get(..end)?).as_slice())
        && slot.get(DESCRIPTOR..DESCRIPTOR + 4)? == DESCRIPTOR_MAGIC;
    let version = slot.get(DESCRIPTOR + 16..DESCRIPTOR + 16 + VERSION)?;
    let length = version.iter().position(|&octet| octet == 0).unwrap_or(VERSION);
    whole
        .then(|| std::str::from_utf8(&version[..length]).ok().map(str::to_owned))
        .flatten()
}

/// An image of `octets` octets or a little more that says it is of this version; it holds nothing that runs.
pub fn image(version: &str, octets: usize) -> Vec<u8> {
    let body = octets
        .saturating_sub(DESCRIPTOR)
        .max(DESCRIPTOR_OCTETS)
        .next_multiple_of(4);
    let mut image = vec![0; HEADER];
    (image[0], image[1], image[HEADER - 1]) = (MAGIC, 1, 1);
    image[12..14].copy_from_slice(&CHIP_ID.to_le_bytes());
    image.extend_from_slice(&0x3c00_0020u32.to_le_bytes());
    image.extend_from_slice(&(body as u32).to_le_bytes());
    let mut state = 1u32;
    image.extend((0..body).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    }));
    image[DESCRIPTOR..DESCRIPTOR + 4].copy_from_slice(&DESCRIPTOR_MAGIC);
    let text = &mut image[DESCRIPTOR + 16..DESCRIPTOR + 16 + VERSION];
    text.fill(0);
    let length = version.len().min(VERSION);
    text[..length].copy_from_slice(&version.as_bytes()[..length]);
    let checksum = image[DESCRIPTOR..].iter().fold(CHECKSUM_SEED, |sum, octet| sum ^ octet);
    image.resize(((image.len() + 16) & !15) - 1, 0);
    image.push(checksum);
    let hash = Sha256::digest(&image);
    image.extend_from_slice(&hash);
    image
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flash::tests::temporary;

    fn write(chip: &mut Chip, slot: usize, image: &[u8]) {
        let mut part = chip.part(SLOTS[slot]);
        for base in (0..SLOTS[slot].size)
            .step_by(SECTOR as usize)
            .take(1 + image.len() / 4096)
        {
            part.erase(base).unwrap();
        }
        part.write(0, image).unwrap();
    }

    #[test]
    fn a_slot_is_selected_and_a_damaged_one_is_passed_over() {
        // As esp-idf's otatool shows the first selection of any device.
        assert_eq!(crc(1), 0x4743_989a);
        let path = temporary("bootloader");
        let (mut chip, _) = Chip::open(&path, None).unwrap();
        assert_eq!(start(&chip), None);
        write(&mut chip, 0, &image("1.0.0", 20_000));
        write(&mut chip, 1, &image("1.1.0", 30_000));
        assert_eq!(start(&chip), Some((0, "1.0.0".to_owned())));
        for slot in [1, 0, 1, 1, 0, 1] {
            select(&mut chip, slot).unwrap();
            assert_eq!(start(&chip).map(|(slot, _)| slot), Some(slot));
        }
        let mut damaged = image("1.1.0", 30_000);
        damaged[15_000] ^= 1;
        write(&mut chip, 1, &damaged);
        assert_eq!(start(&chip), Some((0, "1.0.0".to_owned())));
        std::fs::remove_file(path).unwrap();
    }
}
