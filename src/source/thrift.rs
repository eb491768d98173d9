//! A look at a footer's bytes before they are parsed: the parser takes memory by the sizes that stand in them.
//!
//! Parquet's footer is a struct in Thrift's compact protocol. Whatever it says, an entry takes a byte at least, so that no list is longer
//! than what follows it; and its schema, a flat list that is folded into a tree, must not be deeper than a stack. A column's name and type
//! stand in the schema and in every row group; the parser reads the schema's, so that a changed letter would be another column.

/// Structs and lists within each other, and groups of a schema within each other; Parquet's own are below ten deep.
const DEEPEST: usize = 64;

const I32: u8 = 5;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// The first thing in a footer that its bytes cannot hold, or that they say in two ways.
pub(super) fn check(footer: &[u8]) -> Result<(), String> {
    let mut schema = Vec::new();
    // FileMetaData: 2 is the schema, 4 the row groups.
    Cursor { rest: footer }.fields(0, |cursor, id, kind| match (id, kind) {
        (2, LIST) => {
            schema = cursor.schema()?;
            Ok(())
        }
        (4, LIST) => cursor.structs(|cursor, group| cursor.row_group(&schema).map_err(|problem| format!("row group {group}: {problem}"))),
        _ => cursor.value(kind, 1).map(drop),
    })
}

/// A column, as the schema and the row groups name it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Leaf<'a> {
    name: &'a [u8],
    kind: i64,
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn byte(&mut self) -> Result<u8, String> {
        let (&byte, rest) = self.rest.split_first().ok_or("it ends in the middle of a field")?;
        self.rest = rest;
        Ok(byte)
    }

    fn take(&mut self, n: u64) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at(self.fits(n, "text")?);
        self.rest = rest;
        Ok(taken)
    }

    fn text(&mut self) -> Result<&'a [u8], String> {
        let n = self.varint()?;
        self.take(n)
    }

    fn fits(&self, n: u64, what: &str) -> Result<usize, String> {
        let n_left = self.rest.len();
        usize::try_from(n).ok().filter(|&n| n <= n_left).ok_or_else(|| format!("a {what} of {n} has {n_left} bytes left"))
    }

    fn varint(&mut self) -> Result<u64, String> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("a number has more than 64 bits".to_owned())
    }

    fn whole(&mut self) -> Result<i64, String> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// Kind and number of a list's entries.
    fn list(&mut self) -> Result<(u8, usize), String> {
        let header = self.byte()?;
        let n = match header >> 4 {
            15 => self.varint()?,
            n => u64::from(n),
        };
        Ok((header & 15, self.fits(n, "list")?))
    }

    /// Shows each field of a struct to `see`, which must read it.
    fn fields(&mut self, depth: usize, mut see: impl FnMut(&mut Self, i16, u8) -> Result<(), String>) -> Result<(), String> {
        if DEEPEST < depth {
            return Err(format!("it is nested more than {DEEPEST} deep"));
        }
        let mut id = 0_i16;
        loop {
            let header = self.byte()?;
            let kind = header & 15;
            if kind == 0 {
                return Ok(());
            }
            id = match header >> 4 {
                0 => self.whole()? as i16,
                step => id.wrapping_add(i16::from(step)),
            };
            see(self, id, kind)?;
        }
    }

    /// Passes a value; the number, where it is a whole one.
    fn value(&mut self, kind: u8, depth: usize) -> Result<i64, String> {
        if DEEPEST < depth {
            return Err(format!("it is nested more than {DEEPEST} deep"));
        }
        match kind {
            // A field that is true or false says so in its header.
            1 | 2 => {}
            3 => drop(self.byte()?),
            4..=6 => return self.whole(),
            7 => drop(self.take(8)?),
            BINARY => drop(self.text()?),
            LIST | 10 => {
                let (kind, n) = self.list()?;
                for _ in 0..n {
                    self.entry(kind, depth)?;
                }
            }
            11 => {
                let n = self.varint()?;
                let n = self.fits(n, "map")?;
                let kinds = if n == 0 { 0 } else { self.byte()? };
                for _ in 0..n {
                    self.entry(kinds >> 4, depth)?;
                    self.entry(kinds & 15, depth)?;
                }
            }
            STRUCT => self.fields(depth, |cursor, _, kind| cursor.value(kind, depth + 1).map(|_| ()))?,
            13 => drop(self.take(16)?),
            _ => return Err(format!("a field is of kind {kind}, which there is not")),
        }
        Ok(0)
    }

    fn entry(&mut self, kind: u8, depth: usize) -> Result<(), String> {
        // In a list, true and false take a byte.
        if kind == 1 || kind == 2 { self.byte().map(drop) } else { self.value(kind, depth + 1).map(drop) }
    }

    /// Shows each entry of a list of structs to `see`, which must read it.
    fn structs(&mut self, mut see: impl FnMut(&mut Self, usize) -> Result<(), String>) -> Result<(), String> {
        let (kind, n) = self.list()?;
        if kind != STRUCT && 0 < n {
            return Err(format!("a list of structs holds fields of kind {kind}"));
        }
        (0..n).try_for_each(|idx| see(self, idx))
    }

    /// The columns of the schema.
    fn schema(&mut self) -> Result<Vec<Leaf<'a>>, String> {
        let mut leaves = Vec::new();
        // Children that each group around the element still waits for.
        let mut waiting: Vec<i64> = Vec::new();
        self.structs(|cursor, _| {
            let (mut n_children, mut leaf) = (0, Leaf::default());
            // SchemaElement: 1 is the type, 4 the name, 5 how many of those behind it are its children.
            cursor.fields(1, |cursor, id, kind| {
                match (id, kind) {
                    (1, I32) => leaf.kind = cursor.whole()?,
                    (4, BINARY) => leaf.name = cursor.text()?,
                    (5, I32) => n_children = cursor.whole()?,
                    _ => drop(cursor.value(kind, 2)?),
                }
                Ok(())
            })?;
            while waiting.last() == Some(&0) {
                waiting.pop();
            }
            waiting.last_mut().iter_mut().for_each(|n| **n -= 1);
            if 0 < n_children {
                waiting.push(n_children);
            } else {
                leaves.push(leaf);
            }
            if DEEPEST < waiting.len() { Err(format!("its schema is nested more than {DEEPEST} deep")) } else { Ok(()) }
        })?;
        Ok(leaves)
    }

    fn row_group(&mut self, schema: &[Leaf<'a>]) -> Result<(), String> {
        // RowGroup: 1 is the columns; ColumnChunk: 3 is what is said of them.
        self.fields(1, |cursor, id, kind| match (id, kind) {
            (1, LIST) => cursor.structs(|cursor, idx| {
                cursor.fields(2, |cursor, id, kind| match (id, kind) {
                    (3, STRUCT) => cursor.column(schema.get(idx).copied().unwrap_or_default()),
                    _ => cursor.value(kind, 3).map(drop),
                })
            }),
            _ => cursor.value(kind, 2).map(drop),
        })
    }

    /// ColumnMetaData: 1 is the type, 3 the path.
    fn column(&mut self, leaf: Leaf<'a>) -> Result<(), String> {
        let mut said = Leaf::default();
        self.fields(3, |cursor, id, kind| {
            match (id, kind) {
                (1, I32) => said.kind = cursor.whole()?,
                (3, LIST) => {
                    let (kind, n) = cursor.list()?;
                    for _ in 0..n {
                        if kind != BINARY {
                            return Err(format!("a path holds fields of kind {kind}"));
                        }
                        said.name = cursor.text()?;
                    }
                }
                _ => drop(cursor.value(kind, 4)?),
            }
            Ok(())
        })?;
        if said == leaf {
            return Ok(());
        }
        let words = |leaf: Leaf<'_>| format!("`{}` of type {}", String::from_utf8_lossy(leaf.name), leaf.kind);
        Err(format!("its column {} is {} in the schema", words(said), words(leaf)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Field 1, a number, then what is given.
    fn footer(rest: &[u8]) -> Vec<u8> {
        [&[0x15, 2], rest].concat()
    }

    #[test]
    fn sizes_that_fit_pass() {
        assert_eq!(check(&footer(&[0])), Ok(()));
        // Field 6, a text of two bytes; field 7, a list of two empty structs; field 8, a map from a byte to a list of no bytes.
        assert_eq!(check(&footer(&[0x58, 2, b'a', b'b', 0x19, 0x2c, 0, 0, 0x1b, 1, 0x39, 7, 0x03, 0])), Ok(()));
    }

    #[test]
    fn sizes_beyond_the_bytes_are_refused_before_anybody_believes_them() {
        // Field 4, the row groups: a list of 2^31 - 1.
        assert_eq!(check(&footer(&[0x39, 0xfc, 0xff, 0xff, 0xff, 0xff, 7, 0])), Err("a list of 2147483647 has 1 bytes left".to_owned()));
        assert_eq!(check(&footer(&[0x58, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 0])), Err("a text of 549755813888 has 1 bytes left".to_owned()));
        assert_eq!(
            check(&footer(&[0x58, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1])),
            Err("a number has more than 64 bits".to_owned())
        );
        assert_eq!(check(&footer(&[0x58])), Err("it ends in the middle of a field".to_owned()));
        assert_eq!(check(&footer(&[0x5e, 0])), Err("a field is of kind 14, which there is not".to_owned()));
    }

    #[test]
    fn a_column_that_the_row_group_names_otherwise_is_refused() {
        // The schema: a root with one child, `a` of type 1; a row group of one column, `name` of `kind`.
        let footer = |name: u8, kind: u8| {
            let root = [0x55, 2, 0];
            let leaf = [0x15, 2, 0x38, 1, b'a', 0];
            let column = [0x3c, 0x15, kind, 0x29, 0x18, 1, name, 0, 0];
            footer(&[&[0x19, 0x2c][..], &root, &leaf, &[0x29, 0x1c, 0x19, 0x1c], &column, &[0, 0]].concat())
        };
        assert_eq!(check(&footer(b'a', 2)), Ok(()));
        assert_eq!(check(&footer(b'b', 2)), Err("row group 0: its column `b` of type 1 is `a` of type 1 in the schema".to_owned()));
        assert_eq!(check(&footer(b'a', 4)), Err("row group 0: its column `a` of type 2 is `a` of type 1 in the schema".to_owned()));
    }

    #[test]
    fn what_is_deeper_than_a_stack_is_refused() {
        let lists = [vec![0x49], vec![0x19; 100_000]].concat();
        assert_eq!(check(&footer(&lists)), Err("it is nested more than 64 deep".to_owned()));
        let structs = [vec![0x3c], vec![0x1c; 100_000]].concat();
        assert_eq!(check(&footer(&structs)), Err("it is nested more than 64 deep".to_owned()));
        // A schema of 100 groups of one child each: field 5 is 1.
        let groups = |n: u8| [vec![0x19, 0xfc, n], [0x55, 2, 0].repeat(usize::from(n)), vec![0]].concat();
        assert_eq!(check(&footer(&groups(60))), Ok(()));
        assert_eq!(check(&footer(&groups(100))), Err("its schema is nested more than 64 deep".to_owned()));
    }
}
