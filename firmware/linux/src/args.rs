//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

use crate::channels;

/// What the command line asks for.
#[derive(Debug, PartialEq)]
pub enum Request {
    /// Show this text and end.
    Show(String),
    /// Listen.
    Run(Box<Args>),
}

/// The options.
#[derive(Debug, PartialEq)]
pub struct Args {
    /// Where frames come from.
    pub source: Source,
    /// Where messages go.
    pub output: Output,
    /// Rate of a serial device, baud.
    pub baud: u32,
    /// The node's key.
    pub key: Option<Key>,
    /// Where the boot number is kept.
    pub state: Option<PathBuf>,
    /// Lines of text instead of messages.
    pub columns: bool,
    /// Counts at the end.
    pub stats: bool,
    /// The node's name.
    pub name: Option<String>,
    /// The node's address.
    pub mac: Option<[u8; 6]>,
    /// How captures are played; None as the output suggests.
    pub pace: Option<Pace>,
    /// Play captures again and again.
    pub repeat: bool,
}

/// Where frames come from.
#[derive(Debug, PartialEq)]
pub enum Source {
    /// Capture files, one after another.
    Captures(Vec<PathBuf>),
    /// A monitor-mode interface.
    Interface {
        /// Its name.
        device: String,
        /// MHz and weight of the channels to hop over; empty: the channel it is on.
        channels: Vec<(u16, u8)>,
        /// How long each stay is, ms.
        dwell_ms: u16,
    },
}

/// Where messages go.
#[derive(Debug, PartialEq, Clone)]
pub enum Output {
    /// The serial stream on standard output.
    Stdout,
    /// The serial stream on a device.
    Serial(PathBuf),
    /// Sealed datagrams to a host and port.
    Udp(String),
    /// Nowhere.
    Nowhere,
}

/// A key, or where to find it.
#[derive(Debug, PartialEq)]
pub enum Key {
    /// Its octets.
    Octets([u8; 32]),
    /// A file that has them.
    File(PathBuf),
}

/// How fast captures are played.
#[derive(Debug, PartialEq, Clone, Copy)]
pub enum Pace {
    /// As fast as it goes.
    Max,
    /// This many times as fast as recorded.
    Times(f64),
}

/// A wrong command line, in words.
pub type Wrong = String;

/// Reads the command line, without the program's name.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, Wrong> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut reading = Reading::default();
    while let Some(argument) = parser.next().map_err(words)? {
        match argument {
            Short('h') | Long("help") => return Ok(Request::Show(include_str!("help.txt").to_owned())),
            Short('V') | Long("version") => return Ok(Request::Show(version())),
            Value(file) => reading.captures.push(file.into()),
            Long(option) => {
                let option = option.to_owned();
                reading.option(&option, &mut parser)?;
            }
            Short(letter) => return Err(format!("there is no option -{letter}; see airwarden-node --help")),
        }
    }
    reading.finish()
}

fn version() -> String {
    format!("airwarden-node {}\n", env!("CARGO_PKG_VERSION"))
}

fn words(error: lexopt::Error) -> Wrong {
    format!("{error}; see airwarden-node --help")
}

/// The options as they come.
#[derive(Default)]
struct Reading {
    captures: Vec<PathBuf>,
    interface: Option<String>,
    channels: Vec<(u16, u8)>,
    dwell_ms: Option<u16>,
    output: Option<Output>,
    baud: Option<u32>,
    key: Option<Key>,
    state: Option<PathBuf>,
    columns: bool,
    stats: bool,
    name: Option<String>,
    mac: Option<[u8; 6]>,
    pace: Option<Pace>,
    repeat: bool,
}

impl Reading {
    fn option(&mut self, option: &str, parser: &mut lexopt::Parser) -> Result<(), Wrong> {
        match option {
            "columns" => self.columns = true,
            "stats" => self.stats = true,
            "loop" => self.repeat = true,
            "capture" => self.captures.push(value(parser)?.into()),
            "interface" => self.interface = Some(text(parser, option)?),
            "channels" => self.channels = channels::parse(&text(parser, option)?)?,
            "dwell" => self.dwell_ms = Some(dwell(&text(parser, option)?)?),
            "output" => self.output = Some(output(parser)?),
            "baud" => {
                self.baud = Some(
                    text(parser, option)?
                        .parse()
                        .map_err(|_| "--baud takes a number, as 921600")?,
                )
            }
            "key" => self.key = Some(Key::Octets(key(&text(parser, option)?).ok_or(KEY_FORM)?)),
            "key-file" => self.key = Some(Key::File(value(parser)?.into())),
            "state" => self.state = Some(value(parser)?.into()),
            "name" => self.name = Some(name(text(parser, option)?)?),
            "mac" => {
                self.mac = Some(mac(&text(parser, option)?).ok_or("--mac takes six octets, as 02:00:00:00:00:01")?)
            }
            "pace" => self.pace = Some(pace(&text(parser, option)?)?),
            _ => return Err(format!("there is no option --{option}; see airwarden-node --help")),
        }
        Ok(())
    }

    fn finish(self) -> Result<Request, Wrong> {
        let output = self.output.unwrap_or(Output::Stdout);
        if matches!(output, Output::Udp(_)) && self.key.is_none() && !self.columns {
            return Err("--output udp needs the node's key: give --key-file FILE, made by `airwarden node add`".into());
        }
        let source = match (self.interface, self.captures.is_empty()) {
            (Some(_), false) => return Err("give capture files or --interface, not both".into()),
            (None, true) => return Err("give a capture file or --interface DEV; see airwarden-node --help".into()),
            (None, false) if !self.channels.is_empty() || self.dwell_ms.is_some() => {
                return Err("--channels and --dwell go with --interface: a capture has been recorded already".into());
            }
            (None, false) => Source::Captures(self.captures),
            (Some(_), true) if self.pace.is_some() || self.repeat => {
                return Err("--pace and --loop go with capture files, not with --interface".into());
            }
            (Some(device), true) => Source::Interface {
                device,
                channels: self.channels,
                dwell_ms: self.dwell_ms.unwrap_or(DWELL_MS),
            },
        };
        Ok(Request::Run(Box::new(Args {
            source,
            output,
            baud: self.baud.unwrap_or(BAUD),
            key: self.key,
            state: self.state,
            columns: self.columns,
            stats: self.stats,
            name: self.name,
            mac: self.mac,
            pace: self.pace,
            repeat: self.repeat,
        })))
    }
}

/// The rate of PROTOCOL.md §5.
const BAUD: u32 = 921_600;
/// Long enough for two beacons of every network, which come every 102.4 ms, short enough to be back soon.
const DWELL_MS: u16 = 250;
const KEY_FORM: &str = "a key is 64 hexadecimal digits; make one with `airwarden node add`";

fn value(parser: &mut lexopt::Parser) -> Result<OsString, Wrong> {
    parser.value().map_err(words)
}

fn text(parser: &mut lexopt::Parser, option: &str) -> Result<String, Wrong> {
    value(parser)?
        .into_string()
        .map_err(|_| format!("what follows --{option} is not text"))
}

fn output(parser: &mut lexopt::Parser) -> Result<Output, Wrong> {
    let given = text(parser, "output")?;
    match given.as_str() {
        "stdout" => Ok(Output::Stdout),
        "none" => Ok(Output::Nowhere),
        "serial" => Ok(Output::Serial(value(parser)?.into())),
        "udp" => host(text(parser, "output udp")?),
        other => match other.split_once(':') {
            Some(("serial", path)) => Ok(Output::Serial(path.into())),
            Some(("udp", address)) => host(address.to_owned()),
            _ => Err(format!(
                "--output takes stdout, serial PATH, udp HOST:PORT or none, not {other}"
            )),
        },
    }
}

fn host(address: String) -> Result<Output, Wrong> {
    let port = address
        .rsplit_once(':')
        .and_then(|(host, port)| (!host.is_empty()).then(|| port.parse::<u16>()));
    match port {
        Some(Ok(1..)) => Ok(Output::Udp(address)),
        _ => Err(format!("--output udp takes HOST:PORT, not {address}")),
    }
}

/// The core's plan holds dwells to the same bounds: shorter ones miss access points.
fn dwell(text: &str) -> Result<u16, Wrong> {
    match text.parse() {
        Ok(ms @ 110..=10_000) => Ok(ms),
        _ => Err(format!("--dwell takes 110 to 10000 ms, not {text}")),
    }
}

fn name(name: String) -> Result<String, Wrong> {
    match name.len() {
        1..=32 => Ok(name),
        length => Err(format!("a name has 1 to 32 octets, not {length}")),
    }
}

fn pace(text: &str) -> Result<Pace, Wrong> {
    match text {
        "max" => Ok(Pace::Max),
        "real" => Ok(Pace::Times(1.0)),
        number => match number.parse() {
            Ok(times) if (0.001..=1e6).contains(&times) => Ok(Pace::Times(times)),
            _ => Err(format!(
                "--pace takes real, max or a number from 0.001 to 1000000, not {number}"
            )),
        },
    }
}

/// 32 octets from 64 hexadecimal digits.
pub fn key(text: &str) -> Option<[u8; 32]> {
    hexadecimal(text.trim())
}

fn mac(text: &str) -> Option<[u8; 6]> {
    hexadecimal(&text.replace([':', '-'], ""))
}

fn hexadecimal<const OCTETS: usize>(text: &str) -> Option<[u8; OCTETS]> {
    if text.len() != 2 * OCTETS || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut octets = [0; OCTETS];
    for (octet, digits) in octets.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *octet = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(octets)
}
