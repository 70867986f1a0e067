//! Levels of both editions.

/// Where a field lies, as far as meteorology here cares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Surface {
    Ground,
    SeaLevel,
    /// m.
    AboveGround(f64),
    /// hPa.
    Isobaric(f64),
    /// Level of a model with a hybrid, height-based or generalised coordinate.
    Model(u32),
    /// The whole atmosphere.
    Column,
    LowCloud,
    Other,
}

impl Surface {
    /// Of code table 3 of edition 1 and both octets of the level.
    pub fn of_edition_1(kind: u8, value: u16) -> Self {
        match kind {
            1 => Self::Ground,
            100 => Self::Isobaric(f64::from(value)),
            102 => Self::SeaLevel,
            105 => Self::AboveGround(f64::from(value)),
            109 => Self::Model(u32::from(value)),
            200 => Self::Column,
            210 => Self::Isobaric(f64::from(value) / 100.0),
            214 => Self::LowCloud,
            _ => Self::Other,
        }
    }

    /// Of code table 4.5 of edition 2; `value` is none where it is missing, `layer` where a second surface is given.
    pub fn of_edition_2(kind: u8, value: Option<f64>, layer: bool) -> Self {
        let number = |value: f64| (value.fract() == 0.0 && (0.0..1e6).contains(&value)).then_some(value as u32);
        match (kind, value, layer) {
            (1, _, _) => Self::Ground,
            (10 | 200, _, _) => Self::Column,
            (101, _, _) => Self::SeaLevel,
            (214, _, _) => Self::LowCloud,
            (100, Some(pa), false) if pa > 0.0 => Self::Isobaric(pa / 100.0),
            (103, Some(metres), false) => Self::AboveGround(metres),
            (105 | 118 | 119 | 150, Some(value), false) => number(value).map_or(Self::Other, Self::Model),
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_no_level() {
        assert_eq!(
            Surface::of_edition_2(100, Some(85_000.0), false),
            Surface::Isobaric(850.0)
        );
        assert_eq!(Surface::of_edition_2(103, Some(3000.0), true), Surface::Other);
        assert_eq!(Surface::of_edition_2(105, Some(1.5), false), Surface::Other);
        assert_eq!(Surface::of_edition_2(1, None, true), Surface::Ground);
    }
}
