//! What a node does besides listening: it is set up, starts, reports, obeys, is updated, and watches itself.

pub mod boot;
pub mod improv;
pub mod led;
pub mod networks;
pub mod node;
pub mod provision;
pub mod store;
pub mod text;
pub mod trial;
pub mod update;
pub mod uplink;
pub mod watchdog;
