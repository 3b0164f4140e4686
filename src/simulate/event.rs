//! What happens to people, dated. In: draws. Out: a list in the one total order of a run. Never: knows licences.

use crate::directory::SkuIndex;

/// A person in one replication: an index below the number of exported users is that user, the others joined later.
pub type Slot = u32;

/// What happens. The order of the variants is the order within a day: supply comes first (not an event of people), then
/// leavers, movers, joiners, requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    /// The account is deleted and every seat is freed.
    Delete { slot: Slot },
    /// The last day is over and sign-in is blocked; group licences stay unless a rule asks for `accountEnabled`.
    Disable { slot: Slot },
    /// An administrator takes direct licences and assigned licensed groups off a leaver's account, which stays. Dynamic groups
    /// go by their rules alone.
    RemoveLicenses { slot: Slot },
    /// A pre-provisioned account starts.
    Enable { slot: Slot },
    /// The attributes that a move changes are taken from another exported user.
    Move { slot: Slot, like: Slot },
    /// Membership of a group that people leave by themselves ends.
    LeaveGroup { slot: Slot, eligible: u32 },
    /// A new account with the attributes, assigned groups and direct licences of an exported user.
    Join { slot: Slot, like: Slot },
    /// A self-service join takes effect.
    JoinGroup { slot: Slot, eligible: u32 },
    /// Somebody asks for a SKU: the first of the replication's `asked[by]` who has not got it by any path. After everything else
    /// of the day, rules that look at the clock among it.
    Request { sku: SkuIndex, by: u32 },
}

impl Happening {
    /// The one to whom it happens, and whom they come to be like; of a request, the first of all.
    pub fn people(self) -> (Slot, Option<Slot>) {
        match self {
            Happening::Join { slot, like } | Happening::Move { slot, like } => (slot, Some(like)),
            Happening::Request { .. } => (0, None),
            Happening::Delete { slot }
            | Happening::Disable { slot }
            | Happening::RemoveLicenses { slot }
            | Happening::Enable { slot }
            | Happening::LeaveGroup { slot, .. }
            | Happening::JoinGroup { slot, .. } => (slot, None),
        }
    }
}

/// A happening on a day, counted from today; nothing happens on day 0, which is the world as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    pub day: u32,
    pub happening: Happening,
}
