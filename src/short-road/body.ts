import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Alarm } from '../jobs/pause.ts';

export interface BodyOptions {
  /** Time for all of it to arrive, in milliseconds. */
  milliseconds: number;
  alarm: Alarm;
}

/**
 * Reads the body of a request.
 *
 * @returns Undefined when it does not arrive in time, or not at all: {@link passOn} tells that to whoever reads it next.
 */
export function readBody(request: IncomingMessage, { milliseconds, alarm }: BodyOptions): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let first: Buffer | undefined;
    let more: Buffer[] | undefined;
    const onData = (chunk: Buffer) => {
      if (first === undefined) first = chunk;
      else {
        more ??= [first];
        more.push(chunk);
      }
    };
    const fail = () => {
      request.off('data', onData);
      resolve(undefined);
    };
    const callOff = alarm(milliseconds, fail);
    // Neither comes twice.
    request
      .on('data', onData)
      .on('end', () => {
        callOff();
        resolve(more ? Buffer.concat(more) : first);
      })
      .on('close', () => {
        callOff();
        if (!request.complete) fail();
      });
  });
}

/**
 * Puts a body that was read where the other road looks for it.
 *
 * @param failure Why there is none.
 */
export function passOn(request: IncomingMessage, body: Buffer | undefined, failure: () => Error): void {
  const failing = () =>
    new Readable({
      read() {
        this.destroy(failure());
      },
    });
  Object.assign(request, { body: body ?? failing() });
}
