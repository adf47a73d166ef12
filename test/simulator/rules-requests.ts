import { isList } from './faults.ts';
import type { RequestRecord } from './history.ts';
import type { StreamLog } from './stream-log.ts';
import type { Timeline, Violation } from './timeline.ts';
import { BUDGET_WINDOW, FINISHED_CACHE, UNANSWERED, UNWATCHED_POLLS } from './tolerances.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Rules about the requests to the upstream. All reads are polls, because no client sends queries. */
export function checkRequests(timeline: Timeline): Violation[] {
  const polls = timeline.run.requests.filter(({ method }) => method === 'GET');
  return [
    ...checkBudget(timeline, polls),
    ...checkPauses(timeline, polls),
    ...checkInterest(timeline, polls),
    ...checkFinished(timeline, polls),
    ...checkLeft(timeline),
  ];
}

/** In no window are there more polls of a key than its budget, and one. */
function checkBudget({ scenario, isSharedAlways }: Timeline, polls: readonly RequestRecord[]): Violation[] {
  const allowed = (scenario.pollsPerSecond * BUDGET_WINDOW) / 1_000 + 1;
  const groups = new Map<string, number[]>();
  for (const { key, epoch, sentAt } of polls) {
    const name = isSharedAlways ? key : `${key} of gateway ${epoch}`;
    groups.set(name, [...(groups.get(name) ?? []), sentAt]);
  }
  return [...groups].flatMap(([name, times]) => {
    // One window more than allowed begins with this poll.
    const at = times.find((time, index) => (times[index + allowed] ?? NEVER) - time < BUDGET_WINDOW - 1);
    const message = `more than ${allowed} polls of ${name} in ${BUDGET_WINDOW} ms`;
    return at === undefined ? [] : [{ rule: 'the budget holds', at, message }];
  });
}

/** While a pause lasts that the upstream has requested, no polls of the key are sent. */
function checkPauses(timeline: Timeline, polls: readonly RequestRecord[]): Violation[] {
  const { run, isSharedAlways } = timeline;
  const pauses = run.requests.flatMap(({ key, epoch, endedAt = NEVER, pause }) =>
    pause === undefined ? [] : [{ key, epoch, from: endedAt, to: endedAt + pause }],
  );
  const isPaused = ({ key, epoch, sentAt }: RequestRecord) =>
    pauses.some(
      (each) =>
        each.key === key && (isSharedAlways || each.epoch === epoch) && each.from < sentAt && sentAt < each.to - 1,
    );
  // Another replica that takes over may not know of the pause.
  const isTaken = ({ sentAt }: RequestRecord) => !timeline.isConnected(sentAt, sentAt);
  return polls
    .filter((poll) => isPaused(poll) && !isTaken(poll))
    .map(({ sentAt, key, path }) => ({
      rule: 'requested pauses are kept',
      at: sentAt,
      message: `${path} of ${key}`,
    }));
}

/** A period in which a subscriber or a mutation follows jobs of a key. */
interface Interest {
  readonly from: number;
  readonly to: number;
  readonly isIn: (poll: RequestRecord) => boolean;
}

/** Only jobs with a follower are polled. */
function checkInterest(timeline: Timeline, polls: readonly RequestRecord[]): Violation[] {
  const interests = [...timeline.streams.map((stream) => interestOf(timeline, stream)), ...waitsOf(timeline)];
  return polls
    .filter(
      (poll) =>
        !interests.some(
          ({ from, to, isIn }) =>
            from <= poll.sentAt && poll.sentAt <= to + timeline.unwatched + UNWATCHED_POLLS + 1 && isIn(poll),
        ),
    )
    .map(({ sentAt, key, path }) => ({
      rule: 'only followed jobs are polled',
      at: sentAt,
      message: `${path} of ${key}`,
    }));
}

function interestOf(timeline: Timeline, stream: StreamLog): Interest {
  const paths = new Set<string>();
  for (const { id, model } of [...timeline.jobsOf(stream), ...stream.targets.map((id) => ({ id, model: undefined }))]) {
    paths.add(model === undefined ? `/predictions/${id}` : `/models/${model}/trainings/${id}`);
    paths.add(model === undefined ? '/predictions' : `/models/${model}/trainings`);
  }
  if (stream.operation === 'predictionsUpdated') paths.add('/predictions');
  if (stream.operation === 'trainingsUpdated') paths.add(`/models/${stream.targets[0]}/trainings`);
  // Ids of jobs that do not exist yet.
  const unknown = timeline.scenario.writes
    .flatMap(({ creates }) => creates ?? [])
    .filter(({ id }) => stream.targets.includes(id));
  for (const { id, model } of unknown)
    if (model) paths.add(`/models/${model}/trainings/${id}`).add(`/models/${model}/trainings`);
  const isIn = ({ key, epoch, path }: RequestRecord) =>
    key === stream.key && timeline.isShared(epoch, stream.epoch) && paths.has(path.split('?', 1)[0] ?? '');
  // graphql-ws passes on that a client has left once the first event has come, or its absence was noticed.
  const isUnanswered = stream.events.length === 0 && stream.end === 'leave';
  return { from: stream.from, to: isUnanswered ? Math.max(stream.to, stream.from + UNANSWERED) : stream.to, isIn };
}

/** Mutations that wait for their job follow it. */
function waitsOf({ run }: Timeline): Interest[] {
  return run.log.flatMap((entry) => {
    if (entry.type !== 'write' || entry.waitSeconds === 0) return [];
    const end = run.log.find((each) => each.type === 'written' && each.key === entry.key && each.job === entry.job);
    const isIn = ({ key, path }: RequestRecord) =>
      key === entry.key && (isList(path) || path.includes(`/${entry.job}`));
    return [{ from: entry.at, to: end?.at ?? NEVER, isIn }];
  });
}

/** A job whose final state was read is not read again. */
function checkFinished(timeline: Timeline, polls: readonly RequestRecord[]): Violation[] {
  const { run } = timeline;
  const finals = new Map<string, number>();
  const violations: Violation[] = [];
  for (const poll of [...polls].sort((a, b) => a.sentAt - b.sentAt)) {
    if (isList(poll.path)) continue;
    const name = `${poll.key} ${poll.epoch} ${poll.path}`;
    const readAt = finals.get(name);
    // A deletion whose outcome is unknown evicts the state.
    const isEvicted = run.requests.some(
      ({ method, key, path, sentAt }) =>
        method === 'DELETE' && key === poll.key && path === poll.path && sentAt <= poll.sentAt,
    );
    // A replica that was disconnected may have missed deletions, and forgets all jobs.
    const isKept = readAt !== undefined && !isEvicted && timeline.isConnected(readAt, poll.sentAt);
    if (isKept && poll.sentAt > readAt && poll.sentAt < readAt + FINISHED_CACHE)
      violations.push({
        rule: 'finished jobs are not polled',
        at: poll.sentAt,
        message: `${poll.path} of ${poll.key}, finished at ${readAt}`,
      });
    const job = run.jobs.find((each) => each.key === poll.key && poll.path.endsWith(`/${each.id}`));
    const isLast = poll.served.some(({ version }) => version === (job?.versions.length ?? 0) - 1);
    if (job && isLast && isFinished(job.versions) && job.deletedAt === undefined)
      finals.set(name, readAt ?? poll.endedAt ?? 0);
  }
  return violations;
}

const isFinished = (versions: readonly { status: string }[]): boolean =>
  !['queued', 'processing'].includes(versions.at(-1)?.status ?? 'queued');

/** Nothing is left after all clients have left, and nothing was unexpected. */
function checkLeft({ run }: Timeline): Violation[] {
  return run.log.flatMap((entry) => {
    if (entry.type === 'unexpected') return [{ rule: 'no unexpected errors', at: entry.at, message: entry.message }];
    if (entry.type !== 'idle' && entry.type !== 'disposed') return [];
    const { type, at, ...left } = entry;
    const isClean = Object.values(left).every((count) => count === 0);
    return isClean ? [] : [{ rule: 'nothing leaks', at, message: `${type}: ${JSON.stringify(left)}` }];
  });
}
