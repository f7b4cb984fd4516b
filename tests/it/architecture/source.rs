//! Sources as the architecture tests read them: code without comments, texts and tests, and what it names.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree, Visibility};

/// A source file of the product; not of its tests.
pub(super) struct Source {
    /// From the root of the workspace, such as `src/web/page.rs`.
    pub(super) path: String,
    /// The folder or file directly under `src`.
    pub(super) room: String,
    /// The code on one line, without comments, the inside of texts, and tests.
    pub(super) code: String,
    /// Every path that the code names, in its order.
    pub(super) named: Vec<Named>,
}

/// Something of the crate that a source names.
#[derive(Debug)]
pub(super) struct Import {
    /// The room it is in.
    pub(super) room: String,
    /// The path without `crate::`.
    pub(super) path: String,
}

/// A path that a source names, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Its segments.
    pub(super) segments: Vec<String>,
    /// What it is called here, for one that a `use` brings in; `*` for everything in it.
    pub(super) bound_as: Option<String>,
    /// Whether the source hands it on.
    pub(super) is_handed_on: bool,
}

impl Source {
    pub(super) fn read(path: &str, text: &str) -> Self {
        let room = path.split("src/").last().unwrap_or(path).split(['/', '.']).next().unwrap_or_default().to_owned();
        let mut parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{path} is Rust: {error}"));
        remove_tests(&mut parsed.items);
        let mut code = String::new();
        write_code(parsed.to_token_stream(), &mut code);
        let mut paths = Paths::default();
        paths.visit_file(&parsed);
        Self { path: path.to_owned(), room, code, named: paths.found }
    }

    /// Whether a library is named.
    pub(super) fn uses(&self, library: &str) -> bool {
        self.named.iter().any(|named| named.segments.len() > 1 && named.segments[0] == library)
    }

    /// Everything that is named by `crate::`, or by as many `super::` as lead out of the room.
    pub(super) fn imports(&self) -> Vec<Import> {
        let module = self.module();
        let from_crate = |named: &Named| match named.segments.first().map(String::as_str) {
            Some("crate" | "super") => Some(absolute(&module, &named.segments)),
            _ => None,
        };
        let paths = self.named.iter().filter_map(from_crate).filter(|path| !path.is_empty());
        paths.map(|path| Import { room: path[0].clone(), path: path.join("::") }).collect()
    }

    /// The module that the file is.
    pub(super) fn module(&self) -> Vec<String> {
        let path = self.path.split("src/").last().unwrap_or_default().trim_end_matches(".rs");
        let path = path.trim_end_matches("/mod");
        if path == "lib" { vec![] } else { path.split('/').map(str::to_owned).collect() }
    }
}

/// A path from the root of the crate, of one that is written in a module.
pub(super) fn absolute(module: &[String], segments: &[String]) -> Vec<String> {
    let ups = segments.iter().take_while(|segment| *segment == "super").count();
    match segments.first().map(String::as_str) {
        Some("crate") => segments[1..].to_vec(),
        Some("self") => [module, &segments[1..]].concat(),
        _ => [&module[..module.len().saturating_sub(ups)], &segments[ups..]].concat(),
    }
}

/// Collects paths, also those in macros and attributes, whose inside is no syntax tree.
#[derive(Default)]
struct Paths {
    found: Vec<Named>,
}

impl Paths {
    fn add(&mut self, segments: Vec<String>) {
        self.found.push(Named { segments, bound_as: None, is_handed_on: false });
    }

    fn add_tree(&mut self, start: &[String], tree: &UseTree, is_handed_on: bool) {
        let joined = |name: &syn::Ident| [start, &[name.to_string()]].concat();
        let (segments, bound_as) = match tree {
            UseTree::Path(path) => return self.add_tree(&joined(&path.ident), &path.tree, is_handed_on),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.add_tree(start, tree, is_handed_on));
            }
            UseTree::Name(name) if name.ident == "self" => (start.to_vec(), start.last().cloned().unwrap_or_default()),
            UseTree::Name(name) => (joined(&name.ident), name.ident.to_string()),
            UseTree::Rename(name) if name.ident == "self" => (start.to_vec(), name.rename.to_string()),
            UseTree::Rename(name) => (joined(&name.ident), name.rename.to_string()),
            UseTree::Glob(_) => (start.to_vec(), "*".to_owned()),
        };
        self.found.push(Named { segments, bound_as: Some(bound_as), is_handed_on });
    }

    fn add_tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (vec![], 0);
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 && !path.is_empty() {
                        self.add(std::mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(sign) if sign.as_char() == ':' => colons += 1,
                other => {
                    if !path.is_empty() {
                        self.add(std::mem::take(&mut path));
                    }
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.add_tokens(group.stream());
                    }
                }
            }
        }
        if !path.is_empty() {
            self.add(path);
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&[], &item.tree, !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.visit_path(&called.path);
        self.add_tokens(called.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        self.add_tokens(attribute.meta.to_token_stream());
    }
}

/// Every source of the service.
pub(super) fn sources() -> &'static [Source] {
    static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| in_folder("src"));
    &SOURCES
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
            if ["target", ".git"].contains(&name.as_str()) {
                continue;
            }
            if kind.is_dir() {
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

/// What is compiled for tests only goes.
fn remove_tests(items: &mut Vec<Item>) {
    items.retain(|item| !attributes(item).iter().any(is_for_tests));
    for item in items {
        match item {
            Item::Mod(module) => module.content.iter_mut().for_each(|(_, inside)| remove_tests(inside)),
            Item::Impl(block) => block.items.retain(|inside| match inside {
                syn::ImplItem::Fn(function) => !function.attrs.iter().any(is_for_tests),
                syn::ImplItem::Const(constant) => !constant.attrs.iter().any(is_for_tests),
                _ => true,
            }),
            _ => {}
        }
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|name| name == "test")
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Words stand apart by one space, signs by none; of a text only the quotes stay.
fn write_code(tokens: TokenStream, code: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                    proc_macro2::Delimiter::Brace => ("{", "}"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    proc_macro2::Delimiter::None => ("", ""),
                };
                code.push_str(open);
                write_code(group.stream(), code);
                code.push_str(close);
            }
            TokenTree::Punct(sign) => code.push(sign.as_char()),
            TokenTree::Literal(literal) if literal.to_string().contains('"') => code.push_str("\"\""),
            word => {
                if code.ends_with(|sign: char| sign.is_alphanumeric() || sign == '_') {
                    code.push(' ');
                }
                code.push_str(&word.to_string());
            }
        }
    }
}
