//! The radio's promiscuous mode, through the driver's own functions: esp-radio has no filters, gives less of what
//! the receiver says, and makes a slice past the end of packets that have no octets.

use core::cell::UnsafeCell;
use core::ffi::c_void;

use airwarden_core::packet::{self, Piece, Raw};
use airwarden_core::ring::{Consumer, Producer, Ring};
use airwarden_core::tuner::channel_number;
use static_cell::ConstStaticCell;

use crate::chip::LAYOUT;
use crate::shared::now_us;

/// Pieces of packets that wait: 25 ms of 5,000 frames a second, of which most take two.
pub const SLOTS: usize = 256;

// Names, arguments and numbers of ESP-IDF's esp_wifi.h and esp_wifi_types_generic.h.
unsafe extern "C" {
    fn esp_wifi_set_promiscuous(on: bool) -> i32;
    fn esp_wifi_set_promiscuous_rx_cb(callback: Option<unsafe extern "C" fn(*mut c_void, u32)>) -> i32;
    fn esp_wifi_set_promiscuous_filter(filter: *const u32) -> i32;
    fn esp_wifi_set_promiscuous_ctrl_filter(filter: *const u32) -> i32;
    fn esp_wifi_set_channel(primary: u8, second: u32) -> i32;
}

const PASS_MANAGEMENT: u32 = 1;
const PASS_CONTROL: u32 = 1 << 1;
const PASS_DATA: u32 = 1 << 2;
/// Packets without octets, such as those of more streams than the chip has.
const PASS_MISC: u32 = 1 << 3;
const PASS_DATA_MPDU: u32 = 1 << 4;
const PASS_DATA_AMPDU: u32 = 1 << 5;
const PASS_FCS_FAILED: u32 = 1 << 6;

const PASS_WRAPPER: u32 = 1 << 23;
const PASS_BLOCK_ACK_REQUEST: u32 = 1 << 24;
const PASS_BLOCK_ACK: u32 = 1 << 25;
const PASS_PS_POLL: u32 = 1 << 26;
const PASS_RTS: u32 = 1 << 27;
const PASS_CTS: u32 = 1 << 28;
const PASS_ACK: u32 = 1 << 29;
const PASS_CF_END: u32 = 1 << 30;

static RING: ConstStaticCell<Ring<Piece, SLOTS>> = ConstStaticCell::new(Ring::new(Piece::EMPTY));

/// The end of the ring that the callback writes to.
struct Inlet(UnsafeCell<Option<Producer<'static, Piece, SLOTS>>>);

// SAFETY: written once before the callback is registered, and from then on used by the callback alone, which the
// driver calls from one thread.
unsafe impl Sync for Inlet {}

static INLET: Inlet = Inlet(UnsafeCell::new(None));

/// The end of the ring that the recorder reads; to be called once.
pub fn outlet() -> Consumer<'static, Piece, SLOTS> {
    let (producer, consumer) = RING.take().split();
    // SAFETY: no callback is registered yet.
    unsafe { *INLET.0.get() = Some(producer) };
    consumer
}

/// The driver refused.
#[derive(Clone, Copy, Debug)]
pub struct Refused;

fn accepted(code: i32) -> Result<(), Refused> {
    if code == 0 { Ok(()) } else { Err(Refused) }
}

/// Begins to listen, or begins again. The driver must have been running for 300 ms: listening at once has been seen
/// to hang the chip.
pub fn listen() -> Result<(), Refused> {
    let frames =
        PASS_MANAGEMENT | PASS_CONTROL | PASS_DATA | PASS_MISC | PASS_DATA_MPDU | PASS_DATA_AMPDU | PASS_FCS_FAILED;
    let control = PASS_WRAPPER
        | PASS_BLOCK_ACK_REQUEST
        | PASS_BLOCK_ACK
        | PASS_PS_POLL
        | PASS_RTS
        | PASS_CTS
        | PASS_ACK
        | PASS_CF_END;
    // SAFETY: the driver copies the filters, and the callback fits its type.
    unsafe {
        accepted(esp_wifi_set_promiscuous_filter(&frames))?;
        accepted(esp_wifi_set_promiscuous_ctrl_filter(&control))?;
        accepted(esp_wifi_set_promiscuous_rx_cb(Some(heard)))?;
        accepted(esp_wifi_set_promiscuous(true))
    }
}

/// Switches to the channel of this frequency, MHz, 20 MHz wide.
pub fn tune(frequency: u16) -> Result<(), Refused> {
    // SAFETY: numbers alone.
    accepted(unsafe { esp_wifi_set_channel(channel_number(frequency), 0) })
}

/// Called by the driver in its own thread: copies and leaves.
unsafe extern "C" fn heard(packet: *mut c_void, kind: u32) {
    // SAFETY: see `Inlet`.
    let Some(producer) = (unsafe { &mut *INLET.0.get() }) else {
        return;
    };
    let start = packet.cast::<u8>().cast_const();
    // SAFETY: every packet begins with rx_ctrl, of the length of this chip's layout.
    let control = unsafe { core::slice::from_raw_parts(start, LAYOUT.length()) };
    let length = packet::readable(LAYOUT, control, kind);
    // SAFETY: the driver holds so many octets behind it, none of packets without.
    let payload = unsafe { core::slice::from_raw_parts(start.add(LAYOUT.length()), length) };
    packet::put(
        producer,
        &Raw {
            kind,
            arrived_us: now_us() as u32,
            control,
            payload,
        },
    );
}
