//! Lists of channels.

use airwarden_core::messages::CHANNELS;

use crate::radio::frequency_of;

/// Reads a list as `1,6:2,5180`: numbers of the 2.4 and 5 GHz bands or MHz, each with an optional weight. Gives MHz
/// and weights.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn parse(list: &str) -> Result<Vec<(u16, u8)>, String> {
    let channels: Vec<_> = list.split(',').map(parse_one).collect::<Result<_, _>>()?;
    if channels.len() > CHANNELS {
        return Err(format!(
            "--channels takes at most {CHANNELS} channels, not {}",
            channels.len()
        ));
    }
    Ok(channels)
}

fn parse_one(text: &str) -> Result<(u16, u8), String> {
    let (channel, weight) = text.trim().split_once(':').unwrap_or((text.trim(), "1"));
    let frequency = channel.parse().map_or(0, frequency_of);
    match (frequency, weight.parse()) {
        (1.., Ok(weight @ 1..)) => Ok((frequency, weight)),
        _ => Err(format!(
            "--channels takes channel numbers or MHz, each with an optional weight of 1 to 255, as 1,6:2,5180; not {text}"
        )),
    }
}
