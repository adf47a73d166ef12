import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import compiler from 'relay-compiler';
import {
  Environment,
  type GraphQLTaggedNode,
  type MissingFieldHandler,
  Network,
  Observable,
  RecordSource,
  Store,
} from 'relay-runtime';
import { temporaryDirectory } from '../support/program.ts';
import type { startForClients } from './support.ts';

const schema = fileURLToPath(new URL('../../schema/schema.graphql', import.meta.url));

/**
 * Compiles operations with Relay's compiler, against the published schema.
 *
 * @param source A module whose operations are tagged with `graphql` and have names that begin with `relay`.
 * @returns Function that loads a compiled operation or fragment by name.
 */
export async function compile(source: string): Promise<(name: string) => GraphQLTaggedNode> {
  const require = createRequire(await runCompiler(source, { language: 'javascript' }));
  return (name) => require(`./${name}.graphql.js`);
}

/** Runs Relay's compiler. Returns the folder of its output, with a slash at the end. */
export async function runCompiler(source: string, options: { language: 'javascript' | 'typescript' }): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'src'));
  await copyFile(schema, join(directory, 'schema.graphql'));
  await writeFile(join(directory, `src/relay.${options.language === 'javascript' ? 'js' : 'ts'}`), source);
  const config = {
    src: './src',
    schema: './schema.graphql',
    artifactDirectory: './artifacts',
    eagerEsModules: false,
    ...options,
  };
  await mkdir(join(directory, 'artifacts'));
  await writeFile(join(directory, 'relay.config.json'), JSON.stringify(config));
  await promisify(execFile)(compiler, ['relay.config.json', '--output', 'quiet-with-errors'], { cwd: directory });
  return join(directory, 'artifacts/');
}

/** Creates a Relay environment for a gateway. */
export function environmentOf(
  { uri, sockets }: Pick<Awaited<ReturnType<typeof startForClients>>, 'uri' | 'sockets'>,
  missingFieldHandlers: readonly MissingFieldHandler[] = [],
  getDataID?: (fields: { id?: string }, type: string) => string | undefined,
): Environment {
  return new Environment({
    ...(getDataID && { getDataID }),
    missingFieldHandlers: [...missingFieldHandlers],
    store: new Store(new RecordSource()),
    network: Network.create(
      async ({ text }, variables) => {
        const response = await fetch(uri, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
          body: JSON.stringify({ query: text, variables }),
        });
        return await response.json();
      },
      ({ text }, variables) =>
        Observable.create((sink) =>
          sockets.subscribe(
            { query: text ?? '', variables },
            {
              next: ({ data }) => (data ? sink.next({ data }) : sink.error(new Error('Expected data, got none.'))),
              error: (error) => sink.error(new Error(JSON.stringify(error))),
              complete: () => sink.complete(),
            },
          ),
        ),
    ),
  });
}
