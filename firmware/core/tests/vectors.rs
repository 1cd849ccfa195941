//! The wire vectors in `test/vectors`: written here, read by every implementation of the protocol.
//!
//! `AIRWARDEN_WRITE_VECTORS=1 cargo test -p airwarden-core --test vectors` writes them; without it the test fails
//! where a file differs from what this code makes.

#[path = "vectors/elements.rs"]
mod elements;
#[path = "vectors/frames.rs"]
mod frames;
#[path = "vectors/links.rs"]
mod links;
#[path = "vectors/messages.rs"]
mod messages;
mod support;
#[path = "vectors/versions.rs"]
mod versions;

use std::path::PathBuf;

use serde_json::Value;

fn check(name: &str, document: &Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../test/vectors")
        .join(name);
    let made = support::json::layout(document);
    if std::env::var_os("AIRWARDEN_WRITE_VECTORS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    if stored != made {
        let line = stored
            .lines()
            .zip(made.lines())
            .position(|(a, b)| a != b)
            .unwrap_or(stored.lines().count());
        panic!(
            "{name} differs from line {}: a change of the wire, or the file was edited",
            line + 1
        );
    }
}

#[test]
fn frames_are_as_stored() {
    check("frames.json", &frames::document());
}

#[test]
fn elements_are_as_stored() {
    check("elements.json", &elements::document());
}

#[test]
fn messages_are_as_stored() {
    check("messages.json", &messages::document());
}

#[test]
fn messages_of_the_next_version_are_as_stored() {
    check("versions.json", &versions::document());
}

#[test]
fn the_serial_link_is_as_stored() {
    check("cobs.json", &links::serial());
}

#[test]
fn the_udp_link_is_as_stored() {
    check("seal.json", &links::udp());
}
