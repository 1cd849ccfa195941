//! One pin, and on it a plain light (on when low) or an RGB light of the kind WS2812.

pub use this::Light;

#[cfg(not(feature = "esp32c61"))]
mod this {
    use airwarden_core::led::Colour;
    use airwarden_core::led::pixel::{PAIRS, Pair, TICKS_PER_US, frame};
    use embassy_time::{Duration, with_timeout};
    use esp_hal::Async;
    use esp_hal::gpio::Level;
    use esp_hal::gpio::interconnect::PeripheralOutput;
    use esp_hal::peripherals::RMT;
    use esp_hal::rmt::{Channel, PulseCode, Rmt, Tx, TxChannelConfig, TxChannelCreator};
    use esp_hal::time::Rate;

    /// A frame takes 0.6 ms, all of it without the processor.
    const PATIENCE: Duration = Duration::from_millis(5);

    /// Sends a frame to a light that understands it, and rests at the level that a plain one needs.
    pub struct Light {
        /// A board without is better than none at all.
        channel: Option<Channel<'static, Async, Tx>>,
        /// None before the first: after a restart an RGB light still shines as before.
        shown: Option<Colour>,
    }

    impl Light {
        pub fn new(rmt: RMT<'static>, pin: impl PeripheralOutput<'static>) -> Self {
            let rmt = Rmt::new(rmt, Rate::from_mhz(TICKS_PER_US));
            let channel = rmt.and_then(|rmt| rmt.into_async().channel0.configure_tx(&resting(Level::High)));
            Light {
                channel: channel.ok().map(|channel| channel.with_pin(pin)),
                shown: None,
            }
        }

        /// Returns at once where nothing changes.
        pub async fn shine(&mut self, colour: Colour) {
            let Some(channel) = self.channel.as_mut().filter(|_| self.shown != Some(colour)) else {
                return;
            };
            let rest = Level::from(colour == Colour::Dark);
            let codes = codes(colour);
            if channel.apply_config(&resting(rest)).is_ok()
                && matches!(with_timeout(PATIENCE, channel.transmit(&codes)).await, Ok(Ok(())))
            {
                self.shown = Some(colour);
            }
        }
    }

    fn resting(level: Level) -> TxChannelConfig {
        TxChannelConfig::default()
            .with_clk_divider(1)
            .with_idle_output(true)
            .with_idle_output_level(level)
    }

    /// With the end after them.
    fn codes(colour: Colour) -> [PulseCode; PAIRS + 1] {
        let mut codes = [PulseCode::end_marker(); PAIRS + 1];
        for (code, pair) in codes.iter_mut().zip(frame(colour)) {
            *code = coded(pair);
        }
        codes
    }

    fn coded([first, second]: Pair) -> PulseCode {
        PulseCode::new_clamped(
            Level::from(first.high),
            first.ticks,
            Level::from(second.high),
            second.ticks,
        )
    }
}

/// This chip has no RMT: its SPI sends the bits as samples, and the pin is its own before and after.
#[cfg(feature = "esp32c61")]
mod this {
    use airwarden_core::led::Colour;
    use airwarden_core::led::pixel::{RESET_US, SAMPLES_PER_US, sampled};
    use embassy_time::Timer;
    use esp_hal::gpio::{Level, Output, OutputConfig};
    use esp_hal::peripherals::{GPIO8, SPI2};
    use esp_hal::spi::master::{Config, Spi};
    use esp_hal::time::Rate;

    /// As with the other chips.
    pub struct Light {
        spi: SPI2<'static>,
        pin: GPIO8<'static>,
        shown: Option<Colour>,
    }

    impl Light {
        pub fn new(spi: SPI2<'static>, pin: GPIO8<'static>) -> Self {
            let mut light = Light { spi, pin, shown: None };
            light.rest(Level::High);
            light
        }

        /// Returns at once where nothing changes.
        pub async fn shine(&mut self, colour: Colour) {
            if self.shown == Some(colour) {
                return;
            }
            // Setting the pin up lets go of it for a moment: never between a frame and the low that ends it.
            if self.shown.is_none_or(|shown| shown == Colour::Dark) {
                self.rest(Level::Low);
                Timer::after_micros(u64::from(RESET_US)).await;
            }
            self.send(colour);
            if colour == Colour::Dark {
                Timer::after_micros(u64::from(RESET_US)).await;
                self.rest(Level::High);
            }
            self.shown = Some(colour);
        }

        fn rest(&mut self, level: Level) {
            Output::new(self.pin.reborrow(), level, OutputConfig::default());
        }

        /// Takes 30 µs, and is low before and after.
        fn send(&mut self, colour: Colour) {
            let config = Config::default().with_frequency(Rate::from_mhz(SAMPLES_PER_US));
            let Ok(spi) = Spi::new(self.spi.reborrow(), config) else {
                return;
            };
            let mut spi = spi.with_mosi(self.pin.reborrow());
            // A plain light does without.
            let _ = spi.write(&sampled(colour));
        }
    }
}
