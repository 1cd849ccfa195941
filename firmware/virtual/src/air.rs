//! What is on the air: a made-up home, or a capture.

use std::path::Path;

use airwarden_core::phy::Phy;
use airwarden_core::reception::Reception;
use airwarden_node::capture;
use airwarden_node::feed::Feed;
use airwarden_node::receiver::Receiver;

/// Between two beacons, µs: 100 time units.
const BEACON_US: u64 = 102_400;
const ACCESS_POINT: [u8; 6] = [0x02, 0xa1, 0x57, 0, 0, 0xaa];
const STATIONS: u64 = 5;
const RATES: &[u8] = &[0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24];

/// Takes receptions in order of time.
pub type Hear<'h> = &'h mut dyn FnMut(&Reception<'_>);

/// What is on the air, µs from the beginning.
pub enum Air {
    /// Made up.
    Made(Box<Home>),
    /// Played, once.
    Played(Box<Tape>),
}

impl Air {
    /// Gives everything up to this time that was not given yet.
    pub fn until(&mut self, until_us: u64, hear: Hear<'_>) {
        match self {
            Air::Made(home) => home.until(until_us, hear),
            Air::Played(tape) => tape.until(until_us, hear),
        }
    }
}

/// A home with one access point and a few stations that talk.
pub struct Home {
    dice: u64,
    frequency: u16,
    /// Between two exchanges of data and acknowledgement, µs.
    pause_us: u64,
    beacon_us: u64,
    talk_us: u64,
    sequences: [u16; 1 + STATIONS as usize],
    frame: Vec<u8>,
}

impl Home {
    /// On this frequency in MHz, with about so many frames a second.
    pub fn new(seed: u64, frequency: u16, frames_per_second: u64) -> Self {
        Home {
            dice: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            frequency,
            pause_us: 2_000_000 / frames_per_second.saturating_sub(10).max(1),
            beacon_us: BEACON_US,
            talk_us: 50_000,
            sequences: [0; 1 + STATIONS as usize],
            frame: Vec::new(),
        }
    }

    fn roll(&mut self, below: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % below
    }

    fn until(&mut self, until_us: u64, hear: Hear<'_>) {
        while self.beacon_us.min(self.talk_us) <= until_us {
            if self.beacon_us <= self.talk_us {
                self.beacon(hear);
            } else {
                self.exchange(hear);
            }
        }
    }

    fn beacon(&mut self, hear: Hear<'_>) {
        let time_us = self.beacon_us;
        self.beacon_us += BEACON_US;
        self.header([0x80, 0], 0, [[0xff; 6], ACCESS_POINT, ACCESS_POINT], 0);
        self.frame.extend_from_slice(&time_us.to_le_bytes());
        self.frame.extend_from_slice(&[100, 0, 0x11, 0x04]);
        for (id, body) in [(0, &b"Example Home"[..]), (1, RATES), (3, &[6]), (5, &[0, 3, 0, 0])] {
            self.frame.extend_from_slice(&[id, body.len() as u8]);
            self.frame.extend_from_slice(body);
        }
        self.send(time_us, Phy::dsss(2, false), hear);
    }

    /// A data frame of a station or to it, and its acknowledgement.
    fn exchange(&mut self, hear: Hear<'_>) {
        let time_us = self.talk_us;
        self.talk_us += self.pause_us / 2 + self.roll(self.pause_us + 1);
        let number = 1 + self.roll(STATIONS) as usize;
        let station = [0x02, 0xa1, 0x57, 0, 1, number as u8];
        let gateway = [0x02, 0xa1, 0x57, 0, 0, 0x01];
        let up = self.roll(3) == 0;
        let (flags, addresses, sender) = if up {
            (0x41, [ACCESS_POINT, station, gateway], number)
        } else {
            (0x42, [station, ACCESS_POINT, gateway], 0)
        };
        self.header([0x88, flags], 44, addresses, sender);
        self.frame.extend_from_slice(&[0, 0]);
        let octets = 60 + self.roll(1_200) as usize;
        self.frame.resize(octets, 0x5a);
        self.send(time_us, Phy::ofdm(48), hear);
        self.frame.clear();
        self.frame.extend_from_slice(&[0xd4, 0, 0, 0]);
        self.frame.extend_from_slice(&addresses[1]);
        self.send(time_us + 300, Phy::ofdm(48), hear);
    }

    fn header(&mut self, control: [u8; 2], duration: u16, addresses: [[u8; 6]; 3], sender: usize) {
        self.frame.clear();
        self.frame.extend_from_slice(&control);
        self.frame.extend_from_slice(&duration.to_le_bytes());
        self.frame.extend_from_slice(addresses.as_flattened());
        let sequence = &mut self.sequences[sender];
        *sequence = sequence.wrapping_add(0x10);
        self.frame.extend_from_slice(&sequence.to_le_bytes());
    }

    fn send(&mut self, time_us: u64, phy: Phy, hear: Hear<'_>) {
        let rssi = -40 - self.roll(30) as i8;
        hear(&Reception {
            time_us,
            frequency: self.frequency,
            noise: -96,
            rssi,
            phy,
            length: self.frame.len() as u16 + 4,
            bytes: &self.frame,
            ..Reception::default()
        });
    }
}

/// A capture that is played from its first packet on.
pub struct Tape {
    feed: Feed,
    receiver: Receiver,
    began_us: Option<u64>,
    /// What was read and is not due yet.
    next: Option<Kept>,
    over: bool,
}

struct Kept {
    reception: Reception<'static>,
    bytes: Vec<u8>,
}

impl Tape {
    /// Opens a capture.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn open(path: &Path) -> Result<Self, String> {
        let capture = capture::open(path).map_err(|problem| format!("{}: {problem}", path.display()))?;
        let mut receiver = Receiver::default();
        Ok(Tape {
            feed: Feed::new(capture, &mut receiver),
            receiver,
            began_us: None,
            next: None,
            over: false,
        })
    }

    fn until(&mut self, until_us: u64, hear: Hear<'_>) {
        while !self.over {
            if let Some(kept) = &self.next {
                if kept.reception.time_us > until_us {
                    return;
                }
                hear(&Reception {
                    bytes: &kept.bytes,
                    ..kept.reception
                });
            }
            self.read();
        }
    }

    fn read(&mut self) {
        self.next = None;
        let packet = match self.feed.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => {
                self.over = true;
                return;
            }
            Err(problem) => {
                eprintln!("airwarden-virtual: {problem}");
                self.over = true;
                return;
            }
        };
        let began = *self.began_us.get_or_insert(packet.time_us);
        let time_us = packet.time_us.saturating_sub(began);
        let reception = self.receiver.receive(&packet);
        self.next = Some(Kept {
            bytes: reception.bytes.to_vec(),
            reception: Reception {
                time_us,
                bytes: &[],
                ..reception
            },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_the_same_for_the_same_seed_and_in_order() {
        let heard = |seed| {
            let mut frames: Vec<(u64, Vec<u8>)> = Vec::new();
            let mut air = Air::Made(Box::new(Home::new(seed, 2437, 200)));
            for second in 1..=10 {
                air.until(second * 1_000_000, &mut |reception| {
                    frames.push((reception.time_us, reception.bytes.to_vec()));
                });
            }
            frames
        };
        let frames = heard(7);
        assert_eq!(frames, heard(7));
        assert_ne!(frames, heard(8));
        assert!((1_500..2_500).contains(&frames.len()), "{}", frames.len());
        let beacons = frames.iter().filter(|(_, bytes)| bytes[0] == 0x80).count();
        assert_eq!(beacons, 97);
    }
}
