import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import relayCompiler from 'relay-compiler';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../support/program.ts';
import { root } from '../support/readme.ts';

/** Folder of the one-file programs. */
export const programs = `${root}examples/clients/`;

/** A running example. */
export interface Example {
  /** Waits until it has printed a line that matches. */
  printed(line: RegExp): Promise<unknown>;
  /** Its exit code, and everything that it has printed. */
  ended: Promise<{ code: number | null; output: string }>;
}

/** Starts an example in a folder of its own. It is killed at the end of the test. */
export async function startExample(file: string, graphUrl: string, args: readonly string[] = []): Promise<Example> {
  const cwd = await temporaryDirectory();
  const child = spawn(process.execPath, [file, ...args], { cwd, env: { ...process.env, GRAPH_URL: graphUrl } });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
  const printed = (line: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const check = () => line.test(output) && resolve();
      listeners.add(check);
      check();
      void ended.then(() => reject(new Error(`Expected a line like ${line}, got: ${output}`)));
    });
  return { printed, ended };
}

/** Compiles the example of Relay and bundles it, as the bundler of an application would. Returns the path of the bundle. */
export async function bundleRelayExample(): Promise<string> {
  const directory = await temporaryDirectory();
  await linkPackages(directory);
  const clients = join(directory, 'examples/clients');
  await mkdir(join(clients, '__generated__'), { recursive: true });
  for (const name of ['relay.js', 'relay.config.json']) await cp(programs + name, join(clients, name));
  await cp(`${root}schema/schema.graphql`, join(directory, 'schema/schema.graphql'));
  await promisify(execFile)(relayCompiler, ['relay.config.json', '--output', 'quiet-with-errors'], {
    cwd: clients,
  });
  const bundle = join(clients, 'bundle.mjs');
  await build({
    entryPoints: [join(clients, 'relay.js')],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
    plugins: [relayTags],
  });
  return bundle;
}

/** Replaces each tag by an import of what the compiler has written, as babel-plugin-relay does. */
const relayTags: Plugin = {
  name: 'relay-tags',
  setup({ onLoad }) {
    onLoad({ filter: /relay\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const imports: string[] = [];
      const contents = source.replace(/graphql`\s*\w+ (\w+)[^`]*`/g, (_, name: string) => {
        imports.push(`import ${name} from './__generated__/${name}.graphql.js';\n`);
        return name;
      });
      return { contents: imports.join('') + contents.replace('  graphql,\n', ''), loader: 'js' };
    });
  },
};

/** Makes the packages of the repository, and the repository itself, available in a folder. */
export async function linkPackages(directory: string): Promise<void> {
  const packages = join(directory, 'node_modules');
  await mkdir(packages);
  for (const name of await readdir(`${root}node_modules`))
    await symlink(`${root}node_modules/${name}`, join(packages, name));
  await symlink(root, join(packages, 'flair-graphql-gateway'));
}
