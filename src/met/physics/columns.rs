//! The native columns of one met time, from the fields that were read.

use super::column::{ColumnMaker, PhysicsColumn};
use super::poles::Poles;
use super::snapshot::{ColumnScales, NativeFields, SURFACE_LEVELS};
use super::source::{SourceColumn, SourceFields};
use super::vertical_motion::{Neighbours, Relief, ReliefMap, make_relative};
use crate::error::Result;
use crate::met::MetDescription;
use crate::met::derive::DeriveOptions;
use crate::met::plan::{Plan, VerticalWind};
use crate::met::projection::MetGrid;
use crate::met::roughness::natural_roughness_m;
use crate::met::stored::StoredSnapshot;
use crate::met::stored::value;
use crate::met::tiles::{Area, MakeColumns, Problem, Problems};

/// Least roughness length that a source may state, m.
const MIN_ROUGHNESS_M: f64 = 1e-4;
/// Largest roughness length that is used, m; the wind at 10 m must make sense.
const MAX_ROUGHNESS_M: f64 = 3.0;

/// The native columns of an area.
#[derive(Debug, Default)]
pub(crate) struct NativeTables {
    /// `[y][x][level]`, flattened.
    pub fields: Vec<NativeFields>,
    /// `[y][x]`, flattened.
    pub scales: Vec<ColumnScales>,
}

/// All that is common to the columns of one time.
#[derive(Debug)]
pub(crate) struct NativeColumns {
    maker: ColumnMaker,
    vertical_wind: Option<VerticalWind>,
    grid: MetGrid,
    poles: Poles,
    problems: Problems,
}

impl NativeColumns {
    /// Takes what it needs from `raw`.
    pub fn take(
        description: &MetDescription,
        plan: &Plan,
        raw: StoredSnapshot,
        options: &DeriveOptions,
    ) -> Result<Self> {
        Ok(Self {
            problems: Problems::new(description, raw.time),
            maker: ColumnMaker {
                fields: SourceFields::take(description, plan, raw)?,
                momentum: plan.momentum,
                options: *options,
            },
            vertical_wind: plan.vertical_wind,
            grid: description.grid.clone(),
            poles: Poles::default(),
        })
    }

    pub fn level_count(&self) -> usize {
        SURFACE_LEVELS + self.maker.fields.level_count()
    }

    pub fn check(&self) -> Result<()> {
        self.problems.check()
    }

    /// Memory of the fields, bytes.
    pub fn memory_bytes(&self) -> usize {
        self.maker.fields.memory_bytes()
    }

    /// The columns of an area, those of the poles as the source has them.
    fn make_as_stored(&self, area: &Area) -> NativeTables {
        let count = self.level_count();
        let mut tables = NativeTables {
            fields: vec![[f32::NAN; 8]; area.slots() * count],
            scales: vec![ColumnScales::UNUSABLE; area.slots()],
        };
        let mut column = PhysicsColumn::default();
        let mut reliefs = ReliefMap::new();
        let mut usable = Vec::with_capacity(area.slots());
        for (place, at) in area.columns() {
            let scales = self.fill(&mut column, at);
            reliefs.insert(at, self.relief_of(&column.source, at, scales.map(drop)));
            if let Ok(scales) = scales {
                column.write(&mut tables.fields[place * count..(place + 1) * count]);
                tables.scales[place] = scales;
                usable.push((place, at, column.first_native()));
            }
        }
        for (place, at, first_native) in usable {
            let neighbours = Neighbours::of(&self.grid, at);
            for beside in neighbours.places() {
                reliefs
                    .entry(beside)
                    .or_insert_with(|| self.relief(&mut column.source, beside));
            }
            let fields = &mut tables.fields[place * count..(place + 1) * count];
            make_relative(fields, first_native, &neighbours.reliefs(&reliefs), self.vertical_wind);
        }
        tables
    }

    fn fill(&self, column: &mut PhysicsColumn, (i, j): (usize, usize)) -> std::result::Result<ColumnScales, Problem> {
        let roughness_m = value(&self.maker.fields.roughness, (j, i))
            .unwrap_or_else(|| natural_roughness_m(self.grid.place_at(i as f64, j as f64)))
            .clamp(MIN_ROUGHNESS_M, MAX_ROUGHNESS_M);
        let scales = self.maker.fill(column, (j, i), roughness_m)?;
        Ok(ColumnScales {
            cell_m: self.grid.cell_size_m(i as f64, j as f64).1 as f32,
            ..scales
        })
    }

    /// The relief of a column that is not made itself: as much of it as the vertical wind needs.
    fn relief(&self, scratch: &mut SourceColumn, (i, j): (usize, usize)) -> Relief {
        let fields = &self.maker.fields;
        if self.vertical_wind != Some(VerticalWind::Omega) {
            return Relief {
                terrain_m: fields.terrain_m((j, i)),
                levels: Vec::new(),
            };
        }
        fields.fill(scratch, (j, i));
        self.relief_of(scratch, (i, j), scratch.check())
    }

    fn relief_of(&self, column: &SourceColumn, (i, j): (usize, usize), usable: UsableOrNot) -> Relief {
        match usable {
            Ok(()) => Relief::of(column),
            Err(problem) => {
                self.problems.add((j, i), problem);
                Relief::unusable(self.maker.fields.level_count())
            }
        }
    }
}

type UsableOrNot = std::result::Result<(), Problem>;

impl MakeColumns for NativeColumns {
    type Block = NativeTables;

    fn make(&self, area: &Area) -> NativeTables {
        let mut tables = self.make_as_stored(area);
        let count = self.level_count();
        for (place, at) in area.columns() {
            let fields = &mut tables.fields[place * count..(place + 1) * count];
            self.poles
                .unify(fields, &self.grid, at, |beside| self.make_as_stored(beside).fields);
        }
        tables
    }

    fn bytes(tables: &NativeTables) -> usize {
        size_of_val(&*tables.fields) + size_of_val(&*tables.scales)
    }
}
