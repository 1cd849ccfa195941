//! The ways out of the node.

use airwarden_core::improv::Hush;
use airwarden_core::provision::Uplink;
use airwarden_core::uplink::Outbox;

use crate::links::Network;
use crate::tongue::Tongue;

/// As in the image.
const OUTBOX: usize = 8192;

/// Where messages go.
pub struct Outlets {
    /// What waits for the serial link.
    pub outbox: Box<Outbox<OUTBOX>>,
    /// A page talks on the serial link.
    pub hush: Hush,
    /// The network, while it is joined.
    pub network: Option<Network>,
    /// Frames that no network took.
    unsent: u32,
    tongue: Tongue,
}

impl Outlets {
    /// Nothing waits. Messages go out in this version of the protocol.
    pub fn new(protocol: u8) -> Self {
        Outlets {
            outbox: Box::default(),
            hush: Hush::default(),
            network: None,
            unsent: 0,
            tongue: Tongue::new(protocol),
        }
    }

    /// Takes a message of the node to its link.
    pub fn emit(&mut self, now_us: u64, over: Uplink, message: &[u8], frames: u32) {
        let Outlets {
            outbox,
            hush,
            network,
            unsent,
            tongue,
        } = self;
        let said = tongue.say(over, message);
        for message in said {
            match over {
                Uplink::Serial => {
                    if !hush.is_on(now_us) {
                        outbox.push(&message, frames);
                    }
                }
                Uplink::Wifi => {
                    let sent = network.as_mut().is_some_and(|network| network.send(&message));
                    if !sent {
                        *unsent = unsent.wrapping_add(frames);
                    }
                }
            }
        }
    }

    /// Frames lost on the links.
    pub fn lost(&self) -> u32 {
        self.outbox.lost_frames().wrapping_add(self.unsent)
    }
}
