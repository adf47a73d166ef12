import type { Task } from '../../src/cluster/broker.ts';
import { MemoryHub } from '../../src/cluster/memory-hub.ts';
import { createReplicas } from '../../src/cluster/replicas.ts';
import { createVault } from '../../src/cluster/vault.ts';
import { createNames, type EventCodec } from '../../src/job-sharing/messages.ts';
import { Owner } from '../../src/job-sharing/owner.ts';
import { SharedJobs } from '../../src/job-sharing/shared-jobs.ts';
import { type JobEvent, NotReadYetError } from '../../src/jobs/events.ts';
import { type Events, Schedule } from '../../src/jobs/schedule.ts';
import type { Job, JobList } from '../../src/jobs/source.ts';
import { createClock } from '../support/clock.ts';

/** State of a job in these tests: a growing number; 100 is the last one. */
type State = number;
export type Key = { job: string } | { list: string };

const LAST = 100;
const SECRETS = ['a secret for tests that is long enough'];

/** An upstream in memory, and replicas that watch its jobs through a hub. */
export function startReplicas() {
  const clock = createClock();
  const { startTimer, monotonicNow } = clock;
  const startedAt = monotonicNow();
  const hub = new MemoryHub({ startTimer, monotonicNow, now: clock.now });
  const states = new Map<string, State | Error>();
  const reads: { replica: string; job: string; at: number }[] = [];

  /** @param ahead Time by which the wall clock of the replica is ahead of that of others, in milliseconds. */
  const startReplica = (replica: string, { ahead = 0, pollsPerSecond = 20, secrets = SECRETS } = {}) => {
    const now = () => clock.now() + ahead;
    const broker = hub.connect(replica);
    const replicas = createReplicas({ broker, startTimer });
    const vault = createVault(secrets);
    const codec = createCodec(now);
    const polls = createPolls(replica);
    const createSchedule = (share: number) =>
      new Schedule<State, Key>({
        perSecond: pollsPerSecond * share,
        concurrency: () => 10,
        random: () => 0.5,
        gracePeriod: 0,
        maxOutage: 60_000,
        ...{ startTimer, monotonicNow, now },
      });
    const common = { broker, vault, codec, startTimer, now, monotonicNow };
    broker.serveTasks(async (task: Task) => {
      const options = { ...common, replicas, schedule: createSchedule(1), sourceOf: polls.source, isFinished };
      await new Owner<State, Key>(task, { ...options, names: createNames(vault, task.name) }).ended;
    });
    const group = vault.name('jobs', 'key');
    const shared = new SharedJobs<State, Key>({
      ...common,
      names: createNames(vault, group),
      task: { name: group, data: () => vault.seal('key') },
      createSchedule: () => createSchedule(1 / replicas.count),
    });
    return {
      broker,
      shared,
      now,
      listen: (...jobs: string[]) => collect(shared.listen(jobs.map(polls.job))),
      jobOf: polls.job,
      follow: (list: string) => collect(shared.follow(polls.list(list))),
      /** Stops at once, without a message to others. Its tasks are given to them after a while. */
      kill() {
        broker.disconnect('killed', 3_500);
        shared.dispose();
        replicas.close();
      },
      async close() {
        shared.dispose();
        replicas.close();
        await broker.close();
      },
    };
  };

  const read = (replica: string, job: string): State => {
    reads.push({ replica, job, at: monotonicNow() - startedAt });
    const state = states.get(job) ?? 0;
    if (state instanceof Error) throw state;
    return state;
  };
  const createPolls = (replica: string) => {
    const job = (name: string): Job<State, Key> => ({
      ...errorPolicy,
      key: { job: name },
      name,
      pace: { fastest: 1_000, slowest: 5_000 },
      read: async () => read(replica, name),
      isFinished,
      isChange: (before, after) => before !== after,
      isOlder: (state, than) => state < than,
    });
    const list = (name: string): JobList<State, Key> => ({
      ...errorPolicy,
      key: { list: name },
      name: `list ${name}`,
      interval: 5_000,
      readPage: async () => {
        read(replica, `list ${name}`);
        const rows = [...states].flatMap(([each, state]) =>
          typeof state === 'number' ? [[each, state] as const] : [],
        );
        return { rows: new Map(rows), showsState: false, next: undefined };
      },
      isReady: () => false,
      jobOf: (state) => job([...states].find(([, each]) => each === state)?.[0] ?? 'gone'),
    });
    const source = (key: Key) => ('job' in key ? { job: job(key.job) } : { list: list(key.list) });
    return { job, list, source };
  };

  return {
    clock,
    hub,
    states,
    reads,
    startReplica,
    readsOf: (job: string) => reads.filter((each) => each.job === job),
  };
}

const isFinished = (state: State): boolean => state >= LAST;

const errorPolicy = {
  classifyError: (error: unknown) => (error instanceof RangeError ? 'transient' : 'final') as 'transient' | 'final',
  retryAfter: () => undefined,
};

const createCodec = (now: () => number): EventCodec<State, Key> => ({
  encode: (event) =>
    'error' in event
      ? { key: event.key, error: event.error instanceof NotReadYetError ? 'missing' : String(event.error) }
      : { key: event.key, state: event.state, age: now() - event.checkedAt.getTime(), isStale: !!event.staleSince },
  decode(value, age = 0) {
    if (value === null) return undefined;
    const encoded = value as { key: Key; state: State; age: number; isStale: boolean; error?: string };
    const { key, state, error } = encoded;
    if (error === 'missing') return { key, error: new NotReadYetError('outage', new Date(now()), 0), wasSeen: false };
    if (error !== undefined) return { key, error: new Error(error), wasSeen: true };
    const checkedAt = new Date(now() - age - encoded.age);
    return { key, state, checkedAt, ...(encoded.isStale && { staleSince: checkedAt }) };
  },
  decodeKey: (value) => (typeof value === 'object' && value !== null ? (value as Key) : undefined),
});

/** Reads all events of a stream. */
function collect(events: Events<State, Key>) {
  const all: JobEvent<State, Key>[] = [];
  const collected = {
    all,
    isComplete: false,
    states: () => all.map((event) => ('state' in event ? event.state : 'error')),
    leave: () => events.return?.(),
  };
  void (async () => {
    for await (const event of events) all.push(event);
    collected.isComplete = true;
  })();
  return collected;
}
