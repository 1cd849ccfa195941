//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use airwarden_core::mac::Mac;
use airwarden_core::messages::PROTOCOL;
use lexopt::prelude::*;

/// What the command line asks for.
#[derive(Debug, PartialEq)]
pub enum Request {
    /// Show this text and end.
    Show(String),
    /// Live.
    Run(Box<Args>),
    /// Measure, with what is in a capture or with a made-up home.
    Bench(Option<PathBuf>),
    /// Write an image of this version and about so many octets to standard output.
    Image(String, usize),
}

/// The options of a life.
#[derive(Debug, PartialEq)]
pub struct Args {
    /// The file that is the flash.
    pub flash: PathBuf,
    /// Where the serial link appears.
    pub serial: Option<PathBuf>,
    /// Name and passphrase of the network in reach.
    pub network: Option<(String, String)>,
    /// What is on the air; none: a made-up home.
    pub capture: Option<PathBuf>,
    /// Which made-up home.
    pub seed: u64,
    /// Its frames a second.
    pub rate: u64,
    /// Its frequency, MHz.
    pub frequency: u16,
    /// What the clock of the first start shows, µs.
    pub clock_start: u64,
    /// Number of the first start of a new flash, below 2^30; none: by chance.
    pub first_start: Option<u32>,
    /// The flash write at which the power is cut.
    pub power_cut_at: Option<u64>,
    /// The key of releases.
    pub release_key: Option<[u8; 32]>,
    /// Version of the protocol that is spoken, and the version of the one image that speaks it; none: all do.
    pub protocol: (u8, Option<String>),
    /// The version whose image dies at its start.
    pub failing: Option<String>,
    /// How many times faster than it is time goes.
    pub speed: f64,
    /// The node's address.
    pub mac: Mac,
}

const ADDRESS: Mac = Mac(0x02a1_5700_0001);
const FREQUENCY: u16 = 2437;
const FRAMES_PER_SECOND: u64 = 200;
const IMAGE_OCTETS: usize = 20_000;

/// Reads the command line, without the program's name.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let words = |error: lexopt::Error| format!("{error}; see airwarden-virtual --help");
    let mut args = Args {
        flash: PathBuf::new(),
        serial: None,
        network: None,
        capture: None,
        seed: 1,
        rate: FRAMES_PER_SECOND,
        frequency: FREQUENCY,
        clock_start: 0,
        first_start: None,
        power_cut_at: None,
        release_key: None,
        protocol: (PROTOCOL, None),
        failing: None,
        speed: 1.0,
        mac: ADDRESS,
    };
    while let Some(argument) = parser.next().map_err(words)? {
        match argument {
            Short('h') | Long("help") => return Ok(Request::Show(include_str!("help.txt").to_owned())),
            Value(word) if word == "bench" => {
                let capture = parser.next().map_err(words)?.map(|next| match next {
                    Value(file) => Ok(PathBuf::from(file)),
                    other => Err(words(other.unexpected())),
                });
                return Ok(Request::Bench(capture.transpose()?));
            }
            Value(word) if word == "image" => return image(&mut parser),
            Long(option) => {
                let option = option.to_owned();
                let value = parser.value().map_err(words)?;
                set(&mut args, &option, value)?;
            }
            other => return Err(words(other.unexpected())),
        }
    }
    if args.flash.as_os_str().is_empty() {
        return Err("give a file that is the flash: --flash FILE; it is made where it is not there".into());
    }
    Ok(Request::Run(Box::new(args)))
}

fn image(parser: &mut lexopt::Parser) -> Result<Request, String> {
    let wrong = |_| "image takes a version and how many octets".to_owned();
    let version = parser.value().map_err(wrong)?;
    let octets = match parser.next().map_err(wrong)? {
        Some(Value(octets)) => octets.parse().map_err(wrong)?,
        _ => IMAGE_OCTETS,
    };
    Ok(Request::Image(version.to_string_lossy().into_owned(), octets))
}

fn set(args: &mut Args, option: &str, value: OsString) -> Result<(), String> {
    match option {
        "flash" => args.flash = value.into(),
        "serial" => args.serial = Some(value.into()),
        "capture" => args.capture = Some(value.into()),
        _ => set_text(args, option, &value.to_string_lossy())?,
    }
    Ok(())
}

fn set_text(args: &mut Args, option: &str, text: &str) -> Result<(), String> {
    let number = || {
        text.parse::<u64>()
            .map_err(|_| format!("--{option} takes a number, not {text}"))
    };
    match option {
        "network" => {
            let (ssid, psk) = text.split_once(':').unwrap_or((text, ""));
            args.network = Some((ssid.to_owned(), psk.to_owned()));
        }
        "seed" => args.seed = number()?,
        "rate" => args.rate = number()?,
        "frequency" => args.frequency = number()?.try_into().map_err(|_| "--frequency takes MHz")?,
        "clock-start" => args.clock_start = number()?,
        "first-start" => args.first_start = Some(first(number()?)?),
        "power-cut-at" => args.power_cut_at = Some(number()?),
        "release-key" => {
            let key = airwarden_node::args::key(text);
            args.release_key = Some(key.ok_or("--release-key takes 64 hexadecimal digits")?);
        }
        "protocol" => args.protocol = protocol(text)?,
        "failing" => args.failing = Some(text.to_owned()),
        "speed" => args.speed = factor(text)?,
        "mac" => args.mac = mac(text).ok_or("--mac takes six octets, as 02:00:00:00:00:01")?,
        _ => return Err(format!("there is no option --{option}; see airwarden-virtual --help")),
    }
    Ok(())
}

fn first(number: u64) -> Result<u32, String> {
    match u32::try_from(number) {
        Ok(number @ 1..0x4000_0000) => Ok(number),
        _ => Err(format!("--first-start takes 1 to 1073741823, not {number}")),
    }
}

/// `N` or `N:VERSION`.
fn protocol(text: &str) -> Result<(u8, Option<String>), String> {
    let (number, version) = match text.split_once(':') {
        Some((number, version)) => (number, Some(version.to_owned())),
        None => (text, None),
    };
    let number = number
        .parse()
        .map_err(|_| format!("--protocol takes 0 to 255, not {text}"))?;
    Ok((number, version))
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.1..=10_000.0).contains(&speed) => Ok(speed),
        _ => Err(format!("--speed takes 0.1 to 10000, not {text}")),
    }
}

fn mac(text: &str) -> Option<Mac> {
    let digits = text.replace(':', "");
    (digits.len() == 12).then(|| u64::from_str_radix(&digits, 16).ok().map(Mac))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn options_are_read_and_wrong_ones_are_named() {
        let Ok(Request::Run(args)) =
            parsed("--flash f --network home:secret:1 --speed 60 --power-cut-at 7 --mac 02:00:00:00:00:09")
        else {
            panic!("a life")
        };
        assert_eq!(args.network, Some(("home".into(), "secret:1".into())));
        assert_eq!(
            (args.speed, args.power_cut_at, args.mac),
            (60.0, Some(7), Mac(0x0200_0000_0009))
        );
        let Ok(Request::Run(args)) = parsed("--flash f --protocol 3:0.2.0") else {
            panic!("a life")
        };
        assert_eq!(args.protocol, (3, Some("0.2.0".into())));
        assert_eq!(parsed("image 1.2.3 5000"), Ok(Request::Image("1.2.3".into(), 5000)));
        assert_eq!(parsed("bench"), Ok(Request::Bench(None)));
        assert_eq!(parsed("bench a.pcap"), Ok(Request::Bench(Some("a.pcap".into()))));
        for (line, word) in [
            ("", "--flash"),
            ("--flash f --speed 0", "--speed"),
            ("--flash f --seed x", "--seed"),
            ("--flash f --release-key 00", "64"),
            ("--flash f --mac 1", "--mac"),
            ("--flash f --first-start 0", "--first-start"),
            ("--flash f --protocol new", "--protocol"),
            ("--flash f --colour blue", "--colour"),
            ("--flash f other", "other"),
            ("image", "version"),
        ] {
            let wrong = parsed(line).unwrap_err();
            assert!(wrong.contains(word), "{line}: {wrong}");
        }
    }
}
