/**
 * Reverses the filter of a PNG row in place (Portable Network Graphics, section 9.2). Ignores unknown filters.
 *
 * @param row Filter byte and filtered bytes.
 * @param above Unfiltered row above it; zeros for the first row.
 * @param step Size of a pixel in bytes, at least 1.
 */
export function unfilter(row: Buffer, above: Buffer, step: number): void {
  const filter = row[0] ?? 0;
  if (filter === 0 || filter > 4) return;
  for (let at = 1; at < row.byteLength; at++) {
    const left = at > step ? (row[at - step] ?? 0) : 0;
    const up = above[at] ?? 0;
    let predicted = left;
    if (filter === 2) predicted = up;
    else if (filter === 3) predicted = (left + up) >> 1;
    else if (filter === 4) predicted = paeth(left, up, at > step ? (above[at - step] ?? 0) : 0);
    row[at] = (row[at] ?? 0) + predicted;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const toLeft = Math.abs(up - upLeft);
  const toUp = Math.abs(left - upLeft);
  const toUpLeft = Math.abs(left + up - 2 * upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}
