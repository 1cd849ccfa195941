//! Speaks as a node of another version of the protocol would, within PROTOCOL.md §8: a later one has elements more at
//! the end of everything that may grow, and kinds that nobody here knows.

use airwarden_core::bytes::{Reader, Writer};
use airwarden_core::messages::{PROTOCOL, kind};
use airwarden_core::provision::Uplink;
use airwarden_core::record::MESSAGE;

/// Of no message yet.
const UNKNOWN_KIND: u64 = 31;
/// Octets that a message becomes longer at most; one with more in it already is left as it is.
const MORE: usize = 64;
/// Elements of a message before those that its kind has.
const ENVELOPE: usize = 2;

/// How the messages of a start are said.
pub struct Tongue {
    protocol: u8,
    /// Messages so far, over the serial link and over Wi-Fi: what is said beside the others counts too.
    said: [u32; 2],
}

impl Tongue {
    /// Of this version.
    pub fn new(protocol: u8) -> Self {
        Tongue { protocol, said: [0; 2] }
    }

    /// What goes out in place of a message.
    pub fn say(&mut self, over: Uplink, message: &[u8]) -> Vec<Vec<u8>> {
        if self.protocol == PROTOCOL {
            return vec![message.to_vec()];
        }
        let said = &mut self.said[usize::from(over == Uplink::Wifi)];
        let Some((kind, translated)) = translate(message, self.protocol, *said) else {
            return Vec::new();
        };
        *said = said.wrapping_add(1);
        let mut messages = vec![translated];
        if kind == kind::HEARTBEAT && self.protocol > PROTOCOL {
            messages.push(unknown(*said));
            *said = said.wrapping_add(1);
        }
        messages
    }
}

/// The message in another version, with another number; and its kind.
fn translate(message: &[u8], protocol: u8, number: u32) -> Option<(u32, Vec<u8>)> {
    let mut reader = Reader::new(message);
    let count = reader.array_header()?;
    let (kind, _) = (reader.integer::<u32>()?, reader.integer::<u32>()?);
    let later = protocol > PROTOCOL && message.len() + MORE <= MESSAGE;
    // Classes of totals follow each other to the end: there is no room behind them.
    let more = if later && kind != kind::TOTALS { 2 } else { 0 };
    let mut out = [0; MESSAGE];
    let mut writer = Writer::new(&mut out);
    writer.array(count + more);
    writer.uint(u64::from(kind));
    writer.uint(u64::from(number));
    for index in ENVELOPE..count {
        let before = reader;
        reader.skip()?;
        let element = &before.rest()[..before.rest().len() - reader.rest().len()];
        match (kind, index) {
            (kind::HELLO, ENVELOPE) => writer.uint(u64::from(protocol)),
            _ if later => grow(element, kind, &mut writer)?,
            _ => writer.bytes(element),
        }
    }
    if more > 0 {
        writer.array(1);
        writer.str("later");
        writer.int(-1);
    }
    let length = writer.finish()?;
    Some((kind, out[..length].to_vec()))
}

/// An element; lists of figures, as drops and classes are, have one more.
fn grow(element: &[u8], kind: u32, writer: &mut Writer<'_>) -> Option<()> {
    let mut reader = Reader::new(element);
    match (kind, reader.array_header()) {
        // Without an address there is no place for what would come behind it.
        (kind::TOTALS, Some(count)) if count < 4 => writer.bytes(element),
        (_, Some(count)) => {
            writer.array(count + 1);
            writer.bytes(reader.rest());
            writer.uint(7);
        }
        (_, None) => writer.bytes(element),
    }
    Some(())
}

fn unknown(number: u32) -> Vec<u8> {
    let mut out = [0; 64];
    let mut writer = Writer::new(&mut out);
    writer.array(4);
    writer.uint(UNKNOWN_KIND);
    writer.uint(u64::from(number));
    writer.map(1);
    writer.str("later");
    writer.array(0);
    writer.bin(&[1, 2, 3]);
    let length = writer.finish().unwrap_or(0);
    out[..length].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use airwarden_core::mac::Mac;
    use airwarden_core::messages::{Heartbeat, Hello, NodeMessage, Total, Totals, Unreadable};

    fn encoded(message: &NodeMessage<'_>) -> Vec<u8> {
        let mut out = [0; MESSAGE];
        let length = message.encode(77, &mut out).unwrap();
        out[..length].to_vec()
    }

    #[test]
    fn the_own_version_is_left_alone() {
        let heartbeat = encoded(&NodeMessage::Heartbeat(Heartbeat::default()));
        assert_eq!(Tongue::new(PROTOCOL).say(Uplink::Wifi, &heartbeat), [heartbeat]);
    }

    #[test]
    fn a_later_version_says_more_and_counts_it() {
        let mut tongue = Tongue::new(PROTOCOL + 1);
        let hello = Hello {
            protocol: PROTOCOL,
            firmware: "0.1.0",
            chip: "esp32c3",
            mac: Mac(1),
            boot_id: 9,
            reset_reason: 1,
            capabilities: 0,
            name: "hall",
            configuration: 5,
            clock_us: 6,
        };
        let said = tongue.say(Uplink::Wifi, &encoded(&NodeMessage::Hello(hello)));
        let later = Hello {
            protocol: PROTOCOL + 1,
            ..hello
        };
        assert_eq!(NodeMessage::decode(&said[0]), Ok((0, NodeMessage::Hello(later))));
        assert!(said[0].len() > encoded(&NodeMessage::Hello(later)).len());

        let beat = NodeMessage::Heartbeat(Heartbeat::default());
        let said = tongue.say(Uplink::Wifi, &encoded(&beat));
        assert_eq!(NodeMessage::decode(&said[0]), Ok((1, beat)));
        assert_eq!(NodeMessage::decode(&said[1]), Err(Unreadable::UnknownKind(31)));
        assert_eq!(airwarden_core::messages::sequence(&said[1]), Some(2));
        assert_eq!(
            tongue.say(Uplink::Serial, &encoded(&beat))[0][2],
            0,
            "each link counts by itself"
        );

        let mut totals = Totals::new(1, 2);
        totals.push(Total {
            class: 0,
            frames: 1,
            octets: 2,
            address: Some(Mac(3)),
        });
        totals.push(Total::default());
        let totals = NodeMessage::Totals(totals);
        let said = tongue.say(Uplink::Wifi, &encoded(&totals));
        assert_eq!(NodeMessage::decode(&said[0]), Ok((3, totals)));
    }

    #[test]
    fn an_earlier_version_says_its_number_alone() {
        let mut tongue = Tongue::new(0);
        let beat = NodeMessage::Heartbeat(Heartbeat::default());
        let said = tongue.say(Uplink::Serial, &encoded(&beat));
        assert_eq!(said.len(), 1);
        assert_eq!(NodeMessage::decode(&said[0]), Ok((0, beat)));
    }
}
