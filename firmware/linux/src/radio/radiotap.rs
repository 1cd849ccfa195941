//! The radiotap header (radiotap.org): words of presence bits, then the fields in the order of their bits, each
//! aligned to its own size from the header's beginning.

use airwarden_core::phy::{Phy, Width};
use airwarden_core::reception::RSSI_UNKNOWN;

use super::{Aggregate, Radio, legacy, noise_of, radiotap_eht, radiotap_phy, rssi_of, u16_at, u32_at, u64_at};

/// Alignment and size of the fields with numbers 0-27, as radiotap.org defines them.
const FIELDS: [(u8, u8); 28] = [
    (8, 8),  // 0 TSFT
    (1, 1),  // flags
    (1, 1),  // rate
    (2, 4),  // channel
    (2, 2),  // FHSS
    (1, 1),  // 5 dBm signal
    (1, 1),  // dBm noise
    (2, 2),  // lock quality
    (2, 2),  // TX attenuation
    (2, 2),  // dB TX attenuation
    (1, 1),  // 10 dBm TX power
    (1, 1),  // antenna
    (1, 1),  // dB signal
    (1, 1),  // dB noise
    (2, 2),  // RX flags
    (2, 2),  // 15 TX flags
    (1, 1),  // RTS retries
    (1, 1),  // data retries
    (4, 8),  // extended channel
    (1, 3),  // MCS
    (4, 8),  // 20 A-MPDU status
    (2, 12), // VHT
    (8, 12), // timestamp
    (2, 12), // HE
    (2, 12), // HE-MU
    (2, 6),  // 25 HE-MU of another user
    (1, 1),  // 0-length PSDU
    (2, 4),  // L-SIG
];

const TLVS: u32 = 28;
const RADIOTAP_NAMESPACE: u32 = 29;
const VENDOR_NAMESPACE: u32 = 30;
const MORE: u32 = 1 << 31;

/// Most words of presence bits: 256 antennas would need no more.
const MOST_WORDS: usize = 256;

/// What the fields say, before it is put together.
#[derive(Default)]
struct Seen {
    radio: Radio,
    rate: u8,
    short_preamble: bool,
    width: Width,
    short_guard: bool,
    phy: Option<Phy>,
}

/// Reads a radiotap header; None where it is none or does not fit in the packet.
pub fn read(packet: &[u8]) -> Option<Radio> {
    let length = usize::from(u16_at(packet, 2)?);
    if packet[0] != 0 || length < 8 {
        return None;
    }
    let header = packet.get(..length)?;
    let mut seen = Seen::default();
    seen.radio.octets = length;
    // Fields that are cut off are not there; those before them are.
    let _ = walk(header, &mut seen);
    let mut radio = seen.radio;
    let legacy = legacy(seen.rate, seen.short_preamble, seen.width);
    radio.phy = seen.phy.unwrap_or(legacy).with_aggregated(radio.aggregate.is_some());
    Some(radio)
}

/// Walks the fields of all namespaces; None where they do not fit.
fn walk(header: &[u8], seen: &mut Seen) -> Option<()> {
    let words = count_words(header)?;
    let mut at = 4 + 4 * words;
    let mut tlvs = false;
    let mut ours = true;
    for word in 0..words {
        let present = u32_at(header, 4 + 4 * word)?;
        if ours {
            at = walk_word(header, at, present, seen)?;
            tlvs |= present & 1 << TLVS != 0;
        }
        if present & 1 << VENDOR_NAMESPACE != 0 {
            // OUI (3), sub-namespace (1), octets of fields to skip (2).
            let from = at.next_multiple_of(2);
            at = from + 6 + usize::from(u16_at(header, from + 4)?);
            ours = false;
        } else if present & 1 << RADIOTAP_NAMESPACE != 0 {
            ours = true;
        }
    }
    if tlvs {
        seen.phy = radiotap_eht::read(header.get(at.next_multiple_of(4)..)?).or(seen.phy);
    }
    Some(())
}

fn count_words(header: &[u8]) -> Option<usize> {
    let more = |word: &usize| u32_at(header, 4 + 4 * word).is_some_and(|present| present & MORE != 0);
    let words = 1 + (0..MOST_WORDS).take_while(more).count();
    (words <= MOST_WORDS && 4 + 4 * words <= header.len()).then_some(words)
}

/// Walks the fields of one word from `at`; gives where the next word's begin.
fn walk_word(header: &[u8], mut at: usize, present: u32, seen: &mut Seen) -> Option<usize> {
    let mut bits = present & ((1 << TLVS) - 1);
    while bits != 0 {
        let number = bits.trailing_zeros() as usize;
        bits &= bits - 1;
        let (align, size) = FIELDS[number];
        at = at.next_multiple_of(usize::from(align));
        let field = header.get(at..at + usize::from(size))?;
        at += usize::from(size);
        take(number, field, seen);
    }
    Some(at)
}

/// Takes one field. A field that comes again, for each further antenna, changes nothing that is known.
///
/// The RX flags (14) are left alone: their one bit, a damaged PLCP header, is set by some receivers on half of all
/// frames whose check sequence matches.
fn take(number: usize, field: &[u8], seen: &mut Seen) {
    let radio = &mut seen.radio;
    match number {
        // A clock that stands at 0 is none.
        0 => radio.tsf = radio.tsf.or(u64_at(field, 0).filter(|clock| *clock != 0)),
        1 => take_flags(field[0], seen),
        2 if seen.rate == 0 => seen.rate = field[0],
        3 => take_channel(u16_at(field, 0), u16_at(field, 2).map(u32::from), seen),
        5 if radio.rssi == RSSI_UNKNOWN => radio.rssi = rssi_of(field[0] as i8),
        6 if radio.noise == 0 => radio.noise = noise_of(field[0] as i8),
        18 => take_channel(u16_at(field, 4), u32_at(field, 0), seen),
        19 => seen.phy = seen.phy.or(radiotap_phy::ht(field, seen.short_guard)),
        20 => radio.aggregate = radio.aggregate.or(aggregate(field)),
        21 => seen.phy = seen.phy.or(radiotap_phy::vht(field)),
        23 => seen.phy = seen.phy.or(radiotap_phy::he(field)),
        26 => radio.no_mpdu = true,
        _ => {}
    }
}

fn take_flags(flags: u8, seen: &mut Seen) {
    seen.short_preamble = flags & 0x02 != 0;
    seen.radio.fcs = seen.radio.fcs.or(Some(flags & 0x10 != 0));
    seen.radio.padded = flags & 0x20 != 0;
    seen.radio.bad |= flags & 0x40 != 0;
    seen.short_guard = flags & 0x80 != 0;
}

fn take_channel(frequency: Option<u16>, flags: Option<u32>, seen: &mut Seen) {
    if seen.radio.frequency == 0 {
        seen.radio.frequency = frequency.unwrap_or(0);
    }
    let flags = flags.unwrap_or(0);
    if flags & 0x4000 != 0 {
        seen.width = Width::Mhz10;
    } else if flags & 0x8000 != 0 {
        seen.width = Width::Mhz5;
    }
}

/// Flags: bits 2 and 3 say whether the last MPDU is known and whether this is it.
fn aggregate(field: &[u8]) -> Option<Aggregate> {
    Some(Aggregate {
        reference: u32_at(field, 0)?,
        last: u16_at(field, 4)? & 0xc == 0xc,
    })
}
