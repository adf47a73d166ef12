import pino from 'pino';
import { vi } from 'vitest';
import { createRequests } from '../../src/telemetry/requests.ts';
import { monotonicNow } from '../../src/util/clocks.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';

/** A log line, parsed. */
export type Line = Readonly<Record<string, unknown>>;

/** Serves a gateway whose log lines and upstream requests can be read. */
export async function serveLogged(options: StartOptions & { level?: string } = {}) {
  const { level = 'info', ...gatewayOptions } = options;
  const forwarded: Headers[] = [];
  const started = startGateway({
    ...gatewayOptions,
    transport(request, upstream) {
      forwarded.push(request.headers);
      return gatewayOptions.transport ? gatewayOptions.transport(request, upstream) : upstream(request);
    },
  });
  const lines: Line[] = [];
  const log = pino({ level }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const requests = createRequests({ log, monotonicNow });
  const start = vi.spyOn(requests, 'start');
  const { url } = await serverOf(started, { log, requests });
  return {
    ...started,
    url,
    lines,
    requests,
    /** Number of requests that have begun. */
    begun: () => start.mock.calls.length,
    /** Headers of the requests to the upstream. */
    forwarded,
    /** Log lines of requests and operations. */
    ended: () => lines.filter(({ msg }) => /^(operation|stream|request|probe)$/.test(String(msg))),
    /** Sends an operation over HTTP. */
    post: (body: object, headers: Record<string, string> = {}) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  };
}
