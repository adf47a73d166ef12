import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { startGateway } from '../support/gateway.ts';
import { startProgram, temporaryDirectory } from '../support/program.ts';
import { blocksOf, readText } from '../support/readme.ts';
import { type Result, resultsIn } from './results.ts';
import { missingTools, paste } from './shell.ts';

const readme = readText('README.md');
const manifest = JSON.parse(readText('package.json')) as { engines: { node: string } };
/** Short enough for a test, and long enough for polls to observe the beginning and the end. */
const DURATIONS = { SANDBOX_FAST_SECONDS: '1', SANDBOX_PREDICTION_SECONDS: '0.5' };

test.skipIf(missingTools.length > 0)(
  'the commands of the README list models, upload, train, watch, predict and download an image',
  { timeout: 60_000 },
  async () => {
    const { url } = await startProgram({ env: DURATIONS });
    const directory = await temporaryDirectory();
    const address = `localhost:${new URL(url).port}`;
    const commands = blocksOf(readme)
      .filter(({ language }) => language === 'bash')
      .map(({ text }) => text);

    const { printed, variables } = await paste(commands, { directory, addresses: { 'localhost:4000': address } });

    const results = printed.flatMap(resultsIn);
    expect(results[0]?.data?.models).toMatchObject({
      nodes: [{ id: variables.MODEL, triggerWord: 'FJA90AB' }, {}, {}],
    });
    expect(results).toContainEqual({
      data: {
        uploadDataItem: {
          dataItem: { id: expect.any(String), image: expect.objectContaining({ width: expect.any(Number) }) },
        },
      },
    });
    expect(variables.WORD).toMatch(/^[A-Z]{3}\d\d[A-Z]{2}$/);

    const [trained, predicted] = [eventsOf(results, 'trainingUpdated'), eventsOf(results, 'predictionUpdated')];
    expect(trained.at(-1)).toEqual({ status: 'COMPLETED', progress: { fraction: 1 }, triggerWord: variables.WORD });
    expect(predicted.at(-1)).toMatchObject({ status: 'COMPLETED', images: [{ url: expect.any(String) }] });
    for (const { status } of [...trained.slice(0, -1), ...predicted.slice(0, -1)]) expect(status).not.toBe('COMPLETED');

    const { images } = predicted.at(-1) as { images: [{ url: string }] };
    const saved = await sharp(await readFile(join(directory, 'image.webp'))).metadata();
    const painted = await sharp(await (await fetch(images[0].url)).arrayBuffer()).metadata();
    expect([saved.format, painted.format]).toEqual([expect.stringMatching(IMAGE), expect.stringMatching(IMAGE)]);
  },
);

describe('the README and the code', () => {
  test('the README is short', () => {
    expect(readme.split('\n').length).toBeLessThan(160);
  });

  test('the README states the supported versions of Node.js', () => {
    expect(readme).toContain(`Node.js \`${manifest.engines.node}\``);
  });

  test('the README states the durations of jobs in the sandbox', () => {
    const { sandbox } = readConfig({});

    expect(readme).toContain(
      `The sandbox needs ${sandbox.fastSeconds} and ${sandbox.highQualitySeconds} seconds, and ${sandbox.predictionSeconds} for a prediction.`,
    );
  });

  test('the picture of the README is small, and as wide as it is shown', async () => {
    const [, file = ''] = /^!\[[^\]]+\]\((.+)\)$/m.exec(readme) ?? [];
    const bytes = await readFile(new URL(`../../${file}`, import.meta.url));
    const { format, width } = await sharp(bytes).metadata();

    expect({ format, width }).toEqual({ format: 'webp', width: 1440 });
    expect(bytes.length).toBeLessThan(150_000);
  });

  test('pages of other sites get no CORS headers', async () => {
    const { fetch } = startGateway();

    const { headers } = await fetch('/graphql?query={__typename}', {
      headers: { origin: 'https://elsewhere.example' },
    });

    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

const IMAGE = /^(?:webp|png|jpeg)$/;

const eventsOf = (results: readonly Result[], field: string): Record<string, unknown>[] =>
  results.flatMap(({ data }) => (data && field in data ? [data[field] as Record<string, unknown>] : []));
