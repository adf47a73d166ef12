import { isFinal, type JobHistory } from './history.ts';
import { isListOperation, type LoggedEvent, type StreamLog } from './stream-log.ts';
import type { Timeline, Violation } from './timeline.ts';

/** Codes of errors that say that a job cannot be read for now. */
const TEMPORARY: ReadonlySet<string> = new Set(['UPSTREAM_UNAVAILABLE', 'RATE_LIMITED']);

/** Rules about the content of events, without regard to when they arrive. */
export function checkContent(timeline: Timeline): Violation[] {
  return timeline.streams.flatMap((stream) => checkStream(timeline, stream));
}

function checkStream(timeline: Timeline, stream: StreamLog): Violation[] {
  const violations: Violation[] = [];
  const report = (rule: string, { at }: { at: number }, message: string) =>
    void violations.push({ rule, at, message: `${stream.stream} (${stream.operation}): ${message}` });
  const jobs = timeline.jobsOf(stream);
  const last = new Map<string, LoggedEvent & { version: number }>();
  const ended = new Set<string>();
  const missing = new Set<string>();

  for (const event of stream.events) {
    const { id, status, text, code } = event;
    if (status === undefined) {
      checkError(event);
      continue;
    }
    const [key = '', job = '', number = ''] = text?.split('/') ?? [];
    const history = jobs.find((each) => each.id === id);
    if (!history || (text && (key !== stream.key || job !== id))) {
      report('nothing foreign', event, `${id} with the text ${text} of key ${stream.key}`);
      continue;
    }
    if (!text || code) {
      report('events are complete', event, `${id} has no text, or the error ${code}`);
      continue;
    }
    const version = Number(number);
    checkVersion(event, history, version);
    if (missing.delete(job)) {
      // A job that was watched before it existed is watched again once its list contains it.
      if (history.deletedAt !== undefined)
        report('deleted jobs stay deleted', event, `${id} has a state after NOT_FOUND`);
      last.delete(job);
      ended.delete(job);
    }
    const before = last.get(job);
    if (ended.has(job)) report('the final state comes once', event, `${id} has another event after its last one`);
    if (before && version < before.version)
      report('states are in order', event, `${id}: version ${version} after ${before.version}`);
    // A client that read nothing for a while misses the events in between, such as a stale one.
    const isSame = before && version === before.version && before.staleSince === event.staleSince;
    if (isSame && timeline.isReading(stream, before.at, event.at))
      report('events are changes', event, `${id}: version ${version} twice`);
    last.set(job, { ...event, version });
    if (event.isFinished) ended.add(job);
  }
  checkCompletion();
  return violations;

  function checkVersion(event: LoggedEvent, history: JobHistory, version: number): void {
    const { at, status = 'none' } = history.versions[version] ?? {};
    if (at === undefined || at > event.at) report('states exist', event, `${history.id} has no version ${version} yet`);
    if (event.status?.toLowerCase() !== status || event.isFinished !== isFinal(status))
      report('states are consistent', event, `${history.id}: ${event.status} for version ${version}, ${status}`);
    for (const time of [event.staleSince, event.checkedAt]) {
      if (time !== undefined && !wasRead(history, version, time))
        report('times of reads are true', event, `${history.id} was not read as version ${version} at ${time}`);
    }
  }

  function wasRead({ id, key }: JobHistory, version: number, time: number): boolean {
    return timeline.run.requests.some(
      (request) =>
        // DateTime has whole milliseconds.
        Math.floor(request.endedAt ?? -1) === time &&
        request.key === key &&
        timeline.isShared(request.epoch, stream.epoch) &&
        request.served.some((served) => served.id === id && served.version === version),
    );
  }

  /** True for a job that could be read from the start, or that the same gateway started before: it waits for such jobs. */
  function isReadable({ id, key, readableAt }: JobHistory): boolean {
    return (
      readableAt <= stream.from ||
      timeline.run.log.some(
        (entry) =>
          entry.type === 'written' &&
          entry.key === key &&
          entry.job === id &&
          timeline.isShared(entry.epoch, stream.epoch) &&
          entry.at <= stream.from &&
          timeline.isConnected(entry.at, stream.from) &&
          entry.code?.endsWith('Success'),
      )
    );
  }

  function checkError(event: LoggedEvent): void {
    const { id, code } = event;
    if (code && TEMPORARY.has(code)) return;
    const isMissing = code === 'NOT_FOUND' || code === undefined;
    const named = id ?? (stream.targets.length === 1 ? stream.targets[0] : undefined);
    const job = jobs.find((each) => each.id === named);
    if (!isMissing) report('errors are expected', event, `${id} has the error ${code}`);
    else if (named === undefined || (!isListOperation(stream.operation) && !stream.targets.includes(named)))
      report('nothing foreign', event, `NOT_FOUND for ${named}`);
    else if (job && isReadable(job) && (job.deletedAt ?? Number.POSITIVE_INFINITY) > event.at)
      report('only missing jobs are not found', event, `${id} exists`);
    if (code === undefined && named !== undefined && last.has(named))
      report('deletions are errors', event, `${named} was seen before, but is null now`);
    if (named === undefined) return;
    ended.add(named);
    missing.add(named);
  }

  function checkCompletion(): void {
    if (stream.end === 'error') report('errors are expected', { at: stream.to }, `ended with the error ${stream.code}`);
    if (stream.end !== 'complete') return;
    const open = isListOperation(stream.operation)
      ? jobs.filter(({ id }) => last.has(id)).length && stream.targets[0] !== undefined && jobs.map(({ id }) => id)
      : stream.targets.filter((id) => !ended.has(id));
    if (open && open.length > 0) report('streams complete after all final states', { at: stream.to }, `${open} left`);
  }
}
