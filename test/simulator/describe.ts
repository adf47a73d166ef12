import type { Run } from './history.ts';
import type { Scenario } from './scenario.ts';

const seconds = (milliseconds: number): string => `${milliseconds / 1_000} s`;

/** A scenario in a few lines. */
export function describeScenario(scenario: Scenario): string[] {
  const { duration, pollsPerSecond, listInterval, latency, reads, keys, jobs, clients, writes, faults, restarts } =
    scenario;
  const used = new Set([...jobs, ...clients, ...writes].map(({ key }) => key));
  return [
    `${seconds(duration)}, ${pollsPerSecond} polls/s per key, lists every ${seconds(listInterval)}, responses within ${latency} ms, reads by ${reads}`,
    ...keys
      .filter(({ key }) => used.has(key))
      .map(
        ({ key, order, pageSize, rows, lag, hasProgress }) =>
          `key ${key}: lists ${order}, ${pageSize} rows a page, ${rows}, ${hasProgress ? 'with' : 'without'} progress, ${lag} ms behind`,
      ),
    ...jobs.map(({ key, id, model, startsAt, steps, end, deletedAt }) => {
      const deleted = deletedAt === undefined ? '' : `, deleted at ${seconds(deletedAt)}`;
      return `job ${key} ${model ?? ''} ${id}: from ${seconds(startsAt)}, steps of ${steps.join(', ')} ms, ${end ?? 'runs on'}${deleted}`;
    }),
    ...clients.flatMap(({ name, key, transport, subscriptions, stalls, drops }) => [
      `client ${name} of key ${key} over ${transport}`,
      ...subscriptions.map(({ at, operation, targets, leavesAt }) => {
        const left = leavesAt === undefined ? '' : ` to ${seconds(leavesAt)}`;
        return `  from ${seconds(at)}${left}: ${operation} ${targets.join(', ')}`;
      }),
      ...stalls.map(({ at, lasts }) => `  reads nothing from ${seconds(at)} for ${seconds(lasts)}`),
      ...drops.map((at) => `  connection breaks at ${seconds(at)}`),
    ]),
    ...writes.map(
      ({ at, key, operation, job, waitSeconds }) =>
        `${seconds(at)}: ${operation} ${key} ${job}, waits ${waitSeconds} s`,
    ),
    ...faults.map(
      ({ at, lasts, what, key, scope, share, retryAfter }) =>
        `fault ${what} from ${seconds(at)} for ${seconds(lasts)}: ${share * 100} % of ${scope} requests of ${key ?? 'all keys'}${what === 'rate' ? `, Retry-After ${retryAfter}` : ''}`,
    ),
    ...restarts.map((at) => `restart at ${seconds(at)}`),
    ...(scenario.cluster ? [`${scenario.cluster.replicas} replicas`] : []),
    ...(scenario.cluster?.faults ?? []).map(
      ({ at, lasts, what, replica }) => `${what} of replica ${replica} at ${seconds(at)} for ${seconds(lasts)}`,
    ),
  ];
}

/** Log and requests before a time, in order. */
export function describeRun({ log, requests }: Run, until: number, lines: number): string[] {
  const all = [
    ...log.map((entry) => ({ at: entry.at, text: JSON.stringify(entry) })),
    ...requests.map((request) => ({ at: request.sentAt, text: JSON.stringify(request) })),
  ];
  return all
    .filter(({ at }) => at <= until + 1)
    .sort((a, b) => a.at - b.at)
    .slice(-lines)
    .map(({ text }) => text);
}
