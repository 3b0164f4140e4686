//! Many texts by position, without a copy of what stands in a file that is held anyway. In: texts, or places in a shared text.
//! Out: the same texts. Never: a place that is not the text it was given for.

use std::ops::Range;
use std::sync::Arc;

/// A text of a pool: where it starts and how long it is. The high bit of the length says that it stands in the pool's own
/// buffer and not in the shared text.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    length: u32,
}

const OWN: u32 = 1 << 31;

/// Texts of one column. A million distinct names cost eight bytes each, and their own bytes only where nothing else holds them.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    shared: Option<Arc<String>>,
    buffer: String,
    places: Vec<Place>,
}

impl Texts {
    /// Appends a copy of a text.
    pub fn push(&mut self, text: &str) {
        let start = u32::try_from(self.buffer.len()).expect("one column's distinct texts are under 4 GiB");
        let length = u32::try_from(text.len()).ok().filter(|length| *length < OWN).expect("a text is under 2 GiB");
        self.buffer.push_str(text);
        self.places.push(Place { start, length: length | OWN });
    }

    /// Appends the text at `range` of `whole` without a copy, unless the pool shares another text already.
    pub fn push_shared(&mut self, whole: &Arc<String>, range: Range<usize>) {
        let sharing = self.shared.get_or_insert_with(|| whole.clone());
        let place = (u32::try_from(range.start), u32::try_from(range.len()));
        match place {
            (Ok(start), Ok(length)) if Arc::ptr_eq(sharing, whole) && length < OWN => {
                self.places.push(Place { start, length });
            }
            _ => self.push(whole.get(range).unwrap_or_default()),
        }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn get(&self, index: usize) -> &str {
        let Place { start, length } = self.places[index];
        let range = start as usize..start as usize + (length & !OWN) as usize;
        let whole = match &self.shared {
            Some(shared) if length & OWN == 0 => shared.as_str(),
            _ => self.buffer.as_str(),
        };
        &whole[range]
    }

    pub fn shrink_to_fit(&mut self) {
        self.buffer.shrink_to_fit();
        self.places.shrink_to_fit();
    }
}

impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && (0..self.len()).all(|index| self.get(index) == other.get(index))
    }
}

impl Eq for Texts {}
