//! The uses of the files against the rooms of the map.

use std::collections::{BTreeMap, BTreeSet};

use super::table::Room;
use super::uses::Use;

/// Every breach, as a person is told of it.
pub(crate) fn breaches(rooms: &[Room], files: &[&str], uses: &BTreeSet<Use>) -> Vec<String> {
    let map = Map::new(rooms, files);
    let mut breaches = map.homeless(files);
    breaches.extend(map.empty(files));
    breaches.extend(map.listed(uses));
    breaches.extend(map.unlisted(uses));
    breaches
}

struct Map<'a> {
    /// The rooms of the files, in the order of the table.
    rooms: Vec<&'a Room>,
}

impl<'a> Map<'a> {
    fn new(rooms: &'a [Room], files: &[&str]) -> Self {
        let sources: BTreeSet<_> = files
            .iter()
            .filter_map(|file| source_folder(file))
            .collect();
        let is_ours = |room: &&Room| {
            files.iter().any(|file| room.has(file))
                || sources.iter().any(|folder| room.path.starts_with(*folder))
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

    fn homeless(&self, files: &[&str]) -> Vec<String> {
        let homeless = files
            .iter()
            .filter(|file| self.room_of(file).is_none() && !is_root(file));
        homeless
            .map(|file| format!("{file} is in no room of the map"))
            .collect()
    }

    fn empty(&self, files: &[&str]) -> Vec<String> {
        let having: BTreeSet<_> = files.iter().filter_map(|file| self.room_of(file)).collect();
        let empty = (0..self.rooms.len()).filter(|index| !having.contains(index));
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

/// The folder of a crate's sources, up to and with `src/`.
fn source_folder(file: &str) -> Option<&str> {
    file.find("/src/").map(|at| &file[..at + "/src/".len()])
}

/// Whether a file stands for its crate and only re-exports.
fn is_root(file: &str) -> bool {
    let in_sources = source_folder(file).and_then(|folder| file.strip_prefix(folder));
    matches!(in_sources, Some("lib.rs" | "private.rs"))
}
