import { finishedAt, type Run } from './history.ts';
import { checkContent } from './rules-content.ts';
import { checkConnections } from './rules-outages.ts';

import type { Scenario } from './scenario.ts';
import { isListOperation, type StreamLog } from './stream-log.ts';
import { Timeline, type Violation } from './timeline.ts';

/** Difference between the planned and the real time of a drop, in milliseconds. */
const DROP = 10_000;
/** Time within which a final state arrives when all faults are over, on a machine under load, in milliseconds. */
const ARRIVAL = 15_000;

/**
 * Checks a run in real time. No rule has a tight time: besides what events contain, connections must hold, and each final
 * state must arrive.
 */
export function checkReal(run: Run, scenario: Scenario): Violation[] {
  const timeline = new RealTimeline(run, scenario);
  const content = checkContent(timeline).filter(({ rule }) => !INCOMPARABLE.has(rule));
  const errors = run.log.flatMap((entry) => (entry.type === 'unexpected' ? [entry] : []));
  return [
    ...content,
    ...timeline.streams.flatMap((stream) => [
      ...checkMissing(timeline, stream),
      ...checkConnections(timeline, stream, DROP),
      ...checkArrival(timeline, stream),
    ]),
    ...errors.map(({ at, message }) => ({ rule: 'no unexpected errors', at, message })),
  ].sort((a, b) => a.at - b.at);
}

/**
 * Rules that compare times of several processes, or of a read that was under way: a new job may be missing in a response
 * that arrives late.
 */
const INCOMPARABLE: ReadonlySet<string> = new Set(['times of reads are true', 'only missing jobs are not found']);

/** A job that existed from the start is found. */
function checkMissing({ run }: Timeline, { stream, key, targets, events }: StreamLog): Violation[] {
  return events.flatMap(({ id = targets.length === 1 ? targets[0] : undefined, status, code, at }) => {
    if (status !== undefined || (code !== undefined && code !== 'NOT_FOUND')) return [];
    const job = run.jobs.find((each) => each.key === key && each.id === id);
    if (!job || job.readableAt > 0 || (job.deletedAt ?? Number.POSITIVE_INFINITY) <= at) return [];
    return [{ rule: 'only missing jobs are not found', at, message: `${stream}: ${id} exists` }];
  });
}

class RealTimeline extends Timeline {
  /** A replica on a machine under load may lose its connection at any time. */
  override isConnected(): boolean {
    return false;
  }
}

/** A stream that is open long enough after the final states of its jobs, and after the faults, has completed. */
function checkArrival(timeline: Timeline, stream: StreamLog): Violation[] {
  const { from, to, end, targets, operation } = stream;
  if (isListOperation(operation) || end === 'complete') return [];
  const faults = timeline.scenario.cluster?.faults ?? [];
  const ends = targets.map((id) => {
    const job = timeline.jobsOf(stream).find((each) => each.id === id);
    return Math.max(job?.readableAt ?? 0, job?.deletedAt ?? (job && finishedAt(job)) ?? Number.POSITIVE_INFINITY);
  });
  const stalls = timeline.scenario.clients.find(({ name }) => name === stream.client)?.stalls ?? [];
  const due = Math.max(from, ...ends, ...[...faults, ...stalls].map(({ at, lasts }) => at + lasts)) + ARRIVAL;
  if (to <= due) return [];
  return [{ rule: 'final states arrive', at: due, message: `${stream.stream} of ${targets.join(', ')}` }];
}
