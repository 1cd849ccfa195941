//! A growing window over a reader, so that records can be looked at where they lie.

use std::io::{self, Read};

/// Octets asked of the reader at once.
const CHUNK: usize = 256 * 1024;

/// Most octets a window may be asked to hold: the longest packet libpcap allows, and room for a block around it.
pub const MOST: usize = 512 * 1024;

/// Octets of a file that have been read and not yet used.
pub struct Stream {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Stream {
    /// A window at the beginning of `reader`.
    pub fn new(reader: Box<dyn Read + Send>) -> Self {
        Stream {
            reader,
            buffer: vec![0; CHUNK],
            start: 0,
            end: 0,
        }
    }

    /// What is in the window now.
    pub fn octets(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads on until the window holds `wanted` octets (at most [`MOST`]); false where the file ends before.
    pub fn hold(&mut self, wanted: usize) -> io::Result<bool> {
        debug_assert!(wanted <= MOST);
        while self.end - self.start < wanted {
            if !self.read_some(wanted)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Moves on by `count` octets; false where the file ends before. What is not in the window is read past, not
    /// kept.
    pub fn skip(&mut self, mut count: u64) -> io::Result<bool> {
        loop {
            let here = ((self.end - self.start) as u64).min(count);
            self.start += here as usize;
            count -= here;
            if count == 0 {
                return Ok(true);
            }
            if !self.read_some(1)? {
                return Ok(false);
            }
        }
    }

    /// The window's next octets, moved past: `length` must have been held.
    pub fn take(&mut self, length: usize) -> &[u8] {
        let from = self.start;
        self.start += length;
        debug_assert!(self.start <= self.end);
        &self.buffer[from..self.start]
    }

    /// Gives back the reader with what has been read and not used in front of it.
    pub fn into_reader(self) -> impl Read + Send {
        let rest = self.buffer[self.start..self.end].to_vec();
        io::Cursor::new(rest).chain(self.reader)
    }

    fn read_some(&mut self, wanted: usize) -> io::Result<bool> {
        // Fewer than `wanted` octets are left, so moving them costs little beside the read.
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if wanted > self.buffer.len() {
            self.buffer.resize(wanted, 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    self.end += count;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one to three octets at a time, as a slow pipe does.
    struct Dribble(Vec<u8>, usize);

    impl Read for Dribble {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = (self.1 % 3 + 1).min(into.len()).min(self.0.len() - self.1);
            into[..count].copy_from_slice(&self.0[self.1..self.1 + count]);
            self.1 += count;
            Ok(count)
        }
    }

    #[test]
    fn holds_takes_and_skips_across_reads() {
        let all: Vec<u8> = (0..=255).cycle().take(1_000_000).collect();
        let mut stream = Stream::new(Box::new(Dribble(all.clone(), 0)));
        assert!(stream.hold(300_000).unwrap());
        assert_eq!(stream.take(300_000), &all[..300_000]);
        assert!(stream.skip(600_000).unwrap());
        assert!(stream.hold(100_000).unwrap());
        assert_eq!(stream.take(100_000), &all[900_000..]);
        assert!(!stream.hold(1).unwrap());
        assert!(!stream.skip(1).unwrap());
    }

    #[test]
    fn the_rest_of_the_file_follows_what_was_read_ahead() {
        let all: Vec<u8> = (0..100).collect();
        let mut stream = Stream::new(Box::new(Dribble(all.clone(), 0)));
        assert!(stream.hold(10).unwrap());
        stream.take(4);
        let mut rest = Vec::new();
        stream.into_reader().read_to_end(&mut rest).unwrap();
        assert_eq!(rest, &all[4..]);
    }
}
