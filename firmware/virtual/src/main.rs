//! `airwarden-virtual`: see help.txt.

mod air;
mod args;
mod bench;
mod bootloader;
mod device;
mod flash;
mod links;
mod obey;
mod outlets;
mod radio;
mod storage;
mod tongue;

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use airwarden_core::boot::Start;

use crate::air::{Air, Home, Tape};
use crate::args::{Args, Request};
use crate::device::{Around, Beginning, Cause, Device, Setup, World};
use crate::flash::{Chip, SLOTS};
use crate::links::Cable;
use crate::storage::Storage;

/// A program that dies at its start does not do so at once: the restart of a chip takes some time.
const RESTART: Duration = Duration::from_millis(20);
/// Octets of the program that a new flash holds.
const FIRST_IMAGE: usize = 20_000;

fn main() -> ExitCode {
    let done = match args::parse(std::env::args_os().skip(1)) {
        Ok(Request::Show(text)) => io::stdout().write_all(text.as_bytes()).map_err(|e| e.to_string()),
        Ok(Request::Bench(capture)) => bench::run(capture.as_deref(), &mut io::stdout()),
        Ok(Request::Image(version, octets)) => io::stdout()
            .write_all(&bootloader::image(&version, octets))
            .map_err(|e| e.to_string()),
        Ok(Request::Run(args)) => live(&args),
        Err(wrong) => Err(wrong),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("airwarden-virtual: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// What the number of a start comes from where none before it is known.
fn chance(args: &Args) -> u32 {
    match args.first_start {
        // It takes a quarter of the chance, and one more.
        Some(first) => first.saturating_sub(1) << 2,
        None => RandomState::new().hash_one(0) as u32,
    }
}

/// From start to start, until the power is cut or there is nothing to start.
fn live(args: &Args) -> Result<(), String> {
    let trouble = |error: io::Error| format!("{}: {error}", args.flash.display());
    let (mut chip, new) = Chip::open(&args.flash, args.power_cut_at).map_err(trouble)?;
    if new {
        let image = bootloader::image(env!("CARGO_PKG_VERSION"), FIRST_IMAGE);
        chip.flash(SLOTS[0], &image).map_err(trouble)?;
    }
    let setup = Setup {
        mac: args.mac,
        network: args.network.clone(),
        frequency: args.frequency,
        release_key: args.release_key,
        protocol: args.protocol.clone(),
    };
    let mut air = match &args.capture {
        Some(path) => Air::Played(Box::new(Tape::open(path)?)),
        None => Air::Made(Box::new(Home::new(args.seed, args.frequency, args.rate))),
    };
    let cable = match &args.serial {
        Some(path) => Some(Cable::plug_in(path).map_err(|error| format!("{}: {error}", path.display()))?),
        None => None,
    };
    let world = World::new(args.speed);
    let (mut cause, mut clock_us) = (Cause::Power, args.clock_start);
    loop {
        let Some((slot, version)) = bootloader::start(&chip) else {
            return Err("no slot holds a program: this node is dead until it is flashed".into());
        };
        let writes = chip.writes();
        let (mut storage, found) = Storage::open(&mut chip, slot, chance(args));
        eprintln!(
            "airwarden-virtual: start {} of {version} in slot {slot}, {:?}, {writes} writes before",
            storage.boot_id(),
            found.start,
        );
        if found.start == Start::FallBack && storage.switch().is_ok() {
            cause = Cause::Update;
            continue;
        }
        if args.failing.as_ref() == Some(&version) {
            cause = Cause::Panic;
            thread::sleep(RESTART);
            continue;
        }
        let around = Around {
            setup: &setup,
            world: &world,
            air: &mut air,
            cable: cable.as_ref(),
        };
        let beginning = Beginning {
            found,
            // What a program says of itself is part of it.
            version: version.leak(),
            cause,
            clock_us,
        };
        cause = Device::new(around, storage, &beginning).run();
        clock_us = 0;
    }
}
