import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { buildClient } from '../../packaging/client.ts';
import { installPackage } from '../support/package.ts';
import { temporaryDirectory } from '../support/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Size of the whole entry as an app ships it: bundled, minified and compressed, without peers, in bytes. */
async function sizeOf(entry: string): Promise<number> {
  const outdir = await temporaryDirectory();
  const { outputs } = await buildClient(root, { entries: [entry], minify: true, outdir });
  const scripts = Object.keys(outputs).filter((name) => name.endsWith('.js'));
  const texts = await Promise.all(scripts.map((name) => readFile(join(root, name))));
  return gzipSync(Buffer.concat(texts), { level: 9 }).byteLength;
}

test('the main entry has less than 8 KB, with all documents', async () => {
  const bytes = await sizeOf('client/index.ts');

  console.log(`The client library has ${bytes} bytes (gzip).`);
  expect(bytes).toBeLessThan(8_192);
  expect(bytes).toBeGreaterThan(1_000);
});

test('the library contains no code of the server and no package', async () => {
  const { inputs } = await buildClient(root, { outdir: await temporaryDirectory() });

  expect(Object.keys(inputs).filter((name) => !name.startsWith('src/client/'))).toEqual([]);
});

test('an app that uses one document ships nothing else', async () => {
  const result = await build({
    stdin: { contents: "export { listModels } from './dist/client/index.js';", resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
  });

  const text = result.outputFiles[0]?.text ?? '';
  expect(text).toContain('query listModels');
  expect(text.length).toBeLessThan(600);
});

test('Node.js imports every entry of the installed package, those of peers after these are installed', async () => {
  const directory = await installPackage();
  const script = join(directory, 'script.mjs');
  const run = async (lines: string) => {
    await writeFile(script, lines);
    return (await promisify(execFile)(process.execPath, [script], { cwd: directory })).stdout.trim();
  };

  const own = await run(`
    import { createFlairClient, FlairError } from 'flair-graphql-gateway/client';
    import { relayConfig } from 'flair-graphql-gateway/relay';
    import { scalars } from 'flair-graphql-gateway/codegen';
    import { graphcache } from 'flair-graphql-gateway/urql';
    const client = createFlairClient({ url: 'http://127.0.0.1:1/graphql' });
    const error = await client.request('{ __typename }').catch((error) => error);
    client.dispose();
    console.log(error instanceof FlairError, error.code, error.retryable);
    console.log(typeof relayConfig, scalars.URL, typeof graphcache.keys.Image);
  `);
  const failure = await run("import 'flair-graphql-gateway/react';").catch(({ stderr }) => stderr);

  expect(own.split('\n')).toEqual(['true NETWORK_ERROR true', 'object string function']);
  expect(failure).toContain("Cannot find package 'react'");
});
