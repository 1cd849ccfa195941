//! `airwarden-image CHIP ELF PARTITIONS MERGED APP`: from a linked program to what is flashed.
//!
//! MERGED holds bootloader, partition table and program from flash address 0; APP the program alone, as it goes into
//! a slot. The bootloader is the one that espflash carries.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr;

use espflash::flasher::{FlashData, FlashMode, FlashSettings, FlashSize};
use espflash::image_format::idf::IdfBootloaderFormat;
use espflash::target::Chip;

/// What flash holds where nothing was written.
const ERASED: u8 = 0xff;
/// Where the bootloader that comes with espflash looks for it; espflash would put it right before the first partition.
const PARTITION_TABLE: u32 = 0x8000;
const FIRST_SLOT: &str = "ota_0";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Ok([chip, elf, partitions, merged, app]) = <[String; 5]>::try_from(arguments) else {
        eprintln!("usage: airwarden-image CHIP ELF PARTITIONS MERGED APP");
        return ExitCode::from(2);
    };
    let paths = Paths {
        elf: Path::new(&elf),
        partitions: Path::new(&partitions),
        merged: Path::new(&merged),
        app: Path::new(&app),
    };
    match make(&chip, &paths) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{chip}: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Paths<'a> {
    elf: &'a Path,
    partitions: &'a Path,
    merged: &'a Path,
    app: &'a Path,
}

fn make(chip: &str, paths: &Paths<'_>) -> Result<(), Box<dyn Error>> {
    let chip = Chip::from_str(chip).map_err(|_| "unknown chip")?;
    let elf = fs::read(paths.elf)?;
    // DIO at 4 MB: every board has at least that, and larger flash reads it all the same.
    let settings = FlashSettings::new(Some(FlashMode::Dio), Some(FlashSize::_4Mb), None);
    let flash = FlashData::new(settings, 0, None, chip, chip.default_xtal_frequency());
    let image = IdfBootloaderFormat::new(
        &elf,
        &flash,
        Some(paths.partitions),
        None,
        Some(PARTITION_TABLE),
        Some(FIRST_SLOT),
    )?;

    let mut merged = Vec::new();
    for segment in image.clone().flash_segments() {
        let address = usize::try_from(segment.addr)?;
        if address < merged.len() {
            return Err(format!("what belongs at {address:#x} overlaps what is before it").into());
        }
        merged.resize(address, ERASED);
        merged.extend_from_slice(segment.data());
    }
    let slots: Vec<_> = image.ota_segments().collect();
    let [app] = slots.as_slice() else {
        return Err(format!("{} programs in one image", slots.len()).into());
    };
    fs::write(paths.merged, &merged)?;
    fs::write(paths.app, app.data())?;
    Ok(())
}
