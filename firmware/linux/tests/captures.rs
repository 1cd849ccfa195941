//! All captures at hand: every frame of them is read, and what they cost on the wire is counted.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use airwarden_core::messages::NodeMessage;
use airwarden_core::record::FramesReader;
use airwarden_core::recorder::Options;
use airwarden_node::args::Pace;
use airwarden_node::capture;
use airwarden_node::ears::{Ears, Listener};
use airwarden_node::feed::Feed;
use airwarden_node::link::{Commands, Link};
use airwarden_node::node::{Identity, Node};
use airwarden_node::pace::Pacer;
use airwarden_node::play::Player;
use airwarden_node::radio::{self, Aggregate};
use airwarden_node::receiver::Receiver;
use airwarden_node::tally::Tally;

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("AIRWARDEN_CAPTURES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures");
    let found = [named, Some(beside)]
        .into_iter()
        .flatten()
        .find(|folder| folder.join("manifest.tsv").exists());
    if found.is_none() {
        eprintln!("SKIPPED: captures not found; name their folder in AIRWARDEN_CAPTURES");
    }
    found
}

/// Path, frames and link type of each capture of the manifest.
fn manifest(folder: &Path) -> Vec<(PathBuf, u64, String)> {
    let text = fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let column = |name| names.iter().position(|known| *known == name).unwrap();
    let (path, frames, link) = (column("path"), column("frames"), column("linktype"));
    lines
        .map(|line| {
            (
                folder.join(line[path]),
                line[frames].parse().unwrap(),
                line[link].to_owned(),
            )
        })
        .collect()
}

/// Counts the frames in the messages, and that all of them can be read.
#[derive(Default)]
struct Counting {
    frames: std::rc::Rc<std::cell::Cell<u64>>,
}

impl Link for Counting {
    fn send(&mut self, message: &[u8]) -> std::io::Result<usize> {
        match FramesReader::new(message) {
            Some(mut reader) => {
                let records = std::iter::from_fn(|| reader.next()).count() as u64;
                assert!(reader.is_done(), "records to the end");
                self.frames.set(self.frames.get() + records);
            }
            None => assert!(NodeMessage::decode(message).is_ok(), "{message:02x?}"),
        }
        Ok(message.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn play(file: &Path) -> (Tally, u64, Vec<String>) {
    let identity = Identity {
        name: "test".into(),
        mac: [2; 6],
        boot_id: 1,
        capabilities: 0,
        configuration: 0,
    };
    let link = Counting::default();
    let frames = link.frames.clone();
    let mut node = Node::new(identity, Box::new(link), Options::FILE, false);
    let mut warnings = Vec::new();
    let ears = Ears {
        listener: Listener::Node(&mut node),
        commands: &Commands::default(),
        stop: &AtomicBool::new(false),
        warn: &mut |text| warnings.push(text.to_owned()),
    };
    Player::new(ears, Pacer::new(Pace::Max))
        .play(&[file.to_owned()], false)
        .unwrap();
    (node.tally().clone(), frames.get(), warnings)
}

#[test]
fn every_frame_is_read_and_costs_little() {
    let Some(folder) = folder() else { return };
    let began = Instant::now();
    let mut all = Tally::default();
    let mut kinds: HashMap<String, u32> = HashMap::new();
    for (path, frames, link) in manifest(&folder) {
        let (tally, on_the_wire, warnings) = play(&path);
        assert!(
            tally.frames() == frames,
            "{}: {} frames of {frames}: {warnings:?}",
            path.display(),
            tally.frames()
        );
        assert_eq!(on_the_wire, frames, "{}", path.display());
        assert!(
            warnings.iter().all(|warning| warning.contains("ends in the middle")),
            "{warnings:?}"
        );
        all.add(&tally);
        *kinds.entry(link).or_default() += 1;
    }
    eprintln!(
        "{} captures {kinds:?}: {}",
        kinds.values().sum::<u32>(),
        all.json(began.elapsed())
    );
    assert!(
        all.octets_per_frame() <= 17.0,
        "{} octets a frame",
        all.octets_per_frame()
    );
    assert!(
        all.frames_per_datagram() >= 75.0,
        "{} frames a datagram",
        all.frames_per_datagram()
    );
}

#[test]
fn no_file_makes_the_reader_panic_or_hang() {
    let Some(folder) = folder() else { return };
    let mut files = Vec::new();
    for kind in fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_dir())
    {
        files.extend(fs::read_dir(kind.path()).unwrap().flatten().map(|entry| entry.path()));
    }
    assert!(files.len() > 400);
    for file in files {
        let began = Instant::now();
        play(&file);
        assert!(began.elapsed() < Duration::from_secs(20), "{}", file.display());
    }
}

#[test]
fn frames_cut_from_real_captures_are_read_too() {
    let Some(folder) = folder() else { return };
    let mut receiver = Receiver::default();
    for (path, ..) in manifest(&folder).into_iter().step_by(7) {
        let mut feed = Feed::new(capture::open(&path).unwrap(), &mut receiver);
        for _ in 0..50 {
            let Ok(Some(packet)) = feed.next_packet() else { break };
            for length in 0..packet.octets.len().min(120) {
                let cut = capture::Packet {
                    octets: &packet.octets[..length],
                    ..packet
                };
                let reception = receiver.receive(&cut);
                assert!(reception.bytes.len() <= length);
            }
        }
    }
}

/// What the vectors of the radiotap library say of themselves in their `.out` files.
#[test]
fn radiotap_vectors_give_the_expected_fields() {
    let Some(folder) = folder().map(|folder| folder.join("radiotap-check")) else {
        return;
    };
    let mut checked = 0;
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "bin") {
            continue;
        }
        let expected = fs::read_to_string(path.with_extension("out")).unwrap();
        let first = |name: &str| {
            expected
                .lines()
                .find_map(|line| line.trim().strip_prefix(name))
                .map(|value| value.trim().to_owned())
        };
        let header = fs::read(&path).unwrap();
        let radio = radio::radiotap::read(&header).unwrap_or_else(|| panic!("{}", path.display()));
        assert_eq!(
            radio.tsf.map(|tsf| tsf.to_string()),
            first("TSFT:"),
            "{}",
            path.display()
        );
        let flags = first("flags:").map(|flags| u8::from_str_radix(&flags, 16).unwrap());
        assert_eq!(radio.fcs, flags.map(|flags| flags & 0x10 != 0), "{}", path.display());
        assert_eq!(
            radio.padded,
            flags.is_some_and(|flags| flags & 0x20 != 0),
            "{}",
            path.display()
        );
        let rate = first("rate:").map(|rate| (rate.parse::<f64>().unwrap() * 2.0) as u8);
        assert_eq!(radio.phy.rate(), rate.unwrap_or(0), "{}", path.display());
        assert_eq!(radio.aggregate, None::<Aggregate>);
        checked += 1;
    }
    assert_eq!(checked, 10);
}
