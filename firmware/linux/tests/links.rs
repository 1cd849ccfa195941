//! The program on its links: sealed datagrams, a pseudoterminal, and an interface.
#![cfg(target_os = "linux")]

mod support;
#[path = "support/wire.rs"]
mod wire;

use std::fs::File;
use std::io::{Read, Write};
use std::net::UdpSocket;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use airwarden_core::cobs;
use airwarden_core::messages::{ChannelPlan, HubMessage, NodeMessage};
use airwarden_core::record::FramesReader;
use airwarden_core::seal::{Header, Opener, Sealer, Sender};
use support::{Order, pcap_header, pcap_record};
use wire::{file, kind, messages, program, times};

const KEY: [u8; 32] = [0x5a; 32];
const START: u64 = 1_700_000_000;

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Acknowledgements, ten a second.
fn capture(name: &str, count: u32) -> PathBuf {
    let mut octets = pcap_header(Order::Little, 0xa1b2_c3d4, 105);
    for number in 0..count {
        let frame = [0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 1];
        octets.extend(pcap_record(
            Order::Little,
            START as u32 + number / 10,
            number % 10 * 100_000,
            10,
            &frame,
        ));
    }
    file(name, &octets)
}

/// Ends the program with the test, however it ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn hub_says(sequence: u32, message: &HubMessage<'_>) -> Vec<u8> {
    let mut octets = [0; 1024];
    let length = message.encode(sequence, &mut octets).unwrap();
    octets[..length].to_vec()
}

struct Hub {
    socket: UdpSocket,
    opener: Option<Opener>,
    heard: Vec<Vec<u8>>,
    from: Option<(std::net::SocketAddr, Header)>,
}

impl Hub {
    fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Hub {
            socket,
            opener: None,
            heard: Vec::new(),
            from: None,
        }
    }

    /// Hears on until a message of this kind has come; gives it.
    fn hear(&mut self, wanted: &str) -> Vec<u8> {
        let mut datagram = [0; 2048];
        loop {
            let (count, from) = match self.socket.recv_from(&mut datagram) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                received => received.expect("a datagram in time"),
            };
            assert!(count <= 1400);
            let header = Header::read(&datagram[..count]).unwrap();
            self.from = Some((from, header));
            let opener = self
                .opener
                .get_or_insert_with(|| Opener::new(&KEY, header.node_id, header.boot_id, Sender::Node));
            let message = opener
                .open(&mut datagram[..count])
                .expect("sealed with the key")
                .to_vec();
            self.heard.push(message.clone());
            if kind(&message) == wanted {
                return message;
            }
        }
    }
}

#[test]
fn sealed_datagrams_both_ways() {
    let path = capture("udp.pcap", 40);
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-udp-state", std::process::id()));
    let _ = std::fs::remove_file(&state);
    let key_file = file("key", format!("{}\n", hex(&KEY)).as_bytes());
    let mut hub = Hub::new();
    let address = hub.socket.local_addr().unwrap().to_string();
    let start = || {
        let mut command = program();
        command.args([
            "--output",
            "udp",
            &address,
            "--mac",
            "02:00:00:00:00:07",
            "--pace",
            "4",
            "--state",
        ]);
        Running(
            command
                .arg(&state)
                .arg("--key-file")
                .arg(&key_file)
                .arg(&path)
                .spawn()
                .unwrap(),
        )
    };
    let mut running = start();
    let hello = hub.hear("hello");
    let Ok((0, NodeMessage::Hello(hello))) = NodeMessage::decode(&hello) else {
        panic!("not first")
    };
    let (from, header) = hub.from.unwrap();
    assert_eq!((header.node_id, header.boot_id), (0x0200_0000_0007, hello.boot_id));

    let mut sealer = Sealer::new(&KEY, header.node_id, header.boot_id, Sender::Hub);
    let mut say = |socket: &UdpSocket, sequence, message: &HubMessage<'_>| {
        let mut datagram = [0; 1400];
        let length = sealer.seal(&hub_says(sequence, message), &mut datagram).unwrap();
        socket.send_to(&datagram[..length], from).unwrap();
        datagram[..length].to_vec()
    };
    let request = HubMessage::TimeRequest {
        token: 4711,
        time_us: 1,
    };
    let datagram = say(&hub.socket, 0, &request);
    let reply = hub.hear("time");
    let Ok((_, NodeMessage::TimeReply(reply))) = NodeMessage::decode(&reply) else {
        panic!()
    };
    assert_eq!(reply.token, 4711);
    assert!(
        (START * 1_000_000..START * 1_000_000 + 4_000_000).contains(&reply.sent_us),
        "the capture's clock"
    );
    // The same again is a replay, and a forgery is none of the hub's: both are answered by nothing.
    hub.socket.send_to(&datagram, from).unwrap();
    hub.socket.send_to(&[0x41; 60], from).unwrap();
    let plan = ChannelPlan::new(&[(2412, 1)], 250).unwrap();
    say(&hub.socket, 1, &HubMessage::Plan(plan));
    let Ok((_, NodeMessage::Outcome(outcome))) =
        NodeMessage::decode(&hub.hear("outcome")).map(|(sequence, message)| {
            (
                sequence,
                match message {
                    NodeMessage::Outcome(outcome) => {
                        NodeMessage::Outcome(airwarden_core::messages::Outcome { text: "", ..outcome })
                    }
                    _ => panic!(),
                },
            )
        })
    else {
        panic!()
    };
    assert_eq!((outcome.command, outcome.code), (1, 3), "not now");
    while times(&hub.heard).len() < 40 {
        hub.hear("frames");
    }
    assert!(running.0.wait().unwrap().success());
    assert_eq!(hub.heard.iter().filter(|message| kind(message) == "time").count(), 1);

    // The next start has another boot number.
    hub.socket.set_nonblocking(true).unwrap();
    while hub.socket.recv(&mut [0; 2048]).is_ok() {}
    hub.socket.set_nonblocking(false).unwrap();
    hub.opener = None;
    let _second = start();
    hub.hear("hello");
    let second = hub.from.unwrap().1.boot_id;
    assert!(second > header.boot_id, "{second} after {}", header.boot_id);
}

#[test]
fn a_hub_that_is_not_there_yet_is_no_failure() {
    let path = capture("nobody.pcap", 30);
    let nobody = UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let state = file("nobody-state", b"41\n");
    let mut command = program();
    command.args([
        "--output",
        "udp",
        &nobody,
        "--pace",
        "max",
        "--key",
        &hex(&KEY),
        "--state",
    ]);
    let output = command.arg(&state).arg(&path).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(std::fs::read_to_string(&state).unwrap().trim().parse::<u32>().unwrap() > 41);
}

/// A pseudoterminal: the side the program opens, and the other.
fn pseudoterminal() -> (PathBuf, File) {
    // SAFETY: plain calls of the C library on a descriptor of our own; the name is copied out at once.
    unsafe {
        let fd = libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY);
        assert!(fd >= 0 && libc::grantpt(fd) == 0 && libc::unlockpt(fd) == 0);
        let mut name = [0; 64];
        assert_eq!(libc::ptsname_r(fd, name.as_mut_ptr(), name.len()), 0);
        let name = std::ffi::CStr::from_ptr(name.as_ptr()).to_str().unwrap().to_owned();
        (PathBuf::from(name), File::from(OwnedFd::from_raw_fd(fd)))
    }
}

#[test]
fn a_serial_device_both_ways() {
    let path = capture("serial.pcap", 30);
    let (device, mut hub) = pseudoterminal();
    let mut command = program();
    command
        .args(["--output", "serial"])
        .arg(&device)
        .args(["--pace", "2"])
        .arg(&path);
    let mut running = Running(command.spawn().unwrap());
    let mut stream = Vec::new();
    let mut octets = [0; 4096];
    let mut asked = false;
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < Duration::from_secs(20));
        match hub.read(&mut octets) {
            Ok(count) => stream.extend_from_slice(&octets[..count]),
            // The other side has been closed.
            Err(error) if error.raw_os_error() == Some(libc::EIO) && asked => break,
            Err(error) => panic!("{error}"),
        }
        if !asked && stream.contains(&0) {
            asked = true;
            let message = hub_says(0, &HubMessage::TimeRequest { token: 5, time_us: 1 });
            let mut framed = vec![0; cobs::framed_length(message.len())];
            let length = cobs::frame(&message, &mut framed).unwrap();
            hub.write_all(&framed[..length]).unwrap();
        }
    }
    assert!(running.0.wait().unwrap().success());
    let said = messages(&stream);
    assert_eq!(kind(&said[0]), "hello");
    assert_eq!(times(&said).len(), 30);
    assert_eq!(said.iter().filter(|message| kind(message) == "time").count(), 1);
}

#[test]
fn what_is_no_serial_device_is_said_to_be_none() {
    let path = capture("wrong.pcap", 1);
    let plain = file("plain", b"");
    for (device, word) in [
        (plain.as_path(), "not a serial device"),
        (Path::new("/dev/nosuch"), "no such device"),
    ] {
        let output = program()
            .args(["--output", "serial"])
            .arg(device)
            .arg(&path)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(word) && said.lines().count() == 1, "{said}");
    }
}

/// A network interface whose packets begin with a radiotap header, and the file to send packets into it. None where
/// this machine does not allow it.
fn radiotap_interface(name: &str) -> Option<File> {
    const IEEE80211_RADIOTAP: libc::c_int = 803;
    let tun = File::options().read(true).write(true).open("/dev/net/tun").ok()?;
    // SAFETY: all-zero is a valid request; each call gets the structure it wants, which outlives it.
    unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
            *to = from as libc::c_char;
        }
        request.ifr_ifru.ifru_flags = (libc::IFF_TAP | libc::IFF_NO_PI) as i16;
        if libc::ioctl(tun.as_raw_fd(), libc::TUNSETIFF as _, &raw mut request) < 0
            || libc::ioctl(tun.as_raw_fd(), libc::TUNSETLINK as _, IEEE80211_RADIOTAP) < 0
        {
            return None;
        }
        let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM, 0);
        let socket = (socket >= 0).then(|| OwnedFd::from_raw_fd(socket))?;
        request.ifr_ifru.ifru_flags = libc::IFF_UP as i16;
        (libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw mut request) >= 0).then_some(tun)
    }
}

/// An acknowledgement under a radiotap header with flags, rate, channel and signal.
const PACKET: [u8; 29] = [
    0, 0, 15, 0, 0x2e, 0, 0, 0, 0x10, 2, 0x6c, 0x09, 0xa0, 0, 0xc3, // radiotap
    0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0,
];

#[test]
fn an_interface_is_listened_to_and_hops() {
    let name = format!("awtest{}", std::process::id() % 1_000_000);
    let Some(mut tun) = radiotap_interface(&name) else {
        eprintln!("SKIPPED: this machine allows no test interface (/dev/net/tun, CAP_NET_ADMIN)");
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-bin", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let iw = folder.join("iw");
    std::fs::write(&iw, "#!/bin/sh\n[ \"$5\" = 2484 ] && { echo 'command failed: Invalid argument (-22)' >&2; exit 234; }\necho \"$@\" >> \"$0.log\"\n").unwrap();
    std::fs::set_permissions(&iw, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = program();
    command
        .args([
            "--interface",
            &name,
            "--channels",
            "1,14,6",
            "--dwell",
            "110",
            "--stats",
        ])
        .env("PATH", format!("{}:/bin:/usr/bin", folder.display()));
    let mut running = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut stdout = running.0.stdout.take().unwrap();
    let reading = std::thread::spawn(move || {
        let mut stream = Vec::new();
        stdout.read_to_end(&mut stream).unwrap();
        stream
    });
    std::thread::sleep(Duration::from_millis(300));
    let before = airwarden_node::clock::unix_us();
    for _ in 0..200 {
        tun.write_all(&PACKET).unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(1_000));
    // SAFETY: no pointers; the process is this test's own child, not yet waited for.
    unsafe { libc::kill(running.0.id() as i32, libc::SIGINT) };
    let status = running.0.wait().unwrap();
    let mut stderr = String::new();
    running.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(status.success(), "{stderr}");
    let said = messages(&reading.join().unwrap());
    assert_eq!(kind(&said[0]), "hello");
    let records: Vec<_> = said
        .iter()
        .filter_map(|message| FramesReader::new(message))
        .flat_map(|mut reader| {
            std::iter::from_fn(move || reader.next().map(|record| (record.time_us, record.rssi, record.length)))
                .collect::<Vec<_>>()
        })
        .collect();
    let mine: Vec<_> = records.iter().filter(|record| record.1 == -61).collect();
    assert_eq!(mine.len(), 200, "{stderr}");
    assert!(
        mine.iter()
            .all(|record| record.2 == 14 && record.0.abs_diff(before) < 10_000_000)
    );
    // Channel 14 was refused, said so once, and left out.
    assert_eq!(
        stderr
            .matches("2484 MHz is left out: command failed: Invalid argument")
            .count(),
        1,
        "{stderr}"
    );
    assert_eq!(said.iter().filter(|message| kind(message) == "log").count(), 1);
    let log = std::fs::read_to_string(folder.join("iw.log")).unwrap();
    let hops: Vec<_> = log.lines().collect();
    assert!(hops.len() > 8, "{log}");
    assert!(hops.contains(&format!("dev {name} set freq 2412").as_str()), "{log}");
    assert!(hops.windows(2).all(|pair| pair[0] != pair[1]), "{log}");
    let listened: u64 = said
        .iter()
        .filter_map(|message| match NodeMessage::decode(message) {
            Ok((_, NodeMessage::Dwell(dwell))) => Some(u64::from(dwell.listened_us)),
            _ => None,
        })
        .sum();
    assert!((1_200_000..3_000_000).contains(&listened), "{listened} µs");
}

#[test]
fn without_iw_the_channel_stays_and_one_line_says_so() {
    let name = format!("awstay{}", std::process::id() % 1_000_000);
    let Some(mut tun) = radiotap_interface(&name) else {
        eprintln!("SKIPPED: this machine allows no test interface (/dev/net/tun, CAP_NET_ADMIN)");
        return;
    };
    let mut command = program();
    command.args(["--interface", &name, "--channels", "1,6,11", "--columns"]);
    command.env("PATH", "/nowhere");
    let mut running = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    std::thread::sleep(Duration::from_millis(300));
    tun.write_all(&PACKET).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    // SAFETY: no pointers; the process is this test's own child, not yet waited for.
    unsafe { libc::kill(running.0.id() as i32, libc::SIGTERM) };
    assert!(running.0.wait().unwrap().success());
    let (mut lines, mut said) = (String::new(), String::new());
    running.0.stdout.take().unwrap().read_to_string(&mut lines).unwrap();
    running.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(
        said.contains("iw is not installed") && said.lines().count() == 1,
        "{said}"
    );
    assert!(
        lines.contains("\t2412\t-61\t\t14\tgood\t0\t1/13\t02:00:00:00:00:01\t\tdsss 1\n"),
        "{lines}"
    );
}

#[test]
fn the_hub_may_ask_for_other_channels() {
    let name = format!("awplan{}", std::process::id() % 1_000_000);
    let Some(tun) = radiotap_interface(&name) else {
        eprintln!("SKIPPED: this machine allows no test interface (/dev/net/tun, CAP_NET_ADMIN)");
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-plan", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let iw = folder.join("iw");
    std::fs::write(&iw, "#!/bin/sh\necho \"$5\" >> \"$0.log\"\n").unwrap();
    std::fs::set_permissions(&iw, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let (device, mut hub) = pseudoterminal();
    let mut command = program();
    command
        .args(["--interface", &name, "--channels", "36", "--output", "serial"])
        .arg(&device);
    let mut running = Running(
        command
            .env("PATH", format!("{}:/bin:/usr/bin", folder.display()))
            .spawn()
            .unwrap(),
    );
    let plan = HubMessage::Plan(ChannelPlan::new(&[(2462, 3), (5500, 0)], 200).unwrap());
    let message = hub_says(9, &plan);
    let mut framed = vec![0; cobs::framed_length(message.len())];
    let length = cobs::frame(&message, &mut framed).unwrap();
    let mut stream = Vec::new();
    let mut octets = [0; 4096];
    // The first octets tell that the program has the device open.
    let count = hub.read(&mut octets).unwrap();
    stream.extend_from_slice(&octets[..count]);
    hub.write_all(&framed[..length]).unwrap();
    let began = Instant::now();
    let outcome = loop {
        assert!(began.elapsed() < Duration::from_secs(10));
        let count = hub.read(&mut octets).unwrap();
        stream.extend_from_slice(&octets[..count]);
        let end = stream.iter().rposition(|octet| *octet == 0).map_or(0, |at| at + 1);
        if let Some(found) = messages(&stream[..end])
            .into_iter()
            .find(|message| kind(message) == "outcome")
        {
            break found;
        }
    };
    let Ok((_, NodeMessage::Outcome(outcome))) = NodeMessage::decode(&outcome) else {
        panic!()
    };
    assert_eq!((outcome.command, outcome.code), (9, 0));
    let hopped = |log: &str| log.lines().eq(["5180", "2462"]);
    while !hopped(&std::fs::read_to_string(folder.join("iw.log")).unwrap_or_default()) {
        assert!(began.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
    // An interface that is unplugged ends it with a word.
    drop(tun);
    let status = running.0.wait().unwrap();
    assert_eq!(status.code(), Some(1));
}
