//! From packets to receptions: the radio header off, the check sequence judged, A-MPDUs followed.

use airwarden_core::phy::{Format, Phy};
use airwarden_core::reception::Reception;

use crate::capture::Packet;
use crate::fcs::{self, FcsJudge};
use crate::radio::{self, Radio};

/// Interfaces whose state is kept apart. A file with more of them has them share, which can cost no more than a
/// check sequence judged a few frames late.
const INTERFACES: usize = 64;

/// Turns packets into receptions.
pub struct Receiver {
    interfaces: Vec<Interface>,
    /// A frame whose padding had to be taken out.
    unpadded: Vec<u8>,
    /// Frames without check sequence had one on the air all the same: its octets are counted.
    counts_fcs: bool,
}

/// What has to be remembered of one interface from frame to frame.
#[derive(Clone, Copy, Default)]
struct Interface {
    fcs: FcsJudge,
    ppdu: Ppdu,
}

/// The PPDU of the last frame.
#[derive(Clone, Copy, Default)]
struct Ppdu {
    reference: Option<u32>,
    tsf: Option<u64>,
    transmitter: [u8; 6],
}

impl Default for Receiver {
    fn default() -> Self {
        Receiver {
            interfaces: vec![Interface::default(); INTERFACES],
            unpadded: Vec::new(),
            counts_fcs: false,
        }
    }
}

impl Receiver {
    /// For frames off the air, whose length is that on the air. Those of a capture are as long as the capture says,
    /// as every other reader of it takes them.
    pub fn live() -> Self {
        Receiver {
            counts_fcs: true,
            ..Receiver::default()
        }
    }

    /// Forgets what was learnt, for the next file.
    pub fn reset(&mut self) {
        self.interfaces.fill(Interface::default());
    }

    /// Lets a packet vote on its check sequence before the packets of its file are read for good.
    pub fn look_ahead(&mut self, packet: &Packet<'_>) {
        let _ = self.receive(packet);
    }

    /// Forgets the order of frames, not what was learnt about check sequences.
    pub fn rewind(&mut self) {
        for interface in &mut self.interfaces {
            interface.ppdu = Ppdu::default();
        }
    }

    /// The reception that a packet holds. A packet that makes no sense is a reception without octets.
    pub fn receive<'a>(&'a mut self, packet: &Packet<'a>) -> Reception<'a> {
        let Some(radio) = radio::read(packet.link, packet.octets) else {
            return Reception {
                time_us: packet.time_us,
                length: clamped(packet.original as usize),
                fcs_bad: packet.fcs_bad,
                ..Reception::default()
            };
        };
        let interface = &mut self.interfaces[packet.interface as usize % INTERFACES];
        let kept = &packet.octets[radio.octets..];
        let original = (packet.original as usize).saturating_sub(radio.octets);
        let whole = (kept.len() == original && !radio.padded && !radio.no_mpdu).then_some(kept);
        let verdict = interface.fcs.judge(radio.fcs.or(packet.fcs), whole);
        let body = original - if verdict.present { fcs::OCTETS.min(original) } else { 0 };
        let mut octets = &kept[..kept.len().min(body)];
        let mut length = if self.counts_fcs { body + fcs::OCTETS } else { original };
        if radio.padded {
            let padding = unpad(octets, &mut self.unpadded);
            if padding > 0 {
                octets = &self.unpadded;
                length -= padding.min(length);
            }
        }
        if radio.no_mpdu {
            (octets, length) = (&[], 0);
        }
        let fcs_bad = radio.bad || packet.fcs_bad || (verdict.bad && !decrypted(octets));
        let ppdu_continues = interface.ppdu.follow(&radio, octets, fcs_bad);
        Reception {
            time_us: packet.time_us,
            frequency: radio.frequency,
            noise: radio.noise,
            rssi: radio.rssi,
            phy: if ppdu_continues {
                radio.phy.with_aggregated(true)
            } else {
                radio.phy
            },
            length: clamped(length),
            fcs_bad,
            ppdu_continues,
            ppdu_length: None,
            bytes: octets,
        }
    }
}

fn clamped(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

impl Ppdu {
    /// Whether a frame belongs to the PPDU of the one before; remembers it for the next.
    ///
    /// Receivers give all MPDUs of a PPDU the time at which it began, and no transmitter can begin two in one µs;
    /// those without a clock number their A-MPDUs. The clock decides where there is one, for some number every
    /// MPDU. A damaged MPDU may show any address.
    fn follow(&mut self, radio: &Radio, mpdu: &[u8], damaged: bool) -> bool {
        let transmitter = mpdu.get(10..16).and_then(|address| address.try_into().ok());
        let same_transmitter = transmitter == Some(self.transmitter);
        let same_origin = same_transmitter || damaged;
        let continues = match (radio.tsf, radio.aggregate) {
            (Some(_), _) => aggregates(radio.phy) && radio.tsf == self.tsf && same_origin,
            (None, Some(aggregate)) => self.reference == Some(aggregate.reference) && same_origin,
            (None, None) => false,
        };
        if !(continues && damaged) {
            self.transmitter = transmitter.unwrap_or_default();
        }
        self.reference = radio
            .aggregate
            .filter(|aggregate| !aggregate.last)
            .map(|aggregate| aggregate.reference);
        self.tsf = radio.tsf;
        continues
    }
}

/// Whether frames of this format can come as A-MPDU.
fn aggregates(phy: Phy) -> bool {
    !matches!(phy.format(), Format::Unknown | Format::Dsss | Format::Ofdm)
}

/// Copies a frame without the padding behind its header; gives how many octets that was.
fn unpad(frame: &[u8], into: &mut Vec<u8>) -> usize {
    let header = header_octets(frame);
    let padding = header.next_multiple_of(4) - header;
    if padding == 0 || frame.len() < header + padding {
        return 0;
    }
    into.clear();
    into.extend_from_slice(&frame[..header]);
    into.extend_from_slice(&frame[header + padding..]);
    padding
}

/// Whether a receiver has decrypted a frame in place, as some do with those of their own station: the frame says
/// that it is protected, and yet the LLC header of its payload lies open. Its check sequence then no longer matches.
fn decrypted(frame: &[u8]) -> bool {
    const LLC_SNAP: [u8; 3] = [0xaa, 0xaa, 0x03];
    let data = frame.first().is_some_and(|first| first & 0x0c == 0x08);
    let protected = frame.get(1).is_some_and(|second| second & 0x40 != 0);
    if !data || !protected {
        return false;
    }
    // Behind no security header, that of WEP, that of TKIP or CCMP, and that and the header of an A-MSDU subframe.
    let header = header_octets(frame);
    [0, 4, 8, 8 + 14].iter().any(|security| {
        frame
            .get(header + security..)
            .is_some_and(|payload| payload.starts_with(&LLC_SNAP))
    })
}

/// Octets of a MAC header (802.11-2020, 9.2.3, 9.3.2). Only data frames are ever padded.
fn header_octets(frame: &[u8]) -> usize {
    let &[first, second, ..] = frame else { return 0 };
    let data = first & 0x0c == 0x08;
    let four_addresses = second & 0x03 == 0x03;
    let quality_of_service = first & 0x80 != 0;
    let high_throughput_control = quality_of_service && second & 0x80 != 0;
    if !data {
        return 24;
    }
    let address = if four_addresses { 6 } else { 0 };
    let quality = if quality_of_service { 2 } else { 0 };
    let control = if high_throughput_control { 4 } else { 0 };
    24 + address + quality + control
}
