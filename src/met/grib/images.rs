//! Values packed as an image in grey: JPEG 2000 (data template 5.40) and PNG (5.41).

use std::io::Cursor;
use std::panic::catch_unwind;

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use super::octets::{Octets, Parsed};
use super::unpack::each_number;

/// Widest sample that the decoder of JPEG 2000, which computes in f32, gives back exactly.
const WIDEST_JPEG_SAMPLE: u8 = 24;

/// The `count` samples of a JPEG 2000 codestream.
pub(super) fn jpeg_2000(data: &[u8], bits: u8, count: usize) -> Parsed<Vec<u32>> {
    if bits > WIDEST_JPEG_SAMPLE {
        return Err(format!("{bits} bits a value, at most {WIDEST_JPEG_SAMPLE} are read"));
    }
    has_size(jpeg_2000_size(data), count)?;
    contained(|| {
        let image = Image::new(data, &DecodeSettings::default()).map_err(|problem| problem.to_string())?;
        let mut context = DecoderContext::default();
        let decoded = image.decode(&mut context).map_err(|problem| problem.to_string())?;
        let [grey] = decoded.components() else {
            return Err("an image in colour".to_string());
        };
        let sample = |&value: &f32| match value.fract() == 0.0 && (0.0..16_777_216.0).contains(&value) {
            true => Ok(value as u32),
            false => Err(format!("a sample {value}")),
        };
        grey.samples().iter().map(sample).collect()
    })
}

/// The `count` samples of a PNG image, of one to four octets: colours are parts of a sample.
pub(super) fn png(data: &[u8], bits: u8, count: usize) -> Parsed<Vec<u32>> {
    has_size(png_size(data), count)?;
    contained(|| {
        let decoder = png::Decoder::new(Cursor::new(data));
        let mut reader = decoder.read_info().map_err(|problem| problem.to_string())?;
        let size = reader.output_buffer_size().ok_or("an image without size")?;
        let mut pixels = vec![0; size];
        let frame = reader.next_frame(&mut pixels).map_err(|problem| problem.to_string())?;
        let width = frame.width as usize;
        // samples may be kept wider than they are
        let kept = frame.color_type.samples() * frame.bit_depth as usize;
        let kept = u8::try_from(kept).ok().filter(|kept| *kept >= bits);
        let bits = kept.ok_or_else(|| format!("pixels narrower than samples of {bits} bits"))?;
        let mut samples = Vec::with_capacity(count);
        for row in pixels[..frame.buffer_size()].chunks_exact(frame.line_size) {
            each_number(row, bits, width, |sample| samples.push(sample))?;
        }
        Ok(samples)
    })
}

/// Runs a decoder of images, which may index and unwrap by what damaged data say.
fn contained(decode: impl FnOnce() -> Parsed<Vec<u32>> + std::panic::UnwindSafe) -> Parsed<Vec<u32>> {
    catch_unwind(decode).unwrap_or_else(|_| Err("the decoder gave up".to_string()))
}

/// An image of another size may take any amount of memory.
fn has_size(size: Option<(u64, u64)>, count: usize) -> Parsed<()> {
    match size {
        Some((width, height)) if width.checked_mul(height) == Some(count as u64) => Ok(()),
        Some((width, height)) => Err(format!("an image of {width} x {height} for {count} values")),
        None => Err("no image".to_string()),
    }
}

/// Width and height in the header of an image (ISO/IEC 15948, 11.2.2).
fn png_size(data: &[u8]) -> Option<(u64, u64)> {
    let octets = Octets::new(7, data);
    let named = octets.slice(13, 4).ok()? == b"IHDR";
    let size = octets.unsigned(17, 4).ok().zip(octets.unsigned(21, 4).ok());
    size.filter(|_| named)
}

/// Width and height in the size marker of a codestream with one component (ISO/IEC 15444-1, A.5.1).
fn jpeg_2000_size(data: &[u8]) -> Option<(u64, u64)> {
    let octets = Octets::new(7, data);
    let four = |first: usize| octets.unsigned(first, 4).ok();
    let marked = octets.slice(1, 4).ok()? == [0xff, 0x4f, 0xff, 0x51] && octets.u16(41).ok()? == 1;
    let width = four(9)?.checked_sub(four(17)?)?;
    let height = four(13)?.checked_sub(four(21)?)?;
    marked.then_some((width, height))
}
