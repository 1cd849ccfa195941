//! The PHY descriptor: one 32-bit number says how a frame was sent (PROTOCOL.md §3).

/// How a frame was sent. Equal numbers mean equal modulation, so that a batch needs each only once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Phy(pub u32);

/// PPDU format, bits 0-3.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Format {
    /// The receiver does not say.
    #[default]
    Unknown = 0,
    /// DSSS and HR/DSSS (CCK), 802.11-2020 clauses 15 and 16.
    Dsss = 1,
    /// OFDM and ERP-OFDM, clauses 17 and 18.
    Ofdm = 2,
    /// HT mixed, clause 19.
    Ht = 3,
    /// VHT, clause 21.
    Vht = 4,
    /// HE single user, 802.11ax clause 27.
    HeSu = 5,
    /// HE multi user.
    HeMu = 6,
    /// HE extended range single user.
    HeErSu = 7,
    /// HE trigger based.
    HeTb = 8,
    /// HT greenfield.
    HtGreenfield = 9,
    /// EHT, 802.11be clause 36.
    Eht = 10,
}

/// Channel width, bits 12-14.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Width {
    /// 20 MHz (22 MHz for DSSS).
    #[default]
    Mhz20 = 0,
    /// 40 MHz.
    Mhz40 = 1,
    /// 80 MHz.
    Mhz80 = 2,
    /// 160 or 80+80 MHz.
    Mhz160 = 3,
    /// 320 MHz.
    Mhz320 = 4,
    /// 10 MHz (half clocked).
    Mhz10 = 5,
    /// 5 MHz (quarter clocked).
    Mhz5 = 6,
}

/// Guard interval, bits 15-16.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Guard {
    /// 0.8 µs: legacy, long HT/VHT, shortest HE.
    #[default]
    Normal = 0,
    /// 0.4 µs: short HT/VHT.
    Short = 1,
    /// 1.6 µs: HE, EHT.
    Double = 2,
    /// 3.2 µs: HE, EHT.
    Quadruple = 3,
}

/// HE/EHT long training field size, bits 24-25.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Ltf {
    /// The receiver does not say, or the format has none.
    #[default]
    Unknown = 0,
    /// 1x, 3.2 µs.
    X1 = 1,
    /// 2x, 6.4 µs.
    X2 = 2,
    /// 4x, 12.8 µs.
    X4 = 3,
}

const STBC: u32 = 1 << 20;
const LDPC: u32 = 1 << 21;
const SHORT_PREAMBLE: u32 = 1 << 22;
const AGGREGATED: u32 = 1 << 23;
const DCM: u32 = 1 << 26;

impl Phy {
    /// The receiver says nothing.
    pub const UNKNOWN: Phy = Phy(0);

    /// A descriptor of `format` with `rate`: units of 500 kb/s for DSSS and OFDM, otherwise the MCS.
    pub const fn new(format: Format, rate: u8) -> Phy {
        Phy(format as u32 | (rate as u32) << 4)
    }

    /// DSSS/CCK at `rate` × 500 kb/s (2, 4, 11, 22).
    pub const fn dsss(rate: u8, short_preamble: bool) -> Phy {
        Phy::new(Format::Dsss, rate).with_short_preamble(short_preamble)
    }

    /// OFDM at `rate` × 500 kb/s (12, 18, 24, 36, 48, 72, 96, 108).
    pub const fn ofdm(rate: u8) -> Phy {
        Phy::new(Format::Ofdm, rate)
    }

    /// HT mixed with MCS 0-76. The number of streams follows from the MCS and is set.
    pub const fn ht(mcs: u8, width: Width, guard: Guard) -> Phy {
        Phy::new(Format::Ht, mcs)
            .with_width(width)
            .with_guard(guard)
            .with_streams(ht_streams(mcs))
    }

    /// HT greenfield, otherwise as [`Phy::ht`].
    pub const fn ht_greenfield(mcs: u8, width: Width, guard: Guard) -> Phy {
        Phy((Phy::ht(mcs, width, guard).0 & !0xf) | Format::HtGreenfield as u32)
    }

    /// VHT with MCS 0-9 (to 11 by vendors) and 1-8 spatial streams.
    pub const fn vht(mcs: u8, streams: u8, width: Width, guard: Guard) -> Phy {
        Phy::new(Format::Vht, mcs)
            .with_width(width)
            .with_guard(guard)
            .with_streams(streams)
    }

    /// One of the HE formats, or EHT, with MCS 0-15 and 1-8 spatial streams.
    pub const fn he(format: Format, mcs: u8, streams: u8, width: Width, guard: Guard) -> Phy {
        Phy::new(format, mcs)
            .with_width(width)
            .with_guard(guard)
            .with_streams(streams)
    }

    /// The same with another channel width.
    pub const fn with_width(self, width: Width) -> Phy {
        Phy((self.0 & !(7 << 12)) | (width as u32) << 12)
    }

    /// The same with another guard interval.
    pub const fn with_guard(self, guard: Guard) -> Phy {
        Phy((self.0 & !(3 << 15)) | (guard as u32) << 15)
    }

    /// The same with `streams` spatial streams; held to 1-8.
    pub const fn with_streams(self, streams: u8) -> Phy {
        let held = if streams < 1 {
            0
        } else if streams > 8 {
            7
        } else {
            streams - 1
        };
        Phy((self.0 & !(7 << 17)) | (held as u32) << 17)
    }

    /// The same with space-time block coding on or off.
    pub const fn with_stbc(self, on: bool) -> Phy {
        self.with_bit(STBC, on)
    }

    /// The same with LDPC (on) or convolutional (off) coding.
    pub const fn with_ldpc(self, on: bool) -> Phy {
        self.with_bit(LDPC, on)
    }

    /// The same with the short DSSS preamble on or off.
    pub const fn with_short_preamble(self, on: bool) -> Phy {
        self.with_bit(SHORT_PREAMBLE, on)
    }

    /// The same, marked as part of an A-MPDU or not.
    pub const fn with_aggregated(self, on: bool) -> Phy {
        self.with_bit(AGGREGATED, on)
    }

    /// The same with dual carrier modulation on or off.
    pub const fn with_dcm(self, on: bool) -> Phy {
        self.with_bit(DCM, on)
    }

    /// The same with another HE-LTF size.
    pub const fn with_ltf(self, ltf: Ltf) -> Phy {
        Phy((self.0 & !(3 << 24)) | (ltf as u32) << 24)
    }

    /// The same with `streams` (0-3) HT extension spatial streams.
    pub const fn with_extension_streams(self, streams: u8) -> Phy {
        Phy((self.0 & !(3 << 27)) | ((streams & 3) as u32) << 27)
    }

    const fn with_bit(self, bit: u32, on: bool) -> Phy {
        Phy(if on { self.0 | bit } else { self.0 & !bit })
    }

    /// PPDU format; numbers not assigned read as unknown.
    pub const fn format(self) -> Format {
        match self.0 & 0xf {
            1 => Format::Dsss,
            2 => Format::Ofdm,
            3 => Format::Ht,
            4 => Format::Vht,
            5 => Format::HeSu,
            6 => Format::HeMu,
            7 => Format::HeErSu,
            8 => Format::HeTb,
            9 => Format::HtGreenfield,
            10 => Format::Eht,
            _ => Format::Unknown,
        }
    }

    /// Rate in 500 kb/s for DSSS and OFDM, otherwise the MCS.
    pub const fn rate(self) -> u8 {
        (self.0 >> 4) as u8
    }

    /// Spatial streams, 1-8.
    pub const fn streams(self) -> u8 {
        ((self.0 >> 17) & 7) as u8 + 1
    }

    /// Whether the frame is part of an A-MPDU.
    pub const fn aggregated(self) -> bool {
        self.0 & AGGREGATED != 0
    }
}

/// Spatial streams of an HT MCS (802.11-2020, tables 19-27 to 19-41): equal modulation 0-31 in eights, 32 is one
/// stream, 33-38 two, 39-52 three, 53-76 four.
pub const fn ht_streams(mcs: u8) -> u8 {
    match mcs {
        0..=31 => mcs / 8 + 1,
        32 => 1,
        33..=38 => 2,
        39..=52 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_the_protocol_says() {
        assert_eq!(Phy::dsss(22, true).0, 1 | 22 << 4 | 1 << 22);
        assert_eq!(Phy::ofdm(108).0, 2 | 108 << 4);
        let ht = Phy::ht(15, Width::Mhz40, Guard::Short)
            .with_stbc(true)
            .with_ldpc(true)
            .with_aggregated(true)
            .with_extension_streams(2);
        assert_eq!(
            ht.0,
            3 | 15 << 4 | 1 << 12 | 1 << 15 | 1 << 17 | 1 << 20 | 1 << 21 | 1 << 23 | 2 << 27
        );
        let he = Phy::he(Format::HeErSu, 11, 8, Width::Mhz320, Guard::Quadruple)
            .with_dcm(true)
            .with_ltf(Ltf::X4);
        assert_eq!(he.0, 7 | 11 << 4 | 4 << 12 | 3 << 15 | 7 << 17 | 3 << 24 | 1 << 26);
        assert_eq!(he.format(), Format::HeErSu);
        assert_eq!((he.rate(), he.streams(), he.aggregated()), (11, 8, false));
    }

    #[test]
    fn with_replaces_instead_of_mixing() {
        let phy = Phy::vht(9, 4, Width::Mhz160, Guard::Short);
        assert_eq!(
            phy.with_width(Width::Mhz20).with_guard(Guard::Normal).with_streams(0),
            Phy::vht(9, 1, Width::Mhz20, Guard::Normal)
        );
        assert_eq!(
            Phy::ht_greenfield(7, Width::Mhz20, Guard::Short).format(),
            Format::HtGreenfield
        );
        assert_eq!(Phy(15).format(), Format::Unknown);
    }

    #[test]
    fn streams_follow_from_an_ht_mcs() {
        for (mcs, streams) in [
            (0, 1),
            (7, 1),
            (8, 2),
            (31, 4),
            (32, 1),
            (33, 2),
            (39, 3),
            (53, 4),
            (76, 4),
        ] {
            assert_eq!(ht_streams(mcs), streams, "MCS {mcs}");
        }
    }
}
