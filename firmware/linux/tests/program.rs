//! The program as people run it: captures to standard output.

mod support;
#[path = "support/wire.rs"]
mod wire;

use std::io::Read;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use airwarden_core::messages::{NodeMessage, capability};
use support::{Order, pcap_header, pcap_record};
use wire::{file, kind, messages, program, times};

const ACKNOWLEDGEMENT: [u8; 10] = [0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 1];

/// A capture of acknowledgements at these times, µs.
fn capture(times: &[u64]) -> Vec<u8> {
    let mut file = pcap_header(Order::Little, 0xa1b2_c3d4, 105);
    for time in times {
        let (seconds, micros) = ((time / 1_000_000) as u32, (time % 1_000_000) as u32);
        file.extend(pcap_record(Order::Little, seconds, micros, 10, &ACKNOWLEDGEMENT));
    }
    file
}

fn run(arguments: &[&str], files: &[&Path]) -> Output {
    program().args(arguments).args(files).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// One line on standard error with all of these words in it, and this exit code.
fn assert_says(output: &Output, code: i32, words: &[&str]) {
    let said = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    for word in words {
        assert!(said.contains(word), "{word} in {said}");
    }
}

const START: u64 = 1_700_000_000_000_000;

#[test]
fn a_capture_becomes_a_stream_that_begins_with_hello_and_ends_with_a_heartbeat() {
    let times_in: Vec<u64> = (0..3000).map(|number| START + number * 1_001).collect();
    let path = file("stream.pcap", &capture(&times_in));
    let output = run(&["--name", "attic"], &[&path]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let said = messages(&output.stdout);
    let kinds: Vec<_> = said.iter().map(|message| kind(message)).collect();
    assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("hello", "heartbeat"));
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "heartbeat").count(),
        4,
        "at 0, 1, 2 s and the end"
    );
    assert_eq!(kinds.iter().filter(|kind| **kind == "dwell").count(), 3);
    assert_eq!(times(&said), times_in);
    let Ok((0, NodeMessage::Hello(hello))) = NodeMessage::decode(&said[0]) else {
        panic!("{:?}", kinds[0])
    };
    assert_eq!((hello.name, hello.chip, hello.clock_us), ("attic", "linux", START));
    assert_eq!(hello.capabilities & capability::UNIX_TIME, capability::UNIX_TIME);
    assert_eq!(hello.mac.octets()[0], 0x02);
    let again = run(&["--name", "attic"], &[&path]);
    assert_eq!(again.stdout, output.stdout, "the same every time");
}

#[test]
fn clocks_that_count_from_the_start_are_not_called_unix_time() {
    let path = file("boot.pcap", &capture(&[5, 10]));
    let later = file("unix.pcap", &capture(&[START]));
    let output = run(&[], &[&path, &later, &later]);
    let bits: Vec<_> = messages(&output.stdout)
        .iter()
        .filter_map(|message| match NodeMessage::decode(message) {
            Ok((_, NodeMessage::Hello(hello))) => Some(hello.capabilities & capability::UNIX_TIME),
            _ => None,
        })
        .collect();
    assert_eq!(bits, [0, 1], "one hello a clock, not one a file");
}

#[test]
fn what_cannot_be_read_is_said_in_one_line() {
    let good = file("good.pcap", &capture(&[START]));
    let empty = file("empty.pcap", &[]);
    let text = file("text.pcap", b"not a capture");
    let ethernet = file("ethernet.pcap", &pcap_header(Order::Big, 0xa1b2_c3d4, 1));
    let cut = file("cut.pcap", &capture(&[START, START + 1])[..65]);
    let missing = Path::new("/nowhere/at-all.pcap");
    let folder = good.parent().unwrap();
    let cases: [(&Path, &[&str]); 5] = [
        (missing, &["/nowhere/at-all.pcap", "no such file"]),
        (folder, &["directory"]),
        (&empty, &["empty.pcap", "empty"]),
        (&text, &["text.pcap", "not a capture"]),
        (&ethernet, &["ethernet.pcap", "link type 1 (Ethernet)", "monitor mode"]),
    ];
    for (path, words) in cases {
        let output = run(&[], &[path]);
        assert_says(&output, 1, words);
        assert_eq!(output.stdout, b"");
        // The others of a list are read all the same.
        let output = run(&[], &[path, &good]);
        assert_says(&output, 1, words);
        assert_eq!(times(&messages(&output.stdout)), [START]);
    }
    let output = run(&[], &[&cut]);
    assert_says(&output, 0, &["cut.pcap", "middle of a packet", "the 1 before"]);
    assert_eq!(times(&messages(&output.stdout)), [START]);
}

#[cfg(unix)]
#[test]
fn a_file_of_somebody_else_is_said_to_be_one() {
    use std::os::unix::fs::PermissionsExt;
    let path = file("secret.pcap", &capture(&[START]));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        eprintln!("SKIPPED: root may read everything");
        return;
    }
    assert_says(&run(&[], &[&path]), 1, &["secret.pcap", "no permission"]);
}

#[test]
fn wrong_usage_is_told_apart() {
    let cases: [(&[&str], &str); 14] = [
        (&[], "--interface"),
        (&["--nonsense"], "--nonsense"),
        (&["-x"], "-x"),
        (&["a.pcap", "--interface", "wlan0"], "not both"),
        (&["a.pcap", "--output", "udp", "hub:5514"], "--key-file"),
        (&["a.pcap", "--output", "udp", "hub"], "HOST:PORT"),
        (&["a.pcap", "--output", "smoke"], "smoke"),
        (&["a.pcap", "--pace", "fast"], "--pace"),
        (&["a.pcap", "--pace", "-1"], "--pace"),
        (&["a.pcap", "--key", "abc"], "64 hexadecimal digits"),
        (&["a.pcap", "--mac", "1:2"], "six octets"),
        (&["a.pcap", "--channels", "1,6"], "--interface"),
        (&["--interface", "wlan0", "--channels", "1,999"], "999"),
        (&["--interface", "wlan0", "--loop"], "capture files"),
    ];
    for (arguments, word) in cases {
        assert_says(&run(arguments, &[]), 2, &[word]);
    }
    for (argument, word) in [
        ("--help", "USAGE"),
        ("-h", "EXIT CODES"),
        ("--version", "airwarden-node 0"),
    ] {
        let output = run(&[argument], &[]);
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().contains(word));
    }
}

#[test]
fn interfaces_that_will_not_do_are_named_with_what_to_do() {
    let no_such = run(&["--interface", "nosuch0"], &[]);
    assert_says(&no_such, 1, &["nosuch0", "ip link"]);
    let loopback = run(&["--interface", "lo"], &[]);
    let said = stderr(&loopback);
    assert!(said.contains("monitor mode") || said.contains("CAP_NET_RAW"), "{said}");
    assert_says(&loopback, 1, &["lo"]);
}

#[test]
fn counts_are_json_and_columns_are_text() {
    let path = file("counts.pcap", &capture(&[START, START + 1, START + 2]));
    let output = run(&["--output", "none", "--stats"], &[&path]);
    assert!(output.status.success());
    assert_eq!(output.stdout, b"");
    let said = stderr(&output);
    for word in [
        "{\"frames\":3,",
        "\"octets_per_frame\":",
        "\"frames_per_datagram\":",
        "\"seconds\":",
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
    let output = run(&["--columns"], &[&path]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[2],
        "1700000000.000001\t\t\t\t10\tgood\t0\t1/13\t02:00:00:00:00:01\t\t"
    );
    assert_eq!(lines[0].split('\t').count(), lines[2].split('\t').count());
}

#[test]
fn standard_input_is_a_capture_too() {
    let mut child = program()
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, &capture(&[START, START + 7])).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(times(&messages(&output.stdout)), [START, START + 7]);
}

#[test]
fn the_pace_is_kept() {
    let path = file("pace.pcap", &capture(&[START, START + 200_000, START + 400_000]));
    let took = |pace: &str| {
        let began = Instant::now();
        let output = run(&["--pace", pace], &[&path]);
        assert_eq!(times(&messages(&output.stdout)).len(), 3);
        began.elapsed()
    };
    assert!(took("real") >= Duration::from_millis(400));
    let fast = took("4");
    assert!(
        fast >= Duration::from_millis(100) && fast < Duration::from_millis(400),
        "{fast:?}"
    );
}

#[test]
fn a_loop_goes_on_in_time_until_nobody_listens() {
    let path = file(
        "loop.pcap",
        &capture(&(0..1000).map(|number| START + number * 10).collect::<Vec<_>>()),
    );
    let mut child = program()
        .arg("--loop")
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stream = vec![0; 200_000];
    child.stdout.take().unwrap().read_exact(&mut stream).unwrap();
    // Its output is gone now; that is no failure.
    assert!(child.wait().unwrap().success());
    let end = stream.iter().rposition(|octet| *octet == 0).unwrap();
    let times = times(&messages(&stream[..=end]));
    assert!(times.len() > 3_000);
    assert!(times.windows(2).all(|pair| pair[0] <= pair[1]));
    assert_eq!(
        times[1000],
        START + 9_990 + 1_000_000,
        "a second after the end of the round"
    );
    // Nothing to repeat is no reason to go round for ever.
    let empty = file("nothing.pcap", &capture(&[]));
    assert!(run(&["--loop"], &[&empty]).status.success());
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_with_everything_said() {
    let path = file(
        "signal.pcap",
        &capture(&(0..100).map(|number| START + number * 1_000_000).collect::<Vec<_>>()),
    );
    let mut child = program()
        .args(["--pace", "real"])
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    // SAFETY: no pointers; the process is this test's own child, not yet waited for.
    unsafe { libc::kill(child.id() as i32, libc::SIGTERM) };
    let began = Instant::now();
    let mut stream = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut stream).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(2));
    let said = messages(&stream);
    assert_eq!(times(&said), [START]);
    assert_eq!(kind(said.last().unwrap()), "heartbeat");
}
