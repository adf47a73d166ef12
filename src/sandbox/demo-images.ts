import sharp from 'sharp';
import { type Motif, motifs } from './demo-motifs.ts';
import type { Draw } from './image-store.ts';
import { seededRandom } from './random.ts';

/** Recipe of a demo image. */
export interface DemoImage {
  motif: Motif;
  /** CSS colors: background from, background to, main, second, accent. */
  palette: readonly [from: string, to: string, main: string, second: string, accent: string];
  /** Distinguishes images with the same motif and palette. */
  variant: number;
}

/** Side of a demo image, in pixels. */
const SIDE = 512;

/** Draws a demo image from its recipe: a {@link DemoImage} as JSON. */
export const drawDemoImage: Draw = async (recipe, contentType) => {
  const { motif, palette, variant }: DemoImage = JSON.parse(recipe);
  const random = seededRandom(`${motif}/${variant}`);
  const [from, to, main, second, accent] = palette;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}" viewBox="0 0 512 512">
    <defs>
      <linearGradient id="back" gradientTransform="rotate(${Math.round(60 + 60 * random())})">
        <stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/>
      </linearGradient>
      <linearGradient id="main" gradientTransform="rotate(75)">
        <stop offset="0" stop-color="${main}"/><stop offset="1" stop-color="${second}"/>
      </linearGradient>
      <radialGradient id="glow"><stop offset="0" stop-color="#fff" stop-opacity=".45"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>
    </defs>
    <rect width="512" height="512" fill="url(#back)"/>
    <circle cx="${Math.round(130 + 250 * random())}" cy="${Math.round(90 + 120 * random())}" r="230" fill="url(#glow)"/>
    ${motifs[motif]({ main: 'url(#main)', second, accent, random })}
  </svg>`;
  const image = sharp(Buffer.from(svg));
  if (contentType === 'image/jpeg') return image.jpeg({ quality: 88 }).toBuffer();
  return contentType === 'image/webp' ? image.webp({ quality: 88 }).toBuffer() : image.png().toBuffer();
};
