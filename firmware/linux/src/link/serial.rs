//! A serial device, or a pseudoterminal.

use std::io;
use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

use airwarden_core::cobs::Deframer;
use serial2::SerialPort;

use super::{Command, StreamLink};
use crate::clock::unix_us;

/// Octets of a command with its CRC at most; an update would need more, and a Linux node takes none.
const LONGEST_COMMAND: usize = 2048;

/// Opens a device; what the hub says comes out of `commands`.
///
/// # Errors
/// In one line, what is wrong and what to do.
pub fn open(path: &Path, baud: u32, commands: SyncSender<Command>) -> Result<StreamLink<SerialPort>, String> {
    let trouble = |error: io::Error| trouble(path, &error);
    let mut port = SerialPort::open(path, baud).map_err(trouble)?;
    // Written octets wait for the other side however long it takes; reading wakes up to be told that it is over.
    port.set_write_timeout(Duration::MAX).map_err(trouble)?;
    port.set_read_timeout(Duration::from_secs(3600)).map_err(trouble)?;
    let reading = port.try_clone().map_err(trouble)?;
    thread::spawn(move || read(&reading, &commands));
    Ok(StreamLink::new(port))
}

fn trouble(path: &Path, error: &io::Error) -> String {
    let what = match error.raw_os_error() {
        Some(libc::ENOENT | libc::ENXIO) => {
            "there is no such device; `ls /dev/serial/by-id` shows those there are".into()
        }
        Some(libc::EACCES) => "no permission; join the group dialout and log in again".into(),
        Some(libc::ENOTTY | libc::EINVAL) => {
            "this is not a serial device; for a file use --output stdout > FILE".into()
        }
        Some(libc::EBUSY) => "another program has it open; end that first".into(),
        Some(libc::EISDIR) => "this is a directory; name a device, as /dev/ttyUSB0".into(),
        _ => error.to_string(),
    };
    format!("{}: {what}", path.display())
}

fn read(port: &SerialPort, commands: &SyncSender<Command>) {
    let mut deframer = Deframer::<LONGEST_COMMAND>::new();
    let mut octets = [0; 512];
    loop {
        let count = match port.read(&mut octets) {
            Ok(count) => count,
            Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) => continue,
            // Writing meets the same and reports it.
            Err(_) => return,
        };
        if count == 0 {
            return;
        }
        let arrived_us = unix_us();
        let mut over = false;
        deframer.push(&octets[..count], &mut |message| {
            let command = Command {
                arrived_us,
                message: message.to_vec(),
            };
            over |= matches!(commands.try_send(command), Err(TrySendError::Disconnected(_)));
        });
        if over {
            return;
        }
    }
}
