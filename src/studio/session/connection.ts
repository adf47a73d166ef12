import { cacheExchange, type Logger } from '@urql/exchange-graphcache';
import { parse } from 'graphql';
import { Client, fetchExchange, getOperationName, subscriptionExchange } from 'urql';
import { createFlairClient, type FlairClient, type StreamState, type TypedDocument } from '../../client/index.ts';
import { graphcache } from '../../client/urql.ts';
import { activityExchange } from '../activity/activity-exchange.ts';
import { type ActivityLog, createActivityLog } from '../activity/activity-log.ts';
import { createStore, type Store } from '../ui/store.ts';
import { graphUrl, readSettings } from './settings.ts';

/** Access to the graph with one API key. */
export interface Connection {
  readonly apiKey: string;
  readonly url: string;
  readonly urql: Client;
  readonly flair: FlairClient;
  readonly activity: ActivityLog;
  /** State of the subscription to the running jobs. */
  readonly stream: Store<StreamState>;
  /** True after the gateway has rejected the key, or the lack of one. */
  readonly isKeyRejected: Store<boolean>;
}

/** Codes of errors that show that the key is rejected. `FORBIDDEN` does not: the account may be out of credit. */
const KEY_CODES: readonly unknown[] = ['UNAUTHENTICATED'];

/**
 * Reports warnings of the cache, except that fields are missing: fragments on the other type of job are written as well, and
 * all other fields are in a response that the gateway has validated.
 */
const logger: Logger = (severity, message) => {
  if (severity !== 'debug' && !message.startsWith('Invalid undefined:')) console[severity](message);
};

/** Connects with an API key; '' for none, which works in the sandbox. */
export function connect(apiKey: string): Connection {
  const url = graphUrl();
  const headers: Record<string, string> = apiKey ? { [readSettings().apiKeyHeader]: apiKey } : {};
  const flair = createFlairClient({ url, headers });
  const activity = createActivityLog();
  const stream = createStore<StreamState>({ status: 'closed' });
  const isKeyRejected = createStore(false);

  const urql = new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers },
    requestPolicy: 'cache-and-network',
    exchanges: [
      cacheExchange({ ...graphcache, logger }),
      activityExchange(activity, (codes) => {
        if (codes.some((code) => KEY_CODES.includes(code))) isKeyRejected.set(true);
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe(sink) {
            const leaving = new AbortController();
            void forward(query as TypedDocument<object, object>, variables as object, leaving.signal, sink);
            return { unsubscribe: () => leaving.abort() };
          },
        }),
      }),
    ],
  });

  /** Sends the events of a subscription to urql. The client of the gateway opens lost connections again. */
  async function forward(
    query: TypedDocument<object, object>,
    variables: object,
    signal: AbortSignal,
    sink: Sink,
  ): Promise<void> {
    const onState = (state: StreamState) => {
      if (signal.aborted) return;
      stream.set(state);
      activity.addStreamState(state);
    };
    const change = activity.add({
      kind: 'subscription',
      name: getOperationName(parse(query)) ?? 'subscription',
      state: 'running',
      document: query,
      variables,
    });
    try {
      for await (const data of flair.subscribe(query, variables, { signal, onState })) sink.next({ data });
      sink.complete();
    } catch (error) {
      if (!signal.aborted) sink.error(error);
    } finally {
      change({ state: 'done', summary: 'ended' });
    }
  }

  return { apiKey, url, urql, flair, activity, stream, isKeyRejected };
}

interface Sink {
  next(result: { data: object }): void;
  error(error: unknown): void;
  complete(): void;
}
