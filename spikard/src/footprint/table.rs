//! Fields by their tags.

/// Tags below this one are found without a search.
const DIRECT: usize = 64;

/// The fields of a message, prepared for the search.
#[derive(Debug)]
pub(super) struct Table<F> {
    /// In the order of their tags.
    fields: Vec<(u32, F)>,
    /// By tag: the index of the field and one more, or 0.
    direct: [u8; DIRECT],
}

impl<F> Table<F> {
    pub(super) fn new(mut fields: Vec<(u32, F)>) -> Self {
        fields.sort_by_key(|(tag, _)| *tag);
        let mut direct = [0; DIRECT];
        for (index, (tag, _)) in fields.iter().enumerate() {
            let entry = usize::try_from(*tag)
                .ok()
                .and_then(|tag| direct.get_mut(tag));
            if let (Some(entry), Ok(index)) = (entry, u8::try_from(index + 1)) {
                *entry = index;
            }
        }
        Self { fields, direct }
    }

    /// The number of fields.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The field with this tag, and its index.
    #[inline]
    pub(super) fn find(&self, tag: u32) -> Option<(usize, &F)> {
        let index = match self.direct.get(tag as usize) {
            Some(index) => usize::from(*index).checked_sub(1)?,
            None => {
                let tags = self.fields.binary_search_by_key(&tag, |(tag, _)| *tag);
                tags.ok()?
            }
        };
        self.fields.get(index).map(|(_, field)| (index, field))
    }
}
