//! The station that a receptor belongs to.

use super::{Receptor, default_id};

impl Receptor {
    /// Name of the station: the id without its time, `yyyymmddHHMM` before or after an underscore; of an id without
    /// its time the place, `lon_lat_zagl` as in STILT's own ids.
    ///
    /// ```
    /// use airshed::{Receptor, UtcTime};
    /// let receptor = Receptor::new(UtcTime::parse("2010-02-12T18:00")?, 4.927, 51.971, 207.0)?;
    /// assert_eq!(receptor.station(), "4.927_51.971_207");
    /// assert_eq!(receptor.clone().with_id("CBW_201002121800")?.station(), "CBW");
    /// assert_eq!(receptor.with_id("noon")?.station(), "4.927_51.971_207");
    /// # Ok::<(), airshed::Error>(())
    /// ```
    pub fn station(&self) -> String {
        let time = self.time.compact();
        let before = self.id.strip_suffix(&time).and_then(|rest| rest.strip_suffix('_'));
        let after = self.id.strip_prefix(&time).and_then(|rest| rest.strip_prefix('_'));
        if let Some(station) = before.or(after).filter(|station| !station.is_empty()) {
            return station.to_owned();
        }
        let place = default_id(self.time, self.site(), self.datum, &self.shape);
        place[time.len() + 1..].to_owned()
    }
}
