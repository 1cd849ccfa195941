//! Listening on a monitor-mode interface.

pub mod hop;
pub mod socket;
