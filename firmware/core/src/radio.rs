//! The receiver of a node: what its driver says, which channel it listens to, and what it does when it hears too much.

pub mod clock;
pub mod degrade;
pub mod mac_clock;
pub mod packet;
pub mod plan;
pub mod ring;
pub mod rx_ctrl;
pub mod tuner;
