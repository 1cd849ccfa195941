//! Reading what the program says.
#![allow(dead_code, reason = "every test uses its own part")]

use std::path::PathBuf;
use std::process::Command;

use airwarden_core::cobs::Deframer;
use airwarden_core::messages::NodeMessage;
use airwarden_core::record::FramesReader;

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_airwarden-node"))
}

/// A file of this test run, in a folder that the next run empties.
pub fn file(name: &str, octets: &[u8]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{}-{name}", std::process::id()));
    std::fs::write(&path, octets).unwrap();
    path
}

/// The messages of a serial stream, none of them damaged.
pub fn messages(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut deframer = Deframer::<4096>::new();
    let mut messages = Vec::new();
    deframer.push(stream, &mut |message| messages.push(message.to_vec()));
    assert_eq!(deframer.damaged(), 0);
    messages
}

/// What a message is, in a word.
pub fn kind(message: &[u8]) -> &'static str {
    if FramesReader::new(message).is_some() {
        return "frames";
    }
    match NodeMessage::decode(message) {
        Ok((_, NodeMessage::Hello(_))) => "hello",
        Ok((_, NodeMessage::Heartbeat(_))) => "heartbeat",
        Ok((_, NodeMessage::Dwell(_))) => "dwell",
        Ok((_, NodeMessage::Log(_))) => "log",
        Ok((_, NodeMessage::TimeReply(_))) => "time",
        Ok((_, NodeMessage::Outcome(_))) => "outcome",
        Ok((_, NodeMessage::Elements(_))) => "elements",
        Ok((_, NodeMessage::Totals(_))) => "totals",
        Err(error) => panic!("{error:?}: {message:02x?}"),
    }
}

/// The times of all records, µs.
pub fn times(messages: &[Vec<u8>]) -> Vec<u64> {
    let mut times = Vec::new();
    for message in messages {
        if let Some(mut reader) = FramesReader::new(message) {
            times.extend(std::iter::from_fn(|| reader.next()).map(|record| record.time_us));
        }
    }
    times
}
