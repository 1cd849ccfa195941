//! What an EAPOL frame says about a key handshake (IEEE 802.11-2020, 12.7.2), without its keys.

use crate::bytes::Reader;

/// Metadata of an EAPOL packet; the key fields are 0 for packets other than EAPOL-Key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Eapol {
    /// Packet type: 0 EAP, 1 start, 2 logoff, 3 key.
    pub packet_type: u8,
    /// Key information field.
    pub key_information: u16,
    /// Key replay counter.
    pub replay_counter: u64,
    /// A PMKID KDE is there in clear.
    pub pmkid: bool,
    /// The key nonce is not zero.
    pub nonce: bool,
}

const LLC_EAPOL: [u8; 8] = [0xaa, 0xaa, 0x03, 0, 0, 0, 0x88, 0x8e];
const PACKET_KEY: u8 = 3;
/// Key information, bit 12: the key data field is encrypted.
const ENCRYPTED_KEY_DATA: u16 = 1 << 12;
/// Vendor-specific, 20 octets, 00-0f-ac, type 4.
const PMKID_KDE: [u8; 6] = [0xdd, 20, 0x00, 0x0f, 0xac, 4];

/// Reads the body of an unprotected data frame; nothing if it is not EAPOL.
pub fn read(body: &[u8]) -> Option<Eapol> {
    let mut reader = Reader::new(body.strip_prefix(&LLC_EAPOL)?);
    let [_version, packet_type, _, _] = reader.array()?;
    let packet = Eapol {
        packet_type,
        ..Eapol::default()
    };
    if packet_type != PACKET_KEY {
        return Some(packet);
    }
    Some(read_key(packet, reader).unwrap_or(packet))
}

fn read_key(packet: Eapol, mut reader: Reader<'_>) -> Option<Eapol> {
    let _descriptor = reader.u8()?;
    let key_information = u16::from_be_bytes(reader.array()?);
    let _key_length = reader.u16()?;
    let replay_counter = u64::from_be_bytes(reader.array()?);
    let key = Eapol {
        key_information,
        replay_counter,
        ..packet
    };
    let Some(nonce) = reader.bytes(32) else {
        return Some(key);
    };
    // IV, RSC and a reserved field lie between the nonce and the MIC.
    let pmkid = key_information & ENCRYPTED_KEY_DATA == 0 && reader.bytes(32).is_some_and(|_| has_pmkid(reader));
    Some(Eapol {
        nonce: nonce.iter().any(|&octet| octet != 0),
        pmkid,
        ..key
    })
}

/// The MIC is 16 octets, 24 or 32 with the longer hashes, none under AEAD: the KDE is looked for behind each.
fn has_pmkid(reader: Reader<'_>) -> bool {
    [16, 24, 32, 0].into_iter().any(|mic| {
        let mut at = reader;
        at.bytes(mic);
        let Some(length) = at.array().map(u16::from_be_bytes) else {
            return false;
        };
        let data = at.rest().get(..usize::from(length)).unwrap_or(at.rest());
        kdes_have_pmkid(data)
    })
}

fn kdes_have_pmkid(mut data: &[u8]) -> bool {
    while let [_, length, ..] = *data {
        if data.starts_with(&PMKID_KDE) && data.len() >= 22 {
            return true;
        }
        data = data.get(2 + usize::from(length)..).unwrap_or(&[]);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_frame(information: u16, nonce: u8, data: &[u8]) -> Vec<u8> {
        let mut body = LLC_EAPOL.to_vec();
        body.extend([1, 3, 0, 0, 2]);
        body.extend(information.to_be_bytes());
        body.extend([0, 16]);
        body.extend(7u64.to_be_bytes());
        body.extend([nonce; 32]);
        body.extend([0; 48]);
        body.extend((data.len() as u16).to_be_bytes());
        body.extend(data);
        body
    }

    #[test]
    fn the_first_message_with_a_pmkid() {
        let mut kde = PMKID_KDE.to_vec();
        kde.extend([0x55; 16]);
        let read = read(&key_frame(0x008a, 9, &kde)).unwrap();
        assert_eq!(
            read,
            Eapol {
                packet_type: 3,
                key_information: 0x008a,
                replay_counter: 7,
                pmkid: true,
                nonce: true
            }
        );
    }

    #[test]
    fn encrypted_key_data_and_other_kdes_are_no_pmkid() {
        let mut kde = PMKID_KDE.to_vec();
        kde.extend([0x55; 16]);
        assert!(!read(&key_frame(0x13ca, 0, &kde)).unwrap().pmkid);
        assert!(!read(&key_frame(0x008a, 0, &[0x30, 20, 1, 0, 0, 0])).unwrap().pmkid);
        assert!(!read(&key_frame(0x008a, 0, &[])).unwrap().nonce);
    }

    #[test]
    fn other_packets_and_other_protocols() {
        let start = [LLC_EAPOL.as_slice(), &[1, 1, 0, 0]].concat();
        assert_eq!(read(&start).map(|e| e.packet_type), Some(1));
        assert_eq!(read(&[0xaa, 0xaa, 3, 0, 0, 0, 0x08, 0x00, 1, 3, 0, 0]), None);
        assert_eq!(read(&LLC_EAPOL), None);
    }

    #[test]
    fn a_cut_key_frame_gives_what_is_there() {
        let mut kde = PMKID_KDE.to_vec();
        kde.extend([0x55; 16]);
        let whole = key_frame(0x008a, 9, &kde);
        for cut in 0..whole.len() {
            let part = read(&whole[..cut]);
            assert_eq!(part.is_some(), cut >= 12, "cut at {cut}");
            assert!(cut == whole.len() || !part.is_some_and(|e| e.pmkid));
        }
    }
}
