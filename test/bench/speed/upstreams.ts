import { startTool } from '../processes.ts';
import { upstreamAnswers } from './data.ts';
import { startNginx } from './nginx.ts';
import type { StubCalls } from './stub.ts';

/** What the servers under test read from. */
export interface Upstream {
  url: string;
  name: string;
  /** The process that answers. */
  pid: number;
  /** How many requests it was sent so far. */
  hits(): Promise<number>;
  stop(): Promise<void>;
}

/** The fastest one there is here. */
export const startUpstream = async (): Promise<Upstream> => (await startNginx(upstreamAnswers())) ?? startStub(0);

/**
 * One whose every answer takes so many milliseconds.
 *
 * @param options.anew Whether no two answers are the same to the byte. @default false
 */
export async function startStub(delay: number, { anew = false }: { anew?: boolean } = {}): Promise<Upstream> {
  const { pid, call, stop } = startTool<StubCalls>('speed/stub.ts');
  const url = await call('listen', { answers: upstreamAnswers(), delay, anew });
  return { url, name: 'a Node.js stub', pid, hits: () => call('hits'), stop };
}
