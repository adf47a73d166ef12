import { finishedAt, isFinal, type JobHistory } from './history.ts';
import { isListOperation, type LoggedEvent, type StreamLog } from './stream-log.ts';
import type { Timeline, Violation } from './timeline.ts';
import { CONFIRMATION, SLACK, WRITE_VISIBLE } from './tolerances.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Rules about the time at which events arrive. Most apply only while the upstream is healthy and the client reads. */
export function checkTiming(timeline: Timeline): Violation[] {
  return timeline.streams.flatMap((stream) => [
    ...timeline.jobsOf(stream).flatMap((job) => checkJob(timeline, stream, job)),
    ...checkCompletion(timeline, stream),
  ]);
}

const eventsOf = ({ events, targets, operation }: StreamLog, { id }: JobHistory): LoggedEvent[] =>
  events.filter(
    (event) => event.id === id || (event.id === undefined && !isListOperation(operation) && targets.length === 1),
  );

const versionOf = ({ text, isFinished }: LoggedEvent): number =>
  text ? Number(text.split('/')[2]) : isFinished ? NEVER : -1;

function checkJob(timeline: Timeline, stream: StreamLog, job: JobHistory): Violation[] {
  const violations: Violation[] = [];
  const events = eventsOf(stream, job);
  const deletedAt = job.deletedAt ?? NEVER;
  const expect = (rule: string, due: number, since: number, matches: (event: LoggedEvent) => boolean) => {
    const isOpen = stream.to > due && due < deletedAt;
    if (!isOpen || !timeline.isReading(stream, since, due) || !timeline.isHealthy(stream.key, since, due)) return;
    const found = events.find(matches);
    if (found && found.at <= due) return;
    const message = `${stream.stream}: ${job.id} is due at ${due}, since ${since}, but came ${found ? `at ${found.at}` : 'never'}`;
    violations.push({ rule, at: due, message });
  };
  const createdAt = job.versions[0]?.at ?? 0;
  const changeBound = timeline.changeBound(stream, job);
  const firstBound = timeline.firstBound(stream);

  // A job that starts later, or that cannot be read yet, is found by its list only.
  const listed =
    createdAt + timeline.lag(job.key) + (isListOperation(stream.operation) ? timeline.listTime(job.key) : 0);
  const isKnown = Math.max(listed, job.readableAt) <= stream.from;
  // A poll of a job that was hidden at first has failed, and is repeated after the usual interval.
  const hidden = job.readableAt > createdAt ? changeBound : 0;
  if (isKnown) expect('first event in time', stream.from + firstBound + hidden, stream.from, () => true);
  else if (isListOperation(stream.operation)) {
    const since = Math.max(stream.from, createdAt, job.readableAt);
    // Its list is read, then the job itself.
    const found = timeline.lag(job.key) + timeline.listTime(job.key) + firstBound;
    expect('jobs from elsewhere in time', since + found + hidden + timeline.response, since, () => true);
  } else if (job.readableAt > stream.from) return [];

  for (const [version, { at, status }] of job.versions.entries()) {
    if (at <= stream.from || version === 0) continue;
    const rule = isFinal(status) ? 'final state in time' : 'change in time';
    const since = Math.max(at, stream.from + firstBound, job.readableAt);
    expect(rule, since + changeBound, at, (event) => versionOf(event) >= version);
  }
  for (const write of timeline.run.log) {
    if (write.type !== 'written' || write.key !== job.key || write.job !== job.id || write.at < stream.from) continue;
    if (write.operation !== 'cancelTraining' || !write.code?.endsWith('Success') || isListOperation(stream.operation))
      continue;
    const since = Math.max(write.at, stream.from + firstBound);
    // A read that began before the write, and the one after it.
    const { latency, pollsPerSecond } = timeline.scenario;
    const due = since + WRITE_VISIBLE + 2 * latency + 3_000 / pollsPerSecond;
    if (finishedAt(job) !== undefined)
      expect('writes show at once', due, write.at, ({ isFinished }) => isFinished === true);
  }
  if (job.deletedAt !== undefined && isKnown && job.deletedAt > stream.from && !isListOperation(stream.operation)) {
    const due = job.deletedAt + changeBound + CONFIRMATION;
    const isOpen =
      stream.to > due &&
      timeline.isReading(stream, job.deletedAt, due) &&
      timeline.isHealthy(job.key, job.deletedAt - changeBound, due);
    const isDone = events.some(({ isFinished, code }) => isFinished || code === 'NOT_FOUND');
    if (isOpen && !isDone)
      violations.push({ rule: 'deletions in time', at: due, message: `${stream.stream}: ${job.id}` });
  }
  return violations;
}

function checkCompletion(timeline: Timeline, stream: StreamLog): Violation[] {
  if (isListOperation(stream.operation)) return [];
  const last = (id: string) =>
    stream.events.find((event) => (event.id ?? stream.targets[0]) === id && (event.isFinished || isEndError(event)))
      ?.at;
  const ends = stream.targets.map(last);
  const at = Math.max(...ends.map((end) => end ?? NEVER));
  if (at === NEVER || stream.to <= at + SLACK || !timeline.isReading(stream, at, at + SLACK)) return [];
  return [{ rule: 'streams complete', at, message: `${stream.stream} stays open after all final states` }];
}

const isEndError = ({ status, code }: LoggedEvent): boolean =>
  status === undefined && (code === undefined || code === 'NOT_FOUND');
