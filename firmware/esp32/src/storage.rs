//! Settings, starts and slots in flash.

use airwarden_core::boot::{self, Found, Record};
use airwarden_core::provision::{Settings, Uplink};
use airwarden_core::store::{Flash, FlashFailure, SECTOR, Store, VALUE};
use airwarden_core::text::Text;
use airwarden_core::trial::{self, Kept, Standing};
use esp_bootloader_esp_idf::ota_updater::OtaUpdater;
use esp_bootloader_esp_idf::partitions::{self, PartitionTable};
use esp_storage::FlashStorage;

/// Where a partition lies.
#[derive(Clone, Copy)]
struct Region {
    base: u32,
    size: u32,
}

/// A partition as the core wants it.
pub struct Part<'a> {
    flash: &'a mut FlashStorage<'static>,
    region: Region,
}

impl Part<'_> {
    fn address(&self, offset: u32, length: usize) -> Result<u32, FlashFailure> {
        let end = u64::from(offset) + length as u64;
        if end > u64::from(self.region.size) {
            return Err(FlashFailure);
        }
        Ok(self.region.base + offset)
    }
}

impl Flash for Part<'_> {
    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashFailure> {
        let address = self.address(offset, bytes.len())?;
        self.flash.read_nor(address, bytes).map_err(|_| FlashFailure)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashFailure> {
        let address = self.address(offset, bytes.len())?;
        self.flash.write_nor(address, bytes).map_err(|_| FlashFailure)
    }

    fn erase(&mut self, offset: u32) -> Result<(), FlashFailure> {
        let address = self.address(offset, SECTOR as usize)?;
        self.flash.erase(address, address + SECTOR).map_err(|_| FlashFailure)
    }
}

/// All that is in flash.
pub struct Storage {
    flash: FlashStorage<'static>,
    settings: (Region, Store),
    boots: (Region, Store),
    slots: [Region; 2],
    running: u8,
    record: Record,
    /// As this start found it: what is given to it now is for the next one.
    kept: Kept,
    standing: Standing,
}

impl Storage {
    /// Reads the flash and counts this start; nothing where the partitions are not those of this firmware. `chance`: see
    /// [`boot::start`].
    pub fn open(mut flash: FlashStorage<'static>, chance: u32) -> Option<(Storage, Found)> {
        let mut table = [0; partitions::PARTITION_TABLE_MAX_LEN];
        let table = partitions::read_partition_table(&mut flash, &mut table).ok()?;
        let slots = [region(&table, "ota_0")?, region(&table, "ota_1")?];
        let booted = table.booted_partition().ok()??.offset();
        let running = u8::from(booted == slots[1].base);
        let (settings, boots) = (region(&table, "settings")?, region(&table, "boots")?);

        let mut kept = [0; VALUE];
        let (boots_store, length) = Store::open(&mut part(&mut flash, boots), &mut kept);
        let last = length.and_then(|length| Record::read(kept.get(..length)?));
        let (mut record, start) = boot::start(last, running, chance);

        let (settings_store, length) = Store::open(&mut part(&mut flash, settings), &mut kept);
        let read = length.and_then(|length| kept.get(..length)).map(Kept::read);
        kept.fill(0);
        let kept = read.unwrap_or_default();
        let standing = kept.begin(&mut record);
        let mut storage = Storage {
            flash,
            settings: (settings, settings_store),
            boots: (boots, boots_store),
            slots,
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
        Some((storage, found))
    }

    /// Number of this start.
    pub fn boot_id(&self) -> u32 {
        self.record.boot_id
    }

    /// Octets of the slot that does not run.
    pub fn slot_size(&self) -> u32 {
        self.other_slot().size
    }

    /// The slot that does not run.
    pub fn slot(&mut self) -> Part<'_> {
        let region = self.other_slot();
        part(&mut self.flash, region)
    }

    fn other_slot(&self) -> Region {
        self.slots[usize::from(self.running == 0)]
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
        let (region, store) = &mut self.settings;
        let mut part = part(&mut self.flash, *region);
        let value = octets.get(..length).unwrap_or(&[]);
        let saved = if kept.is_settled() {
            store.save_alone(&mut part, value)
        } else {
            store.save(&mut part, value)
        };
        octets.fill(0);
        saved
    }

    /// What a cut of the power left of former settings is erased.
    fn tidy(&mut self) {
        let (region, store) = &mut self.settings;
        let is_alone = store.is_alone(&mut part(&mut self.flash, *region));
        if self.kept.is_settled() && !is_alone {
            let _ = self.keep(self.kept);
        }
    }

    /// Erases the settings. The numbers of starts stay: they must not be used again.
    pub fn erase_settings(&mut self) -> Result<(), FlashFailure> {
        let (region, store) = &mut self.settings;
        store.erase(&mut part(&mut self.flash, *region))
    }

    /// This start was healthy.
    pub fn confirm(&mut self) -> Result<(), FlashFailure> {
        self.keep_record(boot::confirmed(self.record))
    }

    /// This start ends because somebody asked for it. Where that is not kept it counts as a failure, which is no harm.
    pub fn end_as_asked(&mut self) {
        let _ = self.keep_record(boot::asked_to_end(self.record));
    }

    /// Starts the other slot next, on trial. The record goes first: a cut in between is taken for an image that the
    /// bootloader refused, and the old one runs on.
    pub fn activate(&mut self) -> Result<(), FlashFailure> {
        let other = 1 - self.running;
        self.keep_record(boot::put_on_trial(self.record, other))?;
        self.switch()
    }

    /// Starts the other slot next.
    pub fn switch(&mut self) -> Result<(), FlashFailure> {
        let mut table = [0; partitions::PARTITION_TABLE_MAX_LEN];
        OtaUpdater::new(&mut self.flash, &mut table)
            .and_then(|mut updater| updater.activate_next_partition())
            .map_err(|_| FlashFailure)
    }

    fn keep_record(&mut self, record: Record) -> Result<(), FlashFailure> {
        let (region, store) = &mut self.boots;
        store.save(&mut part(&mut self.flash, *region), &record.write())?;
        self.record = record;
        Ok(())
    }
}

fn part<'a>(flash: &'a mut FlashStorage<'static>, region: Region) -> Part<'a> {
    Part { flash, region }
}

fn region(table: &PartitionTable<'_>, label: &str) -> Option<Region> {
    let entry = table.iter().find(|entry| entry.label_as_str() == label)?;
    Some(Region {
        base: entry.offset(),
        size: entry.len(),
    })
}
