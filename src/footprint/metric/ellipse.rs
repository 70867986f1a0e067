//! Symmetric matrices of the plane: covariances, drawn as ellipses.

/// A covariance of two coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::footprint) struct Ellipse {
    pub xx: f64,
    pub xy: f64,
    pub yy: f64,
}

/// Principal axes of an ellipse.
pub(super) struct Principal {
    /// Variances along the axes, the larger first.
    pub variances: [f64; 2],
    /// Unit vectors (x, y) of the axes.
    pub axes: [[f64; 2]; 2],
}

impl Ellipse {
    pub fn scaled(self, factor: f64) -> Self {
        self.stretched(factor.sqrt(), factor.sqrt())
    }

    /// In units 1/`x` and 1/`y` times as long.
    pub fn stretched(self, x: f64, y: f64) -> Self {
        Self {
            xx: self.xx * x * x,
            xy: self.xy * x * y,
            yy: self.yy * y * y,
        }
    }

    /// With variances added along x and y.
    pub fn widened(self, x: f64, y: f64) -> Self {
        Self {
            xx: self.xx + x,
            yy: self.yy + y,
            ..self
        }
    }

    pub fn plus(self, other: Self) -> Self {
        Self {
            xx: self.xx + other.xx,
            xy: self.xy + other.xy,
            yy: self.yy + other.yy,
        }
    }

    /// M Σ Mᵀ, the covariance of linear functions whose coefficients are the rows of M.
    pub fn mapped(self, m: [[f64; 2]; 2]) -> Self {
        let form = |a: [f64; 2], b: [f64; 2]| {
            a[0] * b[0] * self.xx + (a[0] * b[1] + a[1] * b[0]) * self.xy + a[1] * b[1] * self.yy
        };
        Self {
            xx: form(m[0], m[0]),
            xy: form(m[0], m[1]),
            yy: form(m[1], m[1]),
        }
    }

    /// Variance along a direction (unit vector).
    pub fn along(self, [x, y]: [f64; 2]) -> f64 {
        self.xx * x * x + 2.0 * self.xy * x * y + self.yy * y * y
    }

    /// The smaller variance of the principal axes.
    pub fn least(self) -> f64 {
        let half_difference = 0.5 * (self.xx - self.yy);
        0.5 * (self.xx + self.yy) - (half_difference * half_difference + self.xy * self.xy).sqrt()
    }

    pub fn principal(self) -> Principal {
        let half_difference = 0.5 * (self.xx - self.yy);
        let (middle, radius) = (0.5 * (self.xx + self.yy), half_difference.hypot(self.xy));
        let (sin, cos) = (0.5 * self.xy.atan2(half_difference)).sin_cos();
        Principal {
            variances: [middle + radius, (middle - radius).max(0.0)],
            axes: [[cos, sin], [-sin, cos]],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principal_axes_put_the_ellipse_together_again() {
        let ellipse = Ellipse {
            xx: 3.0,
            xy: -1.2,
            yy: 1.5,
        };
        let Principal { variances, axes } = ellipse.principal();
        let [[a, b], [c, d]] = axes;
        let again = Ellipse {
            xx: variances[0],
            xy: 0.0,
            yy: variances[1],
        }
        .mapped([[a, c], [b, d]]);
        approx::assert_relative_eq!(again.xx, ellipse.xx, max_relative = 1e-14);
        approx::assert_relative_eq!(again.xy, ellipse.xy, max_relative = 1e-14);
        approx::assert_relative_eq!(again.yy, ellipse.yy, max_relative = 1e-14);
        approx::assert_relative_eq!(ellipse.least(), variances[1], max_relative = 1e-14);
    }
}
