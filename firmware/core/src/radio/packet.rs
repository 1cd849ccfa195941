//! From the callback of the radio driver to a reception: pieces of fixed size through the ring, put together again
//! by the thread that records.
//!
//! The callback copies and leaves: no decision about a frame is made there but how much of it to keep.

use crate::reception::Reception;
use crate::ring::{Consumer, Producer};
use crate::rx_ctrl::{self, Layout, Packet, RxCtrl};

/// Octets of a piece: `rx_ctrl` of a C3 and a header fit one, those of a C6 two. Frames are mostly short.
pub const PIECE: usize = 124;
/// Octets kept of control and protected frames: the longest header (four addresses, QoS, HT control: 36 octets), and a
/// BlockAck with its longest bitmap is 154.
const HEADER: usize = 156;
/// Octets kept of data frames in clear: EAPOL needs 195 up to the end of a PMKID under the longest MIC.
const CLEAR: usize = 200;
/// Octets kept of management frames: their elements name the network and the device. Longer ones are rare.
const MANAGEMENT: usize = 1536;
/// Octets of `rx_ctrl` at most.
const CONTROL: usize = 92;
/// Octets of a management frame before its elements: header (24, with HT control 28) and the fixed fields of a
/// beacon (12).
const BEFORE_ELEMENTS: usize = 36;

/// A piece of what the driver gave.
#[derive(Clone, Copy)]
pub struct Piece {
    octets: [u8; PIECE],
    /// `wifi_promiscuous_pkt_type_t`.
    kind: u8,
    /// Number of this piece, and how many there are.
    index: u8,
    count: u8,
    /// Octets of it that are used.
    used: u8,
    /// Node's timer when the packet came, low 32 bits of µs.
    arrived: u32,
}

impl Piece {
    /// Of nothing.
    pub const EMPTY: Piece = Piece {
        octets: [0; PIECE],
        kind: 0,
        index: 0,
        count: 0,
        used: 0,
        arrived: 0,
    };
}

/// How many octets the driver holds behind `rx_ctrl`: more must not be read. None for packets of a kind that comes
/// without.
pub fn readable(layout: Layout, control: &[u8], kind: u32) -> usize {
    rx_ctrl::decode(layout, control).map_or(0, |control| control.readable(Packet::from_driver(kind)))
}

/// How much of a payload is kept.
fn kept(kind: u32, payload: &[u8]) -> usize {
    /// Second octet of frame control.
    const PROTECTED: u8 = 0x40;
    let most = match Packet::from_driver(kind) {
        Packet::Management => MANAGEMENT,
        Packet::Data if payload.get(1).is_some_and(|flags| flags & PROTECTED == 0) => CLEAR,
        _ => HEADER,
    };
    payload.len().min(most)
}

/// A packet as the driver gives it.
#[derive(Clone, Copy)]
pub struct Raw<'a> {
    /// `wifi_promiscuous_pkt_type_t`.
    pub kind: u32,
    /// Low 32 bits of the node's timer, µs.
    pub arrived_us: u32,
    /// `rx_ctrl`.
    pub control: &'a [u8],
    /// As much as is [`readable`].
    pub payload: &'a [u8],
}

/// Puts `rx_ctrl` and what is kept of the payload into the ring, in pieces; false if not all of them fit, which the
/// other side notices.
pub fn put<const SLOTS: usize>(ring: &mut Producer<'_, Piece, SLOTS>, packet: &Raw<'_>) -> bool {
    let (control, payload) = (packet.control, packet.payload);
    let payload = payload.get(..kept(packet.kind, payload)).unwrap_or(&[]);
    let total = control.len() + payload.len();
    let count = total.div_ceil(PIECE);
    (0..count).all(|index| {
        ring.push(|piece| {
            let from = index * PIECE;
            let used = PIECE.min(total - from);
            let in_control = control.len().saturating_sub(from).min(used);
            let (first, second) = piece.octets.split_at_mut(in_control);
            first.copy_from_slice(control.get(from..from + in_control).unwrap_or(&[]));
            let payload_from = (from + in_control).saturating_sub(control.len());
            let rest = payload
                .get(payload_from..payload_from + used - in_control)
                .unwrap_or(&[]);
            if let Some(room) = second.get_mut(..rest.len()) {
                room.copy_from_slice(rest);
            }
            piece.kind = packet.kind.min(u32::from(u8::MAX)) as u8;
            piece.index = index as u8;
            piece.count = count as u8;
            piece.used = used as u8;
            piece.arrived = packet.arrived_us;
        })
    })
}

/// Puts pieces together.
pub struct Assembly {
    layout: Layout,
    octets: [u8; CONTROL + MANAGEMENT],
    length: usize,
    arrived: u32,
    /// Piece that is expected.
    next: u8,
    broken: u32,
}

/// A packet that is whole.
#[derive(Clone, Copy)]
pub struct Heard<'a> {
    /// What `rx_ctrl` says.
    pub control: RxCtrl,
    /// Low 32 bits of the node's timer when it came, µs.
    pub arrived_us: u32,
    packet: Packet,
    octets: &'a [u8],
}

impl Heard<'_> {
    /// As a reception at `time_us` of node time.
    pub fn reception(&self, time_us: u64) -> Reception<'_> {
        let reception = self.control.reception(self.packet, time_us, self.octets);
        let whole = self.octets.len() >= self.control.readable(self.packet);
        if whole || self.packet != Packet::Management {
            return reception;
        }
        // Elements that are cut somewhere look like elements that have changed.
        Reception {
            bytes: reception.bytes.get(..BEFORE_ELEMENTS).unwrap_or(reception.bytes),
            ..reception
        }
    }

    /// It could be read: it has octets and no error.
    pub fn is_decodable(&self) -> bool {
        !self.control.fcs_bad && !self.octets.is_empty()
    }
}

impl Assembly {
    /// Of packets of this layout.
    pub const fn new(layout: Layout) -> Self {
        Assembly {
            layout,
            octets: [0; CONTROL + MANAGEMENT],
            length: 0,
            arrived: 0,
            next: 0,
            broken: 0,
        }
    }

    /// Takes the next whole packet out of the ring.
    pub fn take<const SLOTS: usize>(&mut self, ring: &mut Consumer<'_, Piece, SLOTS>) -> Option<Heard<'_>> {
        // Split so that the borrow of the answer begins where nothing changes any more.
        let kind = loop {
            if let Some(kind) = ring.pop(|piece| self.add(piece))? {
                break kind;
            }
        };
        let (control, octets) = self.octets.get(..self.length)?.split_at_checked(self.layout.length())?;
        Some(Heard {
            control: rx_ctrl::decode(self.layout, control)?,
            arrived_us: self.arrived,
            packet: Packet::from_driver(kind),
            octets,
        })
    }

    /// Gives the kind of the packet that the piece completes.
    fn add(&mut self, piece: &Piece) -> Option<u32> {
        if piece.index != self.next {
            // The end of the one before was lost.
            self.broken = self.broken.wrapping_add(1);
            self.next = 0;
            if piece.index != 0 {
                return None;
            }
        }
        if piece.index == 0 {
            self.length = 0;
            self.arrived = piece.arrived;
        }
        let used = piece.octets.get(..usize::from(piece.used))?;
        let room = self.octets.get_mut(self.length..self.length + used.len())?;
        room.copy_from_slice(used);
        self.length += used.len();
        self.next = piece.index + 1;
        if self.next < piece.count {
            return None;
        }
        self.next = 0;
        Some(u32::from(piece.kind))
    }

    /// Packets of which pieces were lost, modulo 2^32.
    pub fn broken(&self) -> u32 {
        self.broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::Ring;

    /// `rx_ctrl` of a C3 for a frame of `length` octets with FCS.
    fn control(length: u16) -> Vec<u8> {
        let mut control = vec![0; 48];
        control[0] = -40i8 as u8;
        control[10] = 6;
        control[12..16].copy_from_slice(&u32::from(length).to_le_bytes());
        control[44..46].copy_from_slice(&length.to_le_bytes());
        control
    }

    /// An unprotected frame as the driver gives it.
    fn payload(kind: u32, length: u16) -> Vec<u8> {
        let readable = readable(Layout::V1, &control(length), kind);
        (0..readable).map(|at| if at == 1 { 0 } else { at as u8 }).collect()
    }

    fn send<const N: usize>(producer: &mut Producer<'_, Piece, N>, kind: u32, length: u16) -> bool {
        let raw = Raw {
            kind,
            arrived_us: u32::from(length) + 7,
            control: &control(length),
            payload: &payload(kind, length),
        };
        put(producer, &raw)
    }

    #[test]
    fn as_much_is_kept_as_is_needed_and_there() {
        for (kind, length, expected) in [
            (0, 300, 296),
            (0, 2000, MANAGEMENT),
            (1, 14, 10),
            (1, 500, HEADER),
            (2, 1500, CLEAR),
            (3, 1500, 0),
            (9, 1500, 0),
            (2, 0, 0),
        ] {
            assert_eq!(kept(kind, &payload(kind, length)), expected, "{kind} {length}");
        }
        assert_eq!(kept(2, &[0x88, 0x41].repeat(500)), HEADER);
        assert_eq!(readable(Layout::V1, &[0; 47], 0), 0);
    }

    #[test]
    fn packets_come_out_as_they_went_in() {
        for layout in [Layout::V1, Layout::V2, Layout::V3] {
            let mut ring: Ring<Piece, 32> = Ring::new(Piece::EMPTY);
            let (mut producer, mut consumer) = ring.split();
            let mut assembly = Assembly::new(layout);
            for length in [1, 30, 31, 32, 33, 75, 76, 77, 123, 124, 125, 300, 1500] {
                let control: Vec<u8> = (0..layout.length()).map(|at| 255 - at as u8).collect();
                let payload: Vec<u8> = (0..length).map(|at| at as u8).collect();
                let raw = Raw {
                    kind: 0,
                    arrived_us: 0,
                    control: &control,
                    payload: &payload,
                };
                assert!(put(&mut producer, &raw));
                assert!(assembly.take(&mut consumer).is_some());
                assert_eq!(assembly.octets[..assembly.length], [control, payload].concat());
            }
        }
    }

    #[test]
    fn packets_become_receptions() {
        let mut ring: Ring<Piece, 32> = Ring::new(Piece::EMPTY);
        let (mut producer, mut consumer) = ring.split();
        let mut assembly = Assembly::new(Layout::V1);
        for (kind, length, bytes) in [(0, 400, 396), (2, 1500, CLEAR), (1, 14, 10), (3, 700, 0), (0, 2000, 36)] {
            assert!(send(&mut producer, kind, length));
            let heard = assembly.take(&mut consumer).unwrap();
            let reception = heard.reception(1_000);
            assert_eq!((reception.length, reception.bytes.len()), (length, bytes));
            assert_eq!(reception.bytes, &payload(kind, length)[..bytes]);
            assert_eq!(
                (reception.rssi, reception.frequency, reception.time_us),
                (-40, 2437, 1_000)
            );
            assert_eq!(heard.is_decodable(), kind != 3);
            assert_eq!(
                (heard.control.timestamp, heard.arrived_us),
                (u32::from(length), u32::from(length) + 7)
            );
        }
        assert!(assembly.take(&mut consumer).is_none());
        assert_eq!(assembly.broken(), 0);
    }

    #[test]
    fn a_packet_whose_end_was_lost_is_no_packet() {
        let mut ring: Ring<Piece, 4> = Ring::new(Piece::EMPTY);
        let (mut producer, mut consumer) = ring.split();
        let mut assembly = Assembly::new(Layout::V1);
        assert!(send(&mut producer, 1, 14));
        assert!(!send(&mut producer, 0, 1000), "only three of nine pieces fit");
        assert_eq!(assembly.take(&mut consumer).map(|heard| heard.control.length), Some(14));
        assert!(assembly.take(&mut consumer).is_none());
        assert!(send(&mut producer, 2, 500));
        assert_eq!(
            assembly.take(&mut consumer).map(|heard| heard.control.length),
            Some(500)
        );
        assert_eq!(assembly.broken(), 1);
    }
}
