//! Text of bounded length, by value.

use core::fmt;

use crate::messages::clip;

/// At most `MOST` (up to 255) octets of UTF-8.
#[derive(Clone, Copy)]
pub struct Text<const MOST: usize> {
    octets: [u8; MOST],
    length: u8,
}

impl<const MOST: usize> Default for Text<MOST> {
    fn default() -> Self {
        Text::new()
    }
}

impl<const MOST: usize> Text<MOST> {
    const FITS: () = assert!(MOST <= 255);

    /// Empty.
    pub const fn new() -> Self {
        const { Self::FITS };
        Text {
            octets: [0; MOST],
            length: 0,
        }
    }

    /// A copy of `text`; nothing if it is longer.
    pub fn of(text: &str) -> Option<Self> {
        let mut copy = Text::new();
        copy.octets.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        copy.length = text.len() as u8;
        Some(copy)
    }

    /// A copy of as many whole characters of `text` as there is room for.
    pub fn clipped(text: &str) -> Self {
        Text::of(clip(text, MOST)).unwrap_or_default()
    }

    /// What it says.
    pub fn as_str(&self) -> &str {
        let octets = self.octets.get(..usize::from(self.length)).unwrap_or(&[]);
        core::str::from_utf8(octets).unwrap_or("")
    }

    /// Nothing.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl<const MOST: usize> PartialEq for Text<MOST> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<const MOST: usize> Eq for Text<MOST> {}

/// What does not fit is left out, never an error: logs are cut, not lost.
impl<const MOST: usize> fmt::Write for Text<MOST> {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let from = usize::from(self.length);
        let more = clip(more, MOST - from);
        if let Some(room) = self.octets.get_mut(from..from + more.len()) {
            room.copy_from_slice(more.as_bytes());
            self.length += more.len() as u8;
        }
        Ok(())
    }
}

impl<const MOST: usize> fmt::Debug for Text<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt::Write;

    #[test]
    fn text_is_kept_or_cut_at_a_character() {
        assert_eq!(Text::<3>::of("abc").unwrap().as_str(), "abc");
        assert!(Text::<3>::of("abcd").is_none());
        assert_eq!(Text::<3>::clipped("aéé").as_str(), "aé");
        let mut text: Text<8> = Text::new();
        assert!(text.is_empty());
        let long = "äöü";
        write!(text, "{}-{long}", 1234).unwrap();
        assert_eq!(text.as_str(), "1234-ä");
        assert_eq!(text, Text::of("1234-ä").unwrap());
        assert_eq!(format!("{text:?}"), "\"1234-ä\"");
    }
}
