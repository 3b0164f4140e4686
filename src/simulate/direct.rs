//! Lists of SKUs that people are assigned directly, each stored once. In: lists, one SKU more or less. Out: numbers that stand for
//! them. Never: a person. Numbers depend on the order of look-ups and are never shown.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::directory::SkuIndex;

/// See the head of this file. Number 0 is the empty list.
#[derive(Clone, Debug)]
pub struct DirectLists {
    lists: Vec<Vec<SkuIndex>>,
    numbers: HashMap<Vec<SkuIndex>, u32, FixedState>,
    /// What a list becomes with a SKU more or less.
    edited: HashMap<(u32, SkuIndex, bool), u32, FixedState>,
}

impl Default for DirectLists {
    fn default() -> Self {
        let numbers = HashMap::from_iter([(Vec::new(), 0)]);
        Self { lists: vec![Vec::new()], numbers, edited: HashMap::default() }
    }
}

impl DirectLists {
    pub fn len(&self) -> usize {
        self.lists.len()
    }

    /// The SKUs of a list, ascending.
    pub fn list(&self, number: u32) -> &[SkuIndex] {
        &self.lists[number as usize]
    }

    /// The number of a list that is ascending and distinct.
    pub fn number(&mut self, list: &[SkuIndex]) -> u32 {
        if let Some(known) = self.numbers.get(list) {
            return *known;
        }
        let number = self.lists.len() as u32;
        self.lists.push(list.to_vec());
        self.numbers.insert(list.to_vec(), number);
        number
    }

    /// The list with `sku`, or without it.
    pub fn edit(&mut self, number: u32, sku: SkuIndex, give: bool) -> u32 {
        if let Some(known) = self.edited.get(&(number, sku, give)) {
            return *known;
        }
        let mut list = self.list(number).to_vec();
        match (list.binary_search(&sku), give) {
            (Err(at), true) => list.insert(at, sku),
            (Ok(at), false) => drop(list.remove(at)),
            _ => {}
        }
        let edited = self.number(&list);
        self.edited.insert((number, sku, give), edited);
        edited
    }
}
