//! Finding out what a file is.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::stream::Stream;
use super::{Capture, Format, Problem, pcap, pcapng};

/// Opens a capture; `-` is standard input.
///
/// # Errors
/// Where there is nothing to read, or nothing that carries 802.11.
pub fn open(path: &Path) -> Result<Capture, Problem> {
    if path.as_os_str() == "-" {
        return from_reader("standard input", Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| Problem::from_read(error, 0))?;
    let about = file.metadata().map_err(|error| Problem::from_read(error, 0))?;
    if about.is_dir() {
        return Err(Problem::Directory);
    }
    from_reader(&path.to_string_lossy(), Box::new(file))
}

/// A capture in any of the formats, from its first octet.
///
/// # Errors
/// As [`open`].
pub fn from_reader(name: &str, reader: Box<dyn Read + Send>) -> Result<Capture, Problem> {
    let stream = Stream::new(reader);
    let (stream, magic) = begin(stream)?;
    if magic[..2] != GZIP {
        return decide(name, stream, magic);
    }
    let unpacked = MultiGzDecoder::new(stream.into_reader());
    let (stream, magic) = begin(Stream::new(Box::new(unpacked)))?;
    decide(name, stream, magic)
}

const GZIP: [u8; 2] = [0x1f, 0x8b];

fn begin(mut stream: Stream) -> Result<(Stream, [u8; 4]), Problem> {
    let whole = stream.hold(4).map_err(|error| Problem::from_read(error, 0))?;
    let octets = stream.octets();
    if octets.is_empty() {
        return Err(Problem::Empty);
    }
    let mut magic = [0; 4];
    let known = octets.len().min(4);
    magic[..known].copy_from_slice(&octets[..known]);
    if !whole && magic[..2] != GZIP {
        return Err(Problem::UnknownFormat(magic));
    }
    Ok((stream, magic))
}

fn decide(name: &str, stream: Stream, magic: [u8; 4]) -> Result<Capture, Problem> {
    let format = match magic {
        pcapng::MAGIC => Format::Pcapng(pcapng::Reader::new(stream)),
        [0x28, 0xb5, 0x2f, 0xfd] => return Err(Problem::Compressed("zstd")),
        [0xfd, b'7', b'z', b'X'] => return Err(Problem::Compressed("xz")),
        [0x04, 0x22, 0x4d, 0x18] => return Err(Problem::Compressed("lz4")),
        [b'B', b'Z', b'h', _] => return Err(Problem::Compressed("bzip2")),
        [b'P', b'K', 3, 4] => return Err(Problem::Compressed("zip")),
        [0x1f, 0x8b, ..] => return Err(Problem::Compressed("gzip twice")),
        _ => Format::Pcap(pcap::Reader::new(stream, magic)?),
    };
    Ok(Capture {
        name: name.to_owned(),
        format,
        packets: 0,
    })
}
