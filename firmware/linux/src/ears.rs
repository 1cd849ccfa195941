//! Who hears what a source gives, who commands, and who is warned.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use airwarden_core::reception::Reception;

use crate::columns;
use crate::link::Commands;
use crate::node::Node;

/// Who hears the receptions.
pub enum Listener<'a> {
    /// A node.
    Node(&'a mut Node),
    /// A person.
    Columns(&'a mut dyn Write),
}

impl Listener<'_> {
    /// The node, if it is one.
    pub fn node(&mut self) -> Option<&mut Node> {
        match self {
            Listener::Node(node) => Some(node),
            Listener::Columns(_) => None,
        }
    }

    /// Takes a reception.
    ///
    /// # Errors
    /// Where the listener is gone.
    pub fn hear(&mut self, reception: &Reception<'_>) -> io::Result<()> {
        match self {
            Listener::Columns(to) => columns::write(reception, to),
            Listener::Node(node) => {
                node.receive(reception);
                self.check()
            }
        }
    }

    /// Whether the listener is still there.
    ///
    /// # Errors
    /// Why it is gone.
    pub fn check(&self) -> io::Result<()> {
        match self {
            Listener::Node(node) => node.failure().map_or(Ok(()), |error| Err(copy_of(error))),
            Listener::Columns(_) => Ok(()),
        }
    }
}

/// An error of the same kind and words: the link keeps the original.
pub fn copy_of(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// All that a source has to do with.
pub struct Ears<'a, 'b> {
    /// Who hears the receptions.
    pub listener: Listener<'a>,
    /// Where commands come from.
    pub commands: &'b Commands,
    /// Set when it is time to end.
    pub stop: &'b AtomicBool,
    /// Where to write what goes wrong.
    pub warn: &'b mut dyn FnMut(&str),
}

impl Ears<'_, '_> {
    /// Whether it is time to end.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
