//! What a receiver hands over for each frame, before anything of it is understood.

use crate::phy::Phy;

/// RSSI where the receiver does not say.
pub const RSSI_UNKNOWN: i8 = 127;

/// One MPDU as a receiver reports it, borrowed for the length of one call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reception<'a> {
    /// Node time in µs.
    pub time_us: u64,
    /// Centre of the primary 20 MHz channel in MHz, 0 unknown.
    pub frequency: u16,
    /// Noise floor in dBm, 0 unknown.
    pub noise: i8,
    /// Received power in dBm, [`RSSI_UNKNOWN`] unknown.
    pub rssi: i8,
    /// How it was sent.
    pub phy: Phy,
    /// Octets of the MPDU on the air, with its FCS.
    pub length: u16,
    /// The check sequence did not match.
    pub fcs_bad: bool,
    /// A further MPDU of the A-MPDU that this transmitter's previous MPDU belongs to.
    pub ppdu_continues: bool,
    /// Octets of the whole PSDU, where the receiver says so.
    pub ppdu_length: Option<u16>,
    /// The MPDU without its FCS, as much of it as there is: it may be cut anywhere, or empty.
    pub bytes: &'a [u8],
}

impl Default for Reception<'_> {
    fn default() -> Self {
        Reception {
            time_us: 0,
            frequency: 0,
            noise: 0,
            rssi: RSSI_UNKNOWN,
            phy: Phy::UNKNOWN,
            length: 0,
            fcs_bad: false,
            ppdu_continues: false,
            ppdu_length: None,
            bytes: &[],
        }
    }
}
