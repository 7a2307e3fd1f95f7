//! Reading a TOML file by key, noting every mistake with its line instead of stopping at the
//! first.

use super::{Mistake, Mistakes};
use chrono::NaiveDate;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table under reading; remembers which keys were asked for.
pub(crate) struct Table<'a> {
    line: u32,
    values: BTreeMap<String, (u32, DeValue<'a>)>,
    asked: RefCell<Vec<String>>,
}

pub(crate) struct Reader<'a> {
    mistakes: Mistakes<'a>,
    text: &'a str,
}

impl<'a> Reader<'a> {
    /// Parses the syntax; all syntax mistakes at once.
    pub fn open(file: &'a str, text: &'a str) -> Result<(Reader<'a>, Table<'a>), Vec<Mistake>> {
        let mut reader = Reader { mistakes: Mistakes { file, all: Vec::new() }, text };
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = error.span().map_or(1, |s| reader.line(s));
            reader.mistakes.add(line, error.message().to_owned(), "TOML");
        }
        if !reader.mistakes.all.is_empty() {
            return Err(reader.mistakes.all);
        }
        let table = reader.table_of(1, root.into_inner());
        Ok((reader, table))
    }

    fn line(&self, span: Range<usize>) -> u32 {
        self.text.get(..span.start).map_or(1, |before| before.matches('\n').count() as u32 + 1)
    }

    fn table_of(&self, line: u32, table: DeTable<'a>) -> Table<'a> {
        let mut values = BTreeMap::new();
        for (key, value) in table {
            let line = self.line(key.span());
            values.insert(key.into_inner().into_owned(), (line, value.into_inner()));
        }
        Table { line, values, asked: RefCell::default() }
    }

    fn get<'t>(&mut self, table: &'t Table<'a>, key: &str) -> Option<&'t (u32, DeValue<'a>)> {
        table.asked.borrow_mut().push(key.to_owned());
        table.values.get(key)
    }

    fn must<'t, T>(&mut self, table: &'t Table<'a>, key: &str, expected: &str, read: impl Fn(&'t DeValue<'a>) -> Option<T>) -> Option<T> {
        match self.get(table, key) {
            None => {
                self.mistakes.add(table.line, format!("`{key}` is missing"), format!("expected {expected}"));
                None
            }
            Some((line, value)) => {
                let read = read(value);
                if read.is_none() {
                    self.mistakes.add(*line, format!("`{key}` is {}", value.type_str()), format!("expected {expected}"));
                }
                read
            }
        }
    }

    /// A mistake at a key of the table.
    pub fn wrong(&mut self, table: &Table<'a>, key: &str, found: impl Into<String>, expected: &str) {
        let line = table.values.get(key).map_or(table.line, |(line, _)| *line);
        self.mistakes.add(line, found, format!("expected {expected}"));
    }

    pub fn text(&mut self, table: &Table<'a>, key: &str) -> Option<String> {
        self.must(table, key, "a text that is not empty", |v| v.as_str().filter(|s| !s.trim().is_empty()).map(ndp_domain::text::normalise))
    }

    pub fn flag(&mut self, table: &Table<'a>, key: &str) -> Option<bool> {
        self.must(table, key, "true or false", DeValue::as_bool)
    }

    pub fn number(&mut self, table: &Table<'a>, key: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.must(table, key, &expected, move |v| {
            let int = v.as_integer()?;
            let n = u32::from_str_radix(&int.as_str().replace('_', ""), int.radix()).ok()?;
            range.contains(&n).then_some(n)
        })
    }

    pub fn date(&mut self, table: &Table<'a>, key: &str) -> Option<NaiveDate> {
        self.must(table, key, "a date like 2025-03-01", |v| v.as_datetime().and_then(|d| d.to_string().parse().ok()))
    }

    pub fn date_or_none(&mut self, table: &Table<'a>, key: &str) -> Option<NaiveDate> {
        self.get(table, key)?;
        self.date(table, key)
    }

    pub fn choice<T: Clone>(&mut self, table: &Table<'a>, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let expected = format!("one of {}", names.join(", "));
        self.must(table, key, &expected, |v| {
            let found = v.as_str()?;
            choices.iter().find(|(name, _)| *name == found).map(|(_, value)| value.clone())
        })
    }

    pub fn choices<T: Clone>(&mut self, table: &Table<'a>, key: &str, choices: &[(&str, T)]) -> Option<Vec<T>> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let expected = format!("a list of {}", names.join(", "));
        self.must(table, key, &expected, |v| {
            let one =
                |v: &Spanned<DeValue>| choices.iter().find(|(name, _)| v.get_ref().as_str() == Some(name)).map(|(_, value)| value.clone());
            v.as_array()?.iter().map(one).collect::<Option<Vec<T>>>().filter(|all| !all.is_empty())
        })
    }

    pub fn has(&self, table: &Table<'a>, key: &str) -> bool {
        table.values.contains_key(key)
    }

    pub fn table(&mut self, table: &Table<'a>, key: &str) -> Option<Table<'a>> {
        let line = table.values.get(key).map_or(table.line, |(line, _)| *line);
        let found = self.must(table, key, "a table", |v| v.as_table().cloned())?;
        Some(self.table_of(line, found))
    }

    /// `[[key]]` tables; none is an empty list.
    pub fn tables(&mut self, table: &Table<'a>, key: &str) -> Vec<Table<'a>> {
        let Some((line, value)) = self.get(table, key) else { return Vec::new() };
        let Some(array) = value.as_array() else {
            self.mistakes.add(*line, format!("`{key}` is {}", value.type_str()), format!("expected [[{key}]] tables"));
            return Vec::new();
        };
        let items: Vec<(u32, DeValue<'a>)> = array.iter().map(|item| (self.line(item.span()), item.get_ref().clone())).collect();
        let mut out = Vec::new();
        for (line, item) in items {
            match item.as_table() {
                Some(found) => out.push(self.table_of(line, found.clone())),
                None => self.mistakes.add(line, format!("an item of `{key}` is {}", item.type_str()), "expected a table"),
            }
        }
        out
    }

    /// Every key that nobody asked for is unknown.
    pub fn nothing_else(&mut self, table: &Table<'a>) {
        let asked = table.asked.borrow();
        for (key, (line, _)) in table.values.iter().filter(|(key, _)| !asked.contains(key)) {
            self.mistakes.add(*line, format!("`{key}` is unknown"), format!("expected one of {}", asked.join(", ")));
        }
    }

    pub fn done<T>(self, value: T) -> Result<T, Vec<Mistake>> {
        if self.mistakes.all.is_empty() { Ok(value) } else { Err(self.mistakes.all) }
    }
}
