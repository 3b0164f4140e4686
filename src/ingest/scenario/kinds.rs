//! The kinds of change that a scenario file may hold. In: nothing. Out: their names and keys, for the check of names and for
//! `seatcast schema`. Never: a key that no code reads.

/// One kind: what stands after `do`, the keys it needs, those it may have, and what it does.
pub struct Kind {
    pub name: &'static str,
    pub needed: &'static [&'static str],
    pub optional: &'static [&'static str],
    pub does: &'static str,
}

/// Keys that say whom a change is about; at most one of them.
pub const WHO: [&str; 4] = ["users", "members-of", "where", "department"];

/// Keys of every change.
pub const COMMON: [&str; 3] = ["on", "do", "note"];

macro_rules! kinds {
    ($( $name:literal [$($needed:literal)*] [$($optional:literal)*] $does:literal; )*) => {
        pub const KINDS: &[Kind] = &[ $( Kind { name: $name, needed: &[$($needed),*], optional: &[$($optional),*], does: $does }, )* ];
    };
}

kinds! {
    "edit-rule" ["group" "rule"] [] "a group gets this membership rule; an assigned group becomes dynamic";
    "pause" ["group"] [] "the group's rule is not processed: nobody joins or leaves it by rule";
    "resume" ["group"] [] "it is processed again";
    "add-license" ["group" "sku"] ["disabled-plans"] "the group gives one more SKU";
    "remove-license" ["group" "sku"] [] "the group gives a SKU no longer";
    "swap-license" ["group" "from" "to"] ["disabled-plans"] "the group gives one SKU in place of another, in one change";
    "disable-plans" ["group" "sku" "plans"] [] "the whole list of plans that are off in what the group gives";
    "add-group" ["group"] ["rule" "users" "members-of" "where" "department" "licenses"] "a new group, with a rule or with members";
    "add-members" ["group"] ["users" "members-of" "where" "department" "waves"] "people join an assigned group";
    "remove-members" ["group"] ["users" "members-of" "where" "department" "waves"] "people leave an assigned group";
    "move-members" ["from" "to"] ["users" "where" "department" "waves"] "members go from one assigned group to another";
    "assign-direct" ["sku"] ["users" "members-of" "where" "department" "waves"] "a direct licence for each";
    "remove-direct" ["sku"] ["users" "members-of" "where" "department" "waves"] "direct licences are taken away";
    "swap-direct" ["from" "to"] ["users" "members-of" "where" "department" "waves"] "one direct licence in place of another, for those who hold the first";
    "migrate-to-group" ["sku" "group"] ["overlap-days"] "holders of a direct licence join the group, and lose the direct one once the group gives it";
    "reclaim" ["sku" "inactive-days"] [] "direct licences and memberships of assigned groups go from idle accounts";
    "set-attributes" ["set"] ["users" "members-of" "where" "department"] "people's attributes are rewritten";
    "move-department" ["department" "set"] [] "the same for a whole department, for example its city or company";
    "rename-department" ["department" "to"] [] "a department is called something else";
    "merge-departments" ["departments" "into"] [] "several departments become one";
    "acquire" ["tenant"] ["groups" "add-to" "direct-licenses" "subscriptions"] "the people of another tenant folder join, guests aside";
    "hiring-freeze" ["until"] ["members-of" "where" "department"] "nobody is hired by chance from `on` to `until`";
    "hire" [] ["people" "until" "by-month" "members-of" "where" "department"] "people join, like somebody who fits";
    "lay-off" [] ["people" "share" "members-of" "where" "department"] "people leave on the day";
    "purge-guests" [] ["where" "inactive-days"] "guest accounts are deleted";
    "buy" ["sku" "quantity"] ["subscription" "term" "billing" "channel" "auto-renew"] "units are bought";
    "cancel" ["subscription"] [] "a subscription ends with its running term";
    "renew-with" ["subscription" "quantity"] [] "it renews with another quantity";
    "change-term" ["subscription" "term"] ["billing"] "it goes on with another term when the running one ends";
    "change-price" ["sku"] ["percent" "price" "currency"] "a seat costs more or less from the day on, at the next renewal";
}

pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}
