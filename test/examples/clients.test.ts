import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import Database from 'libsql';
import { createServer } from 'vite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { execute } from '../e2e/client.ts';
import { type Program, startProgram, temporaryDirectory } from '../support/program.ts';
import { smallImage } from '../support/seeds.ts';
import { bundleRelayExample, type Example, programs, startExample } from './support.ts';

/** All demo models, of which the examples with pages request two at once. */
const MODELS =
  'Models: Summer Collection Style Model, Neon Sneakers, Nordic Ceramics, Botanical Prints, Travel Posters';
/** Predictions do not end by themselves before the restart of the gateway. */
const ENV = { SANDBOX_PREDICTION_SECONDS: '3600' };

const fileOf = async (name: string) => (name === 'relay' ? await bundleRelayExample() : `${programs}${name}.mjs`);

test.each([
  ['apollo', true],
  ['urql', true],
  ['relay', true],
  ['tanstack-query', false],
  ['node-script', false],
] as const)(
  'the example %s lists models, uploads and predicts, and survives a restart of the gateway',
  {
    timeout: 60_000,
  },
  async (name, uploads) => {
    const gateway = await startProgram({ env: ENV });
    const example = await startExample(await fileOf(name), `${gateway.url}/graphql`);

    await example.printed(/^Prediction: (QUEUED|PROCESSING)$/m);
    await restart(gateway, ENV, example);

    const { code, output } = await example.ended;
    const lines = output.trim().split('\n');
    expect(output).toContain(MODELS);
    expect(lines.filter((line) => line === 'Uploaded: 1 × 1')).toHaveLength(uploads ? 1 : 0);
    expect(lines.at(-1)).toMatch(/^Image: http:|^Saved: prediction-0\.png$/);
    // Nothing else: no warning of a library about the schema or its cache.
    expect(lines.filter((line) => !/^(Models|Uploaded|Prediction|Image|Saved): /.test(line))).toEqual([]);
    expect(code).toBe(0);
  },
);

test('the example of the client library uploads, trains and predicts, and survives a restart of the gateway', {
  timeout: 60_000,
}, async () => {
  const env = { ...ENV, SANDBOX_FAST_SECONDS: '2' };
  const gateway = await startProgram({ env });
  const example = await startExample(`${programs}client-library.mjs`, `${gateway.url}/graphql`);

  await example.printed(/^Prediction: (QUEUED|PROCESSING)$/m);
  await restart(gateway, env, example);

  const { code, output } = await example.ended;
  expect(output).toContain(MODELS);
  expect(output).toMatch(/^Upload 0: stored$/m);
  expect(output).toMatch(/^Rejected: notes\.txt: Expected a webp, png or jpeg/m);
  expect(output).toMatch(/^Training: COMPLETED$/m);
  expect(output).toMatch(/^Image: http:/m);
  expect(code).toBe(0);
});

test('the script uploads an image file, and prints why a file is rejected', async () => {
  const { url } = await startProgram({ env: { SANDBOX_PREDICTION_SECONDS: '0.2' } });
  const directory = await temporaryDirectory();
  const [image, text] = [join(directory, 'coat.png'), join(directory, 'coat.txt')];
  await writeFile(image, await smallImage({ width: 12, height: 8 }));
  await writeFile(text, 'not an image');

  const outputs = [];
  for (const path of [image, text]) {
    const example = await startExample(`${programs}node-script.mjs`, `${url}/graphql`, ['Neon Sneakers', path]);
    outputs.push((await example.ended).output);
  }

  expect(outputs[0]).toContain('Uploaded: 12 × 8');
  expect(outputs[1]).toContain('Rejected: Expected a webp, png or jpeg');
});

test('the development server of Vite forwards queries, images and subscriptions', async () => {
  const { url } = await startProgram();
  const directory = await temporaryDirectory();
  vi.stubEnv('GATEWAY_URL', url);
  onTestFinished(() => void vi.unstubAllEnvs());
  const server = await createServer({
    root: directory,
    configFile: `${programs}vite.config.js`,
    cacheDir: directory,
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1' },
  });
  onTestFinished(() => server.close());
  await server.listen();
  const [origin = ''] = server.resolvedUrls?.local ?? [];

  const { data } = await execute<{ models: { nodes: { dataItems: { nodes: { image: { url: string } }[] } }[] } }>(
    origin.slice(0, -1),
    '{ models(first: 1) { nodes { dataItems(first: 1) { nodes { image { url } } } } } }',
  );
  const image = new URL(data?.models.nodes[0]?.dataItems.nodes[0]?.image.url ?? '');
  const response = await fetch(new URL(image.pathname, origin));

  expect(response.headers.get('content-type')).toMatch(/^image\//);
  expect(await (await fetch(new URL('/graphql/errors', origin))).text()).toContain('RATE_LIMITED');
});

/**
 * Replaces a gateway by another one on the same port and data. In between, one attempt to connect fails, and the prediction
 * comes to its end.
 */
async function restart(
  { stop, directory, url }: Program,
  env: Readonly<Record<string, string>>,
  { ended }: Example,
): Promise<void> {
  const { port } = new URL(url);
  await stop();
  const refusing = createTcpServer((socket) => socket.destroy()).listen(Number(port), '127.0.0.1');
  const early = ended.then(({ output }) => expect.fail(`The example ended early: ${output}`));
  await Promise.race([once(refusing, 'connection'), early]);
  refusing.close();
  await once(refusing, 'close');
  const database = new Database(join(directory, '.data/sandbox.sqlite'));
  database.exec('UPDATE predictions SET duration = 1');
  database.close();
  await startProgram({ directory, env: { ...env, PORT: port } });
}
