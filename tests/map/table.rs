//! The table under the heading "The map" of ARCHITECTURE.md.

/// A row: a folder or a file of sources, and the rooms that it may import.
pub(crate) struct Room {
    pub(crate) path: String,
    /// Rooms by the last components of their paths, as the row has them.
    pub(crate) imports: Vec<String>,
}

impl Room {
    /// Whether a file is this room's, unless a longer path claims it.
    pub(crate) fn has(&self, file: &str) -> bool {
        file.strip_prefix(&self.path)
            .is_some_and(|rest| rest.is_empty() || rest == ".rs" || rest.starts_with('/'))
    }

    /// Whether an import means this room.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let before = self.path.strip_suffix(name);
        before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }
}

/// The rooms in the order of the table, whose columns are the room, what it does and what it imports.
pub(crate) fn rooms(text: &str) -> Vec<Room> {
    let lines = text.lines().skip_while(|line| *line != "## The map");
    let table = lines.skip_while(|line| !line.starts_with('|'));
    let rows = table.take_while(|line| line.starts_with('|')).skip(2);
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [path, _, imports] = cells[..] else {
            panic!(
                "a row of the map has {} cells, expected 3: {row}",
                cells.len()
            );
        };
        Room {
            path: path.trim_matches('`').to_owned(),
            imports: code(imports),
        }
    })
    .collect()
}

/// What stands between backticks.
fn code(cell: &str) -> Vec<String> {
    let parts = cell.split('`').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}
