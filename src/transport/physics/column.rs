//! What a particle feels at one place and time on the source's own levels: four columns and two met times blended.

use super::layer::Layer;
use crate::constants::VON_KARMAN;
use crate::met::physics::snapshot::{ColumnScales, HEIGHT, MASS_BELOW, NativeFields, NativeSnapshot, NativeView, U, V};
use crate::met::projection::MetGrid;
use crate::turbulence::boundary_layer::{BoundaryLayer, SurfaceLayer};
use crate::turbulence::elementary::inverse_cbrt;
use crate::turbulence::structure::{Local, VerticalStructure};
use crate::turbulence::updrafts::Updrafts;
use crate::turbulence::vertical_profile::VerticalProfile;

/// Largest distance between a grid's last row and the pole, in rows, that is bridged.
const MAX_POLAR_GAP: f64 = 1.0;

/// The snapshots that bracket a time, of one nest.
#[derive(Clone, Copy)]
pub(super) struct Bracket<'a> {
    pub before: &'a NativeSnapshot,
    pub after: &'a NativeSnapshot,
    pub grid: &'a MetGrid,
}

/// Indices and weights of four columns. Beyond the last row of a grid that goes round a pole two of them lie across
/// the pole, where east and north point the other way.
#[derive(Clone, Copy)]
struct Stencil {
    /// Grid indices (i, j).
    places: [(usize, usize); 4],
    weights: [f32; 4],
    /// Whether the last two lie across the pole.
    is_across_pole: bool,
}

/// Conditions at one place and time.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    grid: &'a MetGrid,
    level_count: usize,
    weights: [f32; 4],
    /// Whether the last two of the four columns lie across the pole.
    is_across_pole: bool,
    /// The four columns at the two met times.
    before: [&'a [NativeFields]; 4],
    after: [&'a [NativeFields]; 4],
    x: f64,
    y: f64,
    /// Weight of the later snapshot, 0 … 1.
    later: f32,
    pub scales: Scales,
}

/// What drives the boundary layer, bilinear in space and linear in time. See [`ColumnScales`].
#[derive(Clone, Copy, Default)]
pub(super) struct Scales {
    pub friction_velocity_m_s: f64,
    pub buoyancy_flux_m2_s3: f64,
    pub mixing_height_m: f64,
    pub roughness_m: f64,
    pub terrain_m: f64,
    pub cell_m: f64,
    pub free_sigma_w_m_s: f64,
}

/// The turbulent air of a column, with density exponential in height.
#[derive(Clone, Copy)]
pub(super) struct TurbulentAir {
    profile: VerticalProfile,
    log_density_slope_m: f64,
    top_m: f64,
}

impl<'a> Bracket<'a> {
    /// The column at fractional indices, `None` outside the grid.
    #[inline]
    pub fn column(self, x: f64, y: f64, later: f64) -> Option<Column<'a>> {
        let stencil = self.stencil(x, y)?;
        let later = later as f32;
        let [before, after] = [self.before, self.after].map(|s| stencil.places.map(|(i, j)| s.column(i, j)));
        Some(Column {
            scales: scales(&before, &after, &stencil.weights, later),
            grid: self.grid,
            level_count: self.before.level_count,
            weights: stencil.weights,
            is_across_pole: stencil.is_across_pole,
            before: before.map(|view| view.fields),
            after: after.map(|view| view.fields),
            x,
            y,
            later,
        })
    }

    /// Whether fractional indices lie within the grid.
    #[inline]
    pub fn holds(self, x: f64, y: f64) -> bool {
        self.stencil(x, y).is_some()
    }

    #[inline]
    fn stencil(self, x: f64, y: f64) -> Option<Stencil> {
        let last = (self.grid.ny - 1) as f64;
        if (0.0..=last).contains(&y) {
            let j = (y as usize).min(self.grid.ny - 2);
            let fy = (y - j as f64) as f32;
            let ((i, next), fx) = self.pair(x)?;
            let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy];
            return Some(Stencil {
                places: [(i, j), (next, j), (i, j + 1), (next, j + 1)],
                weights,
                is_across_pole: false,
            });
        }
        self.polar_stencil(x, y)
    }

    /// The columns before and after x, and the way between them.
    #[inline]
    fn pair(self, x: f64) -> Option<((usize, usize), f32)> {
        if let Some(period) = self.grid.period_x() {
            let x = x.rem_euclid(period as f64);
            let i = (x as usize).min(period - 1);
            return Some(((i, if i + 1 == period { 0 } else { i + 1 }), (x - i as f64) as f32));
        }
        if !(0.0..=(self.grid.nx - 1) as f64).contains(&x) {
            return None;
        }
        let i = (x as usize).min(self.grid.nx - 2);
        Some(((i, i + 1), (x - i as f64) as f32))
    }

    /// Between the last row and the same row across the pole.
    #[cold]
    fn polar_stencil(self, x: f64, y: f64) -> Option<Stencil> {
        let period = self.grid.period_x()?;
        let (row, lat_deg) = if y < 0.0 { (0, -90.0) } else { (self.grid.ny - 1, 90.0) };
        let pole = crate::geo::LonLat { lon_deg: 0.0, lat_deg };
        let gap = (self.grid.index_of(pole).1 - row as f64).abs();
        if !(gap > 0.0 && gap <= MAX_POLAR_GAP && (y - row as f64).abs() <= gap) {
            return None;
        }
        let across = ((y - row as f64).abs() / (2.0 * gap)) as f32;
        let ((i, next), near) = self.pair(x)?;
        let ((far_i, far_next), far) = self.pair(x + 0.5 * period as f64)?;
        let weights = [
            (1.0 - near) * (1.0 - across),
            near * (1.0 - across),
            (1.0 - far) * across,
            far * across,
        ];
        Some(Stencil {
            places: [i, next, far_i, far_next].map(|i| (i, row)),
            weights,
            is_across_pole: true,
        })
    }
}

#[inline]
fn scales(before: &[NativeView<'_>; 4], after: &[NativeView<'_>; 4], weights: &[f32; 4], later: f32) -> Scales {
    let blend = |of: fn(&ColumnScales) -> f32| {
        let each = (0..4).map(|c| {
            let before = of(before[c].scales);
            weights[c] * (before + later * (of(after[c].scales) - before))
        });
        f64::from(each.sum::<f32>())
    };
    Scales {
        friction_velocity_m_s: blend(|s| s.friction_velocity_m_s),
        buoyancy_flux_m2_s3: blend(|s| s.buoyancy_flux_m2_s3),
        mixing_height_m: blend(|s| s.mixing_height_m),
        roughness_m: blend(|s| s.roughness_m),
        terrain_m: blend(|s| s.terrain_m),
        cell_m: blend(|s| s.cell_m),
        free_sigma_w_m_s: blend(|s| s.free_sigma_w_m_s),
    }
}

impl Column<'_> {
    /// Fields at a level.
    #[inline]
    fn level(&self, k: usize) -> NativeFields {
        let mut fields = NativeFields::default();
        for c in 0..4 {
            let (before, after) = (&self.before[c][k], &self.after[c][k]);
            let weight = self.weights[c];
            let (early, late) = (weight * (1.0 - self.later), weight * self.later);
            for (f, field) in fields.iter_mut().enumerate() {
                *field += early * before[f] + late * after[f];
            }
        }
        if self.is_across_pole {
            self.turn_wind(k, &mut fields);
        }
        fields
    }

    #[inline]
    fn wind_weight(&self, c: usize) -> f32 {
        if self.is_across_pole && c >= 2 {
            -self.weights[c]
        } else {
            self.weights[c]
        }
    }

    /// Wind of a level where two columns lie across the pole.
    #[cold]
    fn turn_wind(&self, k: usize, fields: &mut NativeFields) {
        for f in [U, V] {
            fields[f] = (0..4)
                .map(|c| {
                    let (before, after) = (self.before[c][k][f], self.after[c][k][f]);
                    self.wind_weight(c) * (before + self.later * (after - before))
                })
                .sum();
        }
    }

    /// Height of a level above ground, m.
    #[inline]
    fn height_m(&self, k: usize) -> f64 {
        let each = self.weights.iter().enumerate().map(|(c, weight)| {
            let before = self.before[c][k][HEIGHT];
            weight * (before + self.later * (self.after[c][k][HEIGHT] - before))
        });
        f64::from(each.sum::<f32>())
    }

    /// The layer that holds a height, sought from layer `near` on.
    #[inline]
    pub fn layer_at(&self, z_m: f64, near: usize) -> Layer {
        let near = self.layer(near.min(self.level_count - 2));
        if near.holds(z_m) {
            near
        } else {
            self.layer_from(&near, z_m)
        }
    }

    /// The layer that holds a height, sought from another one on.
    #[inline]
    pub fn layer_from(&self, layer: &Layer, z_m: f64) -> Layer {
        let (mut index, [mut low, mut high]) = (layer.index, layer.levels());
        let highest = self.level_count - 2;
        while index > 0 && z_m < f64::from(low[HEIGHT]) {
            index -= 1;
            (low, high) = (self.level(index), low);
        }
        while index < highest && z_m >= f64::from(high[HEIGHT]) {
            index += 1;
            (low, high) = (high, self.level(index + 1));
        }
        Layer::new(index, [low, high], self.scales.roughness_m)
    }

    #[inline]
    fn layer(&self, index: usize) -> Layer {
        Layer::new(
            index,
            [self.level(index), self.level(index + 1)],
            self.scales.roughness_m,
        )
    }

    /// Standard deviation of the wind along the grid's axes over the eight grid points in space and time around, at the
    /// level below, m s⁻¹.
    #[inline]
    pub fn wind_spread(&self, k: usize) -> [f64; 2] {
        [U, V].map(|f| {
            let (mut sum, mut squares) = (0.0, 0.0);
            for c in 0..4 {
                let sign = if self.wind_weight(c) < 0.0 { -1.0 } else { 1.0 };
                for column in [self.before[c], self.after[c]] {
                    let wind = sign * f64::from(column[k][f]);
                    sum += wind;
                    squares += wind * wind;
                }
            }
            (squares / 8.0 - (sum / 8.0).powi(2)).max(0.0).sqrt()
        })
    }

    /// Wind along the grid's axes as wind to the east and north.
    #[inline]
    pub fn earth_wind(&self, [u, v]: [f64; 2]) -> [f64; 2] {
        self.grid.earth_wind(self.x, self.y, u, v).into()
    }

    /// Top of the source, m above ground.
    #[inline]
    pub fn top_m(&self) -> f64 {
        self.height_m(self.level_count - 1)
    }

    /// Dry-air mass between the ground and a height, kg m⁻².
    #[inline]
    pub fn dry_mass_below(&self, z_m: f64, near: usize) -> f64 {
        let highest = self.level_count - 2;
        let mut index = near.min(highest);
        while index > 0 && z_m < self.height_m(index) {
            index -= 1;
        }
        while index < highest && z_m >= self.height_m(index + 1) {
            index += 1;
        }
        self.layer(index).at(z_m, MASS_BELOW)
    }

    /// Scales of the boundary layer here.
    #[inline]
    pub fn boundary_layer(&self, updrafts: Updrafts) -> BoundaryLayer {
        let scales = &self.scales;
        let ustar = scales.friction_velocity_m_s;
        let inverse_obukhov_m = -VON_KARMAN * scales.buoyancy_flux_m2_s3 / (ustar * ustar * ustar);
        let cube = (scales.buoyancy_flux_m2_s3.max(0.0) * scales.mixing_height_m).max(f64::MIN_POSITIVE);
        let inverse_root = inverse_cbrt(cube);
        BoundaryLayer {
            mixing_height_m: scales.mixing_height_m,
            friction_velocity_m_s: ustar,
            convective_velocity_m_s: cube * inverse_root * inverse_root,
            obukhov_length_m: 1.0 / inverse_obukhov_m,
            roughness_m: scales.roughness_m,
            free_sigma_w_m_s: scales.free_sigma_w_m_s,
            surface_layer: SurfaceLayer::default(),
            updrafts,
        }
    }
}

impl TurbulentAir {
    pub fn new(column: &Column<'_>, layer: &Layer, top_m: f64, updrafts: Updrafts) -> Self {
        Self {
            profile: VerticalProfile::new(&column.boundary_layer(updrafts)),
            log_density_slope_m: layer.log_density_slope_m(),
            top_m,
        }
    }

    pub fn boundary_layer(&self) -> &BoundaryLayer {
        self.profile.boundary_layer()
    }
}

impl VerticalStructure for TurbulentAir {
    #[inline]
    fn at(&self, z_m: f64) -> Local {
        self.sounding(z_m).0
    }

    #[inline]
    fn top_m(&self) -> f64 {
        self.top_m
    }

    #[inline]
    fn uniform_above_m(&self) -> f64 {
        self.profile.free_above_m()
    }

    #[inline]
    fn sounding(&self, z_m: f64) -> (Local, f64) {
        self.profile
            .at(z_m, self.log_density_slope_m * z_m, self.log_density_slope_m)
    }
}
