//! The links to a hub: where messages go and where commands come from.

pub mod serial;
pub mod udp;

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender};

use airwarden_core::cobs;

/// Where messages go.
pub trait Link {
    /// Takes a whole message; gives how many octets it takes on the link.
    ///
    /// # Errors
    /// Where the link is gone.
    fn send(&mut self, message: &[u8]) -> io::Result<usize>;

    /// Lets go of what is held back.
    ///
    /// # Errors
    /// As [`Link::send`].
    fn flush(&mut self) -> io::Result<()>;
}

/// A message of the hub, and when it arrived.
pub struct Command {
    /// µs since 1970.
    pub arrived_us: u64,
    /// The message.
    pub message: Vec<u8>,
}

/// Commands that wait to be obeyed at most; more are lost, as on a wire.
pub const WAITING: usize = 64;

/// Where commands come from. It stays open where none can come, so that waiting for one is a way to sleep.
pub struct Commands {
    /// They come out here.
    pub from: Receiver<Command>,
    /// They go in here.
    pub to: SyncSender<Command>,
}

impl Default for Commands {
    fn default() -> Self {
        let (to, from) = std::sync::mpsc::sync_channel(WAITING);
        Commands { from, to }
    }
}

/// Messages to nowhere.
pub struct Nowhere;

impl Link for Nowhere {
    fn send(&mut self, message: &[u8]) -> io::Result<usize> {
        Ok(message.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The serial stream of PROTOCOL.md §5, into anything that can be written to.
pub struct StreamLink<W: Write> {
    to: io::BufWriter<W>,
    framed: Vec<u8>,
}

/// Octets held back before they are written, unless the link is flushed.
const HELD: usize = 64 * 1024;

impl<W: Write> StreamLink<W> {
    /// A link that writes to `to`.
    pub fn new(to: W) -> Self {
        StreamLink {
            to: io::BufWriter::with_capacity(HELD, to),
            framed: Vec::new(),
        }
    }
}

impl<W: Write> Link for StreamLink<W> {
    fn send(&mut self, message: &[u8]) -> io::Result<usize> {
        self.framed.resize(cobs::framed_length(message.len()), 0);
        let length = cobs::frame(message, &mut self.framed).unwrap_or(0);
        self.to.write_all(&self.framed[..length])?;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
