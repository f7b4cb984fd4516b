//! Which file needs which: the paths of each file, followed through `use` to the file that defines what they name.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Named, Source, absolute};

/// Further than this no name is handed on.
const HANDED_ON_MAX: usize = 8;

/// The files of a crate, and what each names.
pub(super) struct Graph<'a> {
    modules: BTreeMap<Vec<String>, Module<'a>>,
}

struct Module<'a> {
    source: &'a Source,
    /// What its `use` lines bind, from the root of the crate.
    bound: BTreeMap<String, Vec<String>>,
}

/// What a path leads to.
enum Target {
    /// A whole module, which is needed only for what is taken from it.
    Module,
    /// Something that a module defines.
    Definition(Vec<String>),
}

impl<'a> Graph<'a> {
    pub(super) fn of(sources: &'a [Source]) -> Self {
        let modules = sources.iter().map(|source| {
            let module = source.module();
            let bound =
                source.named.iter().filter_map(|name| Some((name.bound_as.clone()?, absolute_use(&module, name))));
            let bound = bound.filter(|(name, _)| name != "*").collect();
            (module, Module { source, bound })
        });
        let mut modules: BTreeMap<Vec<String>, Module<'a>> = modules.collect();
        let known: BTreeSet<Vec<String>> = modules.keys().cloned().collect();
        for (path, module) in &mut modules {
            // A `use` that begins with a module of its own file means that one, and with anything else a library.
            for (name, target) in module.source.named.iter().filter_map(|name| Some((name.bound_as.clone()?, name))) {
                let is_ours = matches!(target.segments[0].as_str(), "crate" | "self" | "super")
                    || known.contains(&[path.as_slice(), &target.segments[..1]].concat());
                if !is_ours {
                    module.bound.remove(&name);
                }
            }
        }
        Self { modules }
    }

    /// The files that a file needs. What it only hands on, it does not need.
    fn needs(&self, path: &[String]) -> BTreeSet<Vec<String>> {
        let module = &self.modules[path];
        let targets = module.source.named.iter().filter(|named| !(named.is_handed_on && named.bound_as.is_some()));
        let found = targets.filter_map(|named| match self.lead(path, named)? {
            Target::Module => None,
            Target::Definition(file) => Some(file),
        });
        found.filter(|file| file != path).collect()
    }

    fn lead(&self, module: &[String], named: &Named) -> Option<Target> {
        let first = named.segments[0].as_str();
        if matches!(first, "crate" | "self" | "super") {
            return self.follow(&absolute(module, &named.segments), 0);
        }
        let rest = &named.segments[1..];
        if named.bound_as.is_none()
            && let Some(start) = self.modules[module].bound.get(first)
        {
            return self.follow(&[start.as_slice(), rest].concat(), 0);
        }
        let below = [module, &named.segments[..1]].concat();
        self.modules.contains_key(&below).then(|| self.follow(&[below.as_slice(), rest].concat(), 0)).flatten()
    }

    fn follow(&self, path: &[String], depth: usize) -> Option<Target> {
        let mut module = vec![];
        for (at, segment) in path.iter().enumerate() {
            let below = [module.as_slice(), std::slice::from_ref(segment)].concat();
            if self.modules.contains_key(&below) {
                module = below;
                continue;
            }
            return match self.modules.get(&module)?.bound.get(segment) {
                Some(target) if depth < HANDED_ON_MAX => {
                    self.follow(&[target.as_slice(), &path[at + 1..]].concat(), depth + 1)
                }
                _ => Some(Target::Definition(module)),
            };
        }
        Some(Target::Module)
    }

    /// The files that need each other in a circle: each circle with what its files take from one another.
    pub(super) fn circles(&self) -> Vec<Circle> {
        let needs: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> =
            self.modules.keys().map(|path| (path, self.needs(path))).collect();
        let reached = |from: &Vec<String>| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(path) = open.pop() {
                let new = needs[&path].iter().filter(|next| self.modules.contains_key(*next));
                open.extend(new.filter(|next| seen.insert((*next).clone())).cloned().collect::<Vec<_>>());
            }
            seen
        };
        let reached: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> =
            self.modules.keys().map(|path| (path, reached(path))).collect();
        let (mut circles, mut placed) = (vec![], BTreeSet::new());
        for (path, after) in &reached {
            let members: Vec<&Vec<String>> = after.iter().filter(|other| reached[other].contains(*path)).collect();
            if members.len() < 2 || !members.iter().all(|member| placed.insert((*member).clone())) {
                continue;
            }
            let file = |path: &Vec<String>| self.modules[path].source.path.clone();
            let ties = members.iter().flat_map(|from| {
                let to = needs[*from].iter().filter(|to| members.contains(to));
                to.map(move |to| format!("{} needs {}", file(from), file(to)))
            });
            let rooms = members.iter().map(|member| self.modules[*member].source.room.clone()).collect();
            circles.push(Circle {
                files: members.iter().map(|path| file(path)).collect(),
                rooms,
                ties: ties.collect(),
            });
        }
        circles
    }
}

/// Files that need each other.
#[derive(Debug)]
pub(super) struct Circle {
    /// Which.
    pub(super) files: Vec<String>,
    /// The rooms they are in.
    pub(super) rooms: BTreeSet<String>,
    /// Who needs whom.
    #[expect(dead_code, reason = "shown when the test fails")]
    pub(super) ties: Vec<String>,
}

fn absolute_use(module: &[String], named: &Named) -> Vec<String> {
    match named.segments[0].as_str() {
        "crate" | "self" | "super" => absolute(module, &named.segments),
        _ => [module, &named.segments].concat(),
    }
}
