// cspell:ignore pinojs disposablestack libc urlpattern
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProgram, temporaryDirectory } from '../support/program.ts';
import { execute } from './client.ts';

/** Packages that every start loads. All others are loaded when a setting or a request needs them. */
const PACKAGES = [
  '@envelop/core',
  '@envelop/instrumentation',
  '@fastify/busboy',
  '@graphql-tools/executor',
  '@graphql-tools/utils',
  '@graphql-yoga/logger',
  '@neon-rs/load',
  '@pinojs/redact',
  '@pothos/core',
  '@pothos/plugin-errors',
  '@pothos/plugin-relay',
  '@pothos/plugin-validation',
  '@whatwg-node/disposablestack',
  '@whatwg-node/fetch',
  '@whatwg-node/node-fetch',
  '@whatwg-node/promise-helpers',
  '@whatwg-node/server',
  'atomic-sleep',
  'cross-inspect',
  'dataloader',
  'detect-libc',
  'graphql',
  'graphql-ws',
  'graphql-yoga',
  'ipaddr.js',
  'ky',
  'libsql',
  'lru-cache',
  'on-exit-leak-free',
  'pino',
  'pino-std-serializers',
  'quick-format-unescaped',
  'safe-stable-stringify',
  'sonic-boom',
  'thread-stream',
  'tslib',
  'undici',
  'urlpattern-polyfill',
  'ws',
  'zod',
];

/** Size of these packages and the gateway's own code, as built, in bytes. */
const MAX_BYTES = 3_900_000;

test('the start and a first query load only the packages that every start needs', async () => {
  const coverage = await temporaryDirectory();
  const { url, stop } = await startProgram({
    env: { NODE_ENV: 'production', NODE_V8_COVERAGE: coverage, FLAIR_API_URL: 'http://127.0.0.1:1' },
  });
  expect(await execute(url, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  await stop();

  const { packages, bytes } = await loadedIn(coverage);

  expect(packages).toEqual(PACKAGES);
  expect(bytes).toBeLessThan(MAX_BYTES);
});

/** The packages, and the size of all built modules, that a process loaded which wrote its coverage to a directory. */
async function loadedIn(coverage: string): Promise<{ packages: string[]; bytes: number }> {
  const [file = ''] = await readdir(coverage);
  const { result }: { result: { url: string }[] } = JSON.parse(await readFile(join(coverage, file), 'utf8'));
  const packages = new Set<string>();
  let bytes = 0;
  for (const path of result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []))) {
    if (path.includes('/node_modules/')) {
      packages.add(packageOf(path));
      continue;
    }
    const { sources }: { sources: string[] } = JSON.parse(await readFile(`${path}.map`, 'utf8'));
    for (const source of sources) if (source.includes('/node_modules/')) packages.add(packageOf(source));
    bytes += (await readFile(path)).byteLength;
  }
  return { packages: [...packages].toSorted(), bytes };
}

const packageOf = (path: string): string =>
  /(?<=.*\/node_modules\/)(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? expect.fail(path);
