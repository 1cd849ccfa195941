//! A pseudo-terminal as the serial link, and the socket of the network that the node has joined.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use airwarden_core::seal::{DATAGRAM, Opener, Sealer, Sender};
use serial2::SerialPort;

/// The board's end of a pseudo-terminal whose other end appears at a path.
pub struct Cable {
    port: SerialPort,
    path: PathBuf,
}

impl Cable {
    /// Makes a pseudo-terminal that can be opened at `path`.
    ///
    /// # Errors
    /// Where there are no pseudo-terminals, or the path is taken by something else.
    pub fn plug_in(path: &Path) -> io::Result<Cable> {
        let (mut port, far) = SerialPort::pair()?;
        port.set_read_timeout(Duration::ZERO)?;
        port.set_write_timeout(Duration::ZERO)?;
        if path.is_symlink() {
            fs::remove_file(path)?;
        }
        std::os::unix::fs::symlink(fs::read_link(format!("/proc/self/fd/{}", far.as_raw_fd()))?, path)?;
        Ok(Cable {
            port,
            path: path.to_owned(),
        })
    }

    /// Reads what is there; 0 where nothing is, or nobody has the other end open.
    pub fn read(&self, octets: &mut [u8]) -> usize {
        self.port.read(octets).unwrap_or(0)
    }

    /// Writes what fits; 0 where the other side does not read.
    pub fn write(&self, octets: &[u8]) -> usize {
        self.port.write(octets).unwrap_or(0)
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Sealed datagrams to the hub and from it.
pub struct Network {
    socket: UdpSocket,
    hub: SocketAddr,
    sealer: Sealer,
    opener: Opener,
}

impl Network {
    /// Around a socket of its own. `boot_id` must never have been used with this key.
    ///
    /// # Errors
    /// Where there is no socket to be had.
    pub fn new(hub: SocketAddr, key: &[u8; 32], (node_id, boot_id): (u64, u32)) -> io::Result<Network> {
        let any = if hub.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(any)?;
        socket.set_nonblocking(true)?;
        Ok(Network {
            socket,
            hub,
            sealer: Sealer::new(key, node_id, boot_id, Sender::Node),
            opener: Opener::new(key, node_id, boot_id, Sender::Hub),
        })
    }

    /// Seals and sends; false where this start has no counters left. What the network loses is lost.
    pub fn send(&mut self, message: &[u8]) -> bool {
        let mut datagram = [0; DATAGRAM];
        let Some(length) = self.sealer.seal(message, &mut datagram) else {
            return false;
        };
        let _ = self.socket.send_to(&datagram[..length], self.hub);
        true
    }

    /// The next message of the hub, if one is there. What does not open is answered by nothing.
    pub fn receive(&mut self) -> Option<Vec<u8>> {
        let mut datagram = [0; DATAGRAM + 1];
        loop {
            match self.socket.recv_from(&mut datagram) {
                Ok((length, from)) if from == self.hub => {
                    if let Ok(message) = self.opener.open(&mut datagram[..length]) {
                        return Some(message.to_vec());
                    }
                }
                Ok(_) => {}
                // The answer of a machine where no hub listens.
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                Err(_) => return None,
            }
        }
    }
}
