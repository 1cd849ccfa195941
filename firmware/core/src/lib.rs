//! Everything a node does that is not hardware: reading 802.11 headers, packing them into records, framing and
//! sealing messages, planning channels and degrading in steps under load.
//!
//! `no_std`, without a heap on the path of a frame. Bytes from the air are hostile: no parser here panics, reads
//! past the end or grows without bound. The wire is described in `firmware/PROTOCOL.md`.
#![cfg_attr(not(any(test, feature = "std")), no_std)]
#![deny(unsafe_code)]

mod air;
mod radio;
mod wire;

pub mod boot;
pub mod improv;
pub mod led;
pub mod mac_clock;
pub mod node;
pub mod packet;
pub mod provision;
pub mod store;
pub mod text;
pub mod tuner;
pub mod update;
pub mod uplink;
pub mod watchdog;

pub use air::{ampdu, eapol, elements, frame, mac, phy, reception};
pub use radio::{clock, degrade, plan, ring, rx_ctrl};
pub use wire::{bytes, cobs, crc, extension, messages, msgpack, record, recorder, seal, table};
