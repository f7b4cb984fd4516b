//! Sources as the architecture tests read them: code without comments, texts and tests, and what it imports.

use std::path::{Path, PathBuf};

/// A source file of the product; not of its tests.
#[derive(Debug)]
pub(super) struct Source {
    /// From the root of the workspace, such as `src/web/page.rs`.
    pub(super) path: String,
    /// The folder or file directly under `src`.
    pub(super) room: String,
    /// The code, without comments, the inside of texts, and tests.
    pub(super) code: String,
}

/// Something of the crate that a source names.
#[derive(Debug)]
pub(super) struct Import {
    /// The room it is in.
    pub(super) room: String,
    /// The path without `crate::`.
    pub(super) path: String,
}

impl Source {
    pub(super) fn read(path: &str, text: &str) -> Self {
        let room = path.split("src/").last().unwrap_or(path).split(['/', '.']).next().unwrap_or_default().to_owned();
        Self { path: path.to_owned(), room, code: without_tests(&without_comments_and_texts(text)) }
    }

    /// Whether a library is named.
    pub(super) fn uses(&self, library: &str) -> bool {
        let start = format!("{library}::");
        let is_start =
            |at: usize| !self.code[..at].ends_with(|sign: char| sign.is_alphanumeric() || "_:".contains(sign));
        self.code.match_indices(&start).any(|(at, _)| is_start(at))
    }

    /// Everything that is named by `crate::`, or by as many `super::` as lead out of the room.
    pub(super) fn imports(&self) -> Vec<Import> {
        let mut paths = vec![];
        for (at, start) in self.code.match_indices("crate::") {
            expand("", &self.code[at + start.len()..], &mut paths);
        }
        let module = self.module();
        for (at, _) in self.code.match_indices("super::") {
            if self.code[..at].ends_with("super::") {
                continue;
            }
            let mut rest = &self.code[at..];
            let mut levels = 0;
            while let Some(after) = rest.strip_prefix("super::") {
                (rest, levels) = (after, levels + 1);
            }
            let above = &module[..module.len().saturating_sub(levels)];
            expand(&above.join("::"), rest, &mut paths);
        }
        let room = |path: &str| path.split("::").next().unwrap_or_default().to_owned();
        paths.into_iter().map(|path| Import { room: room(&path), path }).collect()
    }

    fn module(&self) -> Vec<&str> {
        let path = self.path.split("src/").last().unwrap_or_default().trim_end_matches(".rs");
        path.trim_end_matches("/mod").split('/').collect()
    }
}

/// Every source of the service.
pub(super) fn sources() -> Vec<Source> {
    in_folder("src")
}

/// Every source in a folder, without its tests.
pub(super) fn in_folder(folder: &str) -> Vec<Source> {
    let is_test = |path: &str| path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("/testing.rs");
    let files = rust_files(folder).into_iter().filter(|(path, _)| !is_test(path));
    files.map(|(path, text)| Source::read(&path, &text)).collect()
}

/// Path and text of every Rust file in a folder.
pub(super) fn rust_files(folder: &str) -> Vec<(String, String)> {
    let start = format!("{folder}/");
    text_files().into_iter().filter(|(path, _)| path.starts_with(&start) && path.ends_with(".rs")).collect()
}

/// Path and text of every text file that belongs to the product.
pub(super) fn text_files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![];
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(root.join(&folder)).expect("the sources are beside the tests");
        for entry in entries.map(|entry| entry.expect("the folder can be read")) {
            let path = folder.join(entry.file_name());
            let kind = entry.file_type().expect("the folder can be read");
            let name = path.to_string_lossy().into_owned();
            if kind.is_dir() && !["target", ".git"].contains(&name.as_str()) {
                folders.push(path);
            } else if let Some(text) = kind.is_file().then(|| std::fs::read_to_string(root.join(&path)).ok()).flatten()
            {
                files.push((name, text));
            }
        }
    }
    files.sort();
    assert!(files.len() > 100, "the sources are read");
    files
}

/// `a::{b, c::d}` behind a start becomes `a::b` and `a::c::d`.
fn expand(start: &str, text: &str, paths: &mut Vec<String>) {
    let end = text.find(|sign: char| !(sign.is_alphanumeric() || sign == '_' || sign == ':')).unwrap_or(text.len());
    let (plain, rest) = text.split_at(end);
    let joined = match (start, plain.trim_end_matches(':')) {
        ("", plain) => plain.to_owned(),
        (start, "" | "self") => start.to_owned(),
        (start, plain) => format!("{start}::{plain}"),
    };
    match rest.strip_prefix('{').filter(|_| plain.is_empty() || plain.ends_with("::")) {
        Some(group) => members(group).iter().for_each(|member| expand(&joined, member, paths)),
        None => paths.push(joined),
    }
}

fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0, 0, vec![]);
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            ',' if depth == 0 => {
                found.push(group[from..at].trim());
                from = at + 1;
            }
            '}' if depth == 0 => {
                found.push(group[from..at].trim());
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found.retain(|member| !member.is_empty());
    found
}

/// Comments go; of a text only its quotes and, for paths, its first sign stay.
fn without_comments_and_texts(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    for line in text.lines() {
        let mut signs = line.chars().peekable();
        let (mut in_text, mut at) = (false, 0);
        while let Some(sign) = signs.next() {
            match sign {
                '\\' => drop(signs.next()),
                '\'' if !in_text && signs.peek() == Some(&'"') => code.push(sign),
                '"' if code.ends_with('\'') && signs.peek() == Some(&'\'') => code.push('?'),
                '"' => {
                    (in_text, at) = (!in_text, 0);
                    code.push(sign);
                }
                '/' if !in_text && signs.peek() == Some(&'/') => break,
                sign if !in_text => code.push(sign),
                sign if at == 0 => {
                    at = 1;
                    code.push(sign);
                }
                _ => {}
            }
        }
        code.push('\n');
    }
    code
}

/// Modules for tests go: those in the file up to their closing brace, the others with their line.
fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut is_announced = false;
    let mut end: Option<String> = None;
    for line in code.lines() {
        let inner = line.trim_start();
        if let Some(close) = &end {
            end = (line != close).then(|| close.clone());
        } else if inner.starts_with("#[cfg(test)]") {
            is_announced = true;
        } else if is_announced && !inner.starts_with('#') {
            is_announced = false;
            let close = format!("{}}}", &line[..line.len() - inner.len()]);
            end = line.ends_with('{').then_some(close);
        } else if !is_announced {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}
