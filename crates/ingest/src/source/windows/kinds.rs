//! The kinds met while reading, each built and offered to the consumer once.

use std::collections::HashMap;

use gatewatch_event::NothingKnown;

use super::event::WindowsEvent;
use super::kind::{Options, WindowsKind};
use super::record::WindowsRecord;
use crate::{Consumer, Place, Placed};

/// How many kinds are kept, and how long a name may be. Real logs have hundreds of kinds; a file made up to have millions
/// must not fill the memory.
const MOST: usize = 2048;
const LONGEST_NAME: usize = 512;

struct Met {
    provider: Option<Box<str>>,
    channel: Option<Box<str>>,
    kind: WindowsKind,
    /// The consumer's number, or `None` when no event of the kind can matter.
    wanted: Option<u32>,
}

/// A kind in [`Kinds`]: stays valid as long as the `Kinds` it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KindIndex(usize);

/// The kinds met in one unit of reading.
pub struct Kinds {
    options: Options,
    met: Vec<Met>,
    /// Places in `met` by event id; few ids have more than one provider and channel.
    by_id: HashMap<Option<u32>, Vec<usize>>,
    /// The consumer's number for events of kinds beyond [`MOST`], once there are any.
    overflow: Option<Option<u32>>,
}

impl Kinds {
    /// No kinds yet.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            met: Vec::new(),
            by_id: HashMap::new(),
            overflow: None,
        }
    }

    /// The kind of a provider's events in a channel with an event id, offered to the consumer when it is new. `None`
    /// when there are too many kinds, or a name is too long to be one: then [`deliver`](Self::deliver) the record as it is.
    pub fn find(
        &mut self,
        provider: Option<&str>,
        channel: Option<&str>,
        event_id: Option<u32>,
        consumer: &mut dyn Consumer,
    ) -> Option<KindIndex> {
        let too_long = |name: Option<&str>| name.is_some_and(|name| name.len() > LONGEST_NAME);
        if too_long(provider) || too_long(channel) {
            return None;
        }
        let full = self.met.len() == MOST;
        if full && !self.by_id.contains_key(&event_id) {
            return None;
        }
        let of_id = self.by_id.entry(event_id).or_default();
        let found = of_id.iter().find(|at| {
            let met = &self.met[**at];
            met.provider.as_deref() == provider && met.channel.as_deref() == channel
        });
        if let Some(at) = found {
            return Some(KindIndex(*at));
        }
        if full {
            return None;
        }
        let kind = WindowsKind::new(provider, channel, event_id, self.options);
        let wanted = consumer.kind(&kind);
        let at = self.met.len();
        of_id.push(at);
        self.met.push(Met {
            provider: provider.map(Into::into),
            channel: channel.map(Into::into),
            kind,
            wanted,
        });
        Some(KindIndex(at))
    }

    /// The consumer's number for a kind; `None` when its events need only be counted.
    pub fn wanted(&self, index: KindIndex) -> Option<u32> {
        self.met[index.0].wanted
    }

    /// A kind.
    pub fn kind(&self, index: KindIndex) -> &WindowsKind {
        &self.met[index.0].kind
    }

    /// Hands a record of this kind to the consumer, if the kind is wanted.
    pub fn deliver_as(
        &self,
        index: KindIndex,
        record: &dyn WindowsRecord,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) {
        if let Some(number) = self.met[index.0].wanted {
            self.deliver_wanted((index, number), record, place, consumer);
        }
    }

    /// Hands a record of this kind to the consumer under this number.
    pub fn deliver_wanted(
        &self,
        (index, number): (KindIndex, u32),
        record: &dyn WindowsRecord,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) {
        let event = WindowsEvent::new(&self.met[index.0].kind, record);
        consumer.event(number, &Placed::new(&event, place));
    }

    /// Finds the kind of a record and hands the record to the consumer, if the kind is wanted.
    pub fn deliver(
        &mut self,
        record: &dyn WindowsRecord,
        place: &Place,
        consumer: &mut dyn Consumer,
    ) {
        let provider = record.provider();
        let channel = record.channel();
        let event_id = record.event_id();
        let (provider, channel) = (provider.as_deref(), channel.as_deref());
        if let Some(index) = self.find(provider, channel, event_id, consumer) {
            return self.deliver_as(index, record, place, consumer);
        }
        let wanted = *self
            .overflow
            .get_or_insert_with(|| consumer.kind(&NothingKnown));
        if let Some(number) = wanted {
            let kind = WindowsKind::new(provider, channel, event_id, self.options);
            let event = WindowsEvent::new(&kind, record);
            consumer.event(number, &Placed::new(&event, place));
        }
    }
}
