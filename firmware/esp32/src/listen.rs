//! Takes packets out of the ring, lets the node record them, and tunes the radio.

use airwarden_core::packet::{Assembly, Piece};
use airwarden_core::provision::Uplink;
use airwarden_core::ring::Consumer;
use embassy_futures::yield_now;
use embassy_time::{Duration, Ticker};

use crate::chip::LAYOUT;
use crate::radio::{self, SLOTS};
use crate::shared::{Shared, now_us, task};

/// How often the ring is emptied: at 5,000 frames a second a fifth of it fills in between.
const EVERY: Duration = Duration::from_millis(5);
/// Packets taken without letting other tasks run.
const AT_ONCE: usize = 32;

/// Runs for ever. `listening`: there are packets to come.
#[embassy_executor::task]
pub async fn run(shared: &'static Shared, mut ring: Consumer<'static, Piece, SLOTS>, listening: bool) {
    static ASSEMBLY: static_cell::ConstStaticCell<Assembly> = static_cell::ConstStaticCell::new(Assembly::new(LAYOUT));
    let assembly = ASSEMBLY.take();
    let mut ticker = Ticker::every(EVERY);
    let hops = listening && shared.node.borrow().settings().uplink() == Uplink::Serial;
    loop {
        ticker.next().await;
        shared.seen(task::LISTEN);
        while drain(shared, assembly, &mut ring) {
            yield_now().await;
        }
        tick(shared, &ring);
        if hops && !shared.attempting.get() {
            hop(shared);
        }
    }
}

/// True while there may be more.
fn drain(shared: &Shared, assembly: &mut Assembly, ring: &mut Consumer<'static, Piece, SLOTS>) -> bool {
    let mut node = shared.node.borrow_mut();
    for _ in 0..AT_ONCE {
        let Some(heard) = assembly.take(ring) else {
            return false;
        };
        node.hear(&heard, now_us(), &mut |over, message, frames| {
            shared.emit(over, message, frames)
        });
    }
    true
}

fn tick(shared: &Shared, ring: &Consumer<'static, Piece, SLOTS>) {
    let mut vitals = shared.vitals.get();
    vitals.ring = (ring.load(), SLOTS as u32);
    vitals.ring_high = ring.high();
    vitals.ring_lost = ring.dropped();
    vitals.link_lost = shared.link_lost();
    shared.vitals.set(vitals);
    let mut emit = |over, message: &[u8], frames| shared.emit(over, message, frames);
    shared.node.borrow_mut().tick(now_us(), &vitals, &mut emit);
}

fn hop(shared: &Shared) {
    let mut emit = |over, message: &[u8], frames| shared.emit(over, message, frames);
    let mut node = shared.node.borrow_mut();
    let Some(frequency) = node.retune(now_us(), &mut emit) else {
        return;
    };
    match radio::tune(frequency) {
        Ok(()) => node.tuned(frequency, now_us(), &mut emit),
        // It is tried again until its turn is over; what is not listened to is not reported as listened.
        Err(_) => node.refused(frequency, now_us(), &mut emit),
    }
}
