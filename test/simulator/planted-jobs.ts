import type { PlantedBug } from './planted.ts';

const WATCHED_JOB = 'src/jobs/watched-job.ts';
const SCHEDULE = 'src/jobs/schedule.ts';
const FOLLOWED_LIST = 'src/jobs/followed-list.ts';
const POLLED_LIST = 'src/jobs/polled-list.ts';
const JOB_POLLS = 'src/job-watching/job-polls.ts';
const FINISHED_JOBS = 'src/loaders/finished-jobs.ts';

/** Bugs in the watching of jobs. */
export const PLANTED_IN_JOBS: readonly PlantedBug[] = [
  {
    name: 'a page that arrives late overrides a newer read',
    file: WATCHED_JOB,
    from: 'if (polledAt < this.#polledAt || this.#isWoken) return false;',
    to: 'if (this.#isWoken) return false;',
  },
  {
    name: 'a read that arrives late overrides a newer page',
    file: WATCHED_JOB,
    from: 'if (polledAt < this.#polledAt && !isFinished) this.#schedule();',
    to: 'if (false as boolean) this.#schedule();',
  },
  {
    name: 'a change in an incomplete row is not read before its event',
    file: WATCHED_JOB,
    from: 'if (isComplete) this.#apply(state, polledAt);',
    to: 'if (isComplete || isNews) this.#apply(state, polledAt);',
  },
  {
    name: 'a row without fields that change is complete',
    file: 'src/job-watching/row-fields.ts',
    from: 'if (!listed?.has(field) && (VARIABLE.has(field) || !known)) return false;',
    to: 'if (!listed?.has(field) && !VARIABLE.has(field) && !known) return false;',
  },
  {
    name: 'pages of followed lists are not charged to the budget',
    file: SCHEDULE,
    from: 'this.#track(stop.signal, source.readPage(cursor, stop.signal), {',
    to: `((read, { resolve, reject }) => read.then(resolve, reject).then(() => this.#requestRun()))(source.readPage(cursor, stop.signal), {`,
  },
  {
    name: 'unused slots of the budget accumulate for a second',
    file: 'src/jobs/budget.ts',
    from: 'Math.max(monotonicNow(), this.#nextAt)',
    to: 'Math.max(monotonicNow() - 1_000, this.#nextAt)',
  },
  {
    name: 'a buffered event is not replaced',
    file: 'src/jobs/inbox.ts',
    from: 'else this.#pending.set(name, event);',
    to: 'else if (!this.#pending.has(name)) this.#pending.set(name, event);',
  },
  {
    name: 'the end of a job drops its buffered event',
    file: 'src/jobs/inbox.ts',
    from: 'this.#open.delete(name);',
    to: 'this.#open.delete(name); this.#pending.delete(name);',
  },
  {
    name: 'jobs are polled in the grace period',
    file: SCHEDULE,
    from: 'return job.listeners.size > 0 && !job.reading',
    to: 'return !job.reading',
  },
  {
    name: 'followed lists are read in the grace period',
    file: SCHEDULE,
    from: 'if (list.isReading || list.followers.size === 0) continue;',
    to: 'if (list.isReading) continue;',
  },
  {
    name: 'jobs of a list are polled after its last follower has left',
    file: FOLLOWED_LIST,
    from: 'if (this.followers.delete(follower) && this.followers.size === 0) this.#leaveJobs();',
    to: 'this.followers.delete(follower);',
  },
  {
    name: 'a follower that leaves ends the list for others',
    file: SCHEDULE,
    from: 'if (list.followers.size > 0) return;',
    to: '',
  },
  {
    name: 'a finished job is watched again',
    file: JOB_POLLS,
    from: 'lastState: () => finishedJob(key),',
    to: 'lastState: () => undefined,',
  },
  {
    name: 'a state stays stale until the next change',
    file: WATCHED_JOB,
    from: 'if (!before || before.staleSince || isChange',
    to: 'if (!before || isChange',
  },
  {
    name: 'a requested pause counts as milliseconds',
    file: 'src/jobs/budget.ts',
    from: 'this.#options.monotonicNow() + milliseconds)',
    to: 'this.#options.monotonicNow() + milliseconds / 1_000)',
  },
  {
    name: 'a job that has left its page is not read by itself',
    file: POLLED_LIST,
    from: 'if (rows.has(job.source.name)) continue;',
    to: 'if (page.jobs.has(job)) continue;',
  },
  {
    name: 'only the first page of a followed list is read again',
    file: FOLLOWED_LIST,
    from: 'if (next === undefined || isCycle || this.#isTooLong) this.#finish();',
    to: 'if (next === undefined || isCycle || this.#isTooLong || this.#isRead) this.#finish();',
  },
  {
    name: 'finished jobs are cached for all keys',
    file: FINISHED_JOBS,
    from: `      const cache = caches.get(apiKey);
      const name = nameOf(key);`,
    to: `      const name = nameOf(key);
      const cache = [...caches.values()].find((each) => each.has(name));`,
  },
  {
    name: 'a deleted job stays cached',
    file: FINISHED_JOBS,
    from: `      const name = nameOf(key);
      deletions.set`,
    to: `      const name = nameOf(key);
      if (key.kind !== 'Model') return;
      deletions.set`,
  },
  {
    name: 'a job ends although a listener has returned in the grace period',
    file: WATCHED_JOB,
    from: `    this.listeners.add(listener);
    this.expiresAt = Number.POSITIVE_INFINITY;`,
    to: '    this.listeners.add(listener);',
  },
  {
    name: 'a list ends although a follower has returned in the grace period',
    file: FOLLOWED_LIST,
    from: `    this.expiresAt = Number.POSITIVE_INFINITY;
    if (this.followers`,
    to: `    if (this.followers`,
  },
  {
    name: 'jobs of a list are not polled for a follower that has returned',
    file: FOLLOWED_LIST,
    from: 'if (this.followers.size === 0) this.#rejoinJobs();',
    to: '',
  },
  {
    name: 'jobs are kept after the grace period',
    file: SCHEDULE,
    from: 'if (job.expiresAt <= now) this.#end(job);',
    to: 'if (job.expiresAt < 0) this.#end(job);',
  },
  {
    name: 'a write is forgotten while a read is pending',
    file: WATCHED_JOB,
    from: '(this.#isWoken ? 0 : this.#interval)',
    to: 'this.#interval',
  },
  {
    name: 'a followed list reports finished jobs with each read',
    file: FOLLOWED_LIST,
    from: "if (followed && !(followed.hasEnded && followed.event && 'error' in followed.event)) continue;",
    to: 'if (followed && !followed.hasEnded) continue;',
  },
  {
    name: 'a job that was just started is not announced',
    file: SCHEDULE,
    from: 'if (job.list) this.#followed.get(job.list.name)?.add({ ...job, isKnown: true });',
    to: '',
  },
  {
    name: 'the time of the last poll stays that of the first',
    file: WATCHED_JOB,
    from: 'state, checkedAt: new Date(this.#options.now()) };',
    to: 'state, checkedAt: before?.checkedAt ?? new Date(this.#options.now()) };',
  },
  {
    name: 'an outage before the first state is not reported',
    file: WATCHED_JOB,
    from: 'else this.#reportMissing(trouble, block);',
    to: '',
  },
  {
    name: 'an outage of a followed list is not reported',
    file: FOLLOWED_LIST,
    from: "this.#notify('missing', () =>",
    to: "(() => {})('missing', () =>",
  },
  {
    name: 'each failed poll postpones the report of an outage',
    file: 'src/jobs/poll-health.ts',
    from: 'this.#failure?.reportAt ?? monotonicNow()',
    to: 'monotonicNow()',
  },
  {
    name: 'a poll without a response is no outage',
    file: 'src/jobs/poll-health.ts',
    from: 'const failure = this.#failure ?? this.#pending;',
    to: 'const failure = this.#failure;',
  },
  {
    name: 'the rate stays limited after an outage',
    file: 'src/jobs/budget.ts',
    from: 'if (!this.#blockedSince) this.#isResuming = false;',
    to: '',
  },
  {
    name: 'a list that lags behind overrides newer states',
    file: JOB_POLLS,
    from: 'isOlder(row, known) ? false : this.#fields.isComplete(row, known)',
    to: 'this.#fields.isComplete(row, known)',
  },
  {
    name: 'a missing job is never confirmed as deleted',
    file: WATCHED_JOB,
    from: "this.#isUnconfirmed = kind === 'unconfirmed';",
    to: '',
  },
  {
    name: 'a followed list is not read again after an error',
    file: SCHEDULE,
    from: `      reject: (error) => {
        followed.isReading = false;`,
    to: '      reject: (error) => {',
  },
  {
    name: 'a write that waits returns only once its job has finished',
    file: 'src/job-watching/job-watcher.ts',
    from: 'sleep(milliseconds, timer.signal).then(release, () => {});',
    to: 'sleep(milliseconds, timer.signal).then(() => {}, () => {});',
  },
  {
    name: 'a subscriber that disconnects before its first event stays',
    file: 'src/job-watching/job-watcher.ts',
    from: "caller.addEventListener('abort', leave);",
    to: '',
  },
  {
    name: 'a new subscriber waits for the next change of a watched job',
    file: WATCHED_JOB,
    from: 'listener.put(this.source.name, this.#event);',
    to: '',
  },
  {
    name: 'a job that a followed list finishes does not end',
    file: SCHEDULE,
    from: `?? [];
        for (const job of finished) this.#end(job);`,
    to: '?? [];',
  },
  {
    name: 'only changes of the status are events',
    file: JOB_POLLS,
    from: '!isDeepStrictEqual(comparable(before), comparable(after))',
    to: 'before.status?.state !== after.status?.state',
  },
  {
    name: 'incomplete rows put off the reads of a job without end',
    file: WATCHED_JOB,
    from: 'if (this.isLate(this.#options.monotonicNow())) this.#schedule();',
    to: 'this.#schedule();',
  },
  {
    name: 'jobs are watched for a list that nobody follows any more',
    file: FOLLOWED_LIST,
    from: 'if (this.followers.size > 0 || isJoining) this.#watching.watch(',
    to: 'this.#watching.watch(',
  },
  {
    name: 'polls without a response while no more may be sent are no outage',
    file: SCHEDULE,
    from: 'this.#budget.block ?? this.#budget.congestion',
    to: 'this.#budget.block',
  },
  {
    name: 'the next report is not scheduled for a poll that was just sent',
    file: SCHEDULE,
    from: `    const nextPoll = this.#sendDue();
    const nextReport = this.#report();`,
    to: `    const nextReport = this.#report();
    const nextPoll = this.#sendDue();`,
  },
];
