//! What is on the air: addresses, headers, elements, modulation, and how a receiver hands them over.

pub mod ampdu;
pub mod eapol;
pub mod elements;
pub mod frame;
pub mod mac;
pub mod phy;
pub mod reception;
