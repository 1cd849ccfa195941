//! The listening node on ESP32-C3, C6, C5 and C61: every decision is in airwarden-core, here is what moves octets.
#![no_std]
#![no_main]

extern crate alloc;

use core::cell::RefCell;

mod cause;
mod chip;
mod life;
mod light;
mod listen;
mod radio;
mod serial;
mod shared;
mod storage;
mod wifi;

use airwarden_core::boot::{Found, Start, Watch};
use airwarden_core::mac::Mac;
use airwarden_core::messages::capability;
use airwarden_core::node::{Identity, Node};
use airwarden_core::provision::{Settings, Uplink};
use airwarden_core::text::Text;
use airwarden_core::trial::Trial;
use airwarden_core::update::{Slot, Updater, release_key};
use embassy_executor::Spawner;
use embassy_net::StackResources;
use esp_hal::clock::CpuClock;
use esp_hal::gpio::{Input, InputConfig, Pull};
use esp_hal::ram;
use esp_hal::rng::Rng;
use esp_hal::rtc_cntl::{Rtc, RwdtStage, RwdtStageAction};
use esp_hal::time::Duration;
use esp_hal::timer::systimer::SystemTimer;
use esp_hal::timer::timg::{MwdtStage, MwdtStageAction, TimerGroup};
use esp_radio::wifi::{Config, ControllerConfig, CountryInfo, Interface, PowerSaveMode, WifiController};
#[cfg(not(feature = "esp32c3"))]
use esp_radio::wifi::{Protocol, Protocols};
use esp_storage::FlashStorage;
use static_cell::StaticCell;

use crate::cause::{Cause, restart};
use crate::shared::{CACHE, Parts, Shared, now_us};
use crate::storage::Storage;

esp_bootloader_esp_idf::esp_app_desc!();

/// Public half of the key that releases are signed with, in hexadecimal; empty: this image takes no updates.
const RELEASE_KEY: Option<[u8; 32]> = release_key(match option_env!("AIRWARDEN_RELEASE_KEY") {
    Some(digits) => digits,
    None => "",
});

/// 15 dBm, in quarters: enough for a house, and below what makes some boards fail to authenticate.
const TRANSMIT_POWER: i8 = 60;

#[esp_hal::main]
async fn main(spawner: Spawner) -> ! {
    let peripherals = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    // Before anything that could fail: this start is counted.
    let (reset_reason, panicked) = cause::take();
    let opened = Storage::open(FlashStorage::new(peripherals.FLASH), Rng::new().random());
    let Some((mut storage, found)) = opened else {
        panic!("the partitions are not those of this firmware");
    };
    if found.start == Start::FallBack && storage.switch().is_ok() {
        restart(Cause::Update);
    }

    esp_alloc::heap_allocator!(#[ram(reclaimed)] size: 64 * 1024);
    esp_alloc::heap_allocator!(size: 48 * 1024);
    esp_rtos::start(
        SystemTimer::new(peripherals.SYSTIMER).alarm0,
        peripherals.FROM_CPU_INTR0,
    );

    let mut timer = TimerGroup::new(peripherals.TIMG1).wdt;
    timer.set_timeout(MwdtStage::Stage0, Duration::from_secs(15));
    timer.set_stage_action(MwdtStage::Stage0, MwdtStageAction::ResetSystem);
    timer.enable();
    let mut rtc = Rtc::new(peripherals.RTC_TIMER);
    rtc.rwdt.set_timeout(RwdtStage::Stage0, Duration::from_secs(30));
    rtc.rwdt
        .set_stage_action(RwdtStage::Stage0, RwdtStageAction::ResetSystem);
    rtc.rwdt.enable();

    let mac = esp_hal::efuse::base_mac_address();
    let mac = mac
        .as_bytes()
        .first_chunk::<6>()
        .map_or(Mac(0), |&octets| Mac::from_octets(octets));
    let settings = found.usable();
    let shared = share(storage, &found, settings, mac, reset_reason);
    tell(shared, found.start, panicked);

    #[cfg(not(feature = "uart"))]
    let (rx, tx) = esp_hal::usb::usb_serial_jtag::UsbSerialJtag::new(peripherals.USB_DEVICE)
        .into_async()
        .split();
    #[cfg(feature = "uart")]
    let (rx, tx) = {
        let config = esp_hal::uart::Config::default().with_baudrate(921_600);
        let Ok(uart) = esp_hal::uart::Uart::new(peripherals.UART0, config) else {
            panic!("no UART");
        };
        // The pins of the bridge on every board: those the chip's own bootloader talks on.
        #[cfg(feature = "esp32c3")]
        let uart = uart.with_rx(peripherals.GPIO20).with_tx(peripherals.GPIO21);
        #[cfg(feature = "esp32c6")]
        let uart = uart.with_rx(peripherals.GPIO17).with_tx(peripherals.GPIO16);
        #[cfg(feature = "esp32c5")]
        let uart = uart.with_rx(peripherals.GPIO12).with_tx(peripherals.GPIO11);
        #[cfg(feature = "esp32c61")]
        let uart = uart.with_rx(peripherals.GPIO10).with_tx(peripherals.GPIO11);
        uart.into_async().split()
    };
    spawner.spawn(serial::transmit(shared, tx).expect("a task"));
    spawner.spawn(serial::receive(shared, rx).expect("a task"));

    let pull = InputConfig::default().with_pull(Pull::Up);
    // BOOT and the light of the common boards, plain or RGB.
    #[cfg(not(feature = "esp32c5"))]
    let (button, pin) = (Input::new(peripherals.GPIO9, pull), peripherals.GPIO8);
    #[cfg(feature = "esp32c5")]
    let (button, pin) = (Input::new(peripherals.GPIO28, pull), peripherals.GPIO27);
    #[cfg(not(feature = "esp32c61"))]
    let light = light::Light::new(peripherals.RMT, pin);
    #[cfg(feature = "esp32c61")]
    let light = light::Light::new(peripherals.SPI2, pin);
    let body = life::Body {
        timer,
        rtc,
        light,
        button,
        #[cfg(any(feature = "esp32c3", feature = "esp32c6"))]
        thermometer: esp_hal::tsens::TemperatureSensor::new(peripherals.TSENS, Default::default()).ok(),
    };
    spawner.spawn(life::run(shared, body).expect("a task"));

    let listening = found.start != Start::Safe;
    let ring = radio::outlet();
    spawner.spawn(listen::run(shared, ring, listening).expect("a task"));
    // In safe mode the radio is on only where the hub cannot be reached without.
    if listening || settings.uplink() == Uplink::Wifi {
        join(spawner, shared, peripherals.WIFI, listening, mac);
    }
    core::future::pending().await
}

/// Its frame holds what is moved into place, and is given back before the tasks run.
#[inline(never)]
fn share(storage: Storage, found: &Found, settings: Settings, mac: Mac, reset_reason: u8) -> &'static Shared {
    static SHARED: StaticCell<Shared> = StaticCell::new();
    let updates = match RELEASE_KEY {
        Some(_) => capability::UPDATES,
        None => 0,
    };
    let identity = Identity {
        chip: chip::NAME,
        firmware: env!("CARGO_PKG_VERSION"),
        mac,
        boot_id: storage.boot_id(),
        reset_reason,
        capabilities: capability::BITMAPS | chip::BANDS | updates | found.standing.capabilities(),
        frequencies: chip::FREQUENCIES,
    };
    let slot = Slot {
        release_key: RELEASE_KEY,
        size: storage.slot_size(),
        chip_id: chip::IMAGE_ID,
    };
    let parts = Parts {
        node: node(identity, settings),
        updater: updater(slot),
        storage,
        watch: Watch::new(found.start, now_us()),
        trial: Trial::new(found.trial(), now_us()),
        counted: found.counted,
    };
    SHARED.init(Shared::new(parts, now_us()))
}

#[inline(never)]
fn node(identity: Identity, settings: Settings) -> &'static RefCell<Node<CACHE>> {
    static NODE: StaticCell<RefCell<Node<CACHE>>> = StaticCell::new();
    NODE.init_with(|| RefCell::new(Node::new(identity, settings, now_us())))
}

#[inline(never)]
fn updater(slot: Slot) -> &'static RefCell<Updater> {
    static UPDATER: StaticCell<RefCell<Updater>> = StaticCell::new();
    UPDATER.init_with(|| RefCell::new(Updater::new(slot)))
}

/// What the hub should know of this start.
fn tell(shared: &Shared, start: Start, panicked: Text<60>) {
    match start {
        Start::Normal => {}
        Start::Trial => shared.log(2, "a new image is on trial"),
        Start::FellBack => shared.log(0, "the new image failed, the old one runs"),
        Start::FallBack => shared.log(0, "the new image failed, and the flash refuses the old one"),
        Start::Safe => shared.log(
            0,
            "safe mode after repeated failures: listens to nothing for 10 minutes",
        ),
    }
    if !panicked.is_empty() {
        shared.log(0, "the last start ended in a panic at");
        shared.log(0, panicked.as_str());
    }
    if !shared.counted {
        shared.log(
            0,
            "the flash keeps nothing: settings stay as they are, and nothing is sent over Wi-Fi",
        );
    }
}

/// Starts the radio and, where it is the uplink, the network.
fn join(
    spawner: Spawner,
    shared: &'static Shared,
    device: esp_hal::peripherals::WIFI<'static>,
    listening: bool,
    mac: Mac,
) {
    let (config, country, wifi) = {
        let node = shared.node.borrow();
        let settings = node.settings();
        let wifi = settings.uplink() == Uplink::Wifi;
        let network = settings.network().filter(|_| wifi);
        let config = network.and_then(|(ssid, psk)| wifi::station(ssid, psk));
        (config, settings.country(), wifi)
    };
    let config = ControllerConfig::default()
        .with_country_info(CountryInfo::from(country))
        .with_initial_config(config.unwrap_or(Config::Station(Default::default())));
    let interface = Interface::station();
    let Ok(mut controller) = WifiController::new(device, config) else {
        shared.log(0, "the radio does not start");
        return;
    };
    // Stamps are exact only without it, and frames are missed.
    let _ = controller.set_power_saving(PowerSaveMode::None);
    let _ = controller.set_max_tx_power(TRANSMIT_POWER);
    // Off unless asked for; whether frames of others are heard then is not known.
    #[cfg(not(feature = "esp32c3"))]
    let _ =
        controller.set_protocols(Protocols::default().with_2_4(Protocol::B | Protocol::G | Protocol::N | Protocol::AX));
    #[cfg(feature = "esp32c5")]
    let _ = controller.set_band_mode(esp_radio::wifi::BandMode::Auto);
    spawner.spawn(wifi::run(shared, controller, listening).expect("a task"));
    if !wifi {
        spawner.spawn(wifi::nothing_to_send(shared).expect("a task"));
        return;
    }
    static RESOURCES: StaticCell<StackResources<4>> = StaticCell::new();
    let rng = Rng::new();
    let seed = u64::from(rng.random()) << 32 | u64::from(rng.random());
    let (stack, runner) = embassy_net::new(
        interface,
        embassy_net::Config::dhcpv4(Default::default()),
        RESOURCES.init(StackResources::new()),
        seed,
    );
    spawner.spawn(wifi::network(runner).expect("a task"));
    let boot_id = shared.storage.borrow().boot_id();
    spawner.spawn(wifi::datagrams(shared, stack, mac.0, boot_id).expect("a task"));
}
