//! [Improv over serial](https://www.improv-wifi.com/serial/): how a web page gives a node its network.
//!
//! Packets begin with `IMPROV`, so that they can be told from frames on the same link; this side speaks only when it
//! is spoken to, and a line end before each answer ends whatever the page was reading.

use core::fmt::Write;

use crate::bytes::{Reader, Writer};
use crate::networks::{Network, Networks};
use crate::text::Text;

const MAGIC: &[u8; 6] = b"IMPROV";
const VERSION: u8 = 1;
/// Type and length follow the magic and the version.
const HEADER: usize = 9;
/// Most octets of a packet: header, data, checksum.
const PACKET: usize = HEADER + 255 + 1;
/// Room that an answer takes, with the line ends around it.
pub const ANSWER: usize = PACKET + 2;

const TYPE_STATE: u8 = 1;
const TYPE_ERROR: u8 = 2;
const TYPE_COMMAND: u8 = 3;
const TYPE_RESULT: u8 = 4;

const COMMAND_SETTINGS: u8 = 1;
const COMMAND_STATE: u8 = 2;
const COMMAND_INFORMATION: u8 = 3;
const COMMAND_SCAN: u8 = 4;

/// What a page asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request<'a> {
    /// Join this network.
    Settings {
        /// Its name.
        ssid: &'a str,
        /// Its passphrase.
        psk: &'a str,
    },
    /// Which state is the node in?
    State,
    /// Which firmware on which chip?
    Information,
    /// Which networks are there?
    Scan,
    /// A command that is not known here.
    Unknown,
    /// A command that cannot be read.
    Damaged,
}

/// While a page talks, no frames are sent in between: it reads lines. After so long without a word of it, µs, they
/// are again; at once when the hub says something.
const HUSH_US: u64 = 60_000_000;

/// Keeps quiet while a page talks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Hush {
    until_us: u64,
}

impl Hush {
    /// Nobody has talked yet.
    pub const fn new() -> Self {
        Hush { until_us: 0 }
    }

    /// A page has said something.
    pub fn page(&mut self, now_us: u64) {
        self.until_us = now_us.saturating_add(HUSH_US);
    }

    /// The hub has said something.
    pub fn hub(&mut self) {
        self.until_us = 0;
    }

    /// Whether to keep quiet.
    pub const fn is_on(&self, now_us: u64) -> bool {
        now_us < self.until_us
    }
}

/// What goes wrong, in numbers of the protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Fault {
    /// Nothing: takes back an error shown before.
    None = 0,
    /// The packet cannot be read.
    Invalid = 1,
    /// The command is not known.
    Unknown = 2,
    /// The network could not be joined.
    CannotConnect = 3,
}

/// How far provisioning is, in numbers of the protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum State {
    /// Waits for a network.
    Ready = 2,
    /// Tries to join it.
    Provisioning = 3,
    /// Joined.
    Provisioned = 4,
}

/// Finds packets in the octets of a link.
pub struct Listener {
    packet: [u8; PACKET],
    length: usize,
}

impl Default for Listener {
    fn default() -> Self {
        Listener::new()
    }
}

impl Listener {
    /// Has heard nothing yet.
    pub const fn new() -> Self {
        Listener {
            packet: [0; PACKET],
            length: 0,
        }
    }

    /// Takes an octet; gives the command that it ends. Packets of other types are passed over.
    pub fn push(&mut self, octet: u8) -> Option<Request<'_>> {
        let expected = MAGIC.iter().chain(&[VERSION]).nth(self.length);
        if expected.is_some_and(|&expected| expected != octet) {
            // The magic has no part that begins like it, but its first letter.
            self.length = usize::from(octet == MAGIC[0]);
            return None;
        }
        *self.packet.get_mut(self.length)? = octet;
        self.length += 1;
        let data = usize::from(*self.packet.get(HEADER - 1)?);
        if self.length < HEADER || self.length < HEADER + data + 1 {
            return None;
        }
        let length = core::mem::take(&mut self.length);
        read(self.packet.get(..length)?)
    }
}

fn read(packet: &[u8]) -> Option<Request<'_>> {
    let (&checksum, checked) = packet.split_last()?;
    let data = checked.get(HEADER..)?;
    if *checked.get(HEADER - 2)? != TYPE_COMMAND {
        return None;
    }
    if sum(checked) != checksum {
        return Some(Request::Damaged);
    }
    Some(read_command(data).unwrap_or(Request::Damaged))
}

fn read_command(data: &[u8]) -> Option<Request<'_>> {
    let mut reader = Reader::new(data);
    let (command, length) = (reader.u8()?, reader.u8()?);
    let mut arguments = Reader::new(reader.bytes(usize::from(length))?);
    Some(match command {
        COMMAND_SETTINGS => Request::Settings {
            ssid: text(&mut arguments)?,
            psk: text(&mut arguments)?,
        },
        COMMAND_STATE => Request::State,
        COMMAND_INFORMATION => Request::Information,
        COMMAND_SCAN => Request::Scan,
        _ => Request::Unknown,
    })
}

fn text<'a>(reader: &mut Reader<'a>) -> Option<&'a str> {
    let length = reader.u8()?;
    core::str::from_utf8(reader.bytes(usize::from(length))?).ok()
}

fn sum(octets: &[u8]) -> u8 {
    octets.iter().fold(0, |sum, &octet| sum.wrapping_add(octet))
}

/// What the node can say.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Of itself: firmware, its version, chip, name.
    pub information: [&'a str; 4],
    /// Of what it hears.
    pub networks: &'a Networks,
    /// Node time, µs.
    pub now_us: u64,
}

/// What is to be done about a network that a page gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attempt<'a> {
    /// Its name.
    pub ssid: &'a str,
    /// Its passphrase.
    pub psk: &'a str,
}

/// The node's side of a conversation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conversation {
    state: State,
}

impl Conversation {
    /// Begins; the node may have joined a network already.
    pub const fn new(joined: bool) -> Self {
        Conversation {
            state: if joined { State::Provisioned } else { State::Ready },
        }
    }

    /// How far it is.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Answers a request through `emit`; gives the network that is to be tried now. What came of it is told to
    /// [`Conversation::tried`].
    pub fn answer<'a>(
        &mut self,
        request: &Request<'a>,
        known: &Known<'_>,
        emit: &mut dyn FnMut(&[u8]),
    ) -> Option<Attempt<'a>> {
        match *request {
            Request::State => {
                say(TYPE_STATE, &[self.state as u8], emit);
                if self.state == State::Provisioned {
                    result(COMMAND_STATE, &[""], emit);
                }
            }
            Request::Information => result(COMMAND_INFORMATION, &known.information, emit),
            Request::Scan => {
                // A scan would tear the radio from what it listens to. The list ends with an empty entry; where it has
                // no other the page asks for the name.
                known.networks.each(known.now_us, &mut |network| list(network, emit));
                result(COMMAND_SCAN, &[], emit);
            }
            Request::Settings { ssid: "", .. } => fault(Fault::Invalid, emit),
            Request::Settings { .. } if self.state == State::Provisioning => fault(Fault::CannotConnect, emit),
            Request::Settings { ssid, psk } => {
                self.enter(State::Provisioning, emit);
                return Some(Attempt { ssid, psk });
            }
            Request::Unknown => fault(Fault::Unknown, emit),
            Request::Damaged => fault(Fault::Invalid, emit),
        }
        None
    }

    /// The network was joined, or it was not.
    pub fn tried(&mut self, joined: bool, emit: &mut dyn FnMut(&[u8])) {
        if joined {
            fault(Fault::None, emit);
            self.enter(State::Provisioned, emit);
            // There is no page to go on with: the node has none.
            result(COMMAND_SETTINGS, &[""], emit);
        } else {
            fault(Fault::CannotConnect, emit);
            self.enter(State::Ready, emit);
        }
    }

    fn enter(&mut self, state: State, emit: &mut dyn FnMut(&[u8])) {
        self.state = state;
        say(TYPE_STATE, &[state as u8], emit);
    }
}

fn fault(fault: Fault, emit: &mut dyn FnMut(&[u8])) {
    say(TYPE_ERROR, &[fault as u8], emit);
}

fn list(network: &Network, emit: &mut dyn FnMut(&[u8])) {
    let mut rssi: Text<4> = Text::new();
    let _ = write!(rssi, "{}", network.rssi);
    let secured = if network.secured { "YES" } else { "NO" };
    result(COMMAND_SCAN, &[network.ssid.as_str(), rssi.as_str(), secured], emit);
}

fn result(command: u8, texts: &[&str], emit: &mut dyn FnMut(&[u8])) {
    let mut data = [0; 255];
    let mut writer = Writer::new(&mut data);
    let length: usize = texts.iter().map(|text| 1 + text.len()).sum();
    writer.u8(command);
    writer.u8(length as u8);
    for text in texts {
        writer.u8(text.len() as u8);
        writer.bytes(text.as_bytes());
    }
    if !writer.is_full() {
        say(TYPE_RESULT, writer.written(), emit);
    }
}

fn say(kind: u8, data: &[u8], emit: &mut dyn FnMut(&[u8])) {
    let mut octets = [0; ANSWER];
    let mut writer = Writer::new(&mut octets);
    writer.u8(b'\n');
    writer.bytes(MAGIC);
    writer.bytes(&[VERSION, kind, data.len() as u8]);
    writer.bytes(data);
    let checksum = sum(writer.written().get(1..).unwrap_or(&[]));
    writer.u8(checksum);
    writer.u8(b'\n');
    emit(writer.written());
}

#[cfg(test)]
mod tests;
