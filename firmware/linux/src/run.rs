//! Putting the node together as the command line says.

use std::fs;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use airwarden_core::mac::Mac;
use airwarden_core::recorder::Options;

use crate::args::{self, Args, Key, Output, Pace, Source};
use crate::boot;
use crate::clock::unix_us;
use crate::columns;
use crate::ears::{self, Ears, Listener};
use crate::link::{Commands, Link, Nowhere, StreamLink, serial, udp};
use crate::listen::{self, Plan};
use crate::live::socket::Socket;
use crate::node::{Identity, Node};
use crate::pace::Pacer;
use crate::play::{Played, Player};

/// Why the node ended early, in one line.
pub type Failure = String;

/// Listens as `args` say until the source is at its end or `stop` is set; true where all went well. `warn` takes
/// what is worth a line.
///
/// # Errors
/// What is wrong and what to do, in one line.
pub fn run(args: &Args, stop: &AtomicBool, warn: &mut dyn FnMut(&str)) -> Result<bool, Failure> {
    let began = Instant::now();
    let mut socket = match &args.source {
        Source::Interface { device, .. } => Some(Socket::open(device)?),
        Source::Captures(_) => None,
    };
    let commands = Commands::default();
    if args.columns {
        let mut out = io::BufWriter::new(io::stdout().lock());
        let header = writeln!(out, "{}", columns::HEADER);
        let result = header.map_err(Ended::from).and_then(|()| {
            let listener = Listener::Columns(&mut out);
            hear(
                args,
                socket.as_mut(),
                Ears {
                    listener,
                    commands: &commands,
                    stop,
                    warn,
                },
            )
        });
        return finish(result.and_then(|all| out.flush().map(|()| all).map_err(Ended::from)));
    }
    let name = args.name.clone().unwrap_or_else(host_name);
    let mac = args
        .mac
        .or(socket.as_ref().map(Socket::address))
        .unwrap_or_else(|| made_from(&name));
    let boot_id = boot_id(args, mac)?;
    let link = open_link(args, mac, boot_id, &commands)?;
    let configuration = crc32fast::hash(format!("{:?}", args.source).as_bytes());
    let identity = Identity {
        name,
        mac,
        boot_id,
        capabilities: 0,
        configuration,
    };
    let answered = matches!(args.output, Output::Udp(_) | Output::Serial(_));
    let mut node = Node::new(identity, link, options(args), answered);
    let listener = Listener::Node(&mut node);
    let result = hear(
        args,
        socket.as_mut(),
        Ears {
            listener,
            commands: &commands,
            stop,
            warn,
        },
    );
    node.flush();
    let result = match node.failure() {
        Some(error) if result.is_ok() => Err(Ended::from(ears::copy_of(error))),
        _ => result,
    };
    if args.stats {
        warn(&node.tally().json(began.elapsed()));
    }
    finish(result)
}

/// The end of the source, or of whoever listens to it.
enum Ended {
    /// Nobody reads any longer: no reason to complain.
    Unheard,
    /// Something is wrong.
    Failed(Failure),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Ended::Unheard,
            _ => Ended::Failed(format!("the output is gone: {error}")),
        }
    }
}

fn finish(result: Result<bool, Ended>) -> Result<bool, Failure> {
    match result {
        Ok(all) => Ok(all),
        Err(Ended::Unheard) => Ok(true),
        Err(Ended::Failed(failure)) => Err(failure),
    }
}

fn hear(args: &Args, socket: Option<&mut Socket>, ears: Ears<'_, '_>) -> Result<bool, Ended> {
    match (&args.source, socket) {
        (
            Source::Interface {
                device,
                channels,
                dwell_ms,
            },
            Some(socket),
        ) => {
            let plan = Plan {
                channels: channels.clone(),
                dwell_ms: *dwell_ms,
            };
            listen::listen(socket, device, &plan, ears)
                .map(|()| true)
                .map_err(|error| match error.raw_os_error() {
                    Some(libc::ENETDOWN | libc::ENODEV | libc::ENXIO) => Ended::Failed(format!(
                        "{device} went down or was unplugged; plug it in and start again"
                    )),
                    _ => Ended::from(error),
                })
        }
        (Source::Captures(files), _) => {
            let pacer = Pacer::new(pace(args));
            let played = Player::new(ears, pacer).play(files, args.repeat)?;
            Ok(played == Played::All)
        }
        (Source::Interface { .. }, None) => Ok(false),
    }
}

fn pace(args: &Args) -> Pace {
    let real_time = matches!(args.output, Output::Udp(_) | Output::Serial(_)) && !args.columns;
    args.pace
        .unwrap_or(if real_time { Pace::Times(1.0) } else { Pace::Max })
}

/// Batches as the link takes them; nobody waits for those of a file that is read as fast as it goes.
fn options(args: &Args) -> Options {
    let played = matches!(args.source, Source::Captures(_)) && pace(args) == Pace::Max;
    match args.output {
        Output::Serial(_) | Output::Stdout if !played => Options::SERIAL,
        Output::Serial(_) => Options {
            max_octets: Options::SERIAL.max_octets,
            ..Options::FILE
        },
        Output::Udp(_) if !played => Options::UDP,
        _ => Options::FILE,
    }
}

fn open_link(args: &Args, mac: [u8; 6], boot_id: u32, commands: &Commands) -> Result<Box<dyn Link>, Failure> {
    Ok(match &args.output {
        Output::Nowhere => Box::new(Nowhere),
        Output::Stdout => Box::new(StreamLink::new(standard_output()?)),
        Output::Serial(path) => Box::new(serial::open(path, args.baud, commands.to.clone())?),
        Output::Udp(address) => {
            let key = read_key(args.key.as_ref())?;
            let identity = udp::Identity {
                key,
                node_id: Mac::from_octets(mac).0,
                boot_id,
            };
            Box::new(udp::open(address, &identity, commands.to.clone())?)
        }
    })
}

/// Standard output without the line buffer in front of it, which a binary stream has no use for.
fn standard_output() -> Result<fs::File, Failure> {
    let fd = io::stdout().as_fd().try_clone_to_owned();
    fd.map(fs::File::from)
        .map_err(|error| format!("standard output: {error}"))
}

fn read_key(key: Option<&Key>) -> Result<[u8; 32], Failure> {
    let path = match key {
        Some(Key::Octets(key)) => return Ok(*key),
        Some(Key::File(path)) => path,
        None => return Err("--output udp needs the node's key: give --key-file FILE".into()),
    };
    let octets = fs::read(path).map_err(|error| format!("the key file {}: {error}", path.display()))?;
    let text = std::str::from_utf8(&octets).ok().and_then(args::key);
    text.or_else(|| octets.try_into().ok()).ok_or_else(|| {
        format!(
            "the key file {} does not hold 64 hexadecimal digits or 32 octets",
            path.display()
        )
    })
}

/// Only sealing needs a number that is never used again; a recording is better for being the same every time.
fn boot_id(args: &Args, mac: [u8; 6]) -> Result<u32, Failure> {
    let now = u32::try_from(unix_us() / 1_000_000).unwrap_or(u32::MAX);
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let usual = || boot::usual_path(mac, variable);
    match (&args.state, &args.output) {
        (Some(path), _) => boot::next(path, now),
        (None, Output::Udp(_)) => {
            let path = usual().ok_or("the boot number has to be kept in a file: give one with --state")?;
            boot::next(&path, now)
        }
        (None, Output::Serial(_)) => Ok(now),
        _ => Ok(if matches!(args.source, Source::Interface { .. }) {
            now
        } else {
            1
        }),
    }
}

fn host_name() -> String {
    let name = fs::read_to_string(Path::new("/proc/sys/kernel/hostname")).unwrap_or_default();
    let name = airwarden_core::messages::clip(name.trim(), airwarden_core::messages::NAME);
    if name.is_empty() {
        "linux".to_owned()
    } else {
        name.to_owned()
    }
}

/// A locally administered address that is always the same for the same name.
fn made_from(name: &str) -> [u8; 6] {
    let [a, b, c, d] = crc32fast::hash(name.as_bytes()).to_be_bytes();
    [0x02, 0xa1, a, b, c, d]
}
