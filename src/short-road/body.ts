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
    const chunks: Buffer[] = [];
    const finish = (body: Buffer | undefined) => {
      callOff();
      request.off('data', onData).off('end', onEnd).off('close', onBroken);
      resolve(body);
    };
    const onData = (chunk: Buffer) => void chunks.push(chunk);
    const onEnd = () => finish(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    const onBroken = () => finish(undefined);
    const callOff = alarm(milliseconds, onBroken);
    request.on('data', onData).on('end', onEnd).on('close', onBroken);
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
