//! Sealed datagrams (PROTOCOL.md §6).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::thread;

use airwarden_core::seal::{DATAGRAM, Opener, Sealer, Sender};

use super::{Command, Link};
use crate::clock::unix_us;

/// Who seals.
pub struct Identity {
    /// The node's key.
    pub key: [u8; 32],
    /// Its address, in the low 48 bits.
    pub node_id: u64,
    /// Never used before with this key.
    pub boot_id: u32,
}

/// Sealed datagrams to one hub.
pub struct UdpLink {
    socket: UdpSocket,
    sealer: Sealer,
    datagram: [u8; DATAGRAM],
}

/// Opens a link to `address`, as host:port; what the hub says comes out of `commands`.
///
/// # Errors
/// In one line, what is wrong and what to do.
pub fn open(address: &str, identity: &Identity, commands: SyncSender<Command>) -> Result<UdpLink, String> {
    let trouble = |error: io::Error| format!("{address}: {error}; check the hub's name and port");
    let hub = address.to_socket_addrs().map_err(trouble)?.next();
    let hub = hub.ok_or_else(|| format!("{address}: the name has no address; check the hub's name"))?;
    let any = match hub {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any).map_err(trouble)?;
    socket.connect(hub).map_err(trouble)?;
    let reading = socket.try_clone().map_err(trouble)?;
    let opener = Opener::new(&identity.key, identity.node_id, identity.boot_id, Sender::Hub);
    thread::spawn(move || read(&reading, opener, &commands));
    Ok(UdpLink {
        socket,
        sealer: Sealer::new(&identity.key, identity.node_id, identity.boot_id, Sender::Node),
        datagram: [0; DATAGRAM],
    })
}

impl Link for UdpLink {
    fn send(&mut self, message: &[u8]) -> io::Result<usize> {
        let Some(length) = self.sealer.seal(message, &mut self.datagram) else {
            return Err(io::Error::other(
                "this boot number has sealed all it may; start the node again",
            ));
        };
        match self.socket.send(&self.datagram[..length]) {
            Ok(_) => Ok(length),
            // The hub is not there now, or the network: datagrams get lost, and it may come back.
            Err(error) if is_loss(&error) => Ok(length),
            Err(error) => Err(error),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn is_loss(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, HostUnreachable, Interrupted, NetworkDown, NetworkUnreachable, WouldBlock};
    matches!(
        error.kind(),
        ConnectionRefused | HostUnreachable | Interrupted | NetworkDown | NetworkUnreachable | WouldBlock
    ) || error.raw_os_error() == Some(libc::ENOBUFS)
}

fn read(socket: &UdpSocket, mut opener: Opener, commands: &SyncSender<Command>) {
    let mut datagram = [0; DATAGRAM + 1];
    loop {
        let count = match socket.recv(&mut datagram) {
            Ok(count) => count,
            Err(error) if is_loss(&error) => continue,
            Err(_) => return,
        };
        let arrived_us = unix_us();
        // What cannot be opened is not the hub's, and answered by nothing.
        let Ok(message) = opener.open(&mut datagram[..count]) else {
            continue;
        };
        let command = Command {
            arrived_us,
            message: message.to_vec(),
        };
        if matches!(commands.try_send(command), Err(TrySendError::Disconnected(_))) {
            return;
        }
    }
}
