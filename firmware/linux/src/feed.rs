//! The packets of a capture, after the first of them have voted on their check sequences.

use crate::capture::{Capture, LinkType, Packet, Problem};
use crate::fcs;
use crate::radio;
use crate::receiver::Receiver;

/// A capture whose first packets may have been read ahead.
pub struct Feed {
    capture: Capture,
    ahead: Vec<Ahead>,
    octets: Vec<u8>,
    next: usize,
    problem: Option<Problem>,
}

/// A packet read ahead; its octets lie in the feed.
struct Ahead {
    time_us: u64,
    interface: u32,
    link: LinkType,
    original: u32,
    fcs: Option<bool>,
    fcs_bad: bool,
    from: usize,
    to: usize,
}

impl Feed {
    /// Reads ahead as far as packets say nothing about check sequences, so that already the first one is read
    /// rightly, and makes `receiver` ready for the file.
    pub fn new(capture: Capture, receiver: &mut Receiver) -> Self {
        let mut feed = Feed {
            capture,
            ahead: Vec::new(),
            octets: Vec::new(),
            next: 0,
            problem: None,
        };
        receiver.reset();
        while feed.ahead.len() < usize::from(fcs::VOTES) && feed.read_ahead(receiver) {}
        receiver.rewind();
        feed
    }

    fn read_ahead(&mut self, receiver: &mut Receiver) -> bool {
        let packet = match self.capture.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return false,
            Err(problem) => {
                self.problem = Some(problem);
                return false;
            }
        };
        receiver.look_ahead(&packet);
        let from = self.octets.len();
        self.octets.extend_from_slice(packet.octets);
        self.ahead.push(Ahead {
            time_us: packet.time_us,
            interface: packet.interface,
            link: packet.link,
            original: packet.original,
            fcs: packet.fcs,
            fcs_bad: packet.fcs_bad,
            from,
            to: self.octets.len(),
        });
        packet.fcs.is_none() && radio::read(packet.link, packet.octets).is_some_and(|radio| radio.fcs.is_none())
    }

    /// The next packet, as [`Capture::next_packet`].
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, Problem> {
        if let Some(ahead) = self.ahead.get(self.next) {
            self.next += 1;
            return Ok(Some(Packet {
                time_us: ahead.time_us,
                interface: ahead.interface,
                link: ahead.link,
                original: ahead.original,
                fcs: ahead.fcs,
                fcs_bad: ahead.fcs_bad,
                octets: &self.octets[ahead.from..ahead.to],
            }));
        }
        match self.problem.take() {
            Some(problem) => Err(problem),
            None => self.capture.next_packet(),
        }
    }

    /// The capture itself.
    pub fn capture(&self) -> &Capture {
        &self.capture
    }
}
