import { unfilter } from './unfilter.ts';

/** Size of an image and of its pixels. */
export interface PixelGrid {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** 1, 2, 4, or a multiple of 8. */
  readonly bitsPerPixel: number;
}

/** Size of a row with its leading filter byte, in bytes. */
export const rowBytes = (pixels: number, bitsPerPixel: number) => 1 + Math.ceil((pixels * bitsPerPixel) / 8);

/** Adam7 passes: first column and row, and the distances to the next ones (Portable Network Graphics, section 8.2). */
const PASSES = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
] as const;

/**
 * Deinterlaces the rows of a PNG incrementally. Each pixel fills the block that later passes refine, as in browsers, so
 * that an image whose data ends early is coarse instead of black.
 */
export class Deinterlacer {
  readonly #grid: PixelGrid;
  readonly #image: Buffer;
  #pass = -1;
  /** Position of the current row in the image. */
  #y = 0;
  /** The current row, with its filter byte. */
  #row: Buffer = NO_ROW;
  /** The previous row of the same pass. */
  #above: Buffer = NO_ROW;
  /** Number of received bytes of the current row. */
  #filled = 0;

  /** @param image Zeros; receives the rows from top to bottom, each after a filter byte of 0. */
  constructor(grid: PixelGrid, image: Buffer) {
    this.#grid = grid;
    this.#image = image;
    this.#nextPass();
  }

  /** True once all rows have been received. */
  get isFull(): boolean {
    return this.#pass === PASSES.length;
  }

  /** True until the first row has been received. */
  get isEmpty(): boolean {
    return this.#pass === 0 && this.#y === 0;
  }

  /** Consumes the next inflated bytes. Ignores bytes after the last row. */
  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.byteLength && !this.isFull; ) {
      const copied = bytes.copy(this.#row, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled === this.#row.byteLength) this.#endRow();
    }
  }

  #endRow(): void {
    const { height, width, bitsPerPixel } = this.#grid;
    const pass = PASSES[this.#pass];
    if (!pass) return;
    unfilter(this.#row, this.#above, Math.max(1, bitsPerPixel / 8));
    const stride = rowBytes(width, bitsPerPixel);
    const at = this.#y * stride;
    const line = this.#image.subarray(at, at + stride);
    if (bitsPerPixel < 8) spreadBits(this.#row, line, pass, this.#grid);
    else spreadBytes(this.#row, line, pass, this.#grid);
    // Until later passes refine them, all rows of a block are equal.
    const end = Math.min(this.#y + pass.dy - pass.y, height);
    for (let y = this.#y + 1; y < end; y++) this.#image.copyWithin(y * stride, at, at + stride);

    [this.#row, this.#above] = [this.#above, this.#row];
    this.#filled = 0;
    this.#y += pass.dy;
    if (this.#y >= height) this.#nextPass();
  }

  /** Advances to the next pass that has pixels in this image. */
  #nextPass(): void {
    const { width, height, bitsPerPixel } = this.#grid;
    for (this.#pass++; !this.isFull; this.#pass++) {
      const pass = PASSES[this.#pass];
      if (!pass || pass.x >= width || pass.y >= height) continue;
      const bytes = rowBytes(Math.ceil((width - pass.x) / pass.dx), bitsPerPixel);
      this.#y = pass.y;
      this.#row = Buffer.alloc(bytes);
      this.#above = Buffer.alloc(bytes);
      return;
    }
  }
}

const NO_ROW = Buffer.alloc(0);

type Pass = (typeof PASSES)[number];

/** Spreads the pixels of a pass's row over a row of the image. Pixels are whole bytes. */
function spreadBytes(row: Buffer, line: Buffer, { x: first, dx }: Pass, { width, bitsPerPixel }: PixelGrid): void {
  const step = bitsPerPixel / 8;
  for (let from = 1, x = first; x < width; from += step, x += dx) {
    const end = 1 + Math.min(x + dx - first, width) * step;
    for (let to = 1 + x * step, byte = 0; to < end; to++) {
      line[to] = row[from + byte] ?? 0;
      byte = byte + 1 === step ? 0 : byte + 1;
    }
  }
}

/** Spreads the pixels of a pass's row over a row of the image. A byte contains several pixels. */
function spreadBits(row: Buffer, line: Buffer, { x: first, dx }: Pass, { width, bitsPerPixel: bits }: PixelGrid): void {
  const mask = (1 << bits) - 1;
  const byteOf = (pixel: number) => 1 + ((pixel * bits) >> 3);
  const shiftOf = (pixel: number) => 8 - bits - ((pixel * bits) & 7);
  for (let index = 0, x = first; x < width; index++, x += dx) {
    const value = ((row[byteOf(index)] ?? 0) >> shiftOf(index)) & mask;
    const end = Math.min(x + dx - first, width);
    for (let to = x; to < end; to++) {
      const at = byteOf(to);
      line[at] = ((line[at] ?? 0) & ~(mask << shiftOf(to))) | (value << shiftOf(to));
    }
  }
}
