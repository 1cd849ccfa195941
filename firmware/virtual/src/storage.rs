//! Settings, starts and slots, as the image of a chip keeps them.

use airwarden_core::boot::{self, Found, Record};
use airwarden_core::provision::Settings;
use airwarden_core::store::{FlashFailure, Store, VALUE};

use crate::bootloader;
use crate::flash::{BOOTS, Chip, Part, SETTINGS, SLOTS};

/// All that is in flash.
pub struct Storage<'a> {
    chip: &'a mut Chip,
    settings: Store,
    boots: Store,
    running: u8,
    record: Record,
}

impl<'a> Storage<'a> {
    /// Counts this start before anything else, then reads the settings. `chance`: see [`boot::start`].
    pub fn open(chip: &'a mut Chip, running: u8, chance: u32) -> (Storage<'a>, Found) {
        let mut kept = [0; VALUE];
        let (boots, length) = Store::open(&mut chip.part(BOOTS), &mut kept);
        let last = length.and_then(|length| Record::read(kept.get(..length)?));
        let (record, start) = boot::start(last, running, chance);
        let (settings, length) = Store::open(&mut chip.part(SETTINGS), &mut kept);
        let read = length.and_then(|length| kept.get(..length)).map(Settings::read);
        let mut storage = Storage {
            chip,
            settings,
            boots,
            running,
            record,
        };
        let counted = storage.keep_record(record).is_ok();
        let found = Found {
            settings: read.unwrap_or_default(),
            start,
            counted,
        };
        (storage, found)
    }

    /// Number of this start.
    pub fn boot_id(&self) -> u32 {
        self.record.boot_id
    }

    /// The slot that does not run.
    pub fn slot(&mut self) -> Part<'_> {
        self.chip.part(SLOTS[usize::from(1 - self.running)])
    }

    /// Keeps settings.
    pub fn keep_settings(&mut self, settings: &Settings) -> Result<(), FlashFailure> {
        let mut kept = [0; VALUE];
        let length = settings.write(&mut kept);
        self.settings.save(&mut self.chip.part(SETTINGS), &kept[..length])
    }

    /// Erases the settings. The numbers of starts stay.
    pub fn erase_settings(&mut self) -> Result<(), FlashFailure> {
        self.settings.erase(&mut self.chip.part(SETTINGS))
    }

    /// This start was healthy.
    pub fn confirm(&mut self) -> Result<(), FlashFailure> {
        self.keep_record(boot::confirmed(self.record))
    }

    /// This start ends because somebody asked for it. Where that is not kept it counts as a failure, which is no harm.
    pub fn end_as_asked(&mut self) {
        let _ = self.keep_record(boot::asked_to_end(self.record));
    }

    /// Starts the other slot next, on trial; the record goes first.
    pub fn activate(&mut self) -> Result<(), FlashFailure> {
        self.keep_record(boot::put_on_trial(self.record, 1 - self.running))?;
        self.switch()
    }

    /// Starts the other slot next.
    pub fn switch(&mut self) -> Result<(), FlashFailure> {
        bootloader::select(self.chip, 1 - self.running)
    }

    fn keep_record(&mut self, record: Record) -> Result<(), FlashFailure> {
        self.boots.save(&mut self.chip.part(BOOTS), &record.write())?;
        self.record = record;
        Ok(())
    }
}
