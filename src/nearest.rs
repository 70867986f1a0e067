//! The known name that a misspelt one most likely stands for.

/// The known name fewest edits away, if no more than one letter in four, plus one, differs.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|k| (edits(name, k), k))
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.chars().count() / 4)
        .map(|(_, k)| k)
}

/// Insertions, deletions and substitutions between two words (Levenshtein 1966).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_finds_its_neighbour_and_nonsense_finds_none() {
        let known = ["kmix0", "kmixd", "veght", "tlfrac", "hnf_plume"];
        assert_eq!(nearest("vegth", known.into_iter()), Some("veght"));
        assert_eq!(nearest("veghtt", known.into_iter()), Some("veght"));
        assert_eq!(nearest("hnf_plum", known.into_iter()), Some("hnf_plume"));
        assert_eq!(nearest("KMIX0", known.into_iter()), Some("kmix0"));
        assert_eq!(nearest("cloud", known.into_iter()), None);
    }
}
