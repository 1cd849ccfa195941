//! Why the chip starts: what the hardware says, and what the program has left behind in memory that survives a
//! restart.

use core::fmt::Write;
use core::panic::PanicInfo;

use airwarden_core::text::Text;
#[cfg(not(feature = "esp32c61"))]
use esp_hal::ram;
use esp_hal::rtc_cntl::SocResetReason;

/// Why the program restarts the chip; numbers of PROTOCOL.md §7.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Cause {
    /// It was asked to, or saw reason to.
    Software = 2,
    /// It panicked.
    Panic = 3,
    /// A task hung.
    Watchdog = 4,
    /// A new image is to be started.
    Update = 7,
}

/// Marks that what follows was left by this program and is not what memory holds after power on.
const MARK: u32 = 0x4157_0001;

const PLACE: usize = 60;

/// Mark, cause, and where it panicked. In the memory of the low-power domain, which no bootloader touches; the C61
/// has none.
#[cfg_attr(not(feature = "esp32c61"), ram(unstable(rtc_fast, persistent)))]
#[cfg_attr(feature = "esp32c61", unsafe(link_section = ".noinit"))]
static mut LEFT: [u8; 8 + PLACE] = [0; 8 + PLACE];

/// Restarts.
pub fn restart(cause: Cause) -> ! {
    leave(cause, "");
    esp_hal::system::software_reset()
}

fn leave(cause: Cause, place: &str) {
    let mut left = [0; 8 + PLACE];
    left[..4].copy_from_slice(&MARK.to_le_bytes());
    left[4] = cause as u8;
    let place = airwarden_core::messages::clip(place, PLACE);
    left[5] = place.len() as u8;
    left[8..8 + place.len()].copy_from_slice(place.as_bytes());
    // SAFETY: a restart follows, and nothing else runs that looks at it.
    unsafe { (&raw mut LEFT).write_volatile(left) };
}

/// The reset reason of PROTOCOL.md §7, and where it panicked; asked once, at the start.
pub fn take() -> (u8, Text<PLACE>) {
    // SAFETY: before any task runs.
    let left = unsafe { (&raw const LEFT).read_volatile() };
    unsafe { (&raw mut LEFT).write_volatile([0; 8 + PLACE]) };
    let hardware = esp_hal::system::reset_reason();
    let by_software = matches!(hardware, Some(SocResetReason::CoreSw | SocResetReason::Cpu0Sw));
    if by_software && left[..4] == MARK.to_le_bytes() {
        let length = usize::from(left[5]).min(PLACE);
        let place = core::str::from_utf8(&left[8..8 + length]).unwrap_or("");
        return (left[4], Text::clipped(place));
    }
    (reason(hardware), Text::new())
}

fn reason(hardware: Option<SocResetReason>) -> u8 {
    match hardware {
        Some(SocResetReason::ChipPowerOn) => 1,
        Some(SocResetReason::CoreSw | SocResetReason::Cpu0Sw) => 2,
        Some(
            SocResetReason::CoreMwdt0
            | SocResetReason::CoreMwdt1
            | SocResetReason::CoreRtcWdt
            | SocResetReason::Cpu0Mwdt0
            | SocResetReason::Cpu0Mwdt1
            | SocResetReason::Cpu0RtcWdt
            | SocResetReason::SysRtcWdt
            | SocResetReason::SysSuperWdt,
        ) => 4,
        Some(SocResetReason::SysBrownOut) => 5,
        Some(SocResetReason::CoreDeepSleep) => 6,
        _ => 0,
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let mut place: Text<PLACE> = Text::new();
    if let Some(location) = info.location() {
        let file = location.file().rsplit('/').next().unwrap_or("");
        let _ = write!(place, "{file}:{}", location.line());
    }
    leave(Cause::Panic, place.as_str());
    esp_hal::system::software_reset()
}
