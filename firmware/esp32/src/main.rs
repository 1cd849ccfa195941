#![no_std]
#![no_main]
use embassy_executor::Spawner;
use embassy_time::{Duration, Timer};
use esp_hal::timer::systimer::SystemTimer;
esp_bootloader_esp_idf::esp_app_desc!();
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! { esp_hal::system::software_reset() }
#[esp_hal::main]
async fn main(_s: Spawner) -> ! {
    let p = esp_hal::init(esp_hal::Config::default());
    esp_alloc::heap_allocator!(size: 48 * 1024);
    esp_rtos::start(SystemTimer::new(p.SYSTIMER).alarm0, p.FROM_CPU_INTR0);
    loop { Timer::after(Duration::from_millis(300)).await; }
}
