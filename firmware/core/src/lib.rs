//! Everything a node does that is not hardware: reading 802.11 headers, packing them into records, framing and
//! sealing messages, planning channels and degrading in steps under load.
//!
//! `no_std`, without a heap on the path of a frame. Bytes from the air are hostile: no parser here panics, reads
//! past the end or grows without bound. The wire is described in `firmware/PROTOCOL.md`.
#![cfg_attr(not(any(test, feature = "std")), no_std)]
#![deny(unsafe_code)]

pub mod ampdu;
pub mod boot;
pub mod bytes;
pub mod clock;
pub mod cobs;
pub mod crc;
pub mod degrade;
pub mod eapol;
pub mod elements;
pub mod extension;
pub mod frame;
pub mod improv;
pub mod led;
pub mod mac;
pub mod mac_clock;
pub mod messages;
pub mod msgpack;
pub mod node;
pub mod packet;
pub mod phy;
pub mod plan;
pub mod provision;
pub mod reception;
pub mod record;
pub mod recorder;
pub mod ring;
pub mod rx_ctrl;
pub mod seal;
pub mod store;
pub mod table;
pub mod text;
pub mod tuner;
pub mod update;
pub mod uplink;
pub mod watchdog;
