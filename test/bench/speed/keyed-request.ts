import { KEY, type Keys, ROTATING_KEYS } from './queries.ts';

/** Number of the next key. */
let next = ROTATING_KEYS;

const NEXT_KEY: Readonly<Record<Keys, () => number>> = {
  one: () => 0,
  rotating: () => next++ % ROTATING_KEYS,
  // Never below ROTATING_KEYS, so that it equals no other.
  new: () => next++,
};

const DIGITS = KEY.length - KEY.indexOf('0');

/** The bytes of consecutive requests of one connection, which differ in their key. */
export class KeyedRequest {
  readonly #bytes: Buffer;
  readonly #digitsAt: number;
  readonly #nextKey: () => number;

  /** @param options.request Text with {@link KEY}. */
  constructor({ request, keys }: { request: string; keys: Keys }) {
    this.#bytes = Buffer.from(request);
    this.#digitsAt = this.#bytes.indexOf(KEY) + KEY.length - DIGITS;
    this.#nextKey = NEXT_KEY[keys];
  }

  /** The next request. Valid until the next call. */
  next(): Buffer {
    this.#bytes.write(String(this.#nextKey()).padStart(DIGITS, '0'), this.#digitsAt, 'latin1');
    return this.#bytes;
  }
}
