import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { StartTimer } from '../util/timers.ts';

export interface BodyOptions {
  /** Time for all of it to arrive, in milliseconds. */
  milliseconds: number;
  startTimer: StartTimer;
}

/**
 * Reads the body of a request.
 *
 * @param use Gets it, once; undefined when it does not arrive in time, or not at all: {@link restoreBody} tells that to whoever
 * reads it next.
 */
export function readBody(
  request: IncomingMessage,
  { milliseconds, startTimer: alarm }: BodyOptions,
  use: (body: Buffer | undefined) => void,
): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let isOver = false;
  const finish = (body: Buffer | undefined) => {
    if (isOver) return;
    isOver = true;
    callOff();
    use(body);
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
  const callOff = alarm(milliseconds, fail);
  request
    .on('data', onData)
    .on('end', () => finish(more ? Buffer.concat(more) : first))
    .on('close', fail);
}

/**
 * Puts a body that was read where the other road looks for it.
 *
 * @param failure Why there is none.
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
