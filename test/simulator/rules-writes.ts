import type { Entry } from './history.ts';
import { isListOperation, type StreamLog } from './stream-log.ts';
import type { Timeline, Violation } from './timeline.ts';
import { CONFIRMATION, SLACK } from './tolerances.ts';

type Written = Extract<Entry, { type: 'write' | 'written' }>;

/** Rules about writes of clients, and what subscribers see of them. */
export function checkWrites(timeline: Timeline): Violation[] {
  const { log } = timeline.run;
  const written = log.filter((entry) => entry.type === 'written' && entry.code?.endsWith('Success')) as Written[];
  return [
    ...log.flatMap((entry) => (entry.type === 'write' ? checkReturn(timeline, entry) : [])),
    ...timeline.streams.flatMap((stream) =>
      written.filter(({ key }) => key === stream.key).flatMap((write) => checkStream(timeline, stream, write)),
    ),
  ];
}

/** A write returns with the upstream's response, or after the time for which it waits. */
function checkReturn(timeline: Timeline, { at, key, job, operation, waitSeconds, epoch }: Written): Violation[] {
  // A new job is read when its final state is known.
  const due = at + waitSeconds * 1_000 + 2 * timeline.response + SLACK;
  if (!timeline.isHealthy(key, at, due) || timeline.stopOf(epoch) <= due) return [];
  const end = timeline.run.log.find(
    (entry) => entry.type === 'written' && entry.key === key && entry.job === job && entry.at >= at,
  );
  return (end?.at ?? due + 1) > due ? [{ rule: 'writes return in time', at: due, message: `${operation} ${job}` }] : [];
}

function checkStream(timeline: Timeline, stream: StreamLog, { at, job, operation }: Written): Violation[] {
  const history = timeline.jobsOf(stream).find(({ id }) => id === job);
  if (!history) return [];
  if (operation === 'deletePrediction') {
    const from = at + timeline.changeBound(stream, history) + CONFIRMATION;
    const isGone = !isListOperation(stream.operation) && stream.from > from && timeline.isHealthy(stream.key, at, from);
    const event = stream.events.find(({ id, status }) => isGone && id === job && status !== undefined);
    return event ? [{ rule: 'deleted jobs are gone', at: event.at, message: `${stream.stream}: ${job}` }] : [];
  }
  // Subscriptions to lists get new jobs before the list is read again. A job that is hidden at first takes longer.
  const createdAt = history.versions[0]?.at ?? 0;
  const due = createdAt + timeline.firstBound(stream);
  const isNew = operation === 'createPrediction' || operation === 'startTraining';
  if (!isNew || !isListOperation(stream.operation) || history.readableAt > createdAt) return [];
  if (stream.from > createdAt - SLACK || stream.to <= due || (history.deletedAt ?? due) < due) return [];
  if (!timeline.isReading(stream, createdAt, due) || !timeline.isHealthy(stream.key, createdAt, due)) return [];
  if (stream.events.some((event) => event.id === job && event.at <= due)) return [];
  return [{ rule: 'started jobs show at once', at: due, message: `${stream.stream}: ${job}, since ${createdAt}` }];
}
