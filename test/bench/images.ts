import sharp from 'sharp';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { createImages } from '../../src/images/images.ts';
import type { ImageSource } from '../../src/images/source.ts';
import { imageFromBase64 } from '../../src/upstream/images/image-stream.ts';

/**
 * `npm run bench:images`: measures the cost of image URLs and variants, without a network. Prints each figure with its
 * target, and exits with 1 if a target is missed.
 */

const ROUNDS = 301;
const VIEWERS = 100;
const IMAGES = 100;
const KEY = 'an-api-key-as-long-as-they-usually-are-0123456789';
const small = { width: 512, format: 'webp' } as const;

/** Noise, the most expensive content to encode. */
const original = await sharp({
  create: { width: 2_048, height: 2_048, channels: 3, background: 'teal', noise: { type: 'gaussian', sigma: 24 } },
})
  .jpeg({ quality: 90 })
  .toBuffer();

let reads = 0;
const images = createImages({
  sealer: createSealer({ secrets: ['a secret for measuring that is long enough'], now: Date.now }),
  open: async () => {
    reads++;
    return imageFromBase64(original.toString('base64'));
  },
});

const itemOf = (dataId: string): ImageSource => ({ kind: 'dataItem', modelId: 'cxAPAW2zX38mxM8uWwXg', dataId });
const seal = (round: number) => {
  for (let at = 0; at < IMAGES; at++) images.url('https://gateway.example', KEY, itemOf(`round-${round}-image-${at}`));
};
const show = async () => {
  const response = await images.serve(new Request(images.url('https://gateway.example', KEY, itemOf('cat'), small)));
  await response.arrayBuffer();
};

/** CPU time of one round, in milliseconds. */
function processorTime(round: number): number {
  const before = process.cpuUsage();
  seal(round);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await act();
  return performance.now() - begunAt;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
for (const round of rounds) seal(-1 - round);
const first = median(rounds.map(processorTime));
const again = median(rounds.map(() => processorTime(ROUNDS - 1)));

const making = await timeOf(() => Promise.all(Array.from({ length: VIEWERS }, show)));
const kept: number[] = [];
for (const _ of rounds) kept.push(await timeOf(show));
const showing = median(kept);

const figures: [what: string, figure: string, target: string, isReached: boolean][] = [
  [`sealing ${IMAGES} new URLs`, `${first.toFixed(3)} ms of CPU time`, 'under 1 ms', first < 1],
  [`sealing them again`, `${again.toFixed(3)} ms of CPU time`, 'under half of that', again < first / 2],
  [`${VIEWERS} concurrent requests for a new variant`, `${reads} read of the original`, '1', reads === 1],
  ['making that variant', `${making.toFixed(0)} ms`, 'none', true],
  [
    'serving it again',
    `${showing.toFixed(3)} ms, a ${Math.round(making / showing)}th`,
    'under a 20th',
    showing < making / 20,
  ],
];
for (const [what, figure, target, isReached] of figures) {
  console.log(`${isReached ? '✓' : '✗'} ${what}: ${figure} (target: ${target})`);
}
if (figures.some(([, , , isReached]) => !isReached)) process.exitCode = 1;
