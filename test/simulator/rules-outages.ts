import { isList } from './faults.ts';
import { finishedAt, isFinal, type JobHistory } from './history.ts';
import type { FaultPlan } from './scenario.ts';
import { isListOperation, type StreamLog } from './stream-log.ts';
import type { Timeline, Violation } from './timeline.ts';
import { INTERVALS, OUTAGE_NOTICE, RECOVERY, REQUEST_TIMEOUT, SLACK } from './tolerances.ts';

/** Rules about the staleness of states, and about connections. */
export function checkOutages(timeline: Timeline): Violation[] {
  return timeline.streams.flatMap((stream) => [
    ...checkNotice(timeline, stream),
    ...checkBacklog(timeline, stream),
    ...checkConnections(timeline, stream),
    ...timeline
      .jobsOf(stream)
      .flatMap((job) => [
        ...checkFreshReads(timeline, stream, job),
        ...timeline.scenario.faults.flatMap((fault) => [
          ...checkStale(timeline, stream, { job, fault }),
          ...checkFresh(timeline, stream, { job, fault }),
        ]),
      ]),
  ]);
}

/** A subscriber learns of an outage even if no state is known. */
function checkNotice(timeline: Timeline, stream: StreamLog): Violation[] {
  const due = stream.from + OUTAGE_NOTICE + timeline.pollBound(stream);
  if (stream.to <= due || !timeline.isReading(stream, stream.from, due)) return [];
  // Another owner begins to wait for its own first response.
  if (!timeline.isConnected(stream.from, due)) return [];
  if (isListOperation(stream.operation)) return checkListNotice(timeline, stream, due);
  return stream.targets
    .filter((id) => !isHidden(timeline, stream, id))
    .filter((id) => !stream.events.some((event) => event.at <= due && (event.id === id || event.id === undefined)))
    .map((id) => ({ rule: 'outages are reported', at: due, message: `${stream.stream}: nothing about ${id}` }));
}

/** True for a new job that the upstream does not show at first, which is no outage. */
const isHidden = ({ run }: Timeline, { key, from }: StreamLog, target: string): boolean =>
  run.jobs.some((job) => job.key === key && job.id === target && job.readableAt > from);

/** A list may be empty, but not while it cannot be read. */
function checkListNotice(timeline: Timeline, stream: StreamLog, due: number): Violation[] {
  const { key, epoch, operation, targets, events } = stream;
  const list = operation === 'predictionsUpdated' ? '/predictions' : `/models/${targets[0]}/trainings`;
  const isRead = timeline.run.requests.some(
    ({ path, endedAt = due + 1, ...request }) =>
      request.key === key &&
      timeline.isShared(request.epoch, epoch) &&
      request.outcome === 200 &&
      isList(path) &&
      path.startsWith(list) &&
      endedAt <= due,
  );
  if (isRead || events.some(({ at }) => at <= due)) return [];
  return [{ rule: 'outages are reported', at: due, message: `${stream.stream}: nothing about its list` }];
}

interface FaultedJob {
  readonly job: JobHistory;
  readonly fault: FaultPlan;
}

/** A state that cannot be read for long is reported as stale. */
function checkStale(timeline: Timeline, stream: StreamLog, { job, fault }: FaultedJob): Violation[] {
  const { at, lasts, what, key, scope, share } = fault;
  if (share < 1 || scope !== 'all' || what === 'slow' || (key !== undefined && key !== job.key)) return [];
  const interval = INTERVALS[job.model === undefined ? 'Prediction' : 'Training'];
  const due = at + interval + REQUEST_TIMEOUT + timeline.queueTime(job.key) + timeline.response;
  const isOver = (finishedAt(job) ?? due) < due || (job.deletedAt ?? due) < due;
  if (at + lasts < due || stream.to <= due || isOver || !timeline.isReading(stream, at, due)) return [];
  const events = stream.events.filter(({ id, status }) => id === job.id && status !== undefined);
  const isKnown = events.some((event) => event.at < at);
  const isStale = events.findLast((event) => event.at <= due)?.staleSince !== undefined;
  const message = `${stream.stream}: ${job.id} is not stale, although reads have failed since ${at}`;
  return isKnown && !isStale ? [{ rule: 'stale states are reported', at: due, message }] : [];
}

/** After an outage, a state is no longer stale. */
function checkFresh(timeline: Timeline, stream: StreamLog, { job, fault }: FaultedJob): Violation[] {
  const { at, lasts, what, retryAfter } = fault;
  const hold = what === 'rate' ? retryAfter * 1_000 : 0;
  const since = at + lasts + RECOVERY + REQUEST_TIMEOUT + hold + 1;
  const due = since + timeline.changeBound(stream, job);
  const isDeleted = (job.deletedAt ?? due) < due;
  if (isDeleted || stream.from > since || stream.to <= due || !timeline.isHealthy(stream.key, since, due)) return [];
  const last = stream.events.findLast(({ id, at }) => id === job.id && at <= due);
  const isStale = last?.staleSince !== undefined && !isFinal(last.status?.toLowerCase() ?? '');
  if (!isStale || !timeline.isReading(stream, at, due)) return [];
  return [
    { rule: 'states become fresh', at: due, message: `${stream.stream}: ${job.id} is stale since ${last?.staleSince}` },
  ];
}

/** The first read that succeeds ends the staleness of a state. */
function checkFreshReads(timeline: Timeline, stream: StreamLog, { id }: JobHistory): Violation[] {
  const events = stream.events.filter((event) => event.id === id);
  return events.flatMap(({ at, staleSince }, index) => {
    if (staleSince === undefined) return [];
    const read = timeline.run.requests.find(
      ({ key, epoch, path, served, endedAt = 0 }) =>
        key === stream.key &&
        timeline.isShared(epoch, stream.epoch) &&
        path.endsWith(`/${id}`) &&
        served.length > 0 &&
        endedAt > at,
    );
    const due = (read?.endedAt ?? Number.POSITIVE_INFINITY) + SLACK;
    const next = events[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    if (next <= due || stream.to <= due || !timeline.isReading(stream, at, due)) return [];
    // A new owner reads the list again before it reports the jobs in it.
    if (!timeline.isConnected(at, due)) return [];
    return [{ rule: 'states become fresh', at: due, message: `${stream.stream}: ${id} is stale after a read` }];
  });
}

/** A client that reads on gets no old states: the event that was being sent, and the newest one. */
function checkBacklog(timeline: Timeline, stream: StreamLog): Violation[] {
  return timeline.run.log.flatMap((entry) => {
    if (entry.type !== 'resume' || entry.client !== stream.client) return [];
    const counts = new Map<string, number>();
    for (const { at, id = '' } of stream.events) if (at === entry.at) counts.set(id, (counts.get(id) ?? 0) + 1);
    const [id, count = 0] = [...counts].find(([, each]) => each > 2) ?? [];
    const message = `${stream.stream}: ${count} events of ${id} at once`;
    return id === undefined ? [] : [{ rule: 'slow readers get the newest state', at: entry.at, message }];
  });
}

/** Time without reading after which a socket is closed, with a margin: three pings of 12 s. */
const UNREAD = 30_000;

/**
 * A connection breaks only if its client drops it, if the gateway stops, or if the client reads nothing for long.
 *
 * @param slack Difference between the planned and the real time of a drop, in milliseconds.
 */
export function checkConnections(
  { scenario, run }: Timeline,
  { stream, client, epoch, end, from, to }: StreamLog,
  slack = 0,
): Violation[] {
  if (end !== 'broken' || from === to) return [];
  const { drops = [], stalls = [] } = scenario.clients.find(({ name }) => name === client) ?? {};
  const isUnread = stalls.some(({ at, lasts }) => lasts > UNREAD && at < to);
  // A client that does not read notices the stop later.
  const isStopped = run.log.some((entry) => entry.type === 'stop' && entry.epoch === epoch && entry.at <= to);
  const isDropped = drops.some((at) => Math.abs(to - at) <= slack);
  if (isDropped || isUnread || isStopped) return [];
  return [{ rule: 'connections hold', at: to, message: `${stream} broke` }];
}
