//! The serial link: the chip's own USB, or UART0.

use airwarden_core::cobs::Deframer;
use airwarden_core::improv::Listener;
use airwarden_core::provision::Uplink;
use embassy_futures::select::select;
use embassy_futures::yield_now;
use embassy_time::{Duration, Timer};
use embedded_io_async::{Read, Write};
use esp_hal::Async;
#[cfg(feature = "uart")]
use esp_hal::uart::{UartRx as Rx, UartTx as Tx};
#[cfg(not(feature = "uart"))]
use esp_hal::usb::usb_serial_jtag::{UsbSerialJtagRx as Rx, UsbSerialJtagTx as Tx};

use crate::shared::{Shared, now_us, task};

/// What USB takes at once.
const CHUNK: usize = 64;
/// A host that does not take a chunk for so long does not read: the chunk is dropped, and with it one frame.
const UNREAD: Duration = Duration::from_millis(500);
/// How often the task comes round with nothing to do.
const IDLE: Duration = Duration::from_secs(1);
/// Most octets of a command: a piece of an update of 1,024 with its message and CRC.
const COMMAND: usize = 1280;

/// Sends what waits, for ever, and never keeps anybody waiting.
#[embassy_executor::task]
pub async fn transmit(shared: &'static Shared, mut tx: Tx<'static, Async>) {
    let mut chunk = [0; CHUNK];
    loop {
        shared.seen(task::SERIAL);
        let length = {
            let outbox = shared.outbox.borrow();
            let next = outbox.next(CHUNK);
            chunk[..next.len()].copy_from_slice(next);
            next.len()
        };
        if length == 0 {
            // Ends a USB transfer that is a multiple of 64 octets; the host would wait for more.
            let _ = select(Write::flush(&mut tx), Timer::after(UNREAD)).await;
            let _ = select(shared.outbox_filled.wait(), Timer::after(IDLE)).await;
            continue;
        }
        let _ = select(tx.write_all(&chunk[..length]), Timer::after(UNREAD)).await;
        shared.outbox.borrow_mut().sent(length);
    }
}

/// Takes commands and the requests of pages, for ever.
#[embassy_executor::task]
pub async fn receive(shared: &'static Shared, mut rx: Rx<'static, Async>) {
    let mut chunk = [0; CHUNK];
    let mut deframer: Deframer<COMMAND> = Deframer::new();
    let mut page = Listener::new();
    loop {
        #[allow(irrefutable_let_patterns, reason = "USB cannot fail, a UART can")]
        let Ok(length) = Read::read(&mut rx, &mut chunk).await else {
            continue;
        };
        let arrived = now_us();
        let octets = &chunk[..length.min(CHUNK)];
        deframer.push(octets, &mut |message| shared.command(message, Uplink::Serial, arrived));
        for &octet in octets {
            if let Some(request) = page.push(octet) {
                shared.page(&request);
            }
        }
        yield_now().await;
    }
}
