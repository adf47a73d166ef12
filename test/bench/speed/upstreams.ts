import { startTool } from '../processes.ts';
import { upstreamResponses } from './data.ts';
import { startNginx } from './nginx.ts';
import type { StubCalls } from './stub.ts';

/** Upstream of the servers under test. */
export interface Upstream {
  url: string;
  name: string;
  /** Id of the process that serves requests. */
  pid: number;
  /** Number of requests received so far. */
  hits(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the fastest upstream available: nginx, or the stub. */
export const startUpstream = async (): Promise<Upstream> => (await startNginx(upstreamResponses())) ?? startStub(0);

/**
 * Starts a stub upstream.
 *
 * @param delay Time of each response, in milliseconds.
 * @param options.changing True if all responses differ, row by row. @default false
 */
export async function startStub(delay: number, { changing = false }: { changing?: boolean } = {}): Promise<Upstream> {
  const { pid, call, stop } = startTool<StubCalls>('speed/stub.ts');
  const url = await call('listen', { responses: upstreamResponses(), delay, changing });
  return { url, name: 'a Node.js stub', pid, hits: () => call('hits'), stop };
}
