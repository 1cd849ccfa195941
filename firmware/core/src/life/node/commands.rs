//! Commands of the hub, obeyed or passed on.

use super::{Arrival, Asked, Emit, Node, Wish};
use crate::mac::Mac;
use crate::messages::{HubMessage, NodeMessage, TimeReply, Unreadable, code, kind};
use crate::provision::Uplink;
use crate::update;

impl<const CACHE: usize> Node<CACHE> {
    /// Obeys a command; gives what somebody else has to do.
    pub fn obey<'a>(&mut self, arrival: &Arrival<'a>, emit: Emit<'_>) -> Option<(Asked, Wish<'a>)> {
        let over = arrival.over;
        let (sequence, message) = match HubMessage::decode(arrival.message) {
            Ok(read) => read,
            Err(Unreadable::UnknownKind(number)) if number >= kind::WELCOME => {
                let sequence = crate::messages::sequence(arrival.message)?;
                self.answer(Asked { sequence, over }, code::UNKNOWN_COMMAND, "", emit);
                return None;
            }
            Err(_) => return None,
        };
        if over == self.settings.uplink() {
            self.greeting.heard(arrival.now_us);
        }
        self.follow(&message, Asked { sequence, over }, arrival, emit)
            .map(|wish| (Asked { sequence, over }, wish))
    }

    fn follow<'a>(
        &mut self,
        message: &HubMessage<'a>,
        asked: Asked,
        arrival: &Arrival<'a>,
        emit: Emit<'_>,
    ) -> Option<Wish<'a>> {
        match *message {
            HubMessage::Welcome { boot_id, .. } => self.welcome(boot_id, asked.over, arrival.now_us, emit),
            HubMessage::TimeRequest { token, .. } => {
                let reply = TimeReply {
                    token,
                    received_us: arrival.arrived_us,
                    sent_us: arrival.now_us,
                };
                self.say_over(asked.over, &NodeMessage::TimeReply(reply), emit);
            }
            HubMessage::Plan(plan) => {
                let (code, text) = match self.tuner.ask(&plan) {
                    Ok(()) => (code::DONE, ""),
                    Err(refused) => (code::NOT_NOW, refused.0),
                };
                self.answer(asked, code, text, emit);
            }
            HubMessage::Siblings(addresses) => {
                let (each, _) = addresses.as_chunks::<6>();
                let own = self.own_uplink();
                let others = each.iter().map(|&octets| Mac::from_octets(octets));
                self.filter.set_siblings(own.into_iter().chain(others));
                self.answer(asked, code::DONE, "", emit);
            }
            HubMessage::Configure(change) => match self.settings.with(&change) {
                Ok(settings) => return Some(Wish::Keep(settings)),
                Err(unfit) => self.answer(asked, code::BAD_ARGUMENT, unfit.0, emit),
            },
            HubMessage::UpdateBegin(begin) => return Some(Wish::Update(update::Step::Begin(begin))),
            HubMessage::UpdateChunk { offset, bytes } => {
                return Some(Wish::Update(update::Step::Chunk { offset, bytes }));
            }
            HubMessage::UpdateEnd => return Some(Wish::Update(update::Step::End)),
            HubMessage::Restart { .. } => return Some(Wish::Restart),
            HubMessage::Identify { seconds } => return Some(Wish::Identify { seconds }),
            HubMessage::FactoryReset { confirmation: "erase" } => return Some(Wish::Erase),
            HubMessage::FactoryReset { .. } => {
                self.answer(asked, code::BAD_ARGUMENT, "say erase to confirm", emit);
            }
        }
        None
    }

    fn welcome(&mut self, boot_id: u32, over: Uplink, now_us: u64, emit: Emit<'_>) {
        if over != self.settings.uplink() {
            // Somebody on the other link asks who this is.
            self.say_hello(over, now_us, emit);
            return;
        }
        if self.greeting.welcomed(boot_id, now_us) {
            self.recorder.forget();
        }
    }
}
