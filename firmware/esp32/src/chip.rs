//! What differs from chip to chip.

use airwarden_core::rx_ctrl::Layout;

#[cfg(feature = "esp32c3")]
mod this {
    use super::Layout;
    pub const NAME: &str = "esp32c3";
    pub const IMAGE_ID: u16 = 5;
    pub const LAYOUT: Layout = Layout::V1;
    pub const BANDS: u32 = 0;
}
#[cfg(feature = "esp32c6")]
mod this {
    use super::Layout;
    pub const NAME: &str = "esp32c6";
    pub const IMAGE_ID: u16 = 13;
    pub const LAYOUT: Layout = Layout::V2;
    pub const BANDS: u32 = 0;
}
#[cfg(feature = "esp32c5")]
mod this {
    use super::Layout;
    pub const NAME: &str = "esp32c5";
    pub const IMAGE_ID: u16 = 23;
    pub const LAYOUT: Layout = Layout::V3;
    pub const BANDS: u32 = airwarden_core::messages::capability::BAND_5GHZ;
}
#[cfg(feature = "esp32c61")]
mod this {
    use super::Layout;
    pub const NAME: &str = "esp32c61";
    pub const IMAGE_ID: u16 = 20;
    pub const LAYOUT: Layout = Layout::V3;
    pub const BANDS: u32 = 0;
}

pub use this::{BANDS, IMAGE_ID, LAYOUT, NAME};

/// Channels 1 to 13: listening is allowed on all of them everywhere.
#[cfg(not(feature = "esp32c5"))]
pub const FREQUENCIES: &[u16] = &[
    2412, 2417, 2422, 2427, 2432, 2437, 2442, 2447, 2452, 2457, 2462, 2467, 2472,
];
/// The same and those of the 5 GHz band with 20 MHz (IEEE 802.11, Annex E).
#[cfg(feature = "esp32c5")]
pub const FREQUENCIES: &[u16] = &[
    2412, 2417, 2422, 2427, 2432, 2437, 2442, 2447, 2452, 2457, 2462, 2467, 2472, 5180, 5200, 5220, 5240, 5260, 5280,
    5300, 5320, 5500, 5520, 5540, 5560, 5580, 5600, 5620, 5640, 5660, 5680, 5700, 5720, 5745, 5765, 5785, 5805, 5825,
];
