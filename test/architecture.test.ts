import { describe, expect, test } from 'vitest';
import { type Import, importCyclesOf, readModule, readModules } from './support/modules.ts';

const modules = readModules();
const imports = modules.flatMap((module) => module.imports);

const inside = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
const inSrc = inside('src');
const inSchema = inside('schema');
const inSandbox = inside('src/sandbox');
const inUpstream = inside('src/upstream');
const inJobs = inside('src/jobs');
const inCluster = inside('src/cluster');
const inSharing = inside('src/job-sharing');
const inProcess = inside('src/process');
const inGateway = inside('src/gateway');
const inEmbedded = inside('src/embedded');
const inStudio = inside('src/studio');
const inUtil = inside('src/util');
const isOf =
  (...files: string[]) =>
  (file: string) =>
    files.includes(file);

/** Entry points. */
const PROGRAMS = ['src/main.ts', 'src/sandbox/main.ts', 'src/index.ts'];
const SCRIPTS = [
  'src/config/generate.ts',
  'src/contract/generate.ts',
  'src/error-codes/generate.ts',
  'schema/print.ts',
];

/** Timers outside `src/util/timers.ts`, each with its reason. */
const TIMERS: Readonly<Record<string, string>> = {
  'src/http/server.ts': 'a timeout in real time, for a shutdown',
  'src/http/node-handler.ts': 'a timeout in real time, for the rest of a rejected request body',
  'src/sandbox/sandbox.ts': 'the default of a parameter (`sleep`) that tests replace, for simulated delays',
  'src/upstream/images/time-budget.ts':
    'a deadline that pauses between two waits, which `AbortSignal.timeout` does not support',
};

const breaches = (breaks: (found: Import) => boolean) =>
  imports.filter(breaks).map(({ from, to, when }) => `${from} imports ${to} (${when})`);

describe('import rules', () => {
  test.each<[rule: string, breaks: (found: Import) => boolean]>([
    ['no module imports a program', ({ to }) => isOf(...PROGRAMS)(to)],
    [
      'only main and embedded/ import process/',
      ({ from, to }) => inProcess(to) && !inProcess(from) && !inEmbedded(from) && from !== 'src/main.ts',
    ],
    ['only index imports embedded/', ({ from, to }) => inEmbedded(to) && !inEmbedded(from) && from !== 'src/index.ts'],
    [
      'embedded/ imports only the opening of a gateway from process/',
      ({ from, to }) => inEmbedded(from) && inProcess(to) && to !== 'src/process/gateway-process.ts',
    ],
    ['only process/ imports the server', ({ from, to }) => to === 'src/http/server.ts' && !inProcess(from)],
    ['only process/ imports the gateway', ({ from, to }) => to === 'src/gateway.ts' && !inProcess(from)],
    [
      'only the gateway imports its parts',
      ({ from, to }) => inGateway(to) && !inGateway(from) && from !== 'src/gateway.ts',
    ],
    [
      'only the parts of the gateway load schema/',
      ({ from, to, when }) => inSrc(from) && inSchema(to) && when === 'running' && !inGateway(from),
    ],
    [
      'schema/ loads only error classes, the rules of ids and util/ from src/',
      ({ from, to, when }) =>
        inSchema(from) &&
        inSrc(to) &&
        !inUtil(to) &&
        when === 'running' &&
        !isOf(
          'src/errors.ts',
          'src/contract/rules.ts',
          'src/upstream/errors.ts',
          'src/idempotency/errors.ts',
          'src/images/invalid-image-error.ts',
        )(to),
    ],
    [
      'cluster/ imports only encryption, util/ and the interface of shared key states',
      ({ from, to }) =>
        inside('src/cluster')(from) &&
        isOurs(to) &&
        !inside('src/cluster')(to) &&
        !isOf('src/auth/encryption.ts', 'src/upstream/policy/api-key-state.ts')(to) &&
        !inUtil(to),
    ],
    ['only upstream/ imports ky and undici', ({ from, to }) => isOf('ky', 'undici')(to) && !inUpstream(from)],
    [
      'upstream/ imports only contract/ and util/',
      ({ from, to }) => inUpstream(from) && isOurs(to) && !inUpstream(to) && !inside('src/contract')(to) && !inUtil(to),
    ],
    [
      'jobs/ imports only util/, and neither GraphQL nor a resource',
      ({ from, to }) => inJobs(from) && ((isOurs(to) && !inJobs(to) && !inUtil(to)) || /graphql|pothos/.test(to)),
    ],
    [
      'job-sharing/ imports only jobs/, cluster/ and util/, and no resource',
      ({ from, to }) => inSharing(from) && isOurs(to) && ![inSharing, inJobs, inCluster, inUtil].some((one) => one(to)),
    ],
    [
      'only cluster/ loads the drivers of Redis',
      ({ from, to, when }) => isOf('ioredis', 'bullmq')(to) && when === 'running' && !inCluster(from),
    ],
    [
      'sandbox/ imports only the contract and util/',
      ({ from, to }) => inSandbox(from) && isOurs(to) && !inSandbox(to) && !inside('src/contract')(to) && !inUtil(to),
    ],
    [
      'only process/ and the configuration import sandbox/',
      ({ from, to }) => inSandbox(to) && !inSandbox(from) && !inProcess(from) && from !== 'src/config/config.ts',
    ],
    [
      'contract/ imports nothing else',
      ({ from, to }) => inside('src/contract')(from) && isOurs(to) && !inside('src/contract')(to),
    ],
    [
      'studio/ imports only the client library, and the type of its settings',
      ({ from, to, when }) =>
        inStudio(from) &&
        isOurs(to) &&
        !inStudio(to) &&
        !inside('src/client')(to) &&
        !(to === 'src/http/studio.ts' && when === 'compiling'),
    ],
    ['no other module imports studio/', ({ from, to }) => inStudio(to) && !inStudio(from)],
    [
      'client/ imports nothing of the server',
      ({ from, to }) => from.startsWith('src/client/') && isOurs(to) && !to.startsWith('src/client/'),
    ],
    ['util/ imports nothing else', ({ from, to }) => inUtil(from) && isOurs(to) && !inUtil(to)],
    ['no module imports a test', ({ to }) => to.startsWith('test/')],
    ['no module imports a build tool', ({ to }) => isOf('vitest', 'typescript', 'esbuild', 'tsx')(to)],
  ])('%s', (_, breaks) => {
    expect(breaches(breaks)).toEqual([]);
  });

  test('no modules import each other in a cycle, type imports included', () => {
    expect(importCyclesOf(modules)).toEqual([]);
  });
});

test('only main, index, gateway and errors are loose files in src/', () => {
  const loose = modules.map(({ file }) => file).filter((file) => /^src\/[^/]+$/.test(file));

  expect(loose.toSorted()).toEqual(['src/errors.ts', 'src/gateway.ts', 'src/index.ts', 'src/main.ts']);
});

/** The modules of the server. All others run in programs of clients, with their clocks and timers. */
const ofServer = modules.filter(
  ({ file }) => !inStudio(file) && !file.startsWith('src/client/') && !file.startsWith('src/graphiql/browser/'),
);

describe('globals', () => {
  test('only programs, scripts and process/ use the process', () => {
    const touching = ofServer.filter(
      ({ uses, imports }) => uses.has('process') || imports.some(isFrom('node:process')),
    );

    const loose = touching.map(({ file }) => file).filter((file) => !inProcess(file));
    const others = [...PROGRAMS, ...SCRIPTS].filter((file) => !isOf('src/index.ts', 'src/main.ts')(file));
    expect(loose.toSorted()).toEqual(others.toSorted());
  });

  test('nothing is formatted for a language, which loads 7 MB of data into an idle process', () => {
    const formatting = ofServer.filter(({ text }) => /\bIntl\.|\.toLocale\w*String\(|\.localeCompare\(/.test(text));

    expect(formatting.map(({ file }) => file)).toEqual([]);
  });

  test('nothing replaces the format of stack traces, which Node.js applies to each error that closes a socket', () => {
    const replacing = ofServer.filter(({ text }) => /\bprepareStackTrace\b/.test(text));

    expect(replacing.map(({ file }) => file)).toEqual([]);
  });

  test('only util/timers.ts sets timers, apart from the exceptions with a reason', () => {
    const waiting = ofServer.filter(
      ({ file, uses, imports }) =>
        file !== 'src/util/timers.ts' &&
        (['setTimeout', 'setInterval', 'AbortSignal.timeout'].some((timer) => uses.has(timer)) ||
          imports.some(isFrom(/^node:timers/))),
    );

    expect(waiting.map(({ file }) => file).toSorted()).toEqual(Object.keys(TIMERS).toSorted());
  });

  test('only util/clocks.ts reads a clock; all other modules receive one as a parameter', () => {
    const clocks = ['Date.now', 'new Date()', 'Date()', 'performance', 'process.hrtime', 'Temporal'];
    const reading = ofServer.filter(
      ({ uses, imports }) => clocks.some((clock) => uses.has(clock)) || imports.some(isFrom('node:perf_hooks')),
    );

    expect(reading.map(({ file }) => file)).toEqual(['src/util/clocks.ts']);
  });

  test('neither clock is passed under the name of the other', () => {
    const mixed = modules.flatMap(({ file, text }) =>
      [...text.matchAll(/\b(now|monotonicNow): *([\w.#]+)/g)]
        .filter(
          ([, name = '', value = '']) => /now$/i.test(value) && /monotonic/i.test(value) !== /monotonic/.test(name),
        )
        .map(([found]) => `${file}: ${found}`),
    );

    expect(mixed).toEqual([]);
  });
});

describe('the analysis of modules', () => {
  test('imports that load a module are distinguished from imports of types', () => {
    const text = `
      import a, { type B } from './a.ts';
      import type { C } from '../c.ts';
      import 'node:fs/promises';
      export { d } from '@scope/d/deep';
      export type * from 'e/deep';
      type F = import('./f.ts').F;
      const g = await import('./g.ts');
    `;

    expect(readModule('src/room/x.ts', text).imports.map(({ to, when }) => [to, when])).toEqual([
      ['src/room/a.ts', 'running'],
      ['src/c.ts', 'compiling'],
      ['node:fs/promises', 'running'],
      ['@scope/d', 'running'],
      ['e', 'compiling'],
      ['src/room/f.ts', 'compiling'],
      ['src/room/g.ts', 'running'],
    ]);
  });

  test('a global is distinguished from a member of the same name', () => {
    const uses = (text: string) => readModule('src/x.ts', text).uses.has('process');

    expect(['process.exit()', 'globalThis.process', 'const { env } = process'].map(uses)).toEqual([true, true, true]);
    expect(['z.process()', 'const a = { process: 1 }', '// process'].map(uses)).toEqual([false, false, false]);
  });

  test('uses of the clock are found, and other uses of Date and AbortSignal are not', () => {
    const uses = (text: string) => [...readModule('src/x.ts', text).uses];

    expect(uses('Date.now()')).toContain('Date.now');
    expect(uses('const { now = Date.now } = options')).toContain('Date.now');
    expect(uses('globalThis.Date.now()')).toContain('Date.now');
    expect(uses('const { now } = Date')).toContain('Date.now');
    expect(uses('new Date()')).toContain('new Date()');
    expect(uses('new Date')).toContain('new Date()');
    expect(uses('Date()')).toContain('Date()');
    expect(uses('AbortSignal.timeout(1)')).toContain('AbortSignal.timeout');
    expect(uses('new Date(0); Date.UTC(2026); Date.parse(text); AbortSignal.any([])').join()).not.toMatch(
      /now|Date\(\)|timeout/,
    );
  });

  test('import cycles are found, type imports included', () => {
    const module = (file: string, text: string) => readModule(`src/${file}`, text);

    expect(
      importCyclesOf([
        module('a.ts', `import './b.ts'`),
        module('b.ts', `import type { C } from './c.ts'`),
        module('c.ts', `import './b.ts'`),
      ]),
    ).toEqual(['src/b.ts → src/c.ts → src/b.ts']);
  });
});

function isOurs(file: string): boolean {
  return inSrc(file) || inSchema(file);
}

function isFrom(name: string | RegExp): (found: Import) => boolean {
  return ({ to }) => (typeof name === 'string' ? to === name : name.test(to));
}
