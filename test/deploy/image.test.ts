import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { validate } from 'dockerfile-utils';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../support/clock.ts';
import { freePort } from '../support/free-port.ts';
import { readText } from '../support/readme.ts';
import { buildImage, type Image, isIgnored } from './image.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('The steps of the Dockerfile are not run here, because they need root.');

test('the Dockerfile has no mistakes', () => {
  expect(validate(readText('Dockerfile')).map(({ message }) => message)).toEqual([]);
});

test('secrets, and files that the image does not need, are not sent to the builder', () => {
  const kept = ['.env', '.env.production', '.data/secret', 'deploy/tls.pem', 'node_modules', '.git/config', 'test'];
  expect(kept.filter((path) => !isIgnored(path))).toEqual([]);
  expect(['package.json', '.npmrc', 'LICENSE', 'src/main.ts', 'schema/model.ts'].filter(isIgnored)).toEqual([]);
});

describe.runIf(isRoot)('the steps of the Dockerfile, in empty folders', () => {
  let image: Image;

  beforeAll(async () => {
    image = await buildImage();
  }, 240_000);

  afterAll(() => image?.remove(), 120_000);

  test('yield the program and the packages that it needs, and nothing else', async () => {
    expect((await readdir(image.pathOf('.'))).toSorted()).toEqual([
      '.data',
      'LICENSE',
      'dist',
      'node_modules',
      'package.json',
    ]);
    const { dependencies } = JSON.parse(readText('package.json')) as { dependencies: object };
    const packages = await readdir(image.pathOf('node_modules'));
    expect(packages).toEqual(expect.arrayContaining(Object.keys(dependencies).map((name) => name.split('/')[0])));
    expect(packages.filter((name) => ['typescript', 'vitest', 'esbuild'].includes(name))).toEqual([]);
  });

  test('yield a gateway that runs as its own user, is healthy, and stops', async () => {
    const port = String(await freePort());
    const settings = { PORT: port, SANDBOX: 'true', ALLOW_ANONYMOUS: 'true', DRAIN_SECONDS: '0' };
    const graph = `http://127.0.0.1:${port}/graphql`;
    expect(await image.checkHealth(settings)).toBe(1);

    const gateway = image.start(image.command, settings);
    onTestFinished(() => void gateway.kill('SIGKILL'));
    let output = '';
    for (const stream of [gateway.stdout, gateway.stderr]) stream?.on('data', (text) => (output += text));
    const exited = once(gateway, 'exit');
    await until(() => output.includes('/graphql') || gateway.exitCode !== null);
    expect(await image.checkHealth(settings), output).toBe(0);

    const response = await fetch(graph, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query:
          '{ models(first: 1) { nodes { dataItems(first: 1) { nodes { image { url(width: 64, format: WEBP) } } } } } }',
      }),
    });
    const { data } = (await response.json()) as {
      data: { models: { nodes: [{ dataItems: { nodes: [{ image: { url: string } }] } }] } };
    };
    const { url } = data.models.nodes[0].dataItems.nodes[0].image;
    const variant = await fetch(new URL(new URL(url).pathname, graph));
    expect(await sharp(await variant.arrayBuffer()).metadata()).toMatchObject({ format: 'webp', width: 64 });
    expect((await readdir(image.pathOf('.data'))).toSorted()).toContain('secret');

    gateway.kill(image.stopSignal as NodeJS.Signals);
    expect(await exited).toEqual([0, null]);
    expect(await image.checkHealth(settings)).toBe(1);
  }, 60_000);
});
