import type { IncomingMessage } from 'node:http';
import type { StartTimer } from '../util/timers.ts';

export interface BodyReaderOptions {
  /** Maximum time for the whole body to arrive, in milliseconds. */
  milliseconds: number;
  startTimer: StartTimer;
}

/**
 * Reads the body of a request.
 *
 * @param onBody Called once with the body; with undefined when it is incomplete or late.
 */
export type ReadBody = (request: IncomingMessage, onBody: (body: Buffer | undefined) => void) => void;

export const createBodyReader =
  ({ milliseconds, startTimer }: BodyReaderOptions): ReadBody =>
  (request, onBody) => {
    let first: Buffer | undefined;
    let more: Buffer[] | undefined;
    let isOver = false;
    const finish = (body: Buffer | undefined) => {
      if (isOver) return;
      isOver = true;
      cancelTimer();
      onBody(body);
    };
    const onData = (chunk: Buffer) => {
      if (first === undefined) first = chunk;
      else {
        more ??= [first];
        more.push(chunk);
      }
    };
    const fail = () => {
      request.off('data', onData);
      finish(undefined);
    };
    const cancelTimer = startTimer(milliseconds, fail);
    request
      .on('data', onData)
      .on('end', () => finish(more ? Buffer.concat(more) : first))
      .on('close', fail);
  };
