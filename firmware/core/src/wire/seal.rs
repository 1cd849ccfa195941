//! The UDP link: ChaCha20-Poly1305 with a key per node and boot, and a window against replays (PROTOCOL.md §6).

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag};
use hkdf::Hkdf;
use sha2::Sha256;

/// Most octets of a datagram.
pub const DATAGRAM: usize = 1400;
/// Octets before the ciphertext.
pub const HEADER: usize = 20;
/// Octets behind it.
pub const TAG: usize = 16;
/// Most octets of a message in a datagram.
pub const SEALED_MESSAGE: usize = DATAGRAM - HEADER - TAG;
const MAGIC: [u8; 2] = *b"AW";
const VERSION: u8 = 1;

/// Who sends: the two directions have different keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sender {
    /// The node.
    Node,
    /// The hub.
    Hub,
}

impl Sender {
    const fn info(self) -> &'static [u8] {
        match self {
            Sender::Node => b"airwarden 1 node",
            Sender::Hub => b"airwarden 1 hub",
        }
    }
}

/// Why a datagram is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Shorter than header and tag, longer than a datagram, or not of this protocol.
    Short,
    /// Another version.
    Version,
    /// From or for another node.
    Node,
    /// It does not open: wrong key, or changed on the way.
    Key,
    /// Seen before, or of another boot.
    Replay,
}

impl core::fmt::Display for Refusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Refusal::Short => "not a datagram of this protocol",
            Refusal::Version => "another version of the protocol",
            Refusal::Node => "another node's",
            Refusal::Key => "sealed with another key, or changed on the way",
            Refusal::Replay => "seen before, or of another boot",
        })
    }
}

impl core::error::Error for Refusal {}

/// The header of a datagram: read, not yet believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// MAC of the node in the low 48 bits.
    pub node_id: u64,
    /// Its boot.
    pub boot_id: u32,
    /// Counts the datagrams of one direction and boot.
    pub counter: u32,
}

impl Header {
    fn octets(&self) -> [u8; HEADER] {
        let mut octets = [0; HEADER];
        let fields = [
            &MAGIC[..],
            &[VERSION, 0],
            &self.node_id.to_le_bytes(),
            &self.boot_id.to_le_bytes(),
        ];
        let mut at = 0;
        for field in fields.into_iter().chain([&self.counter.to_le_bytes()[..]]) {
            if let Some(room) = octets.get_mut(at..at + field.len()) {
                room.copy_from_slice(field);
            }
            at += field.len();
        }
        octets
    }

    /// Reads the header of a datagram.
    pub fn read(datagram: &[u8]) -> Result<Header, Refusal> {
        if datagram.len() < HEADER + TAG || datagram.len() > DATAGRAM {
            return Err(Refusal::Short);
        }
        let mut reader = crate::bytes::Reader::new(datagram);
        let (magic, version, flags) = (reader.array::<2>(), reader.u8(), reader.u8());
        if magic != Some(MAGIC) {
            return Err(Refusal::Short);
        }
        if version != Some(VERSION) || flags != Some(0) {
            return Err(Refusal::Version);
        }
        let (Some(node_id), Some(boot_id), Some(counter)) = (reader.u64(), reader.u32(), reader.u32()) else {
            return Err(Refusal::Short);
        };
        Ok(Header {
            node_id,
            boot_id,
            counter,
        })
    }

    fn nonce(&self) -> Nonce {
        let mut nonce = [0; 12];
        let (boot, rest) = nonce.split_at_mut(4);
        boot.copy_from_slice(&self.boot_id.to_le_bytes());
        let (counter, _) = rest.split_at_mut(4);
        counter.copy_from_slice(&self.counter.to_le_bytes());
        nonce.into()
    }
}

fn cipher(node_key: &[u8; 32], boot_id: u32, sender: Sender) -> ChaCha20Poly1305 {
    let mut key = [0; 32];
    let salt = boot_id.to_le_bytes();
    let expanded = Hkdf::<Sha256>::new(Some(&salt), node_key).expand(sender.info(), &mut key);
    debug_assert!(expanded.is_ok(), "32 octets are less than 255 hashes");
    ChaCha20Poly1305::new(&Key::from(key))
}

/// Seals the datagrams of one boot and direction.
pub struct Sealer {
    cipher: ChaCha20Poly1305,
    node_id: u64,
    boot_id: u32,
    next: Option<u32>,
}

impl Sealer {
    /// From the key of a node. `boot_id` must never have been used with this key and direction.
    pub fn new(node_key: &[u8; 32], node_id: u64, boot_id: u32, sender: Sender) -> Self {
        Sealer {
            cipher: cipher(node_key, boot_id, sender),
            node_id,
            boot_id,
            next: Some(0),
        }
    }

    /// Writes `message` sealed into `out` and gives its length. Nothing if the message is longer than
    /// [`SEALED_MESSAGE`], `out` too small, or all counters of this boot are used up: the node then needs a new boot id.
    pub fn seal(&mut self, message: &[u8], out: &mut [u8]) -> Option<usize> {
        let counter = self.next?;
        if message.len() > SEALED_MESSAGE {
            return None;
        }
        let header = Header {
            node_id: self.node_id,
            boot_id: self.boot_id,
            counter,
        };
        let octets = header.octets();
        let length = HEADER + message.len() + TAG;
        let (head, rest) = out.get_mut(..length)?.split_at_mut(HEADER);
        let (body, tail) = rest.split_at_mut(message.len());
        head.copy_from_slice(&octets);
        body.copy_from_slice(message);
        let tag = self
            .cipher
            .encrypt_inout_detached(&header.nonce(), &octets, InOutBuf::from(body))
            .ok()?;
        tail.copy_from_slice(&tag);
        self.next = counter.checked_add(1);
        Some(length)
    }
}

/// Opens the datagrams of one node, boot and direction.
pub struct Opener {
    cipher: ChaCha20Poly1305,
    node_id: u64,
    boot_id: u32,
    window: Window,
}

impl Opener {
    /// From the key of a node.
    pub fn new(node_key: &[u8; 32], node_id: u64, boot_id: u32, sender: Sender) -> Self {
        Opener {
            cipher: cipher(node_key, boot_id, sender),
            node_id,
            boot_id,
            window: Window::new(),
        }
    }

    /// Opens a datagram in place and gives the message in it. Only one that opens moves the window.
    pub fn open<'a>(&mut self, datagram: &'a mut [u8]) -> Result<&'a [u8], Refusal> {
        let header = Header::read(datagram)?;
        if header.node_id != self.node_id {
            return Err(Refusal::Node);
        }
        if header.boot_id != self.boot_id {
            return Err(Refusal::Replay);
        }
        let (head, rest) = datagram.split_at_mut_checked(HEADER).ok_or(Refusal::Short)?;
        let (body, tag) = rest.split_last_chunk_mut::<TAG>().ok_or(Refusal::Short)?;
        self.cipher
            .decrypt_inout_detached(&header.nonce(), head, InOutBuf::from(&mut *body), &Tag::from(*tag))
            .map_err(|_| Refusal::Key)?;
        if !self.window.accept(header.counter) {
            return Err(Refusal::Replay);
        }
        Ok(body)
    }
}

/// Remembers which of the last 64 counters were seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Window {
    /// Highest counter seen.
    highest: Option<u32>,
    /// Bit n: highest - n was seen.
    seen: u64,
}

impl Window {
    /// Nothing seen.
    pub const fn new() -> Self {
        Window { highest: None, seen: 0 }
    }

    /// Takes a counter; false if it was seen or lies too far back to know.
    pub fn accept(&mut self, counter: u32) -> bool {
        let Some(highest) = self.highest else {
            self.highest = Some(counter);
            self.seen = 1;
            return true;
        };
        if counter > highest {
            let ahead = counter - highest;
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = Some(counter);
            return true;
        }
        let back = highest - counter;
        let bit = 1u64.checked_shl(back).unwrap_or(0);
        let fresh = bit != 0 && self.seen & bit == 0;
        self.seen |= bit;
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const NODE: u64 = 0x02a1_5700_0001;

    fn pair() -> (Sealer, Opener) {
        (
            Sealer::new(&KEY, NODE, 5, Sender::Node),
            Opener::new(&KEY, NODE, 5, Sender::Node),
        )
    }

    fn sealed(sealer: &mut Sealer, message: &[u8]) -> Vec<u8> {
        let mut out = vec![0; DATAGRAM];
        let length = sealer.seal(message, &mut out).unwrap();
        out.truncate(length);
        out
    }

    #[test]
    fn messages_of_every_size_open_once() {
        let (mut sealer, mut opener) = pair();
        for length in [0, 1, 15, 16, 17, 64, 1000, SEALED_MESSAGE] {
            let message = vec![0x5a; length];
            let datagram = sealed(&mut sealer, &message);
            assert_eq!(datagram.len(), HEADER + length + TAG);
            assert_eq!(opener.open(&mut datagram.clone()), Ok(message.as_slice()));
            assert_eq!(opener.open(&mut datagram.clone()), Err(Refusal::Replay));
        }
        assert_eq!(sealer.seal(&vec![0; SEALED_MESSAGE + 1], &mut vec![0; 2000]), None);
        assert_eq!(sealer.seal(&[0; 8], &mut [0; 43]), None);
    }

    #[test]
    fn a_refused_message_uses_no_counter() {
        let (mut sealer, _) = pair();
        sealer.seal(&[0; 8], &mut [0; 4]);
        let datagram = sealed(&mut sealer, b"a");
        assert_eq!(Header::read(&datagram).map(|h| h.counter), Ok(0));
    }

    #[test]
    fn any_changed_octet_is_refused() {
        let (mut sealer, mut opener) = pair();
        let datagram = sealed(&mut sealer, b"hello");
        for index in 0..datagram.len() {
            let mut changed = datagram.clone();
            changed[index] ^= 1;
            let refusal = opener.open(&mut changed).unwrap_err();
            let expected = match index {
                0 | 1 => Refusal::Short,
                2 | 3 => Refusal::Version,
                4..=11 => Refusal::Node,
                12..=15 => Refusal::Replay,
                _ => Refusal::Key,
            };
            assert_eq!(refusal, expected, "octet {index}");
        }
        assert_eq!(opener.open(&mut datagram.clone()), Ok(&b"hello"[..]));
    }

    #[test]
    fn the_other_direction_and_another_key_do_not_open() {
        let (mut sealer, _) = pair();
        let datagram = sealed(&mut sealer, b"hello");
        let mut hub = Opener::new(&KEY, NODE, 5, Sender::Hub);
        assert_eq!(hub.open(&mut datagram.clone()), Err(Refusal::Key));
        let mut other = Opener::new(&[8; 32], NODE, 5, Sender::Node);
        assert_eq!(other.open(&mut datagram.clone()), Err(Refusal::Key));
        assert_eq!(other.open(&mut datagram[..35].to_vec()), Err(Refusal::Short));
        assert_eq!(other.open(&mut vec![0; 1401]), Err(Refusal::Short));
    }

    #[test]
    fn the_window_takes_each_of_the_last_64_once() {
        let mut window = Window::new();
        assert!(window.accept(100));
        assert!(!window.accept(100));
        assert!(window.accept(37));
        assert!(!window.accept(37));
        assert!(!window.accept(36), "65 back");
        assert!(window.accept(163));
        assert!(
            window.accept(101) && !window.accept(100),
            "63 back is known, seen before"
        );
        assert!(window.accept(u32::MAX) && !window.accept(u32::MAX) && window.accept(u32::MAX - 63));
        assert!(!window.accept(u32::MAX - 64));
    }

    #[test]
    fn the_last_counter_ends_the_boot() {
        let (mut sealer, _) = pair();
        sealer.next = Some(u32::MAX);
        assert!(sealer.seal(b"last", &mut [0; 64]).is_some());
        assert_eq!(sealer.seal(b"one more", &mut [0; 64]), None);
    }
}
