//! The columns of one met time on the internal levels, from the fields that were read.

use rayon::prelude::*;

use super::column::InternalColumn;
use super::{DeriveOptions, MixingHeight};
use crate::error::Result;
use crate::met::MetDescription;
use crate::met::extra::{Extra, ExtraPlan};
use crate::met::levels::Levels;
use crate::met::native::NativeFields;
use crate::met::plan::{MomentumFields, Plan};
use crate::met::projection::MetGrid;
use crate::met::roughness::default_roughness_m;
use crate::met::snapshot::{ColumnSurface, LevelFields, LevelTurbulence};
use crate::met::stored::StoredSnapshot;
use crate::met::stored::{Field, bytes_of, value};
use crate::met::tiles::{Area, MakeColumns, Problem, Problems};
use crate::met::vertical_motion::VerticalMotion;
use crate::turbulence::mixing_height;
use crate::turbulence::similarity::{self, Momentum, SurfaceScales};

/// Least roughness length that a source may state, m.
const MIN_ROUGHNESS_M: f64 = 1e-4;

/// The columns of an area.
#[derive(Debug, Default)]
pub(crate) struct ColumnTables {
    /// `[y][x][level]`, flattened.
    pub fields: Vec<LevelFields>,
    /// `[y][x][level]`, flattened.
    pub turbulence: Vec<LevelTurbulence>,
    /// `[y][x]`, flattened.
    pub surface: Vec<ColumnSurface>,
}

/// All that is common to the columns of one time.
#[derive(Debug)]
pub(crate) struct InternalColumns {
    fields: NativeFields,
    roughness: Field,
    mixing_height: Field,
    momentum_fields: Option<MomentumFields>,
    momentum: [Field; 2],
    heat_flux: Field,
    grid: MetGrid,
    levels: Levels,
    options: DeriveOptions,
    problems: Problems,
}

impl InternalColumns {
    /// Takes what it needs from `raw`.
    ///
    /// # Errors
    /// [`Error::MetField`](crate::Error::MetField) if a field is missing that cannot be derived.
    pub fn take(
        description: &MetDescription,
        plan: &Plan,
        mut raw: StoredSnapshot,
        levels: Levels,
        options: &DeriveOptions,
    ) -> Result<Self> {
        Ok(Self {
            fields: NativeFields::take(description, plan, &mut raw)?,
            roughness: raw.take_surface(plan.roughness),
            mixing_height: raw.take_surface(plan.mixing_height),
            momentum_fields: plan.momentum,
            momentum: plan.momentum_names().map(|name| raw.take_surface(name)),
            heat_flux: raw.take_surface(plan.heat_flux),
            grid: description.grid.clone(),
            levels,
            options: *options,
            problems: Problems::new(description, raw.time),
        })
    }

    /// # Errors
    /// [`Error::MetField`](crate::Error::MetField) if a column was made that cannot be used.
    pub fn check(&self) -> Result<()> {
        self.problems.check()
    }

    /// Memory of the fields, bytes.
    pub fn memory_bytes(&self) -> usize {
        let surface = [&self.roughness, &self.mixing_height, &self.heat_flux];
        self.fields.memory_bytes() + bytes_of(surface.into_iter().chain(&self.momentum))
    }

    /// All columns at once, in parallel by rows, with what depends on more than one of them: the quantity whose surfaces
    /// air keeps to, `[column][level]`, empty if there is none, and the level values of `extra`.
    ///
    /// # Errors
    /// [`Error::MetField`](crate::Error::MetField) if a column cannot be used.
    pub fn make_all(&self, wanted: &ExtraPlan, extra: &mut Extra) -> Result<(ColumnTables, Vec<f32>)> {
        let motion = self.options.vertical_motion;
        let rows = extra.rows.par_iter_mut().enumerate().map(|(j, extra_row)| {
            let mut followed = Vec::new();
            let row = Area {
                j: j..j + 1,
                ..Area::whole(self.grid.nx, self.grid.ny)
            };
            let tables = self.make_each(&row, |i, column| {
                followed.extend(column.followed(motion).iter().map(|&value| value as f32));
                Extra::write(wanted, extra_row, i, column.air());
            });
            (tables, followed)
        });
        let rows: Vec<_> = rows.collect();
        self.check()?;
        let (mut all, mut all_followed) = (ColumnTables::default(), Vec::new());
        for (tables, followed) in rows {
            all.fields.extend(tables.fields);
            all.turbulence.extend(tables.turbulence);
            all.surface.extend(tables.surface);
            all_followed.extend(followed);
        }
        Ok((all, all_followed))
    }

    /// The columns of an area; `each` sees those that can be used, with their index along x. The others are NaN.
    fn make_each(&self, area: &Area, mut each: impl FnMut(usize, &InternalColumn)) -> ColumnTables {
        let nk = self.levels.count();
        let mut tables = ColumnTables {
            fields: vec![[f32::NAN; 8]; area.slots() * nk],
            turbulence: vec![LevelTurbulence::UNUSABLE; area.slots() * nk],
            surface: vec![ColumnSurface::UNUSABLE; area.slots()],
        };
        let mut column = InternalColumn::default();
        for (place, (i, j)) in area.columns() {
            if let Err(problem) = self.fill(&mut column, (j, i)) {
                self.problems.add((j, i), problem);
                continue;
            }
            let (dx_m, dy_m) = self.grid.cell_size_m(i as f64, j as f64);
            let levels = place * nk..(place + 1) * nk;
            tables.surface[place] = column.write(
                &mut tables.fields[levels.clone()],
                &mut tables.turbulence[levels],
                (1.0 / dx_m, 1.0 / dy_m),
            );
            each(i, &column);
        }
        tables
    }

    /// Fills `column` with the column at (j, i) = (`at`).
    fn fill(&self, column: &mut InternalColumn, at: (usize, usize)) -> std::result::Result<(), Problem> {
        let place = self.grid.place_at(at.1 as f64, at.0 as f64);
        let roughness_m =
            value(&self.roughness, at).map_or_else(|| default_roughness_m(place), |stored| stored.max(MIN_ROUGHNESS_M));
        self.fields.fill(&mut column.native, at, roughness_m, &self.levels);
        if column.native.height_m.len() < 2 {
            return Err("every level lies below the ground");
        }
        column.resample(&self.levels);
        if self.options.vertical_motion == VerticalMotion::ConstantSigma {
            column.w.fill(0.0);
        }
        column.integrate_dry_mass();
        let scales = self.scales(column, at, roughness_m);
        let (method, factor) = self.options.scaled_mixing_height();
        let zi = match method {
            MixingHeight::FromFile => {
                value(&self.mixing_height, at).ok_or("the mixing height is missing at this time")?
            }
            MixingHeight::Temperature => mixing_height::temperature(&column.profile()),
            MixingHeight::Energy => mixing_height::energy(&column.height_m, &column.measured[0]),
            MixingHeight::Richardson => mixing_height::richardson(&column.profile(), &scales),
            MixingHeight::Fixed(height_m) => height_m,
        };
        column.mixing_height_m = (factor * zi)
            .max(self.options.min_mixing_height_m)
            .max(column.height_m[0]);
        let reference = self.levels.surface_layer();
        column.fill_turbulence(&scales, roughness_m, reference, &self.options.turbulence);
        if column.is_finite() {
            Ok(())
        } else {
            Err("a field holds a value that is not finite")
        }
    }

    fn scales(&self, column: &InternalColumn, at: (usize, usize), roughness_m: f64) -> SurfaceScales {
        let reference = self.levels.surface_layer();
        let stored = value(&self.momentum[0], at);
        let momentum = match self.momentum_fields {
            Some(MomentumFields::FrictionVelocity) => stored.map(Momentum::FrictionVelocity),
            Some(MomentumFields::Stress) => {
                let other = value(&self.momentum[1], at);
                stored.zip(other).map(|(x, y)| Momentum::Stress(x, y))
            }
            Some(MomentumFields::ExchangeCoefficient) => stored.map(Momentum::ExchangeCoefficient),
            None => None,
        };
        let fluxes = momentum.zip(value(&self.heat_flux, at));
        let Some((momentum, heat_flux)) = fluxes.filter(|_| !self.options.stability_from_profiles) else {
            return similarity::from_profile(&column.profile(), reference, roughness_m);
        };
        let density = column.density[reference];
        let k = column.first_level_with_data();
        // an exchange coefficient belongs to the air at the wind's level
        let at = if matches!(momentum, Momentum::ExchangeCoefficient(_)) {
            k
        } else {
            reference
        };
        let ustar = momentum.friction_velocity_m_s(column.density[at], (column.u[k], column.v[k]));
        similarity::from_fluxes(
            ustar,
            heat_flux,
            density,
            column.theta_k[reference],
            column.height_m[reference],
        )
    }
}

impl MakeColumns for InternalColumns {
    type Block = ColumnTables;

    fn make(&self, area: &Area) -> ColumnTables {
        self.make_each(area, |_, _| {})
    }

    fn bytes(tables: &ColumnTables) -> usize {
        size_of_val(&*tables.fields) + size_of_val(&*tables.turbulence) + size_of_val(&*tables.surface)
    }
}
