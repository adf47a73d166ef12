import type { Transport } from '../../src/upstream/client.ts';
import type { Connection, ConnectionSource } from '../../src/upstream/transport/connection-pool.ts';
import type { Reply, UpstreamRequest } from './upstream.ts';

type Respond = (request: UpstreamRequest) => Promise<Reply>;

/** Sends requests of one gateway to the upstream over the fetch API. */
export const fetchTransport =
  (epoch: number, respond: Respond): Transport =>
  async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const reply = await respond({
      epoch,
      method: request.method,
      path: pathname + search,
      apiKey: request.headers.get('x-api-key') ?? '',
      body: request.method === 'GET' ? '' : await request.text(),
      signal: request.signal,
    });
    return Response.json(reply.body, { status: reply.status, headers: { ...reply.headers } });
  };

/** The methods of undici's request handlers that the gateway implements. */
interface Handler {
  onConnect(abort: (error?: Error) => void): void;
  onHeaders(status: number, headers: Buffer[]): boolean;
  onData(chunk: Buffer): boolean;
  onComplete(): void;
  onError(error: Error): void;
}

interface Dispatched {
  readonly path: string;
  /** Alternating names and values. */
  readonly headers: readonly string[];
}

/** Connections of one gateway to the upstream, for reads. */
export function createConnections(epoch: number, respond: Respond): ConnectionSource {
  const dispatch = ({ path, headers }: Dispatched, handler: Handler): void => {
    const aborted = new AbortController();
    handler.onConnect((error) => aborted.abort(error ?? new Error('aborted')));
    const apiKey = headers[headers.indexOf('x-api-key') + 1] ?? '';
    respond({ epoch, method: 'GET', path, apiKey, body: '', signal: aborted.signal }).then(
      ({ status, headers: replyHeaders = {}, body }) => {
        const lines = Object.entries({ 'content-type': 'application/json', ...replyHeaders }).flat();
        handler.onHeaders(
          status,
          lines.map((text) => Buffer.from(text)),
        );
        handler.onData(Buffer.from(JSON.stringify(body)));
        handler.onComplete();
      },
      (error: Error) => handler.onError(error),
    );
  };
  // The transport for reads calls only this method of a connection.
  const connection = { dispatch } as unknown as Connection;
  return {
    acquire: (waiter) => waiter.use(connection),
    release() {},
    discard() {},
  };
}
