import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerAdapter } from '@whatwg-node/server';
import { onTestFinished } from 'vitest';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { type Collector, type ReceivedSpan, startCollector } from '../support/collector.ts';
import { type Program, startProgram } from '../support/program.ts';

/** A request that an upstream has received. */
interface Received {
  method: string;
  path: string;
  traceparent: string | null;
  tracestate: string | null;
  requestId: string | null;
}

export interface TracedProgram {
  program: Program;
  collector: Collector;
  /** The requests that the upstream has received. */
  received: readonly Received[];
}

/** Starts the built gateway with a collector, and with a sandbox on a port that records headers. */
export async function startTraced(
  options: { env?: Readonly<Record<string, string>>; intercept?: (request: Request) => Response | undefined } = {},
): Promise<TracedProgram> {
  const collector = await startCollector();
  const received: Received[] = [];
  const sandbox = createSandbox({ seed: true, highQualitySeconds: 1 });
  const server = createServer(
    createServerAdapter((request: Request) => {
      const { method, headers, url } = request;
      const { pathname: path } = new URL(url);
      received.push({
        method,
        path,
        traceparent: headers.get('traceparent'),
        tracestate: headers.get('tracestate'),
        requestId: headers.get('x-request-id'),
      });
      return options.intercept?.(request) ?? sandbox.fetch(request);
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    sandbox.close();
  });
  const program = await startProgram({
    env: {
      FLAIR_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      FLAIR_API_KEY: 'demo',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '20',
      WATCH_TRAINING_FASTEST_SECONDS: '0.1',
      WATCH_TRAINING_SLOWEST_SECONDS: '0.1',
      ...options.env,
    },
  });
  return { program, collector, received };
}

/** The header that passes a span on. */
export const traceparentOf = ({ traceId, spanId }: Pick<ReceivedSpan, 'traceId' | 'spanId'>): string =>
  `00-${traceId}-${spanId}-01`;

/** A line of the log about operations and streams. */
export const logLines = ({ output }: Program): Record<string, unknown>[] =>
  output.stderr
    .split('\n')
    .concat(output.stdout.split('\n'))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
