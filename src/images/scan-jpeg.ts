import { malformedImage } from './invalid-image-error.ts';
import { type Scan, type Search, take } from './scan-steps.ts';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** Maximum number of segments, many times that of large valid images. Bounds the time of a scan. */
const MAX_SEGMENTS = 10_000;

/** True for SOF markers. DHT, JPG and DAC are in the same range but are not frame headers (ITU-T T.81, table B.1). */
const isFrameHeader = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/**
 * Scans a JPEG through its EOI marker, starting after SOI and the following 0xFF (ITU-T T.81, annex B). Segments are
 * skipped by their lengths, so that nothing inside them, such as a thumbnail, is mistaken for the image. Bytes between
 * segments are ignored, as decoders do.
 *
 * @throws InvalidImageError `unsupported` when there is no frame, no scan, more than one frame, or too many segments.
 */
export function* scanJpeg(): Scan {
  let frames = 0;
  let scans = 0;
  for (let segments = 0; ; segments++) {
    const marker = yield* nextMarker(segments === 0);
    if (marker === SOI) throw malformedImage('jpeg', 'another image begins inside it');
    if (marker === EOI) {
      if (scans === 0) throw malformedImage('jpeg', 'it ends without any image data');
      return;
    }
    if (segments === MAX_SEGMENTS) throw malformedImage('jpeg', `it has more than ${MAX_SEGMENTS} segments`);
    const length = (yield* take(2)).getUint16(0);
    if (length < 2) throw malformedImage('jpeg', `one of its segments has a length of ${length}, but the minimum is 2`);
    if (isFrameHeader(marker)) {
      frames++;
      if (frames > 1 || length < 8)
        throw malformedImage('jpeg', 'it has more than one frame header, or an invalid one');
      const header = yield* take(5);
      yield { size: { width: header.getUint16(3), height: header.getUint16(1) } };
      yield { skip: length - 7 };
    } else {
      yield { skip: length - 2 };
    }
    if (marker !== SOS) continue;
    scans++;
    if (frames === 0) throw malformedImage('jpeg', 'a scan comes before its frame header');
  }
}

/**
 * Advances past the next marker and returns it. In entropy-coded data, 0xFF 0x00 is a data byte, and RST and TEM
 * markers are part of the data (table B.1). Any number of 0xFF fill bytes can precede a marker (section B.1.1.2).
 *
 * @param isOpened True if a 0xFF has already been read.
 */
function* nextMarker(isOpened: boolean): Scan<number> {
  let afterFf = isOpened;
  let marker = 0;
  const search: Search = (bytes, from) => {
    for (let at = from; at < bytes.byteLength; at++) {
      if (!afterFf) {
        at = bytes.indexOf(0xff, at);
        if (at < 0) return -1;
        afterFf = true;
        continue;
      }
      marker = bytes[at] ?? 0;
      if (marker === 0xff) continue;
      afterFf = false;
      if (marker !== 0x00 && marker !== 0x01 && (marker < 0xd0 || marker > 0xd7)) return at + 1;
    }
    return -1;
  };
  yield { search };
  return marker;
}
