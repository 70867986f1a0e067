//! The architecture as a test: a module may use only its own layer and those below it.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Modules from the bottom up; those of one line may use each other.
const LAYERS: &[&[&str]] = &[
    &[
        "error",
        "time",
        "constants",
        "rng",
        "mode",
        "nearest",
        "netcdf_file",
        "cf_time",
    ],
    &["variable"],
    &["geo", "coastlines", "countries", "crs", "decay", "gridding"],
    &["grid", "receptor"],
    &["turbulence"],
    &["met"],
    &["weather_map", "fetch"],
    &["trajectory"],
    &["near_field", "thinning"],
    &["transport"],
    &["footprint", "boundary"],
    &["tracer"],
    &["flux"],
    &["background"],
    &["convolve", "combine", "inventory", "vprm"],
    &["attribution"],
    &["ensemble"],
    &["output"],
    &["portal"],
    &["observations", "stations"],
    &["compare"],
    &["store", "formats"],
    &["config"],
    &["run"],
    &["demo"],
    &["cli"],
    &["lib", "main"],
];

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Source without comments and without the tests at its foot.
fn code_of(source: &str) -> String {
    let product = source
        .split("#[cfg(test)]\n#[allow(clippy::unwrap_used)]\nmod tests")
        .next()
        .unwrap_or_default();
    let product = product.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    product
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Modules of the crate that a source names, alone or in a group: `crate::met`, `crate::{met::store, time}`.
fn modules_used(source: &str) -> BTreeSet<String> {
    let code = code_of(source);
    let mut used = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let word = |text: &str| {
            text.trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<String>()
        };
        let Some(group) = rest.strip_prefix('{') else {
            used.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let ends = group.find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth < 0
        });
        let mut depth = 0;
        for entry in group[..ends.unwrap_or(group.len())].split(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        }) {
            used.insert(word(entry));
        }
    }
    // items and macros of the crate root, such as `crate::Error`, are no modules
    used.retain(|name| name.chars().next().is_some_and(|c| c.is_lowercase()));
    used
}

/// What is wrong with the imports of one source of `module`.
fn faults(module: &str, source: &str) -> Vec<String> {
    let Some(own) = layer_of(module) else {
        return vec![format!("module {module} has no layer: enter it in LAYERS")];
    };
    let judge = |used: String| match layer_of(&used) {
        None => Some(format!("{module} uses {used}, which has no layer: enter it in LAYERS")),
        Some(layer) if layer > own => Some(format!("{module} uses {used}, which lies above it")),
        Some(_) => None,
    };
    modules_used(source).into_iter().filter_map(judge).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.map(|path| match path.is_dir() {
        true => sources(&path),
        false => vec![path],
    });
    nested
        .flatten()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .collect()
}

#[test]
fn no_module_uses_a_layer_above_its_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut seen = 0;
    for path in sources(&root) {
        let first = path.strip_prefix(&root).unwrap().components().next().unwrap();
        let module = first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_string();
        let source = std::fs::read_to_string(&path).unwrap();
        found.extend(
            faults(&module, &source)
                .into_iter()
                .map(|fault| format!("{}: {fault}", path.display())),
        );
        seen += 1;
    }
    assert!(seen > 20, "only {seen} sources found under {}", root.display());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_test_sees_what_it_should() {
    assert!(faults("met", "use crate::time::UtcTime;\nuse crate::geo::LonLat;").is_empty());
    assert_eq!(
        faults("met", "use crate::run::run;"),
        ["met uses run, which lies above it"]
    );
    assert_eq!(
        faults("grid", "fn f() { crate::met::open() }"),
        ["grid uses met, which lies above it"]
    );
    let grouped = "use crate::{time::{UtcTime, x}, convolve::convolve, error::Error};";
    assert_eq!(faults("met", grouped), ["met uses convolve, which lies above it"]);
    assert_eq!(faults("met", "use crate::gadgets::f;").len(), 1);
    assert_eq!(faults("gadgets", "").len(), 1);
    assert!(faults("met", "/// [`run`](crate::run)\nuse crate::Error;").is_empty());
    let test_only = "#[cfg(test)]\nmod tests {\n    use crate::run::run;\n}";
    assert!(faults("met", test_only).is_empty());
}
