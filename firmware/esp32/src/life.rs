//! Light, button, temperature, watchdogs, and the restarts that are due.

use alloc::alloc::{Layout, alloc, dealloc};
use core::fmt::Write;

use airwarden_core::boot::{Start, Verdict};
use airwarden_core::led::{Button, Show};
use airwarden_core::provision::Uplink;
use airwarden_core::text::Text;
use airwarden_core::trial::Step;
use airwarden_core::watchdog::{Heap, HeapWatch, Silence};
use embassy_time::{Duration, Ticker};
use esp_hal::gpio::Input;
use esp_hal::peripherals::TIMG1;
use esp_hal::rtc_cntl::Rtc;
use esp_hal::timer::timg::Wdt;

use crate::cause::{Cause, restart};
use crate::light::Light;
use crate::shared::{Shared, now_us};

/// Short enough for the shortest flash of the light.
const EVERY: Duration = Duration::from_millis(20);
const LOOKS_PER_SECOND: u32 = 50;
/// A buffer of the radio's.
const BUFFER: Layout = match Layout::from_size_align(1700, 4) {
    Ok(layout) => layout,
    Err(_) => panic!("a size"),
};

/// What is looked at and fed.
pub struct Body {
    /// Watches this program.
    pub timer: Wdt<TIMG1<'static>>,
    /// Watches all of the chip.
    pub rtc: Rtc<'static>,
    /// Plain or RGB.
    pub light: Light,
    /// Down when low.
    pub button: Input<'static>,
    /// °C.
    #[cfg(any(feature = "esp32c3", feature = "esp32c6"))]
    pub thermometer: Option<esp_hal::tsens::TemperatureSensor<'static>>,
}

impl Body {
    fn temperature(&self) -> i8 {
        #[cfg(any(feature = "esp32c3", feature = "esp32c6"))]
        if let Some(thermometer) = &self.thermometer {
            return thermometer.get_temperature().to_celsius() as i8;
        }
        -128
    }
}

/// Runs for ever.
#[embassy_executor::task]
pub async fn run(shared: &'static Shared, mut body: Body) {
    let mut ticker = Ticker::every(EVERY);
    let mut button = Button::new();
    let mut heap = HeapWatch::new();
    let mut looks = 0;
    loop {
        ticker.next().await;
        let now = now_us();
        if button.look(body.button.is_low(), now) && shared.storage.borrow_mut().erase_settings().is_ok() {
            shared.storage.borrow_mut().end_as_asked();
            restart(Cause::Software);
        }
        if let Some(cause) = shared.due_restart() {
            restart(cause);
        }
        let colour = show(shared, button.is_armed(now), now).colour_at(now);
        body.light.shine(colour).await;
        looks += 1;
        if looks >= LOOKS_PER_SECOND {
            looks = 0;
            each_second(shared, &mut body, &mut heap);
        }
    }
}

fn show(shared: &Shared, armed: bool, now: u64) -> Show {
    let node = shared.node.borrow();
    let wifi = node.settings().uplink() == Uplink::Wifi;
    match () {
        () if armed => Show::Erasing,
        () if now < shared.identify_until.get() => Show::Identify,
        () if shared.is_updating() => Show::Updating,
        () if shared.watch.get().start() == Start::Safe => Show::Safe,
        () if node.is_answered(now) => Show::Well,
        () if node.settings().is_new() => Show::New,
        () if wifi && !shared.joined.get() => Show::Joining,
        () => Show::Unheard,
    }
}

fn each_second(shared: &Shared, body: &mut Body, heap: &mut HeapWatch) {
    let now = now_us();
    match heap.look(
        u32::try_from(esp_alloc::HEAP.free()).unwrap_or(u32::MAX),
        has_whole_buffer(),
    ) {
        Heap::Enough => shared.strained.set(false),
        Heap::Strained => shared.strained.set(true),
        Heap::Failing => {
            shared.log(0, "the heap is used up");
            shared.restart_soon(Cause::Watchdog);
        }
    }
    let mut vitals = shared.vitals.get();
    vitals.heap_low = heap.lowest();
    vitals.temperature = body.temperature();
    vitals.safe_mode = shared.watch.get().start() == Start::Safe;
    shared.vitals.set(vitals);
    judge(shared, now);
    match shared.liveness.get().hanging(now) {
        None => {
            body.timer.feed();
            body.rtc.rwdt.feed();
        }
        // Not fed any more: the hardware restarts the chip, unless the task comes round.
        Some(task) => {
            let mut text: Text<40> = Text::new();
            let _ = write!(text, "task {task} hangs");
            shared.log(0, text.as_str());
        }
    }
}

fn judge(shared: &Shared, now: u64) {
    let answered = shared.node.borrow().is_answered(now);
    let mut watch = shared.watch.get();
    let verdict = watch.look(now, answered);
    shared.watch.set(watch);
    match verdict {
        Verdict::Wait => {}
        Verdict::Confirm => {
            if shared.storage.borrow_mut().confirm().is_err() {
                shared.log(0, "the flash does not keep that this start was healthy");
            }
        }
        Verdict::Restart => {
            if watch.start() == Start::Safe {
                let _ = shared.storage.borrow_mut().confirm();
            }
            shared.restart_soon(Cause::Software);
        }
    }
    judge_settings(shared, now, answered);
    if shared.node.borrow().settings().uplink() == Uplink::Wifi {
        let mut hub = shared.hub.get();
        let silence = hub.look(now);
        shared.hub.set(hub);
        match silence {
            Silence::Bear => {}
            Silence::Rejoin => shared.rejoin.signal(()),
            Silence::Restart => shared.restart_soon(Cause::Software),
        }
    }
}

fn judge_settings(shared: &Shared, now: u64, answered: bool) {
    if shared.is_restarting() {
        // Others may have been kept since.
        return;
    }
    let mut trial = shared.trial.get();
    let step = trial.look(now, answered);
    shared.trial.set(trial);
    match step {
        Step::Wait => {}
        Step::Settle => {
            let settled = shared.storage.borrow_mut().settle();
            match settled {
                Ok(Some(words)) => shared.log(1, words.as_str()),
                Ok(None) => {}
                Err(_) => shared.log(0, "the flash does not keep which settings hold"),
            }
        }
        Step::Turn => {
            shared.storage.borrow_mut().end_turn();
            shared.restart_soon(Cause::Software);
        }
    }
}

fn has_whole_buffer() -> bool {
    // SAFETY: the layout has a size, and what is given back was taken with it.
    unsafe {
        let buffer = alloc(BUFFER);
        if !buffer.is_null() {
            dealloc(buffer, BUFFER);
        }
        !buffer.is_null()
    }
}
