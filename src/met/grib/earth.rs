//! The Earth of a message of edition 2: code table 3.2.

use super::octets::{Octets, Parsed};

/// Radius of the sphere, m; of a spheroid the mean of its three half axes, with a warning.
///
/// # Errors
/// If the shape is not known or the radius is none of the Earth.
pub(super) fn radius_m(octets: Octets<'_>) -> Parsed<(f64, Option<String>)> {
    let shape = octets.u8(15)?;
    let scaled = |scale: usize| -> Parsed<f64> {
        let decimals = octets.signed(scale, 1)?;
        Ok(f64::from(octets.u32(scale + 1)?) / 10f64.powi(decimals as i32))
    };
    let spheroid = |major_m: f64, minor_m: f64| {
        let radius_m = (2.0 * major_m + minor_m) / 3.0;
        let warning = format!(
            "the grid is stated on a spheroid (code table 3.2: {shape}); a sphere of {:.1} km is used",
            radius_m / 1000.0
        );
        (radius_m, Some(warning))
    };
    let (radius_m, warning) = match shape {
        0 => (6_367_470.0, None),
        1 => (scaled(16)?, None),
        2 => spheroid(6_378_160.0, 6_356_775.0),
        3 => spheroid(1000.0 * scaled(21)?, 1000.0 * scaled(26)?),
        4 => spheroid(6_378_137.0, 6_356_752.314),
        5 => spheroid(6_378_137.0, 6_356_752.314_245),
        6 => (6_371_229.0, None),
        7 => spheroid(scaled(21)?, scaled(26)?),
        8 => (6_371_200.0, None),
        _ => return Err(format!("shape of the Earth {shape} (code table 3.2) is not read")),
    };
    match (6.2e6..6.5e6).contains(&radius_m) {
        true => Ok((radius_m, warning)),
        false => Err(format!("an Earth of {radius_m} m radius; the message is damaged")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_sphere_and_a_spheroid_have_a_radius() {
        let section = |shape: u8, numbers: [(u8, u32); 3]| {
            let mut bytes = vec![0; 14];
            bytes.push(shape);
            for (scale, value) in numbers {
                bytes.push(scale);
                bytes.extend(value.to_be_bytes());
            }
            bytes
        };
        let none = (255, u32::MAX);
        let radius = |bytes: Vec<u8>| radius_m(Octets::new(3, &bytes));
        assert_eq!(
            radius(section(1, [(1, 63_712_000), none, none])).unwrap().0,
            6_371_200.0
        );
        assert_eq!(radius(section(6, [none, none, none])).unwrap(), (6_371_229.0, None));
        let (km, warning) = radius(section(3, [none, (1, 63_781), (1, 63_568)])).unwrap();
        assert!((km - 6_371_000.0).abs() < 1.0 && warning.is_some(), "{km}");
        assert!(radius(section(1, [(0, 0), none, none])).is_err());
        assert!(radius(section(99, [none, none, none])).is_err());
    }
}
