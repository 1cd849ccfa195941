//! A listening node on Linux: the same core as the ESP32 nodes, fed by a capture file or a monitor-mode interface.

pub mod args;
pub mod boot;
pub mod capture;
pub mod channels;
pub mod clock;
pub mod columns;
pub mod dwell;
pub mod ears;
pub mod fcs;
pub mod feed;
pub mod link;
pub mod listen;
pub mod live;
pub mod node;
pub mod pace;
pub mod play;
pub mod radio;
pub mod receiver;
pub mod run;
pub mod tally;
