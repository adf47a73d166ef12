import type { OperationId } from '../contract/contract.ts';
import { ApiError } from './api-error.ts';
import { type Fault, type FaultTarget, parseFaults } from './fault-syntax.ts';

/** Waits for a time; rejects when the signal aborts. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** The configured faults. They are deterministic: the same sequence of requests is affected in the same way. */
export interface Faults {
  /** The faults as text, see {@link parseFaults}; setting it resets the counters. @throws FaultSyntaxError */
  text: string;
  /** Counts a request, and returns the faults that affect it. */
  faultsFor(target: Exclude<FaultTarget, '*'>): RequestFaults;
}

/** The faults that affect one request. */
interface RequestFaults {
  /** Applies the faults of a stage: `before` the operation takes effect, or `after` it. */
  apply(stage: 'before' | 'after', signal: AbortSignal): Promise<void>;
}

/** A broken connection: the error with which `fetch` rejects when the server resets the connection. */
export class ConnectionReset extends TypeError {
  constructor() {
    super('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
  }
}

/** Creates the faults of a sandbox. @param sleep Waits during delays. */
export function createFaults(text: string, operations: readonly OperationId[], sleep: Sleep): Faults {
  let current = text;
  let counters = count(parseFaults(text, operations));

  const effect = async ({ effect }: Fault, signal: AbortSignal) => {
    if (effect.kind === 'delay') return sleep(effect.duration, signal);
    if (effect.kind === 'reset') throw new ConnectionReset();
    const headers = effect.retryAfter === undefined ? undefined : { 'retry-after': String(effect.retryAfter) };
    throw new ApiError(effect.status, `The sandbox simulates status ${effect.status} here.`, headers);
  };

  return {
    get text() {
      return current;
    },
    set text(next) {
      counters = count(parseFaults(next, operations));
      current = next;
    },
    faultsFor: (target) => {
      const candidates = counters.filter(({ fault }) => fault.target === target || fault.target === '*');
      const active = candidates.filter((each) => isAffected(each.fault.when, ++each.seen)).map(({ fault }) => fault);
      return {
        apply: async (stage, signal) => {
          for (const fault of active) {
            if (fault.after === (stage === 'after')) await effect(fault, signal);
          }
        },
      };
    },
  };
}

const count = (faults: readonly Fault[]) => faults.map((fault) => ({ fault, seen: 0 }));

/** True if the nth request is affected: with a share, each request at which n × share reaches the next integer. */
const isAffected = (when: Fault['when'], nth: number) =>
  'first' in when
    ? nth <= when.first
    : Math.floor(nth * when.share + ROUNDING) > Math.floor((nth - 1) * when.share + ROUNDING);

/** Compensates floating-point errors: 100 × 0.29 must count as 29. */
const ROUNDING = 1e-9;
