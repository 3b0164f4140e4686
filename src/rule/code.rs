//! The stable codes of what can be said about a rule. In: nothing. Out: constants. Never: reused for another meaning.
//!
//! 1xx words and structure, 2xx names, 3xx kinds of value, 4xx limits, 5xx readings that the documentation leaves open
//! ([`super::Choice`], numbered as in the ambiguity register), 6xx lint, 7xx evaluation and clean-up.

use crate::diagnostic::Code;

macro_rules! codes {
    ($( $name:ident $code:literal $meaning:literal; )*) => {
        $( #[doc = $meaning] pub const $name: Code = Code($code); )*
        /// Every code of this room with its meaning, in order.
        pub const ALL: &[(Code, &str)] = &[ $( ($name, $meaning), )* ];
    };
}

codes! {
    CHARACTER "R101" "a character that no rule holds outside quotes";
    TEXT_OPEN "R102" "a text that is never closed";
    EMPTY "R103" "a rule without words";
    PAREN_OPEN "R104" "a parenthesis that is never closed";
    PAREN_STRAY "R105" "a closing parenthesis or bracket that nothing opened";
    NO_CONNECTIVE "R106" "two clauses without `-and` or `-or` between them";
    NO_COMPARISON "R107" "a comparison is missing";
    NO_OPERATOR "R108" "an operator is missing";
    OPERATOR "R109" "a word that is no operator of the rule language";
    NO_VALUE "R110" "a value is missing";
    BARE_TEXT "R111" "a text value without quotes";
    LIST "R112" "a list that is not `[value, value, …]`";
    NOT_COMPARES "R114" "`-not` used as a comparison";
    COMBINED "R115" "a form that must be the whole rule stands beside something else";
    DIRECT_REPORTS "R116" "a direct-reports rule that is not `Direct Reports for \"id\"`";
    SWAPPED "R117" "a value on the left of an operator";
    BODY "R118" "a quantifier without a comparison of its elements";
    DURATION "R119" "a duration that is not days, hours, minutes and seconds";
    TIMESTAMP "R120" "a date that is not ISO 8601";
    NO_PREFIX "R201" "a property without `user.` or `device.`";
    OBJECT "R202" "a name that begins with no known object";
    USER_ATTRIBUTE "R203" "not a user attribute of the rule language";
    DEVICE_ATTRIBUTE "R204" "not a device attribute of the rule language";
    MIXED "R205" "user and device attributes in one rule";
    ELEMENT "R206" "an element named outside a quantifier";
    OUTER "R207" "a property of the user named inside a quantifier";
    PLAN_FIELD "R208" "not a field of an assigned plan";
    INTUNE "R209" "an Intune assignment filter, which is another language";
    NOT_ON_ATTRIBUTE "R301" "an operator that the attribute does not take";
    VALUE_KIND "R302" "a value of another kind than the attribute's";
    QUANTIFIED_SCALAR "R303" "a quantifier on an attribute with one value";
    NESTED "R304" "a quantifier inside a quantifier";
    PATTERN "R305" "a regular expression that does not compile";
    PATTERN_SUBSET "R306" "a regular expression outside the supported subset of .NET";
    NULL_COMPARED "R307" "null with another operator than `-eq` and `-ne`";
    TOO_LONG "R401" "longer than 3,072 characters";
    NEARLY_TOO_LONG "R402" "nearly as long as the service allows";
    TOO_DEEP "R403" "nested deeper than seatcast follows";
    LINT_MIX "R601" "`-and` and `-or` side by side without parentheses";
    LINT_ALWAYS "R602" "true for every user";
    LINT_NEVER "R603" "true for no user";
    LINT_GUESTS "R604" "guests can be members";
    LINT_DISABLED "R605" "disabled accounts can be members";
    LINT_SELF_EDITED "R606" "depends on an attribute that users can change themselves";
    LINT_PLAN_STATUS "R607" "a plan test without a status test";
    LINT_FEEDBACK "R608" "depends on plans that the group's own licences bring";
    LINT_MEMBER_OF "R609" "uses the ended `memberOf` operator";
    LINT_DUPLICATE "R610" "the same members as another group's rule";
    LINT_SUBSUMED "R611" "members all within another group's rule";
    LINT_DOT "R612" "an unescaped dot in a pattern that looks like a domain";
    LINT_NOT_NULL "R613" "`-not` around a null test";
    LINT_ALL_PLANS "R614" "demands that no plan at all be enabled";
    LINT_BLANKS "R615" "a value with a blank at its edge";
    LINT_NO_MANAGER "R616" "a manager whom no user file holds";
    DEVICE "R701" "device rules are recognised, not simulated";
    UNDECIDED "R702" "a regular expression took more steps than allowed";
    NO_NOW "R703" "the rule uses `system.now` and no instant was given";
    BAD_LINE "R704" "a line that is not a request";
    BAD_USER "R705" "a user value of the wrong kind";
    WRONG_TARGET "R706" "the rule speaks of another kind of object than the group holds";
    UNKNOWN_KEY "R707" "a user value under an unknown name";
    NOT_EXPORTED "R708" "an attribute that no file holds";
    CLEANED_JSON "R711" "quotes escaped as in JSON were read as quotes";
    CLEANED_POWERSHELL "R712" "quotes doubled or backticked as in PowerShell were read as quotes";
    CLEANED_MARKDOWN "R713" "backslashes before `_` and `*` as in Markdown were dropped";
    LINE_BREAK "R714" "a line break inside a text";
    ODD_BLANK "R715" "an unusual blank read as a blank";
}
