//! The network: joining the access point, and sealed datagrams to the hub.

use airwarden_core::provision::Uplink;
use airwarden_core::rx_ctrl::channel_frequency;
use airwarden_core::seal::{DATAGRAM, Opener, Sealer, Sender};
use airwarden_core::text::Text;
use embassy_futures::select::{Either, Either3, Either4, select, select3, select4};
use embassy_net::dns::DnsQueryType;
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_net::{IpEndpoint, Runner, Stack};
use embassy_time::{Duration, Instant, Timer};
use esp_radio::wifi::sta::StationConfig;
use esp_radio::wifi::{AuthenticationMethodConfig, Config, Interface, WifiController};

use crate::cause::{Cause, restart};
use crate::radio;
use crate::shared::{Network, Shared, now_us, task};

/// A page waits no longer than this for what came of its network.
const ATTEMPT: Duration = Duration::from_secs(20);
/// Between two attempts to join.
const PAUSE: Duration = Duration::from_secs(3);
/// The driver needs so long after its start before it may listen.
const SETTLE: Duration = Duration::from_millis(300);
/// How often signal and channel are looked at: an access point may change its channel.
const LOOK: Duration = Duration::from_secs(5);
/// The hub's name is asked for again after so long without a word of it.
const ASK_AGAIN: Duration = Duration::from_secs(60);

/// The driver's settings for a network; none where the passphrase cannot be.
pub fn station(ssid: &str, psk: &str) -> Option<Config> {
    let method = if psk.is_empty() {
        AuthenticationMethodConfig::Open
    } else {
        AuthenticationMethodConfig::Wpa2Personal(psk.try_into().ok()?)
    };
    let station = StationConfig::default()
        .with_ssid(ssid.try_into().ok()?)
        .with_authentication(method);
    Some(Config::Station(station))
}

/// Owns the driver, for ever. `listening`: packets are wanted.
#[embassy_executor::task]
pub async fn run(shared: &'static Shared, mut controller: WifiController<'static>, listening: bool) {
    begin_listening(shared, listening).await;
    if shared.node.borrow().settings().uplink() == Uplink::Wifi {
        stay_joined(shared, &mut controller, listening).await;
    }
    loop {
        let network = shared.attempt.wait().await;
        attempt(shared, &mut controller, &network, listening).await;
    }
}

async fn begin_listening(shared: &Shared, listening: bool) {
    Timer::after(SETTLE).await;
    if listening && radio::listen().is_err() {
        shared.log(0, "the radio does not listen");
    }
}

/// Tries a network that a page gave; the old one is taken up again by the restart, or by whoever called.
async fn attempt(shared: &Shared, controller: &mut WifiController<'static>, network: &Network, listening: bool) {
    shared.attempting.set(true);
    let joined = match station(network.ssid.as_str(), network.psk.as_str()) {
        Some(config) if controller.set_config(&config).is_ok() => {
            matches!(
                select(controller.connect_async(), Timer::after(ATTEMPT)).await,
                Either::First(Ok(_))
            )
        }
        _ => false,
    };
    let _ = select(controller.disconnect_async(), Timer::after(PAUSE)).await;
    shared.tried(network, joined);
    begin_listening(shared, listening).await;
    shared.attempting.set(false);
}

async fn stay_joined(shared: &Shared, controller: &mut WifiController<'static>, listening: bool) -> ! {
    loop {
        if let Either::First(Ok(info)) = select(controller.connect_async(), Timer::after(ATTEMPT)).await {
            shared.joined.set(true);
            hold(shared, Some(info.channel));
            let network = while_joined(shared, controller, info.channel).await;
            shared.joined.set(false);
            hold(shared, None);
            if let Some(network) = network {
                attempt(shared, controller, &network, listening).await;
                rejoin_own(shared, controller);
            }
        }
        let _ = select(controller.disconnect_async(), Timer::after(PAUSE)).await;
        match select(shared.attempt.wait(), Timer::after(PAUSE)).await {
            Either::First(network) => {
                attempt(shared, controller, &network, listening).await;
                rejoin_own(shared, controller);
            }
            Either::Second(()) => {}
        }
    }
}

fn rejoin_own(shared: &Shared, controller: &mut WifiController<'static>) {
    let node = shared.node.borrow();
    let config = node.settings().network().and_then(|(ssid, psk)| station(ssid, psk));
    if let Some(config) = config {
        let _ = controller.set_config(&config);
    }
}

/// Until the access point is lost or to be left; gives the network that a page wants tried.
async fn while_joined(shared: &Shared, controller: &WifiController<'static>, channel: u8) -> Option<Network> {
    let mut channel = channel;
    loop {
        let lost = controller.wait_for_disconnect_async();
        match select4(lost, shared.rejoin.wait(), shared.attempt.wait(), Timer::after(LOOK)).await {
            Either4::First(_) | Either4::Second(()) => return None,
            Either4::Third(network) => return Some(network),
            Either4::Fourth(()) => {
                let mut vitals = shared.vitals.get();
                vitals.rssi = controller
                    .rssi()
                    .ok()
                    .and_then(|rssi| i8::try_from(rssi).ok())
                    .unwrap_or(0);
                shared.vitals.set(vitals);
                if let Ok((now, _)) = controller.channel()
                    && now != channel
                {
                    channel = now;
                    hold(shared, Some(channel));
                }
            }
        }
    }
}

fn hold(shared: &Shared, channel: Option<u8>) {
    let mut emit = |over, message: &[u8], frames| shared.emit(over, message, frames);
    let frequency = channel.map(channel_frequency).filter(|&frequency| frequency != 0);
    shared.node.borrow_mut().held(frequency, now_us(), &mut emit);
    if channel.is_none() {
        let mut vitals = shared.vitals.get();
        vitals.rssi = 0;
        shared.vitals.set(vitals);
    }
}

/// Runs the network, for ever.
#[embassy_executor::task]
pub async fn network(mut runner: Runner<'static, Interface>) {
    runner.run().await
}

/// Sends datagrams and takes those of the hub, for ever. Without a key nothing is sent.
#[embassy_executor::task]
pub async fn datagrams(shared: &'static Shared, stack: Stack<'static>, node_id: u64, boot_id: u32) {
    let target = {
        let node = shared.node.borrow();
        let sealed = node.settings().sealed().filter(|_| shared.counted);
        sealed.map(|(host, port, key)| (Text::<96>::clipped(host), port, *key))
    };
    let Some((host, port, key)) = target else {
        return idle(shared).await;
    };
    let mut sealer = Sealer::new(&key, node_id, boot_id, Sender::Node);
    let mut opener = Opener::new(&key, node_id, boot_id, Sender::Hub);
    loop {
        if let Some(hub) = find(shared, stack, host.as_str(), port).await {
            exchange(shared, stack, hub, &mut sealer, &mut opener).await;
        }
    }
}

/// Comes round in place of [`datagrams`].
#[embassy_executor::task]
pub async fn nothing_to_send(shared: &'static Shared) {
    idle(shared).await
}

async fn idle(shared: &Shared) {
    loop {
        shared.seen(task::DATAGRAMS);
        Timer::after(Duration::from_secs(1)).await;
    }
}

async fn find(shared: &Shared, stack: Stack<'static>, host: &str, port: u16) -> Option<IpEndpoint> {
    shared.seen(task::DATAGRAMS);
    if !stack.is_config_up() {
        Timer::after(Duration::from_millis(500)).await;
        return None;
    }
    let asked = select(
        stack.dns_query(host, DnsQueryType::A),
        Timer::after(Duration::from_secs(5)),
    )
    .await;
    shared.seen(task::DATAGRAMS);
    match asked {
        Either::First(Ok(addresses)) => addresses.first().map(|&address| IpEndpoint::new(address, port)),
        _ => {
            Timer::after(Duration::from_secs(2)).await;
            None
        }
    }
}

/// Until the network is gone, or the hub is silent for long enough to ask where it is.
async fn exchange(shared: &Shared, stack: Stack<'static>, hub: IpEndpoint, sealer: &mut Sealer, opener: &mut Opener) {
    let (mut rx_meta, mut tx_meta) = ([PacketMetadata::EMPTY; 4], [PacketMetadata::EMPTY; 4]);
    let (mut rx, mut tx) = ([0; 2 * DATAGRAM], [0; 4 * DATAGRAM]);
    let mut socket = UdpSocket::new(stack, &mut rx_meta, &mut rx, &mut tx_meta, &mut tx);
    if socket.bind(0).is_err() {
        return;
    }
    let (mut incoming, mut outgoing) = ([0; DATAGRAM], [0; DATAGRAM]);
    let mut heard = Instant::now();
    while stack.is_config_up() && heard.elapsed() < ASK_AGAIN {
        shared.seen(task::DATAGRAMS);
        let idle = Timer::after(Duration::from_secs(1));
        match select3(shared.datagrams.receive(), socket.recv_from(&mut incoming), idle).await {
            Either3::First(message) => {
                let Some(length) = sealer.seal(message.octets(), &mut outgoing) else {
                    // No counters are left: a new start has new ones.
                    restart(Cause::Software);
                };
                let sent = socket.send_to(outgoing.get(..length).unwrap_or(&[]), hub);
                let _ = select(sent, Timer::after(Duration::from_secs(1))).await;
            }
            Either3::Second(Ok((length, from))) if from.endpoint == hub => {
                let arrived = now_us();
                if let Ok(message) = opener.open(incoming.get_mut(..length).unwrap_or(&mut [])) {
                    heard = Instant::now();
                    let mut watch = shared.hub.get();
                    watch.heard(arrived);
                    shared.hub.set(watch);
                    shared.command(message, Uplink::Wifi, arrived);
                }
            }
            Either3::Second(_) | Either3::Third(()) => {}
        }
    }
}
