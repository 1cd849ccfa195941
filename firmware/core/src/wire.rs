//! What is on the wire between node and hub (`firmware/PROTOCOL.md`).

pub mod bytes;
pub mod cobs;
pub mod crc;
pub mod extension;
pub mod messages;
pub mod msgpack;
pub mod record;
pub mod recorder;
pub mod seal;
pub mod table;
