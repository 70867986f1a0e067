//! Units as files spell them, taken apart into metre, kilogram, second and kelvin.

/// A unit: value in SI units = factor · value in the unit + offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Unit {
    /// Exponents of m, kg, s, K.
    dimensions: [i32; 4],
    pub factor: f64,
    pub offset: f64,
}

const ONE: Unit = Unit {
    dimensions: [0; 4],
    factor: 1.0,
    offset: 0.0,
};

/// Spellings that are no product of powers.
const WHOLE: [(&str, &str); 9] = [
    ("(0 - 1)", "1"),
    ("0-1", "1"),
    ("fraction", "1"),
    ("dimensionless", "1"),
    ("numeric", "1"),
    ("~", "1"),
    ("m of water equivalent", "m"),
    ("gp m", "m"),
    ("degrees kelvin", "K"),
];

fn named(name: &str) -> Option<Unit> {
    let unit = |dimensions, factor| Unit {
        dimensions,
        factor,
        offset: 0.0,
    };
    Some(match name {
        "m" | "metre" | "metres" | "meter" | "meters" | "gpm" | "gpmetre" | "mgp" => unit([1, 0, 0, 0], 1.0),
        "km" => unit([1, 0, 0, 0], 1e3),
        "cm" => unit([1, 0, 0, 0], 1e-2),
        "mm" => unit([1, 0, 0, 0], 1e-3),
        "kg" => unit([0, 1, 0, 0], 1.0),
        "g" => unit([0, 1, 0, 0], 1e-3),
        "s" | "sec" | "second" | "seconds" => unit([0, 0, 1, 0], 1.0),
        "min" | "minute" | "minutes" => unit([0, 0, 1, 0], 60.0),
        "h" | "hr" | "hour" | "hours" => unit([0, 0, 1, 0], 3600.0),
        "d" | "day" | "days" => unit([0, 0, 1, 0], 86_400.0),
        "K" | "kelvin" | "Kelvin" | "degK" | "deg_K" => unit([0, 0, 0, 1], 1.0),
        "degC" | "deg_C" | "celsius" | "Celsius" | "°C" => Unit {
            offset: 273.15,
            ..unit([0, 0, 0, 1], 1.0)
        },
        "Pa" | "pascal" => unit([-1, 1, -2, 0], 1.0),
        "hPa" | "mb" | "mbar" | "millibar" | "millibars" | "hectopascal" => unit([-1, 1, -2, 0], 100.0),
        "kPa" => unit([-1, 1, -2, 0], 1000.0),
        "W" | "watt" | "Watt" => unit([2, 1, -3, 0], 1.0),
        "J" | "joule" | "Joule" => unit([2, 1, -2, 0], 1.0),
        "N" | "newton" => unit([1, 1, -2, 0], 1.0),
        "%" | "percent" => unit([0; 4], 0.01),
        _ => Unit {
            factor: name.parse().ok().filter(|factor: &f64| *factor > 0.0)?,
            ..ONE
        },
    })
}

impl Unit {
    /// Reads a unit: `m s**-1`, `m s-1`, `m/s`, `kg kg^-1`, `hPa`, `degC`, `J m-2`; `None` if it is not understood.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = WHOLE
            .iter()
            .find(|(spelling, _)| *spelling == text)
            .map_or(text, |(_, meaning)| meaning);
        if text.is_empty() {
            return Some(ONE);
        }
        let spaced = text
            .replace("**", "^")
            .replace(['·', '*', '.'], " ")
            .replace('/', " / ");
        // a point inside a number is no product
        let spaced = if text.parse::<f64>().is_ok() {
            text.to_owned()
        } else {
            spaced
        };
        let (mut product, mut sign, mut parts) = (ONE, 1, 0);
        for word in spaced.split_whitespace() {
            if word == "/" {
                sign = -1;
                continue;
            }
            let (name, exponent) = power(word)?;
            let unit = named(name)?;
            parts += 1;
            let exponent = sign * exponent;
            for (sum, dimension) in product.dimensions.iter_mut().zip(unit.dimensions) {
                *sum += exponent * dimension;
            }
            product.factor *= unit.factor.powi(exponent);
            product.offset = if parts == 1 && exponent == 1 { unit.offset } else { 0.0 };
            sign = 1;
        }
        Some(product)
    }

    /// This unit's values as values of another; `None` if they measure different things.
    pub fn to(self, other: Self) -> Option<(f64, f64)> {
        (self.dimensions == other.dimensions)
            .then(|| (self.factor / other.factor, (self.offset - other.offset) / other.factor))
    }

    /// The unit of what this one adds up to over time.
    pub fn times_seconds(mut self) -> Self {
        self.dimensions[2] += 1;
        self
    }
}

/// A name and its exponent: `m-2`, `m^2`, `kg`, `s^-1`.
fn power(word: &str) -> Option<(&str, i32)> {
    if word.parse::<f64>().is_ok() {
        return Some((word, 1));
    }
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit() || "+-^".contains(c));
    let exponent = word[name.len()..].trim_start_matches('^');
    match exponent.is_empty() {
        true => Some((name, 1)),
        false => exponent
            .parse()
            .ok()
            .filter(|power: &i32| power.abs() <= 9)
            .map(|power| (name, power)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn spellings_of_one_unit_agree() {
        for [one, other] in [
            ["m s**-1", "m/s"],
            ["m**2 s**-2", "m2 s-2"],
            ["W m-2", "J m**-2 s**-1"],
            ["N m-2", "Pa"],
            ["N m**-2 s", "Pa s"],
            ["kg kg**-1", "1"],
            ["(0 - 1)", ""],
            ["hPa", "millibars"],
            ["Pa s-1", "Pa/s"],
            ["J kg-1", "m^2 s^-2"],
        ] {
            assert_eq!(Unit::parse(one).unwrap(), Unit::parse(other).unwrap(), "{one}");
        }
    }

    #[test]
    fn values_are_converted_and_other_things_refused() {
        let convert = |from: &str, to: &str, value: f64| {
            let (factor, offset) = Unit::parse(from)?.to(Unit::parse(to)?)?;
            Some(factor * value + offset)
        };
        for (from, to, value, expected) in [
            ("degC", "K", 20.0, 293.15),
            ("hPa/h", "Pa s-1", 36.0, 1.0),
            ("g kg-1", "1", 7.0, 0.007),
            ("%", "1", 50.0, 0.5),
            ("km", "m", 1.5, 1500.0),
            ("mm h-1", "m s-1", 3.6, 1e-6),
        ] {
            assert_relative_eq!(convert(from, to, value).unwrap(), expected, max_relative = 1e-12);
        }
        assert_eq!(convert("m", "Pa", 1.0), None);
        assert_eq!(convert("furlong", "m", 1.0), None);
        let sum = Unit::parse("W m-2").unwrap().times_seconds();
        assert_eq!(Unit::parse("J m-2").unwrap().to(sum), Some((1.0, 0.0)));
    }
}
