//! The readings that the documentation leaves open. In: a choice of the ambiguity register. Out: which of two readings is
//! taken. Never: a third reading, or a silent one: each choice has a stable code, and a rule that hangs on it carries it.

use std::collections::BTreeSet;

use crate::diagnostic::Code;

macro_rules! choices {
    ($( $variant:ident $id:literal $code:literal $taken:literal $other:literal; )*) => {
        /// A question on which the documentation is silent or contradicts itself, by its number in the register.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Choice { $( #[doc = $taken] $variant, )* }

        impl Choice {
            pub const ALL: &[Choice] = &[ $( Choice::$variant, )* ];

            /// The number in the register, such as `A5`.
            pub fn id(self) -> &'static str {
                match self { $( Choice::$variant => $id, )* }
            }

            /// The code of findings about it.
            pub fn code(self) -> Code {
                match self { $( Choice::$variant => Code($code), )* }
            }

            /// The reading taken unless told otherwise.
            pub fn taken(self) -> &'static str {
                match self { $( Choice::$variant => $taken, )* }
            }

            /// The other reading, taken where [`Options`] say so.
            pub fn other(self) -> &'static str {
                match self { $( Choice::$variant => $other, )* }
            }
        }
    };
}

choices! {
    NotReach "A1" "R501" "`-not` negates the next comparison only" "`-not` negates everything up to the next `-or`";
    LeftOperand "A2" "R502" "a quantifier belongs to the one property on its left" "it takes all on its left, and is an error beside another clause";
    BodyReach "A3" "R503" "a quantifier without parentheses takes one comparison" "it takes all that follows";
    PropertyCase "A4" "R504" "the letter case of names is ignored" "a name in another letter case is an error";
    NegativeOnNull "A5" "R505" "a negative operator holds where the attribute is null" "it does not hold there";
    NotInOnNull "A6" "R506" "`-notIn` holds where the attribute is null" "it does not hold there";
    EmptyList "A7" "R507" "an empty list is an error" "an empty list holds no value";
    ContainsOnCollection "A8" "R508" "`-contains` on a collection asks for an element that holds the text" "it is an error";
    OperatorOnCollection "A9" "R509" "a negative operator straight on a collection means no element" "it means some element";
    EmptyText "A10" "R510" "`\"\"` equals nothing, because empty text is not stored" "`\"\"` equals null";
    QuotedNull "A11" "R511" "`\"null\"` is a text of four letters" "`\"null\"` is null";
    QuotedBoolean "A12" "R512" "a quoted Boolean is a Boolean" "it is an error";
    DollarBoolean "A13" "R513" "`$true` and `$false` are errors" "they are Booleans";
    BareNumber "A14" "R514" "an unquoted number is its digits" "it is an error";
    MissingBlank "A15" "R515" "blanks around an operator may be left out" "it is an error";
    Typography "A16" "R516" "typographic dashes and quotes are read as plain ones" "they are errors";
    QuoteEscape "A17" "R517" "a backtick escapes a double quote, a backslash is text" "a backslash escapes it too";
    PatternCase "A18" "R518" "`-match` is .NET's: it ignores letter case and finds a match anywhere" "`-match` minds letter case";
    NeverSynced "A19" "R519" "`dirSyncEnabled` is null for accounts never synchronised" "it is false for them";
    DateWithoutTime "A20" "R520" "a date without time or offset is midnight, or that time, in UTC" "it is an error";
    EqualsNow "A21" "R521" "`-eq` and `-ne` with `system.now` arithmetic are errors" "they compare instants";
    ManagerIncluded "A22" "R522" "a direct-reports group holds the manager too" "it holds the reports only";
    MemberOfFrozen "A23" "R523" "a `memberOf` group keeps its members after 3 November 2026" "it is evaluated on any day";
    OuterProperty "A24" "R524" "a property of the user inside a quantifier is an error" "it is tested beside each element";
    RuleEdit "A25" "R525" "when a rule is edited, who satisfies both rules stays" "all members leave first, and then join";
    AgentUsers "A26" "R526" "accounts of agents are users like others" "they are in no dynamic group";
    LengthUnit "A27" "R527" "length is counted in UTF-16 units" "length is counted in characters";
}

impl Choice {
    /// The choice with this number in the register, letter case aside.
    pub fn from_id(id: &str) -> Option<Choice> {
        Self::ALL.iter().copied().find(|choice| choice.id().eq_ignore_ascii_case(id))
    }
}

/// Which choices are read the other way. The default reads all of them as the register recommends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    others: BTreeSet<Choice>,
}

impl Options {
    /// The same options with `choice` read the other way.
    pub fn with_other(&self, choice: Choice) -> Options {
        let mut others = self.others.clone();
        others.insert(choice);
        Options { others }
    }

    /// The same options with the other of both readings of `choice`.
    pub fn turned(&self, choice: Choice) -> Options {
        let mut others = self.others.clone();
        if !others.remove(&choice) {
            others.insert(choice);
        }
        Options { others }
    }

    pub fn is_other(&self, choice: Choice) -> bool {
        self.others.contains(&choice)
    }

    /// The same options with the choice of this number read the other way; `None` where there is none.
    pub fn with_other_id(&self, id: &str) -> Option<Options> {
        Choice::from_id(id).map(|choice| self.with_other(choice))
    }

    pub fn others(&self) -> impl Iterator<Item = Choice> + '_ {
        self.others.iter().copied()
    }
}

/// The numbers of the choices that are read the other way.
impl serde::Serialize for Options {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.others().map(Choice::id))
    }
}
