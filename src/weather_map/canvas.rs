//! Drawing in pixels: text, lines, boxes.

use std::path::Path;
use std::sync::OnceLock;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, RGBAColor, register_font};

use crate::error::{Error, Result};

type Area<'a> = DrawingArea<BitMapBackend<'a>, plotters::coord::Shift>;

static FONT: &[u8] = include_bytes!("../../data/dejavu_sans_latin.ttf");
static REGISTERED: OnceLock<bool> = OnceLock::new();

pub(super) const INK: RGBColor = RGBColor(30, 30, 30);
pub(super) const PAPER: RGBColor = WHITE;

/// Where a text stands relative to its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Left,
    Centre,
    Right,
}

/// A picture in the making. Drawing into memory does not fail; what the library says is told when the picture is kept.
pub(super) struct Canvas<'a> {
    area: Area<'a>,
    failure: Option<String>,
}

impl<'a> Canvas<'a> {
    /// A white picture for the file `path`.
    ///
    /// # Errors
    /// [`Error::Format`] if the font cannot be read.
    pub fn new(path: &'a Path, size: (u32, u32)) -> Result<Self> {
        let registered = *REGISTERED.get_or_init(|| register_font("sans-serif", FontStyle::Normal, FONT).is_ok());
        if !registered {
            return Err(Error::format(path, "the font of the program cannot be read"));
        }
        let area = BitMapBackend::new(path, size).into_drawing_area();
        let failure = area.fill(&PAPER).err().map(|e| e.to_string());
        Ok(Self { area, failure })
    }

    fn draw<E>(&mut self, element: &E)
    where
        for<'b> &'b E: plotters::element::PointCollection<'b, (i32, i32)>,
        E: plotters::element::Drawable<BitMapBackend<'a>>,
    {
        if let Err(problem) = self.area.draw(element) {
            self.failure.get_or_insert(problem.to_string());
        }
    }

    pub fn dot(&mut self, at: (i32, i32), colour: impl Color) {
        if let Err(problem) = self.area.draw_pixel(at, &colour) {
            self.failure.get_or_insert(problem.to_string());
        }
    }

    /// A thin line. Level and upright pieces are drawn point by point: the library leaves out their ends.
    pub fn line(&mut self, points: &[(f64, f64)], colour: RGBAColor) {
        for pair in points.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|(x, y)| (x.round() as i32, y.round() as i32));
            if a.0 == b.0 {
                (a.1.min(b.1)..=a.1.max(b.1)).for_each(|y| self.dot((a.0, y), colour));
            } else if a.1 == b.1 {
                (a.0.min(b.0)..=a.0.max(b.0)).for_each(|x| self.dot((x, a.1), colour));
            } else {
                self.draw(&PathElement::new(vec![a, b], colour.stroke_width(1)));
            }
        }
    }

    pub fn fill(&mut self, corners: [(i32, i32); 2], colour: RGBAColor) {
        self.draw(&Rectangle::new(corners, colour.filled()));
    }

    pub fn polygon(&mut self, points: &[(f64, f64)], colour: RGBAColor) {
        let whole = points.iter().map(|(x, y)| (x.round() as i32, y.round() as i32));
        self.draw(&Polygon::new(whole.collect::<Vec<_>>(), colour.filled()));
    }

    pub fn frame(&mut self, corners: [(i32, i32); 2]) {
        self.draw(&Rectangle::new(corners, INK.stroke_width(1)));
    }

    /// Text in the middle of the height `y`.
    pub fn text(&mut self, text: &str, at: (i32, i32), size_px: f64, anchor: Anchor) {
        let across = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Centre => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let style = ("sans-serif", size_px).into_font().color(&INK);
        let style = style.pos(Pos::new(across, VPos::Center));
        self.draw(&Text::new(text.to_owned(), at, style));
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`Error::Format`] with what the library said.
    pub fn keep(self, path: &Path) -> Result<()> {
        let written = self.area.present().map_err(|e| e.to_string());
        match self.failure.map_or(written, Err) {
            Ok(()) => Ok(()),
            Err(problem) => Err(Error::format(path, problem)),
        }
    }
}
