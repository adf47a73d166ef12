import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { StartTimer } from '../util/timers.ts';

export interface BodyOptions {
  /** Timeout for the whole body, in milliseconds. */
  milliseconds: number;
  startTimer: StartTimer;
}

/**
 * Reads the body of a request.
 *
 * @param onBody Called once with the body; with undefined when it is empty, incomplete or late. {@link restoreBody}
 * turns undefined into an error for the next reader.
 */
export function readBody(
  request: IncomingMessage,
  { milliseconds, startTimer }: BodyOptions,
  onBody: (body: Buffer | undefined) => void,
): void {
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
}

/**
 * Makes a body that has been read available again as `request.body`, from which the regular path reads it.
 *
 * @param failure Creates the error for a body that is missing.
 */
export function restoreBody(request: IncomingMessage, body: Buffer | undefined, failure: () => Error): void {
  const failing = () =>
    new Readable({
      read() {
        this.destroy(failure());
      },
    });
  Object.assign(request, { body: body ?? failing() });
}
