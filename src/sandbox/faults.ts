import type { OperationId } from '../contract/contract.ts';
import { ApiError } from './api-error.ts';
import { type Fault, type FaultTarget, parseFaults } from './fault-syntax.ts';

/** Waits; rejects when the signal aborts. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Which faults strike, and how often they did. Nothing here is random: equal requests in equal order fare equally. */
export interface Faults {
  /** The faults as text, see {@link parseFaults}; setting it starts counting anew. @throws FaultSyntaxError */
  text: string;
  /** Counts a request and returns the faults that strike it. */
  strikeOf(target: Exclude<FaultTarget, '*'>): Strike;
}

/** The faults of one request. */
interface Strike {
  /** Lets the faults of a moment happen: `before` the operation takes effect or `after` it. */
  happen(moment: 'before' | 'after', signal: AbortSignal): Promise<void>;
}

/** The connection breaks: what `fetch` rejects with when its peer resets the connection. */
export class ConnectionReset extends TypeError {
  constructor() {
    super('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
  }
}

/** Builds the faults of a sandbox; `pause` is how delays wait. */
export function createFaults(text: string, operations: readonly OperationId[], pause: Pause): Faults {
  let current = text;
  let counted = count(parseFaults(text, operations));

  const effect = async ({ effect }: Fault, signal: AbortSignal) => {
    if (effect.kind === 'delay') return pause(effect.duration, signal);
    if (effect.kind === 'reset') throw new ConnectionReset();
    const headers = effect.retryAfter === undefined ? undefined : { 'retry-after': String(effect.retryAfter) };
    throw new ApiError(effect.status, `The sandbox was told to answer ${effect.status} here.`, headers);
  };

  return {
    get text() {
      return current;
    },
    set text(next) {
      counted = count(parseFaults(next, operations));
      current = next;
    },
    strikeOf: (target) => {
      const matching = counted.filter(({ fault }) => fault.target === target || fault.target === '*');
      const striking = matching.filter((each) => strikes(each.fault.when, ++each.seen)).map(({ fault }) => fault);
      return {
        happen: async (moment, signal) => {
          for (const fault of striking) {
            if (fault.after === (moment === 'after')) await effect(fault, signal);
          }
        },
      };
    },
  };
}

const count = (faults: readonly Fault[]) => faults.map((fault) => ({ fault, seen: 0 }));

/** Whether the nth request is struck. A share strikes whenever another whole request has come together. */
const strikes = (when: Fault['when'], nth: number) =>
  'first' in when
    ? nth <= when.first
    : Math.floor(nth * when.share + ROUNDING) > Math.floor((nth - 1) * when.share + ROUNDING);

/** A hundred times 0.29 must count as 29 wholes. */
const ROUNDING = 1e-9;
