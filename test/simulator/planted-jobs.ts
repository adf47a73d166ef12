import type { PlantedBug } from './planted.ts';

const WATCHED_JOB = 'src/jobs/watched-job.ts';
const SCHEDULE = 'src/jobs/schedule.ts';
const FOLLOWED_LIST = 'src/jobs/followed-list.ts';
const JOB_POLLS = 'src/job-watching/job-polls.ts';
const FINISHED_JOBS = 'src/loaders/finished-jobs.ts';

/** Bugs in the watching of jobs. */
export const PLANTED_IN_JOBS: readonly PlantedBug[] = [
  {
    name: 'a page that arrives late overrides a newer read',
    file: WATCHED_JOB,
    from: 'if (polledAt < this.#arrivedAt || this.#isWoken) return false;',
    to: 'if (this.#isWoken) return false;',
    seed: 206,
  },
  {
    name: 'a change in an incomplete row is not read before its event',
    file: WATCHED_JOB,
    from: 'if (isComplete) this.#apply(state);',
    to: 'if (isComplete || isNews) this.#apply(state);',
    seed: 1,
  },
  {
    name: 'a row without fields that change is complete',
    file: 'src/job-watching/row-fields.ts',
    from: 'if (!listed?.has(field) && (VARIABLE.has(field) || !known)) return false;',
    to: 'if (!listed?.has(field) && !VARIABLE.has(field) && !known) return false;',
    seed: 5,
  },
  {
    name: 'pages of followed lists are not charged to the budget',
    file: 'src/jobs/poll-sender.ts',
    from: 'this.#track(stop.signal, source.readPage(cursor, stop.signal, followed.labels), {',
    to: `((read, { resolve, reject }) => read.then(resolve, reject).then(() => this.#watching.onSettled()))(source.readPage(cursor, stop.signal, followed.labels), {`,
    seed: 4,
  },
  {
    name: 'unused slots of the budget accumulate for a second',
    file: 'src/jobs/budget.ts',
    from: 'Math.max(monotonicNow(), this.#nextAt)',
    to: 'Math.max(monotonicNow() - 1_000, this.#nextAt)',
    seed: 4,
  },
  {
    name: 'a buffered event is not replaced',
    file: 'src/jobs/inbox.ts',
    from: 'this.#pending.set(name, event);',
    to: 'if (!this.#pending.has(name)) this.#pending.set(name, event);',
    seed: 2,
  },
  {
    name: 'the end of a job drops its buffered event',
    file: 'src/jobs/inbox.ts',
    from: 'this.#open = this.#open.filter((open) => open !== name);',
    to: 'this.#open = this.#open.filter((open) => open !== name); if (this.#pending?.delete(name) && this.#pending.size === 0) this.#pending = undefined;',
    seed: 1,
  },
  {
    name: 'jobs are polled in the grace period',
    file: SCHEDULE,
    from: 'return job.listeners.size > 0 && !job.reading',
    to: 'return !job.reading',
    seed: 1,
  },
  {
    name: 'followed lists are read in the grace period',
    file: SCHEDULE,
    from: 'if (list.isReading || list.followers.size === 0) continue;',
    to: 'if (list.isReading) continue;',
    seed: 1,
  },
  {
    name: 'jobs of a list are polled after its last follower has left',
    file: FOLLOWED_LIST,
    from: 'if (this.followers.delete(follower) && this.followers.size === 0) this.#leaveJobs();',
    to: 'this.followers.delete(follower);',
    seed: 1,
  },
  {
    name: 'a follower that leaves ends the list for others',
    file: SCHEDULE,
    from: 'if (list.followers.size > 0) return;',
    to: '',
    seed: 4,
  },
  {
    name: 'a finished job is watched again',
    file: JOB_POLLS,
    from: 'lastState: () => finishedJob(key),',
    to: 'lastState: () => undefined,',
    seed: 1,
  },
  {
    name: 'a state stays stale until the next change',
    file: WATCHED_JOB,
    from: 'if (!before || before.staleSince || isChange',
    to: 'if (!before || isChange',
    seed: 21,
  },
  {
    name: 'a requested pause counts as milliseconds',
    file: 'src/jobs/budget.ts',
    from: 'this.#options.monotonicNow() + milliseconds)',
    to: 'this.#options.monotonicNow() + milliseconds / 1_000)',
    seed: 31,
  },
  {
    name: 'finished jobs are cached for all keys',
    file: FINISHED_JOBS,
    from: `      const cache = caches.get(apiKey);
      const name = nameOf(key);`,
    to: `      const name = nameOf(key);
      const cache = [...caches.values()].find((each) => each.has(name));`,
    seed: 1,
  },
  {
    name: 'a deleted job stays cached',
    file: FINISHED_JOBS,
    from: `      const name = nameOf(key);
      deletions.set`,
    to: `      const name = nameOf(key);
      if (key.kind !== 'Model') return;
      deletions.set`,
    seed: 15,
  },
  {
    name: 'a job ends although a listener has returned in the grace period',
    file: WATCHED_JOB,
    from: `    this.listeners.add(listener);
    this.expiresAt = Number.POSITIVE_INFINITY;`,
    to: '    this.listeners.add(listener);',
    seed: 12,
  },
  {
    name: 'a list ends although a follower has returned in the grace period',
    file: FOLLOWED_LIST,
    from: `    this.expiresAt = Number.POSITIVE_INFINITY;
    if (this.followers`,
    to: `    if (this.followers`,
    seed: 14,
  },
  {
    name: 'jobs of a list are not polled for a follower that has returned',
    file: FOLLOWED_LIST,
    from: 'if (this.followers.size === 0) this.#rejoinJobs();',
    to: '',
    seed: 85,
  },
  {
    name: 'jobs are kept after the grace period',
    file: SCHEDULE,
    from: 'if (job.expiresAt <= now) this.#end(job);',
    to: 'if (job.expiresAt < 0) this.#end(job);',
    seed: 1,
  },
  {
    name: 'a followed list reports finished jobs with each read',
    file: FOLLOWED_LIST,
    from: "if (followed && !(followed.hasEnded && followed.event && 'error' in followed.event)) continue;",
    to: 'if (followed && !followed.hasEnded) continue;',
    seed: 1,
  },
  {
    name: 'a job that was just started is not announced',
    file: SCHEDULE,
    from: 'if (job.list) this.#followed.get(job.list.name)?.add({ ...job, isKnown: true });',
    to: '',
    seed: 7,
  },
  {
    name: 'the time of the last poll stays that of the first',
    file: WATCHED_JOB,
    from: 'state, checkedAt: new Date(this.#options.now()) };',
    to: 'state, checkedAt: before?.checkedAt ?? new Date(this.#options.now()) };',
    seed: 1,
  },
  {
    name: 'an outage before the first state is not reported',
    file: WATCHED_JOB,
    from: 'else this.#reportMissing(trouble, block);',
    to: '',
    seed: 2,
  },
  {
    name: 'an outage of a followed list is not reported',
    file: FOLLOWED_LIST,
    from: "this.#notify('missing', () =>",
    to: "(() => {})('missing', () =>",
    seed: 8,
  },
  {
    name: 'a poll without a response is no outage',
    file: 'src/jobs/poll-health.ts',
    from: 'const failure = this.#failure ?? this.#pending;',
    to: 'const failure = this.#failure;',
    seed: 21,
  },
  {
    name: 'a list that lags behind overrides newer states',
    file: JOB_POLLS,
    from: 'isOlder: isOlder(row, known)',
    to: 'isOlder: false',
    seed: 6,
  },
  {
    name: 'a missing job is never confirmed as deleted',
    file: WATCHED_JOB,
    from: "this.#isUnconfirmed = kind === 'unconfirmed';",
    to: '',
    seed: 46,
  },
];
