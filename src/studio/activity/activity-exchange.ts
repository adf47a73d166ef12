import {
  type Exchange,
  getOperationName,
  mapExchange,
  type Operation,
  type OperationResult,
  stringifyDocument,
} from 'urql';
import type { ActivityLog } from './activity-log.ts';

/**
 * Records the queries and mutations that are sent, and the events that arrive.
 *
 * @param onErrors Receives the codes of the errors of each result.
 */
export function activityExchange(log: ActivityLog, onErrors: (codes: readonly unknown[]) => void): Exchange {
  const sent = new Map<number, { at: number; change: ReturnType<ActivityLog['add']> }>();

  const onOperation = ({ kind, key, query, variables }: Operation) => {
    // Subscriptions are recorded where they end. A query that is repeated while it is sent is sent once.
    if (kind === 'subscription' || kind === 'teardown' || sent.has(key)) return;
    const name = getOperationName(query) ?? kind;
    const change = log.add({ kind, name, state: 'running', document: stringifyDocument(query), variables });
    sent.set(key, { at: performance.now(), change });
  };

  const onResult = ({ operation, data, error }: OperationResult) => {
    onErrors(error?.graphQLErrors.map(({ extensions }) => extensions?.code) ?? []);
    const outcome = error ? ('failed' as const) : ('done' as const);
    const response = { data, ...(error && { errors: error.graphQLErrors }) };
    const summary = error?.message.replace(/^\[(?:GraphQL|Network)\] /, '') ?? summaryOf(data);
    if (operation.kind === 'subscription') {
      log.add({ kind: 'event', name: getOperationName(operation.query) ?? 'event', state: outcome, summary, response });
      return;
    }
    const request = sent.get(operation.key);
    sent.delete(operation.key);
    request?.change({ state: outcome, summary, response, duration: performance.now() - request.at });
  };

  return mapExchange({ onOperation, onResult });
}

/** A line about the data of a response: the type of its result, or the state of its job. */
function summaryOf(data: unknown): string {
  const [first] = Object.values((data ?? {}) as Record<string, unknown>);
  if (Array.isArray(first)) return `${first.length} objects`;
  if (typeof first !== 'object' || first === null) return '';
  const { __typename, status, progress } = first as Summarized;
  if (status === undefined) return __typename ?? '';
  const fraction = progress?.fraction;
  return `${__typename} ${status}${typeof fraction === 'number' ? ` ${Math.round(fraction * 100)} %` : ''}`;
}

interface Summarized {
  __typename?: string;
  status?: string;
  progress?: { fraction?: number | null };
}
