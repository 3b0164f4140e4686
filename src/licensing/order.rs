//! Who comes first when seats are short. In: users and the order policy. Out: a rank for each user. Never: a random number; a
//! drawn order is the caller's, by `Ledger::set_rank`.

use super::{OrderPolicy, Rank};
use crate::directory::{Attribute, UserIndex, Users, ValueRef};

/// A rank for each user, by the policy. A random order has to be drawn for each replication: until then it is that of ids.
pub fn ranks(users: &Users, order: &OrderPolicy) -> Vec<Rank> {
    let place = |user: UserIndex| Rank { class: 0, place: user.0 };
    match order {
        OrderPolicy::Arrival | OrderPolicy::Random => users.indexes().map(place).collect(),
        OrderPolicy::Created => by_creation(users),
        OrderPolicy::Priority { attribute, values } => {
            let attribute = Attribute::from_graph_name(attribute);
            let class = |user| match &attribute {
                Some(attribute) => class_of(users.value(user, attribute), values),
                None => 0,
            };
            users.indexes().map(|user| Rank { class: class(user), ..place(user) }).collect()
        }
    }
}

/// The class of a value: its position among the values that go first, else after all of them.
pub fn class_of(value: ValueRef<'_>, values: &[String]) -> u8 {
    let text = match value {
        ValueRef::Text(text) => text,
        ValueRef::Boolean(true) => "true",
        ValueRef::Boolean(false) => "false",
        _ => "",
    };
    let position = values.iter().position(|first| first.to_lowercase() == text.to_lowercase());
    u8::try_from(position.unwrap_or(values.len())).unwrap_or(u8::MAX)
}

/// The oldest account first; those whose age no file tells come last, in order of ids.
fn by_creation(users: &Users) -> Vec<Rank> {
    let created = |user: &UserIndex| match users.value(*user, &Attribute::CreatedDateTime) {
        ValueRef::Instant(at) => (0, Some(at), *user),
        _ => (1, None, *user),
    };
    let mut order: Vec<UserIndex> = users.indexes().collect();
    order.sort_by_cached_key(created);
    let mut ranks = vec![Rank::default(); users.len()];
    for (place, user) in order.into_iter().enumerate() {
        ranks[user.get()] = Rank { class: 0, place: place as u32 };
    }
    ranks
}
