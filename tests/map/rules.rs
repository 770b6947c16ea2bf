//! The uses of the files against the rooms of the map.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::Source;
use super::table::Room;
use super::uses::Use;

/// Every breach, as a person is told of it.
pub(crate) fn breaches(rooms: &[Room], sources: &[Source], uses: &BTreeSet<Use>) -> Vec<String> {
    let map = Map::new(rooms, sources);
    let mut breaches = map.homeless(sources);
    breaches.extend(map.empty(sources));
    breaches.extend(map.listed(uses));
    breaches.extend(map.unlisted(uses));
    breaches
}

struct Map<'a> {
    /// The rooms of the files, in the order of the table.
    rooms: Vec<&'a Room>,
}

impl<'a> Map<'a> {
    /// Leaves out the rooms of other languages.
    fn new(rooms: &'a [Room], sources: &[Source]) -> Self {
        let is_ours = |room: &&Room| {
            sources.iter().any(|source| {
                room.has(&source.file) || room.path.starts_with(source_folder(&source.file))
            })
        };
        Self {
            rooms: rooms.iter().filter(is_ours).collect(),
        }
    }

    /// The place of a file's room in the table.
    fn room_of(&self, file: &str) -> Option<usize> {
        let rooms = self.rooms.iter().enumerate();
        let having = rooms.filter(|(_, room)| room.has(file));
        having
            .max_by_key(|(_, room)| room.path.len())
            .map(|(index, _)| index)
    }

    fn homeless(&self, sources: &[Source]) -> Vec<String> {
        let homeless = sources
            .iter()
            .filter(|source| !source.is_list() && self.room_of(&source.file).is_none());
        homeless
            .map(|source| format!("{} is in no room of the map", source.file))
            .collect()
    }

    fn empty(&self, sources: &[Source]) -> Vec<String> {
        let files = sources.iter().map(|source| self.room_of(&source.file));
        let having: BTreeSet<_> = files.collect();
        let empty = (0..self.rooms.len()).filter(|index| !having.contains(&Some(*index)));
        empty
            .map(|index| format!("the room {} has no file", self.rooms[index].path))
            .collect()
    }

    /// What is wrong with the column of imports by itself.
    fn listed(&self, uses: &BTreeSet<Use>) -> Vec<String> {
        let used: BTreeSet<_> = uses
            .iter()
            .map(|one| (self.room_of(&one.from), self.room_of(&one.to)))
            .collect();
        let mut breaches = Vec::new();
        for (index, room) in self.rooms.iter().enumerate() {
            for name in &room.imports {
                let wrong = match self.called(name)[..] {
                    [] => "is the name of no room",
                    [found] if found >= index => "does not stand above it",
                    [found] if !used.contains(&(Some(index), Some(found))) => {
                        "is used by none of its files"
                    }
                    [_] => continue,
                    [..] => "is the name of several rooms: write more of the path",
                };
                breaches.push(format!(
                    "the room {} imports {name}, which {wrong}",
                    room.path
                ));
            }
        }
        breaches
    }

    /// Uses of a room that the importing one does not list.
    fn unlisted(&self, uses: &BTreeSet<Use>) -> Vec<String> {
        let mut unlisted: BTreeMap<_, Vec<&Use>> = BTreeMap::new();
        for one in uses {
            if let (Some(from), Some(to)) = (self.room_of(&one.from), self.room_of(&one.to))
                && from != to
                && !self.imports(from).contains(&to)
            {
                unlisted.entry((from, to)).or_default().push(one);
            }
        }
        let described = unlisted.into_iter().map(|((from, to), uses)| {
            let (from, to) = (&self.rooms[from].path, &self.rooms[to].path);
            let head = format!("the room {from} does not list an import of {to}:");
            uses.iter()
                .fold(head, |text, one| format!("{text}\n    {one}"))
        });
        described.collect()
    }

    fn imports(&self, room: usize) -> Vec<usize> {
        self.rooms[room]
            .imports
            .iter()
            .flat_map(|name| self.called(name))
            .collect()
    }

    fn called(&self, name: &str) -> Vec<usize> {
        let rooms = self.rooms.iter().enumerate();
        rooms
            .filter(|(_, room)| room.is_called(name))
            .map(|(index, _)| index)
            .collect()
    }
}

/// The folder of a crate's sources, with the slash at its end.
fn source_folder(file: &str) -> &str {
    file.find("/src/")
        .map_or(file, |at| &file[..at + "/src/".len()])
}
