//! Whether frames end in their check sequence.
//!
//! Headers say so or say nothing, and some say it wrongly: drivers that strip the octets and leave the flag, and
//! recorders on microcontrollers that leave the octets and have no flag. Four trailing octets that are the right
//! CRC-32 of what is before them are no accident, so frames vote.

/// Frames that vote, per claim. Enough to outvote a run of damaged ones, few enough to cost nothing.
pub const VOTES: u8 = 32;

/// Octets of the check sequence.
pub const OCTETS: usize = 4;

/// The votes of frames that make the same claim.
#[derive(Clone, Copy, Default, Debug)]
struct Votes {
    cast: u8,
    right: u8,
}

impl Votes {
    /// Half of them suffice: the other half may be damaged frames.
    fn present(self) -> bool {
        self.right > 0 && self.right * 2 >= self.cast
    }

    fn open(self) -> bool {
        self.cast < VOTES
    }
}

/// What is known about one interface.
#[derive(Clone, Copy, Default, Debug)]
pub struct FcsJudge {
    /// By claim: none, absent, present.
    votes: [Votes; 3],
}

/// The verdict on one frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The frame ends in a check sequence.
    pub present: bool,
    /// It does not match.
    pub bad: bool,
}

impl FcsJudge {
    /// Judges a frame whose header makes `claim`; `whole` is the frame to its last octet, None where it was cut.
    pub fn judge(&mut self, claim: Option<bool>, whole: Option<&[u8]>) -> Verdict {
        let votes = &mut self.votes[claim.map_or(0, |present| 1 + usize::from(present))];
        let by_default = claim == Some(true);
        let Some(frame) = whole.filter(|frame| frame.len() > OCTETS) else {
            let present = by_default || votes.present();
            return Verdict { present, bad: false };
        };
        if !votes.open() && !votes.present() {
            return Verdict {
                present: by_default,
                bad: false,
            };
        }
        let right = matches(frame);
        if votes.open() {
            votes.cast += 1;
            votes.right += u8::from(right);
        }
        let present = right || by_default || votes.present();
        Verdict {
            present,
            bad: votes.present() && !right,
        }
    }
}

/// Whether a frame's last four octets are its check sequence (802.11-2020, 9.2.4.8).
pub fn matches(frame: &[u8]) -> bool {
    match frame.split_last_chunk::<OCTETS>() {
        Some((body, check)) => crc32fast::hash(body) == u32::from_le_bytes(*check),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(good: bool, number: u8) -> Vec<u8> {
        let mut frame = vec![0x80, 0, number, 1, 2, 3, 4, 5, 6, 7];
        let check = crc32fast::hash(&frame) ^ u32::from(!good);
        frame.extend_from_slice(&check.to_le_bytes());
        frame
    }

    #[test]
    fn the_check_sequence_of_a_known_frame_matches() {
        // An acknowledgement to 00:00:00:00:00:00.
        let acknowledgement = [0xd4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x45, 0x47, 0x70, 0xb5];
        assert!(matches(&acknowledgement));
        assert!(!matches(&acknowledgement[..3]));
    }

    #[test]
    fn right_octets_are_believed_whatever_the_header_claims() {
        for claim in [None, Some(false), Some(true)] {
            let mut judge = FcsJudge::default();
            for number in 0..100 {
                let verdict = judge.judge(claim, Some(&frame(true, number)));
                assert_eq!(
                    verdict,
                    Verdict {
                        present: true,
                        bad: false
                    }
                );
            }
            let verdict = judge.judge(claim, Some(&frame(false, 1)));
            assert_eq!(
                verdict,
                Verdict {
                    present: true,
                    bad: true
                }
            );
            assert!(judge.judge(claim, None).present, "a cut frame follows the others");
        }
    }

    #[test]
    fn wrong_octets_leave_the_claim_and_mark_nothing_bad() {
        for (claim, present) in [(None, false), (Some(false), false), (Some(true), true)] {
            let mut judge = FcsJudge::default();
            for number in 0..100 {
                let verdict = judge.judge(claim, Some(&frame(false, number)));
                assert_eq!(verdict, Verdict { present, bad: false });
            }
        }
    }

    #[test]
    fn claims_are_judged_apart() {
        let mut judge = FcsJudge::default();
        for number in 0..40 {
            judge.judge(Some(true), Some(&frame(true, number)));
        }
        // A frame of the recorder's own, without check sequence, among received ones.
        let verdict = judge.judge(Some(false), Some(&frame(false, 0)));
        assert_eq!(
            verdict,
            Verdict {
                present: false,
                bad: false
            }
        );
    }
}
