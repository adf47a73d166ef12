import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pathOf } from '../processes.ts';
import { build, step } from './built.ts';
import { type CallFrame, type CodeLocation, createLocator } from './code-locations.ts';
import { FAST_ROWS, measure, startGenerator } from './measure.ts';
import { gateway, type Peer } from './peers.ts';
import { KEYS, QUERY_NAMES } from './queries.ts';
import { tableOf } from './report.ts';
import { leaveServerProcessor, startServer } from './servers.ts';
import { startStub, startUpstream } from './upstreams.ts';

/** `npm run bench:profile`: CPU profile of the gateway under load, with `--changing` while all upstream responses differ. */

const FILE = pathOf('results/gateway.cpuprofile');

interface Profile {
  nodes: { id: number; callFrame: CallFrame }[];
  /** Node on top of the stack at each sample, and the time since the preceding sample, in microseconds. */
  samples: number[];
  timeDeltas: number[];
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      query: { type: 'string', default: 'Q2' },
      keys: { type: 'string', default: 'rotating' },
      seconds: { type: 'string', default: '8' },
      top: { type: 'string', default: '30' },
      changing: { type: 'boolean', default: false },
    },
  });
  const query = QUERY_NAMES.find((name) => name === values.query);
  if (!query) throw new Error(`Expected --query to be one of ${QUERY_NAMES.join(', ')}, got "${values.query}".`);
  const keys = KEYS.find((name) => name === values.keys);
  if (!keys) throw new Error(`Expected --keys to be one of ${KEYS.join(', ')}, got "${values.keys}".`);
  const [seconds, top] = [Number(values.seconds), Number(values.top)];
  if (!(seconds > 0 && top >= 1)) throw new Error('Expected --seconds and --top to be numbers above 0.');
  return { query, keys, time: seconds * 1_000, top, changing: values.changing };
}

/** The gateway with the profiler loaded. */
const profiled = (program: string): Peer => {
  const plain = gateway('product', 'this gateway', program);
  return {
    ...plain,
    start(location) {
      const { command, env } = plain.start(location);
      const [node = process.execPath, ...args] = command;
      return {
        command: [node, '--import', pathOf('speed/profiler.mjs'), ...args],
        env: { ...env, PROFILE_FILE: FILE },
      };
    },
  };
};

async function record(program: string, { query, keys, time, changing }: ReturnType<typeof readFlags>) {
  const started: { stop(): Promise<void> }[] = [];
  try {
    const generator = startGenerator();
    started.push(generator);
    const upstream = changing ? await startStub(0, { changing }) : await startUpstream();
    started.push(upstream);
    const server = await startServer(profiled(program), upstream.url);
    started.push(server);
    const row = { ...FAST_ROWS[query], keys };
    step('warming up');
    await measure({ generator, upstream }, server, row, { warmUp: 0, time: 3_000 });
    step('profiling');
    await rm(FILE, { force: true });
    process.kill(server.pid, 'SIGUSR2');
    const measured = await measure({ generator, upstream }, server, row, { warmUp: 200, time });
    process.kill(server.pid, 'SIGUSR2');
    return { measured, profile: await readWhenWritten() };
  } finally {
    await Promise.all(started.map((process) => process.stop()));
  }
}

async function readWhenWritten(): Promise<Profile> {
  for (let waited = 0; waited < 30_000; waited += 100) {
    try {
      return JSON.parse(readFileSync(FILE, 'utf8'));
    } catch {
      // Missing or incomplete.
      await setTimeout(100);
    }
  }
  throw new Error(`No profile was formatted to ${FILE}.`);
}

/** Self time of each function, in microseconds. */
function selfTimes({ nodes, samples, timeDeltas }: Profile, locate: (frame: CallFrame) => CodeLocation) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byNode = new Map<number, number>();
  for (const [index, id] of samples.entries()) byNode.set(id, (byNode.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  return [...byNode].flatMap(([id, time]) => {
    const frame = frames.get(id);
    return frame && frame.functionName !== '(idle)' ? [{ location: locate(frame), time }] : [];
  });
}

/** Total times by name, longest first. */
function sums(
  times: ReturnType<typeof selfTimes>,
  nameOf: (location: CodeLocation) => string,
): [name: string, time: number][] {
  const found = new Map<string, number>();
  for (const { location, time } of times) found.set(nameOf(location), (found.get(nameOf(location)) ?? 0) + time);
  return [...found].toSorted(([, a], [, b]) => b - a);
}

const flags = readFlags();
await mkdir(dirname(FILE), { recursive: true });
leaveServerProcessor();
const { program, remove } = await build();
try {
  const { measured, profile } = await record(program, flags);
  const times = selfTimes(profile, createLocator());
  const total = times.reduce((sum, { time }) => sum + time, 0);
  // Includes the profiler's own CPU time, so only the shares are meaningful.
  const perResponse = ((measured.used[0]?.cpu ?? Number.NaN) * 1_000) / measured.responses;
  const print = (title: string, nameOf: (location: CodeLocation) => string) => {
    const rows = sums(times, nameOf).slice(0, flags.top);
    const cells = rows.map(([name, time]) => [
      name,
      `${((time / total) * 100).toFixed(1)} %`,
      ((time / total) * perResponse).toFixed(1),
    ]);
    console.log(`\n${tableOf([title, 'self', 'µs per response'], cells)}`);
  };
  console.log(`${flags.query}, ${flags.keys} keys: ${Math.round(measured.perSecond)} responses per second`);
  print('folder or package', ({ component }) => component);
  print('file', ({ component, file }) => file || component);
  print('function', ({ component, file, line, name }) => (file ? `${name} ${file}:${line}` : `${component} ${name}`));
  console.log(`\n${FILE} can be opened in the developer tools of a browser.`);
} finally {
  await remove();
}
