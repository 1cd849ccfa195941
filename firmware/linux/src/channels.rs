//! Lists of channels.

use crate::radio::frequency_of;

/// A channel of a plan.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub struct Stop {
    /// Centre of the channel, MHz.
    pub frequency: u16,
    /// How many dwells long it is listened to.
    pub weight: u8,
}

/// Most channels of a list: there are fewer in all bands together.
const MOST: usize = 128;

/// Reads a list as `1,6:2,5180`: numbers of the 2.4 and 5 GHz bands or MHz, each with an optional weight.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn parse(list: &str) -> Result<Vec<Stop>, String> {
    let stops: Vec<Stop> = list.split(',').map(parse_one).collect::<Result<_, _>>()?;
    if stops.len() > MOST {
        return Err(format!("--channels takes at most {MOST} channels, not {}", stops.len()));
    }
    Ok(stops)
}

fn parse_one(text: &str) -> Result<Stop, String> {
    let (channel, weight) = text.trim().split_once(':').unwrap_or((text.trim(), "1"));
    let frequency = channel.parse().map_or(0, frequency_of);
    match (frequency, weight.parse()) {
        (1.., Ok(weight @ 1..)) => Ok(Stop { frequency, weight }),
        _ => Err(format!(
            "--channels takes channel numbers or MHz, each with an optional weight of 1 to 255, as 1,6:2,5180; not {text}"
        )),
    }
}
