//! One value kept in two sectors of NOR flash, replaced without a moment in which there is none.
//!
//! Records are appended to one sector; when it is full, or something in it is damaged, the other one is erased and
//! taken. The newest whole record counts. A cut of the power at any write or erase leaves the value before or after.

use crate::crc::Crc32;

/// Octets that are erased together.
pub const SECTOR: u32 = 4096;
/// Most octets of a value.
pub const VALUE: usize = 640;
/// `sequence u32 · length u16 · length inverted u16`.
const HEADER: usize = 8;
const CRC: usize = 4;
const RECORD: usize = HEADER + VALUE + CRC;

/// The flash did not do what it was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlashFailure;

/// NOR flash: writing clears bits, erasing sets those of a whole sector. Offsets and lengths are multiples of four.
pub trait Flash {
    /// Reads.
    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashFailure>;
    /// Writes where it was erased.
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashFailure>;
    /// Erases the sector that begins at `offset`.
    fn erase(&mut self, offset: u32) -> Result<(), FlashFailure>;
}

/// Buffers of flash are aligned to words: the driver copies through the stack otherwise.
#[repr(C, align(4))]
struct Aligned([u8; RECORD]);

/// Where the newest record is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Store {
    /// 0 or 1.
    sector: u32,
    /// Where the next record goes in that sector; [`SECTOR`] if none may.
    end: u32,
    sequence: u32,
}

struct Scanned {
    /// Sequence number, offset of the value and its length.
    newest: Option<(u32, u32, usize)>,
    end: u32,
}

impl Store {
    /// Finds the newest value, copies it into `out` and gives its length; nothing where there is none, or it is
    /// longer than `out`. What cannot be read counts as empty.
    pub fn open(flash: &mut impl Flash, out: &mut [u8]) -> (Store, Option<usize>) {
        let sectors = [scan(flash, 0), scan(flash, 1)];
        let [first, second] = sectors.each_ref().map(|s| s.newest.map(|(sequence, _, _)| sequence));
        let sector = u32::from(second > first);
        let chosen = &sectors[usize::from(second > first)];
        let store = Store {
            sector,
            end: chosen.end,
            sequence: chosen.newest.map_or(0, |(sequence, _, _)| sequence),
        };
        let value = chosen.newest.and_then(|(_, offset, length)| {
            let mut record = Aligned([0; RECORD]);
            let padded = record.0.get_mut(..padded(length))?;
            flash.read(sector * SECTOR + offset, padded).ok()?;
            out.get_mut(..length)?.copy_from_slice(record.0.get(..length)?);
            Some(length)
        });
        (store, value)
    }

    /// Keeps `value`, at most [`VALUE`] octets, in place of the one before. Where it fails, that one still counts.
    pub fn save(&mut self, flash: &mut impl Flash, value: &[u8]) -> Result<(), FlashFailure> {
        let sequence = self.sequence.checked_add(1).ok_or(FlashFailure)?;
        let mut record = Aligned([0xff; RECORD]);
        let size = encode(sequence, value, &mut record.0).ok_or(FlashFailure)?;
        let octets = record.0.get(..size).ok_or(FlashFailure)?;
        if self.end + size as u32 <= SECTOR && append(flash, self.sector * SECTOR + self.end, octets).is_ok() {
            self.end += size as u32;
            self.sequence = sequence;
            return Ok(());
        }
        // Nothing more goes into this sector, whatever comes of the other one.
        self.end = SECTOR;
        let other = 1 - self.sector;
        flash.erase(other * SECTOR)?;
        append(flash, other * SECTOR, octets)?;
        *self = Store {
            sector: other,
            end: size as u32,
            sequence,
        };
        Ok(())
    }

    /// Keeps `value`, and nothing of those before it can be read from the flash any more. A cut in between may leave some
    /// of them behind it: see [`Store::is_alone`].
    pub fn save_alone(&mut self, flash: &mut impl Flash, value: &[u8]) -> Result<(), FlashFailure> {
        let before = *self;
        self.end = SECTOR;
        if self.save(flash, value).is_err() {
            // A sector that is worn out: better kept beside the others than not at all.
            *self = before;
            return self.save(flash, value);
        }
        flash.erase(before.sector * SECTOR)
    }

    /// Whether nothing but the newest value is in the flash; what cannot be read counts as nothing.
    pub fn is_alone(&self, flash: &mut impl Flash) -> bool {
        let first = read_record(flash, self.sector * SECTOR, &mut Aligned([0; RECORD]).0);
        let own = first.filter(|&(sequence, _, _)| sequence == self.sequence);
        let behind = own.map_or(0, |(_, _, size)| size);
        is_blank(flash, self.sector * SECTOR + behind, SECTOR - behind)
            && is_blank(flash, (1 - self.sector) * SECTOR, SECTOR)
    }

    /// Forgets the value and all before it, so that nothing of them can be read from the flash.
    pub fn erase(&mut self, flash: &mut impl Flash) -> Result<(), FlashFailure> {
        // The newest one first: a cut in between must not bring it back.
        flash.erase(self.sector * SECTOR)?;
        flash.erase((1 - self.sector) * SECTOR)?;
        *self = Store {
            sector: 0,
            end: 0,
            sequence: 0,
        };
        Ok(())
    }
}

/// Writes and reads back: what was not empty, or does not hold what it is told, shows.
fn append(flash: &mut impl Flash, offset: u32, record: &[u8]) -> Result<(), FlashFailure> {
    let mut there = Aligned([0; RECORD]);
    let there = there.0.get_mut(..record.len()).ok_or(FlashFailure)?;
    flash.write(offset, record)?;
    flash.read(offset, there)?;
    if there == record { Ok(()) } else { Err(FlashFailure) }
}

const fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}

fn encode(sequence: u32, value: &[u8], record: &mut [u8; RECORD]) -> Option<usize> {
    let length = u16::try_from(value.len()).ok()?;
    let crc_at = HEADER + padded(value.len());
    record.get_mut(..4)?.copy_from_slice(&sequence.to_le_bytes());
    record.get_mut(4..6)?.copy_from_slice(&length.to_le_bytes());
    record.get_mut(6..8)?.copy_from_slice(&(!length).to_le_bytes());
    record.get_mut(HEADER..HEADER + value.len())?.copy_from_slice(value);
    let mut crc = Crc32::new();
    crc.update(record.get(..crc_at)?);
    record
        .get_mut(crc_at..crc_at + CRC)?
        .copy_from_slice(&crc.finish().to_le_bytes());
    Some(crc_at + CRC)
}

fn scan(flash: &mut impl Flash, sector: u32) -> Scanned {
    let mut scanned = Scanned { newest: None, end: 0 };
    let mut record = Aligned([0; RECORD]);
    while scanned.end + ((HEADER + CRC) as u32) <= SECTOR {
        let base = sector * SECTOR + scanned.end;
        let Some((sequence, length, size)) = read_record(flash, base, &mut record.0) else {
            if !is_erased(record.0.get(..HEADER).unwrap_or(&[])) {
                // The end of what is damaged is not known.
                scanned.end = SECTOR;
            }
            break;
        };
        scanned.newest = Some((sequence, scanned.end + HEADER as u32, length));
        scanned.end += size;
    }
    scanned
}

fn is_blank(flash: &mut impl Flash, from: u32, length: u32) -> bool {
    let mut piece = Aligned([0; RECORD]);
    let mut at = from;
    while at < from + length {
        let size = (from + length - at).min(RECORD as u32);
        let Some(octets) = piece.0.get_mut(..size as usize) else {
            return false;
        };
        if flash.read(at, octets).is_ok() && !is_erased(octets) {
            return false;
        }
        at += size;
    }
    true
}

fn is_erased(octets: &[u8]) -> bool {
    octets.iter().all(|&octet| octet == 0xff)
}

/// Sequence number, length of the value and of the whole record, if it is whole.
fn read_record(flash: &mut impl Flash, base: u32, record: &mut [u8; RECORD]) -> Option<(u32, usize, u32)> {
    record.fill(0);
    flash.read(base, record.get_mut(..HEADER)?).ok()?;
    let (head, _) = record.split_first_chunk::<HEADER>()?;
    let [s0, s1, s2, s3, l0, l1, n0, n1] = *head;
    let (length, inverted) = (u16::from_le_bytes([l0, l1]), u16::from_le_bytes([n0, n1]));
    let crc_at = HEADER + padded(usize::from(length));
    if length != !inverted || usize::from(length) > VALUE || base % SECTOR + ((crc_at + CRC) as u32) > SECTOR {
        return None;
    }
    flash
        .read(base + HEADER as u32, record.get_mut(HEADER..crc_at + CRC)?)
        .ok()?;
    let mut crc = Crc32::new();
    crc.update(record.get(..crc_at)?);
    if record.get(crc_at..crc_at + CRC)? != crc.finish().to_le_bytes() {
        return None;
    }
    let sequence = u32::from_le_bytes([s0, s1, s2, s3]);
    Some((sequence, usize::from(length), (crc_at + CRC) as u32))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Flash in memory whose power can be cut: after `budget` octets written or erased nothing works any more.
    pub(crate) struct Memory {
        pub octets: Vec<u8>,
        pub budget: usize,
        pub erased: usize,
        /// An octet that holds nothing but zeros any more.
        pub worn: Option<usize>,
    }

    impl Memory {
        pub fn new(sectors: usize) -> Self {
            Memory {
                octets: vec![0xff; sectors * SECTOR as usize],
                budget: usize::MAX,
                erased: 0,
                worn: None,
            }
        }
    }

    impl Flash for Memory {
        fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashFailure> {
            assert!(offset.is_multiple_of(4) && bytes.len().is_multiple_of(4));
            let from = offset as usize;
            bytes.copy_from_slice(self.octets.get(from..from + bytes.len()).ok_or(FlashFailure)?);
            let worn = self.worn.and_then(|worn| bytes.get_mut(worn.checked_sub(from)?));
            if let Some(octet) = worn {
                *octet = 0;
            }
            Ok(())
        }

        fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashFailure> {
            assert!(offset.is_multiple_of(4) && bytes.len().is_multiple_of(4));
            for (at, &octet) in bytes.iter().enumerate() {
                self.budget = self.budget.checked_sub(1).ok_or(FlashFailure)?;
                *self.octets.get_mut(offset as usize + at).ok_or(FlashFailure)? &= octet;
            }
            Ok(())
        }

        fn erase(&mut self, offset: u32) -> Result<(), FlashFailure> {
            assert!(offset.is_multiple_of(SECTOR));
            self.erased += 1;
            for at in 0..SECTOR as usize {
                self.budget = self.budget.checked_sub(1).ok_or(FlashFailure)?;
                *self.octets.get_mut(offset as usize + at).ok_or(FlashFailure)? = 0xff;
            }
            Ok(())
        }
    }

    fn opened(flash: &mut Memory) -> (Store, Option<Vec<u8>>) {
        let mut out = [0; VALUE];
        let (store, length) = Store::open(flash, &mut out);
        (store, length.map(|length| out[..length].to_vec()))
    }

    #[test]
    fn the_last_value_counts_and_wear_is_spread() {
        let mut flash = Memory::new(2);
        assert_eq!(opened(&mut flash).1, None);
        for number in 0..1000u32 {
            let (mut store, _) = opened(&mut flash);
            store.save(&mut flash, &number.to_le_bytes()).unwrap();
            assert_eq!(opened(&mut flash).1, Some(number.to_le_bytes().to_vec()));
        }
        // 256 records of 16 octets fill a sector.
        assert_eq!(flash.erased, 3);
    }

    #[test]
    fn erasing_leaves_nothing() {
        let mut flash = Memory::new(2);
        let (mut store, _) = opened(&mut flash);
        for _ in 0..20 {
            store.save(&mut flash, &[0x5a; 300]).unwrap();
        }
        store.erase(&mut flash).unwrap();
        assert!(flash.octets.iter().all(|&octet| octet == 0xff));
        assert_eq!(opened(&mut flash).1, None);
        store.save(&mut flash, b"new").unwrap();
        assert_eq!(opened(&mut flash).1, Some(b"new".to_vec()));
    }

    #[test]
    fn a_value_kept_alone_has_nothing_beside_it() {
        let mut flash = Memory::new(2);
        let (mut store, _) = opened(&mut flash);
        assert!(store.is_alone(&mut flash), "a new flash");
        for number in 0..9 {
            store.save(&mut flash, &[0x5a; VALUE]).unwrap();
            assert_eq!(store.is_alone(&mut flash), number == 0);
        }
        for value in [b"one".as_slice(), b"another"] {
            store.save_alone(&mut flash, value).unwrap();
            assert!(store.is_alone(&mut flash) && opened(&mut flash).0 == store);
            assert_eq!(opened(&mut flash).1.as_deref(), Some(value));
            assert!(!flash.octets.contains(&0x5a));
        }
        // In the other sector: it goes behind the last one.
        flash.worn = Some((1 - store.sector) as usize * SECTOR as usize + 9);
        store.save_alone(&mut flash, b"worn").unwrap();
        flash.worn = None;
        assert_eq!(opened(&mut flash).1, Some(b"worn".to_vec()));
        assert!(!store.is_alone(&mut flash));
    }

    #[test]
    fn a_power_cut_while_a_value_is_kept_alone_leaves_it_or_the_one_before() {
        for budget in (0..3 * SECTOR as usize).step_by(61) {
            let mut flash = Memory::new(2);
            let (mut store, _) = opened(&mut flash);
            for _ in 0..3 {
                store.save(&mut flash, b"before").unwrap();
            }
            flash.budget = budget;
            let whole = store.save_alone(&mut flash, b"after").is_ok();
            flash.budget = usize::MAX;
            let (mut again, found) = opened(&mut flash);
            let found = found.unwrap();
            assert!(found == b"after" || (found == b"before" && !whole), "budget {budget}");
            if !again.is_alone(&mut flash) {
                assert!(!whole, "budget {budget}");
                again.save_alone(&mut flash, &found).unwrap();
            }
            assert!(again.is_alone(&mut flash) && opened(&mut flash).1 == Some(found));
        }
    }

    #[test]
    fn a_value_that_the_flash_does_not_hold_goes_to_the_other_sector() {
        let mut flash = Memory::new(2);
        let (mut store, _) = opened(&mut flash);
        store.save(&mut flash, b"one").unwrap();
        // In the record that comes next.
        flash.worn = Some(16 + 9);
        store.save(&mut flash, b"two").unwrap();
        assert_eq!((opened(&mut flash).1, flash.erased), (Some(b"two".to_vec()), 1));
        flash.worn = Some(SECTOR as usize + 16 + 9);
        store.save(&mut flash, b"three").unwrap();
        assert_eq!(opened(&mut flash).1, Some(b"three".to_vec()));
    }

    #[test]
    fn too_long_a_value_is_refused_and_the_old_one_stays() {
        let mut flash = Memory::new(2);
        let (mut store, _) = opened(&mut flash);
        store.save(&mut flash, b"old").unwrap();
        assert_eq!(store.save(&mut flash, &[1; VALUE + 1]), Err(FlashFailure));
        assert_eq!(opened(&mut flash).1, Some(b"old".to_vec()));
        store.save(&mut flash, &[2; VALUE]).unwrap();
        assert_eq!(opened(&mut flash).1, Some(vec![2; VALUE]));
    }

    #[test]
    fn a_power_cut_at_every_octet_leaves_the_old_value_or_the_new_one() {
        // Saves until a sector change is among them, cut at every octet.
        let mut flash = Memory::new(2);
        let (mut store, _) = opened(&mut flash);
        for number in 0..7u8 {
            store.save(&mut flash, &[number; VALUE]).unwrap();
        }
        for saves in 0..2 {
            let before = opened(&mut flash).1.unwrap();
            let value = vec![100 + saves; VALUE];
            let mut whole = false;
            let mut budget = 0;
            while !whole {
                let mut cut = Memory {
                    octets: flash.octets.clone(),
                    budget,
                    erased: 0,
                    worn: None,
                };
                let mut cut_store = store;
                whole = cut_store.save(&mut cut, &value).is_ok();
                cut.budget = usize::MAX;
                let (mut again, found) = opened(&mut cut);
                assert!(found.as_ref() == Some(if whole { &value } else { &before }) || found.as_ref() == Some(&value));
                again.save(&mut cut, b"after").unwrap();
                assert_eq!(opened(&mut cut).1, Some(b"after".to_vec()), "budget {budget}");
                budget += if budget > 64 { 61 } else { 1 };
            }
            store.save(&mut flash, &value).unwrap();
        }
    }

    proptest! {
        #[test]
        fn any_octets_open_and_take_a_value(octets in proptest::collection::vec(any::<u8>(), 2 * SECTOR as usize)) {
            let mut flash = Memory { octets, budget: usize::MAX, erased: 0, worn: None };
            let (mut store, _) = opened(&mut flash);
            store.save(&mut flash, b"value").unwrap();
            prop_assert_eq!(opened(&mut flash).1, Some(b"value".to_vec()));
        }

        #[test]
        fn values_survive_any_sequence_of_cuts(
            saves in proptest::collection::vec((0usize..VALUE, 0usize..9000), 1..40)
        ) {
            let mut flash = Memory::new(2);
            let mut expected: Vec<Option<Vec<u8>>> = vec![None];
            for (number, (length, budget)) in saves.into_iter().enumerate() {
                let (mut store, _) = opened(&mut flash);
                let value = vec![number as u8; length];
                flash.budget = budget;
                let saved = store.save(&mut flash, &value).is_ok();
                flash.budget = usize::MAX;
                if saved {
                    expected.clear();
                }
                expected.push(Some(value));
                let found = opened(&mut flash).1;
                prop_assert!(expected.contains(&found));
                expected = vec![found];
            }
        }
    }
}
