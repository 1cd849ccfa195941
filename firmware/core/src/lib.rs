//! Everything a node does that is not hardware: reading 802.11 headers, packing them into records, framing and
//! sealing messages, planning channels and degrading in steps under load.
//!
//! `no_std`, without a heap on the path of a frame. Bytes from the air are hostile: no parser here panics, reads
//! past the end or grows without bound. The wire is described in `firmware/PROTOCOL.md`.
#![cfg_attr(not(any(test, feature = "std")), no_std)]
#![deny(unsafe_code)]

mod air;
mod life;
mod radio;
mod wire;

pub use air::{ampdu, eapol, elements, frame, mac, phy, reception};
pub use life::{boot, improv, led, networks, node, provision, store, text, trial, update, uplink, watchdog};
pub use radio::{clock, degrade, mac_clock, packet, plan, ring, rx_ctrl, tuner};
pub use wire::{bytes, cobs, crc, extension, messages, msgpack, record, recorder, seal, table};
