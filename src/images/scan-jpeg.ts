import { malformedImage } from './invalid-image-error.ts';
import { type Scan, type Search, take } from './scan-steps.ts';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** Many times what the largest picture needs. More would only cost time. */
const MAX_SEGMENTS = 10_000;

/** DHT, JPG and DAC lie among the codes of the frame headers and are none (ITU-T T.81, table B.1). */
const isFrameHeader = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/**
 * Walks a JPEG from behind its SOI marker and the 0xFF that follows it to behind its EOI marker (ITU-T T.81, annex B).
 * The segments are walked by their lengths, so that nothing inside of them, such as a thumbnail, is taken for the
 * picture. What lies between two segments is passed over as decoders do.
 *
 * @throws RefusedPictureError `unsupported` when it has no frame, no scan, more than one frame, or far too many segments.
 */
export function* scanJpeg(): Scan {
  let frames = 0;
  let scans = 0;
  for (let segments = 0; ; segments++) {
    const marker = yield* nextMarker(segments === 0);
    if (marker === SOI) throw malformedImage('jpeg', 'another picture begins inside of it');
    if (marker === EOI) {
      if (scans === 0) throw malformedImage('jpeg', 'it ends without a picture');
      return;
    }
    if (segments === MAX_SEGMENTS) throw malformedImage('jpeg', `it has more than ${MAX_SEGMENTS} segments`);
    const length = (yield* take(2)).getUint16(0);
    if (length < 2)
      throw malformedImage('jpeg', `one of its segments claims ${length} bytes, less than its own length takes`);
    if (isFrameHeader(marker)) {
      frames++;
      if (frames > 1 || length < 8) throw malformedImage('jpeg', 'it has more than one frame header, or a broken one');
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
 * Goes behind the next marker. In entropy-coded data a 0xFF with 0x00 is a byte of the data, and RST markers are part of
 * it, as is TEM (table B.1); any number of 0xFF may stand before a marker (section B.1.1.2).
 *
 * @param isOpened Whether a 0xFF has been read already.
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
