//! What was heard, one line a frame, for people and for comparison with other readers.

use std::io::{self, Write};

use airwarden_core::phy::{Format, Phy};
use airwarden_core::reception::{RSSI_UNKNOWN, Reception};

/// The names of the columns.
pub const HEADER: &str = "time\tfrequency\trssi\tnoise\tlength\tfcs\tcontinues\ttype\tra\tta\tphy";

/// Writes one line. Times are seconds with µs; what is not known is an empty column.
///
/// # Errors
/// Those of `to`.
pub fn write(reception: &Reception<'_>, to: &mut dyn Write) -> io::Result<()> {
    let Reception { time_us, bytes, .. } = *reception;
    write!(to, "{}.{:06}\t", time_us / 1_000_000, time_us % 1_000_000)?;
    write_known(to, i32::from(reception.frequency), 0)?;
    write_known(to, i32::from(reception.rssi), i32::from(RSSI_UNKNOWN))?;
    write_known(to, i32::from(reception.noise), 0)?;
    let fcs = if reception.fcs_bad { "bad" } else { "good" };
    write!(
        to,
        "{}\t{fcs}\t{}\t",
        reception.length,
        u8::from(reception.ppdu_continues)
    )?;
    if let [control, _, ..] = bytes {
        write!(to, "{}/{}", control >> 2 & 3, control >> 4)?;
    }
    write_address(to, bytes.get(4..10))?;
    let transmitter = bytes.get(10..16).filter(|_| has_transmitter(bytes));
    write_address(to, transmitter)?;
    to.write_all(b"\t")?;
    write_phy(to, reception.phy)?;
    to.write_all(b"\n")
}

fn write_known(to: &mut dyn Write, value: i32, unknown: i32) -> io::Result<()> {
    if value == unknown {
        to.write_all(b"\t")
    } else {
        write!(to, "{value}\t")
    }
}

/// CTS and ACK name their receiver alone.
fn has_transmitter(frame: &[u8]) -> bool {
    !matches!(frame[0] & 0xfc, 0xc4 | 0xd4)
}

fn write_address(to: &mut dyn Write, address: Option<&[u8]>) -> io::Result<()> {
    to.write_all(b"\t")?;
    for (number, octet) in address.unwrap_or(&[]).iter().enumerate() {
        write!(to, "{}{octet:02x}", if number == 0 { "" } else { ":" })?;
    }
    Ok(())
}

/// Bits of the descriptor as PROTOCOL.md §3 lays them out.
fn write_phy(to: &mut dyn Write, phy: Phy) -> io::Result<()> {
    let name = match phy.format() {
        Format::Unknown => return Ok(()),
        Format::Dsss => "dsss",
        Format::Ofdm => "ofdm",
        Format::Ht => "ht",
        Format::HtGreenfield => "ht-gf",
        Format::Vht => "vht",
        Format::HeSu => "he-su",
        Format::HeMu => "he-mu",
        Format::HeErSu => "he-er",
        Format::HeTb => "he-tb",
        Format::Eht => "eht",
    };
    let width = [20, 40, 80, 160, 320, 10, 5, 0][(phy.0 >> 12 & 7) as usize];
    if matches!(phy.format(), Format::Dsss | Format::Ofdm) {
        write!(to, "{name} {}", f32::from(phy.rate()) / 2.0)?;
    } else {
        let guard = ["0.8", "0.4", "1.6", "3.2"][(phy.0 >> 15 & 3) as usize];
        write!(
            to,
            "{name} mcs {} nss {} {width} MHz gi {guard}",
            phy.rate(),
            phy.streams()
        )?;
    }
    for (bit, word) in [
        (20, " stbc"),
        (21, " ldpc"),
        (22, " short"),
        (23, " ampdu"),
        (26, " dcm"),
    ] {
        if phy.0 & 1 << bit != 0 {
            to.write_all(word.as_bytes())?;
        }
    }
    Ok(())
}
