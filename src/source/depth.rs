//! How deep SQL may be: what is planned by functions that call themselves must end before their stack does.

use crate::error::{Error, Result};

/// Brackets, `case`s and operators that may stand around a value: `a + b + c` stands in two.
const DEEPEST: usize = 1_000;
/// Selects of a file, those of its common table expressions and subqueries among them.
const MOST_SELECTS: usize = 500;
/// Tables that a file joins: the time to plan them grows with the cube of their number.
const MOST_JOINS: usize = 200;
/// Bytes of a file.
const LARGEST: usize = 4 << 20;

/// Words that begin a new expression.
const CLAUSES: [&str; 18] = [
    "select",
    "from",
    "where",
    "group",
    "order",
    "by",
    "having",
    "limit",
    "union",
    "intersect",
    "except",
    "on",
    "join",
    "when",
    "then",
    "else",
    "window",
    "as",
];
/// Words that stand between expressions, or before one.
const OPERATORS: [&str; 11] = ["and", "or", "not", "is", "like", "ilike", "similar", "in", "between", "collate", "at"];

/// What is open where the reader stands.
#[derive(Debug, Default)]
struct Scope {
    /// Operators since the expression began.
    n_operators: usize,
    /// Commas stand between tables.
    is_from: bool,
}

/// Refuses SQL that is too deep or too long to be planned, in words that name its line; `place` names it.
pub fn check_depth(place: &str, sql: &str) -> Result<()> {
    if LARGEST < sql.len() {
        return Err(Error::sql(place, format!("is {} bytes long, more than {} MB", sql.len(), LARGEST >> 20)).hint("split it into several files"));
    }
    let mut reader = Reader { scopes: vec![Scope::default()], n_operators: 0, n_selects: 0, n_joins: 0 };
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let n_bytes = token(rest, first);
        reader.see(&rest[..n_bytes]).map_err(|(problem, hint)| {
            let line = 1 + sql[..sql.len() - rest.len()].bytes().filter(|&byte| byte == b'\n').count();
            Error::sql(format!("{place}:{line}"), problem).hint(hint)
        })?;
        rest = &rest[n_bytes..];
    }
    Ok(())
}

/// Bytes of the token that begins with `first`: a comment, a quoted text, a word or one letter.
fn token(rest: &str, first: char) -> usize {
    let until = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    match first {
        '-' if rest.starts_with("--") => until("\n", 2),
        '/' if rest.starts_with("/*") => until("*/", 2),
        '\'' => until("'", 1),
        '"' => until("\"", 1),
        _ if is_word(first) => rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()),
        _ => first.len_utf8(),
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[derive(Debug)]
struct Reader {
    scopes: Vec<Scope>,
    /// Operators of all scopes.
    n_operators: usize,
    n_selects: usize,
    n_joins: usize,
}

impl Reader {
    /// Reads a token; a problem and its remedy where it is one too many.
    fn see(&mut self, token: &str) -> std::result::Result<(), (String, &'static str)> {
        let word = if token.len() < 10 { token.to_ascii_lowercase() } else { String::new() };
        match word.as_str() {
            "(" | "[" | "case" => self.scopes.push(Scope::default()),
            ")" | "]" | "end" => self.close(),
            "," => {
                self.begin();
                self.n_joins += usize::from(self.here().is_from);
            }
            "+" | "-" | "*" | "/" | "%" | "|" | "&" | "^" | "=" | "<" | ">" | "!" | "~" | ":" => self.operator(),
            word if OPERATORS.contains(&word) => self.operator(),
            word if CLAUSES.contains(&word) => {
                self.begin();
                self.n_selects += usize::from(word == "select");
                self.n_joins += usize::from(word == "join");
                if !["join", "on", "as"].contains(&word) {
                    self.here().is_from = word == "from";
                }
            }
            _ => {}
        }
        if MOST_SELECTS < self.n_selects {
            return Err((format!("holds more than {MOST_SELECTS} selects"), "split it into several files, or read many tables as one folder"));
        }
        if MOST_JOINS < self.n_joins {
            return Err((format!("joins more than {MOST_JOINS} tables"), "split it into several files, or read many tables as one folder"));
        }
        if DEEPEST < self.scopes.len() + self.n_operators {
            let problem = format!("a value stands in more than {DEEPEST} brackets, cases and operators");
            return Err((problem, "name parts of the expression in a select before it"));
        }
        Ok(())
    }

    fn here(&mut self) -> &mut Scope {
        self.scopes.last_mut().expect("the outermost scope is never closed")
    }

    fn operator(&mut self) {
        self.here().n_operators += 1;
        self.n_operators += 1;
    }

    fn begin(&mut self) {
        self.n_operators -= std::mem::take(&mut self.here().n_operators);
    }

    fn close(&mut self) {
        self.begin();
        // A bracket too many is told by the parser.
        if 1 < self.scopes.len() {
            self.scopes.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(sql: &str) -> String {
        check_depth("x.sql", sql).map_or_else(|error| error.fault().problem.clone(), |()| String::new())
    }

    #[test]
    fn what_no_stack_holds_is_refused_in_words() {
        let brackets = format!("select {}1{}", "(".repeat(100_000), ")".repeat(100_000));
        let sum = format!("select 1{}", " + 1".repeat(100_000));
        let cases = format!("select {}1{}", "case when true then ".repeat(10_000), " end".repeat(10_000));
        let casts = format!("select 1{}", "::int".repeat(100_000));
        for deep in [brackets, sum, cases, casts] {
            assert_eq!(said(&deep), "a value stands in more than 1000 brackets, cases and operators", "{}", &deep[..20]);
        }
        let subqueries = format!("select {}1{}", "(select ".repeat(900), ")".repeat(900));
        let unions = format!("select 1{}", "\nunion all select 1".repeat(50_000));
        for many in [subqueries, unions] {
            assert_eq!(said(&many), "holds more than 500 selects");
        }
        assert_eq!(said(&format!("select 1 from a{}", ", a".repeat(600))), "joins more than 200 tables");
        assert_eq!(said(&format!("select 1 from a{}", " join a on true".repeat(600))), "joins more than 200 tables");
        assert_eq!(said(&" ".repeat(5 << 20)), "is 5242880 bytes long, more than 4 MB");
    }

    #[test]
    fn what_is_wide_or_quoted_is_taken() {
        let wide = format!("select {} from a where x in (1{})", "a.x + a.y, ".repeat(20_000), ", 2".repeat(20_000));
        let quoted = format!("select '{0}', \"{0}\" -- {0}\n/* {0} */", "(".repeat(5_000));
        let branches = format!("select case {} end", "when a < 1 and b < 2 then 3 ".repeat(5_000));
        for fine in [wide, quoted, branches] {
            assert_eq!(said(&fine), "", "{}", &fine[..20]);
        }
        let error = check_depth("x.sql", &format!("select\n1{}", "\n+ 1".repeat(2_000))).expect_err("it is deep");
        assert_eq!(error.fault().place, "x.sql:1002");
    }
}
