//! Faces that are compiled in, so that a name in any script is drawn the same on every machine. In: nothing. Out: the bytes of
//! font files. Never: a font of the system. `data/fonts/README.md` says where each comes from.

/// The face of text and numbers, regular first.
pub const SANS: [&[u8]; 4] =
    [notosans::REGULAR_TTF, notosans::BOLD_TTF, notosans::ITALIC_TTF, notosans::BOLD_ITALIC_TTF];

/// Faces for scripts that the first lacks, by how often a tenant's names need them.
const OTHER_SCRIPTS: [&[u8]; 5] = [
    include_bytes!("../../data/fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../../data/fonts/NotoSansHebrew-Regular.ttf"),
    include_bytes!("../../data/fonts/NotoSansThai-Regular.ttf"),
    include_bytes!("../../data/fonts/NotoSansDevanagari-Regular.ttf"),
    include_bytes!("../../data/fonts/wqy-microhei.ttc"),
];

/// Every face, in the order in which a missing character is looked for.
pub fn all() -> impl Iterator<Item = &'static [u8]> {
    SANS.into_iter().chain(OTHER_SCRIPTS).chain(typst_assets::fonts())
}
