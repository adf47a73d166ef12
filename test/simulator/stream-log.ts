import type { Entry, ReceivedEvent } from './history.ts';
import type { KeyName, SubscriptionName } from './scenario.ts';

export type LoggedEvent = ReceivedEvent & { readonly at: number };

/** One attempt of a subscription, as its client logged it. */
export interface StreamLog {
  readonly stream: string;
  readonly client: string;
  readonly key: KeyName;
  readonly epoch: number;
  readonly operation: SubscriptionName;
  readonly targets: readonly string[];
  readonly from: number;
  to: number;
  end: 'complete' | 'error' | 'broken' | 'leave' | undefined;
  code?: string | undefined;
  readonly events: LoggedEvent[];
}

export const isListOperation = (operation: SubscriptionName): boolean =>
  operation === 'trainingsUpdated' || operation === 'predictionsUpdated';

/** The streams of a log, in order of their start. */
export function streamsOf(log: readonly Entry[]): StreamLog[] {
  const streams = new Map<string, StreamLog>();
  for (const entry of log) {
    if (entry.type === 'subscribe') {
      const { at, type: _, ...rest } = entry;
      streams.set(entry.stream, { ...rest, from: at, to: Number.POSITIVE_INFINITY, end: undefined, events: [] });
    } else if ('stream' in entry) {
      const stream = streams.get(entry.stream);
      if (!stream) throw new Error(`The log contains an event of ${entry.stream}, which was never opened.`);
      if (entry.type === 'next') stream.events.push(entry);
      else {
        stream.to = entry.at;
        stream.end = entry.type;
        stream.code = entry.code;
      }
    }
  }
  return [...streams.values()];
}
