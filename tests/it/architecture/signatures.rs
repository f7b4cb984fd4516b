//! The signatures of functions: arguments have names, and what belongs together is a type.

use syn::visit::Visit;
use syn::{Attribute, FnArg, GenericArgument, Pat, PatType, PathArguments, ReturnType, Signature, Type};

use super::source::rust_files;

/// The most parameters of a function, beside `self`.
const MOST_PARAMETERS: usize = 6;

/// Generic types that stand for what is in them; a collection of pairs is none of these.
const TRANSPARENT: [&str; 4] = ["Option", "Result", "Path", "Box"];

/// What is found in one file.
#[derive(Default)]
struct Found {
    path: String,
    signatures: usize,
    wrong: Vec<String>,
}

impl Found {
    fn in_text(path: &str, text: &str) -> Self {
        let mut found = Self { path: path.to_owned(), ..Self::default() };
        found.visit_file(&syn::parse_file(text).expect("a source that compiles"));
        found
    }

    fn note(&mut self, signature: &Signature, what: &str) {
        self.wrong.push(format!("{}: {} {what}", self.path, signature.ident));
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !module.attrs.iter().any(is_for_tests) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_signature(&mut self, signature: &'ast Signature) {
        self.signatures += 1;
        let parameters: Vec<&PatType> = signature
            .inputs
            .iter()
            .filter_map(|parameter| match parameter {
                FnArg::Typed(typed) => Some(typed),
                FnArg::Receiver(_) => None,
            })
            .collect();
        if parameters.len() > MOST_PARAMETERS {
            self.note(signature, &format!("has {} parameters", parameters.len()));
        }
        if parameters.iter().any(|parameter| is_tuple_pattern(&parameter.pat) || members(&parameter.ty) > 0) {
            self.note(signature, "takes a tuple");
        }
        if let ReturnType::Type(_, answer) = &signature.output
            && members(answer) > 2
        {
            self.note(signature, "returns a tuple of more than two");
        }
        syn::visit::visit_signature(self, signature);
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
}

/// Whether a parameter is taken apart as a tuple; a tuple struct such as `State(web)` names what it is.
fn is_tuple_pattern(pattern: &Pat) -> bool {
    match pattern {
        Pat::Tuple(_) => true,
        Pat::Reference(reference) => is_tuple_pattern(&reference.pat),
        _ => false,
    }
}

/// How many members the tuple has that a type is or stands for; 0 when it is none.
fn members(of: &Type) -> usize {
    match of {
        Type::Tuple(tuple) => tuple.elems.len(),
        Type::Reference(reference) => members(&reference.elem),
        Type::Paren(paren) => members(&paren.elem),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return 0 };
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return 0 };
            match arguments.args.first() {
                Some(GenericArgument::Type(inner)) if TRANSPARENT.iter().any(|name| last.ident == name) => {
                    members(inner)
                }
                Some(_) | None => 0,
            }
        }
        _ => 0,
    }
}

#[test]
fn arguments_that_travel_together_are_a_type_and_not_a_tuple() {
    let is_test = |path: &str| path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("/testing.rs");
    let found: Vec<Found> = rust_files("src")
        .iter()
        .filter(|(path, _)| !is_test(path))
        .map(|(path, text)| Found::in_text(path, text))
        .collect();
    let wrong: Vec<&String> = found.iter().flat_map(|file| &file.wrong).collect();

    let signatures: usize = found.iter().map(|file| file.signatures).sum();
    assert!(signatures > 1_000, "the signatures are read: {signatures}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_tuple_is_found_in_a_signature_wherever_it_hides() {
    for (signature, is_wrong) in [
        ("fn f(a: u8, b: &str) -> (u8, u8) {}", false),
        ("fn f(all: &[(u8, u8)], by_key: Vec<(u8, u8)>, done: ()) {}", false),
        ("fn f(progress: &mut (dyn FnMut(u8, u8) + Send)) {}", false),
        ("fn f(State(web): State<Web>) -> Result<(), (u8, u8, u8)> {}", false),
        ("fn f((a, b): (u8, u8)) {}", true),
        ("fn f(&(a, b): &Pair) {}", true),
        ("fn f(both: &(u8, u8)) {}", true),
        ("fn f(both: Option<(u8, u8)>) {}", true),
        ("fn f(Path((a, b)): Path<(u8, u8)>) {}", true),
        ("fn f() -> Result<Option<(u8, u8, u8)>, ()> {}", true),
        ("fn f(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8) {}", true),
        ("struct S; impl S { fn f(self, (a, b): (u8, u8)) {} }", true),
        ("#[cfg(test)] mod tests { fn f((a, b): (u8, u8)) {} }", false),
    ] {
        assert_eq!(!Found::in_text("src/some.rs", signature).wrong.is_empty(), is_wrong, "{signature}");
    }
}
