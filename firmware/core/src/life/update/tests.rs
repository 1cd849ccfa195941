use super::*;
use crate::store::tests::Memory;
use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;

const CHIP: u16 = 5;
const SECTORS: usize = 8;

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

fn slot() -> Slot {
    Slot {
        release_key: Some(signing_key().verifying_key().to_bytes()),
        size: SECTORS as u32 * SECTOR,
        chip_id: CHIP,
    }
}

fn image(size: usize) -> Vec<u8> {
    let mut image: Vec<u8> = (0..size).map(|at| (at * 7 + at / 251) as u8).collect();
    image[0] = 0xe9;
    image[12..14].copy_from_slice(&CHIP.to_le_bytes());
    image[32..36].copy_from_slice(&DESCRIPTOR.1);
    image[48..80].fill(0);
    image[48..53].copy_from_slice(b"1.2.3");
    image
}

fn begin(image: &[u8]) -> UpdateBegin<'static> {
    let sha256: [u8; 32] = Sha256::digest(image).into();
    UpdateBegin {
        size: image.len() as u32,
        sha256,
        signature: signing_key().sign(&sha256).to_bytes(),
        version: "1.2.3",
    }
}

fn sent(updater: &mut Updater, flash: &mut Memory, image: &[u8], piece: usize) -> Outcome {
    for (index, bytes) in image.chunks(piece).enumerate() {
        let offset = (index * piece) as u32;
        let outcome = updater.step(&Step::Chunk { offset, bytes }, flash, 0);
        if outcome.code != code::DONE {
            return outcome;
        }
    }
    updater.step(&Step::End, flash, 0)
}

#[test]
fn a_signed_image_is_taken_and_is_in_flash() {
    for size in [4096, 4097, 20_000, SECTORS * 4096] {
        let (mut updater, mut flash, image) = (Updater::new(slot()), Memory::new(SECTORS), image(size));
        assert_eq!(
            updater.step(&Step::Begin(begin(&image)), &mut flash, 0),
            expecting(code::DONE, 0)
        );
        let outcome = sent(&mut updater, &mut flash, &image, 1000);
        assert_eq!((outcome.code, outcome.activate), (code::DONE, true), "{outcome:?}");
        assert_eq!(flash.octets[..size], image);
        assert!(!updater.is_busy(0));
    }
}

#[test]
fn nothing_is_written_for_a_signature_that_does_not_match() {
    let (mut updater, mut flash, image) = (Updater::new(slot()), Memory::new(SECTORS), image(9000));
    let good = begin(&image);
    let mut forged = [good; 4];
    forged[0].signature[0] ^= 1;
    forged[1].sha256[31] ^= 1;
    forged[2].signature = [0; 64];
    forged[3].signature = SigningKey::from_bytes(&[1; 32]).sign(&good.sha256).to_bytes();
    for begin in forged {
        assert_eq!(
            updater.step(&Step::Begin(begin), &mut flash, 0).code,
            code::VERIFICATION_FAILED
        );
        assert_eq!(sent(&mut updater, &mut flash, &image, 1000).code, code::NOT_NOW);
    }
    assert_eq!(flash.erased, 0);
}

#[test]
fn an_image_that_is_not_the_signed_one_is_not_activated() {
    let (mut updater, mut flash, image) = (Updater::new(slot()), Memory::new(SECTORS), image(9000));
    updater.step(&Step::Begin(begin(&image)), &mut flash, 0);
    let mut other = image.clone();
    other[8000] ^= 1;
    let outcome = sent(&mut updater, &mut flash, &other, 512);
    assert_eq!((outcome.code, outcome.activate), (code::VERIFICATION_FAILED, false));
    assert_eq!(updater.step(&Step::End, &mut flash, 0).code, code::NOT_NOW);
}

#[test]
fn signed_images_of_other_chips_and_versions_are_refused_at_their_first_sector() {
    let chip = |image: &mut [u8]| image[12] = 13;
    let magic = |image: &mut [u8]| image[0] = 0;
    let descriptor = |image: &mut [u8]| image[33] = 0;
    let version = |image: &mut [u8]| image[52] = b'4';
    let longer = |image: &mut [u8]| image[53] = b'4';
    for change in [&chip as &dyn Fn(&mut [u8]), &magic, &descriptor, &version, &longer] {
        let (mut updater, mut flash, mut image) = (Updater::new(slot()), Memory::new(SECTORS), image(9000));
        change(&mut image);
        updater.step(&Step::Begin(begin(&image)), &mut flash, 0);
        assert_eq!(
            sent(&mut updater, &mut flash, &image, 1024).code,
            code::VERIFICATION_FAILED
        );
        assert_eq!(flash.erased, 0);
    }
}

#[test]
fn arguments_are_checked() {
    let mut flash = Memory::new(SECTORS);
    let image = image(9000);
    let begin = begin(&image);
    let mut without = Updater::new(Slot {
        release_key: None,
        ..slot()
    });
    assert_eq!(without.step(&Step::Begin(begin), &mut flash, 0).code, code::NOT_NOW);
    let mut updater = Updater::new(slot());
    for size in [0, 4095, SECTORS as u32 * SECTOR + 1, u32::MAX] {
        let begin = UpdateBegin { size, ..begin };
        assert_eq!(
            updater.step(&Step::Begin(begin), &mut flash, 0).code,
            code::BAD_ARGUMENT
        );
    }
    let long = UpdateBegin {
        version: "x".repeat(33).leak(),
        ..begin
    };
    assert_eq!(updater.step(&Step::Begin(long), &mut flash, 0).code, code::BAD_ARGUMENT);
    updater.step(&Step::Begin(begin), &mut flash, 0);
    for offset in [8999, 9000, u32::MAX] {
        let outcome = updater.step(&Step::Chunk { offset, bytes: &[0; 2] }, &mut flash, 0);
        assert_eq!(outcome.code, code::BAD_ARGUMENT);
    }
}

#[test]
fn lost_and_repeated_pieces_are_found() {
    let (mut updater, mut flash, image) = (Updater::new(slot()), Memory::new(SECTORS), image(9000));
    let mut step = |step| updater.step(&step, &mut flash, 0);
    step(Step::Begin(begin(&image)));
    let chunk = |from: usize, to: usize| Step::Chunk {
        offset: from as u32,
        bytes: &image[from..to],
    };
    assert_eq!(step(chunk(0, 1024)), expecting(code::DONE, 1024));
    assert_eq!(step(chunk(2048, 3072)), expecting(code::NOT_NOW, 1024), "one was lost");
    assert_eq!(step(Step::End), expecting(code::NOT_NOW, 1024));
    assert_eq!(step(chunk(0, 1024)), expecting(code::DONE, 1024), "the answer was lost");
    assert_eq!(step(chunk(512, 5000)), expecting(code::DONE, 5000));
    assert_eq!(
        step(Step::Begin(begin(&image))),
        expecting(code::DONE, 5000),
        "it goes on"
    );
    assert_eq!(step(chunk(5000, 9000)), expecting(code::DONE, 9000));
    assert!(step(Step::End).activate);
    assert_eq!(flash.octets[..9000], image);
}

#[test]
fn an_update_that_stops_is_forgotten() {
    let (mut updater, mut flash, image) = (Updater::new(slot()), Memory::new(SECTORS), image(9000));
    updater.step(&Step::Begin(begin(&image)), &mut flash, 5);
    assert!(updater.is_busy(4 + PATIENCE_US) && !updater.is_busy(5 + PATIENCE_US));
    let late = Step::Chunk {
        offset: 0,
        bytes: &image[..10],
    };
    assert_eq!(updater.step(&late, &mut flash, 5 + PATIENCE_US).code, code::NOT_NOW);
}

#[test]
fn a_flash_that_does_not_hold_what_it_is_told_is_noticed_at_once() {
    let image = image(9000);
    let (mut updater, mut flash) = (Updater::new(slot()), Memory::new(SECTORS));
    flash.worn = Some(5000);
    updater.step(&Step::Begin(begin(&image)), &mut flash, 0);
    assert_eq!(
        sent(&mut updater, &mut flash, &image[..8500], 1000).code,
        code::STORAGE_FAILED
    );
}

#[test]
fn a_flash_that_fails_ends_it() {
    let image = image(9000);
    for budget in [0, 100, 4096 + 100, 2 * 4096 + 4000, 4 * 4096 + 10] {
        let (mut updater, mut flash) = (Updater::new(slot()), Memory::new(SECTORS));
        updater.step(&Step::Begin(begin(&image)), &mut flash, 0);
        flash.budget = budget;
        assert_eq!(
            sent(&mut updater, &mut flash, &image, 1000).code,
            code::STORAGE_FAILED,
            "{budget}"
        );
    }
}

/// Made by Node.js's `crypto.sign`, as `npm run firmware` signs, with the key whose seed is 42 in every octet.
#[test]
fn signatures_of_the_build_are_known() {
    const KEY: Option<[u8; 32]> = release_key("197f6b23e16c8532c6abc838facd5ea789be0c76b2920334039bfa8b3d368d61");
    let digits = "69bebabe19a034f968f3bbbf93a5701684d9b379b1c6ce4f6c1bd8e3b46ec983\
                  d9f88f5009d09229a36937c6aec62ab114621423a5a835ee50e09dad9ab42c06";
    let signature: Vec<u8> = (0..64)
        .map(|index| u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).unwrap())
        .collect();
    let mut hash = [0; 32];
    for (value, octet) in (0..).zip(&mut hash) {
        *octet = value;
    }
    let (key, signature) = (KEY.unwrap(), signature.try_into().unwrap());
    assert!(is_signed(&key, &hash, &signature));
    hash[0] = 1;
    assert!(!is_signed(&key, &hash, &signature));
}

#[test]
fn keys_are_read_from_digits() {
    const KEY: Option<[u8; 32]> = release_key("00112233445566778899aabbccddeeff00112233445566778899aabbccddee0f");
    assert_eq!(KEY.unwrap()[..4], [0, 0x11, 0x22, 0x33]);
    assert_eq!(KEY.unwrap()[31], 0x0f);
    assert_eq!(release_key(""), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_pieces_give_the_image_or_nothing(
        pieces in proptest::collection::vec((0usize..9000, 0usize..1500, any::<bool>()), 0..60)
    ) {
        let (mut updater, mut flash, image) = (Updater::new(slot()), Memory::new(SECTORS), image(9000));
        updater.step(&Step::Begin(begin(&image)), &mut flash, 0);
        let mut next = 0;
        for (from, length, at_next) in pieces {
            let from = if at_next { next } else { from };
            let bytes = &image[from..(from + length).min(image.len())];
            let outcome = updater.step(&Step::Chunk { offset: from as u32, bytes }, &mut flash, 0);
            prop_assert!(matches!(outcome.code, code::DONE | code::NOT_NOW));
            next = outcome.words.as_str().rsplit(' ').next().unwrap().parse().unwrap();
        }
        let end = updater.step(&Step::End, &mut flash, 0);
        prop_assert_eq!(end.activate, next == image.len());
        if end.activate {
            prop_assert_eq!(&flash.octets[..image.len()], &image[..]);
        }
    }
}
