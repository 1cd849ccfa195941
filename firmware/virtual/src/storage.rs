//! Settings, starts and slots, as the image of a chip keeps them.

use airwarden_core::boot::{self, Found, Record};
use airwarden_core::provision::{Settings, Uplink};
use airwarden_core::store::{FlashFailure, Store, VALUE};
use airwarden_core::text::Text;
use airwarden_core::trial::{self, Kept, Standing};

use crate::bootloader;
use crate::flash::{BOOTS, Chip, Part, SETTINGS, SLOTS};

/// All that is in flash.
pub struct Storage<'a> {
    chip: &'a mut Chip,
    settings: Store,
    boots: Store,
    running: u8,
    record: Record,
    /// As this start found it: what is given to it now is for the next one.
    kept: Kept,
    standing: Standing,
}

impl<'a> Storage<'a> {
    /// Counts this start before anything else, then reads the settings. `chance`: see [`boot::start`].
    pub fn open(chip: &'a mut Chip, running: u8, chance: u32) -> (Storage<'a>, Found) {
        let mut kept = [0; VALUE];
        let (boots, length) = Store::open(&mut chip.part(BOOTS), &mut kept);
        let last = length.and_then(|length| Record::read(kept.get(..length)?));
        let (mut record, start) = boot::start(last, running, chance);
        let (settings, length) = Store::open(&mut chip.part(SETTINGS), &mut kept);
        let kept = length.and_then(|length| kept.get(..length)).map(Kept::read);
        let kept = kept.unwrap_or_default();
        let standing = kept.begin(&mut record);
        let mut storage = Storage {
            chip,
            settings,
            boots,
            running,
            record,
            kept,
            standing,
        };
        let counted = storage.keep_record(record).is_ok();
        storage.tidy();
        let found = Found {
            settings: kept.in_use(standing),
            standing,
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

    /// Keeps settings that came over this link; those over the air on trial.
    pub fn keep_settings(&mut self, settings: &Settings, over: Uplink) -> Result<(), FlashFailure> {
        self.keep(self.kept.with(self.standing, *settings, over))?;
        self.record = trial::anew(self.record);
        Ok(())
    }

    /// The settings in use have proved themselves; nothing is left of others. Says so where the new ones did not.
    pub fn settle(&mut self) -> Result<Option<Text<200>>, FlashFailure> {
        let words = (self.standing == Standing::WentBack).then(|| self.kept.words());
        let settled = self.kept.settled(self.standing);
        self.keep(settled)?;
        (self.kept, self.standing) = (settled, Standing::Settled);
        Ok(words)
    }

    /// The other settings have the next start. Where that is not kept, the starts that are counted come to it.
    pub fn end_turn(&mut self) {
        let _ = self.keep_record(trial::turned(boot::asked_to_end(self.record)));
    }

    fn keep(&mut self, kept: Kept) -> Result<(), FlashFailure> {
        let mut octets = [0; VALUE];
        let length = kept.write(&mut octets);
        let (octets, part) = (&octets[..length], &mut self.chip.part(SETTINGS));
        if kept.is_settled() {
            self.settings.save_alone(part, octets)?;
        } else {
            self.settings.save(part, octets)?;
        }
        Ok(())
    }

    /// What a cut of the power left of former settings is erased.
    fn tidy(&mut self) {
        if self.kept.is_settled() && !self.settings.is_alone(&mut self.chip.part(SETTINGS)) {
            let _ = self.keep(self.kept);
        }
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
