/** When the upstream counts as failing, and how long it is then left alone. */
export interface BreakerSettings {
  /** The share of failures, above 0 up to 1, from which on it is left alone. */
  failureThreshold: number;
  /** How many attempts must have ended before the share means anything. */
  attempts: number;
  /** Over how long attempts are counted, in milliseconds. */
  window: number;
  /** How long it is left alone before one attempt tells whether it is well again, in milliseconds. */
  coolDown: number;
}

export const defaultCircuitBreaker: BreakerSettings = {
  failureThreshold: 0.5,
  attempts: 20,
  window: 10_000,
  coolDown: 5_000,
};

/** Nothing was sent, because the upstream has been failing. */
export class CircuitOpenError extends Error {
  override name = 'AvoidedError' as const;
  /** When it is worth another try, in milliseconds from now. */
  readonly wait: number;

  constructor(wait: number) {
    super('expected an upstream that answers, but it has been failing');
    this.wait = wait;
  }
}

/** How an attempt ended: with an answer, with a failure that is the upstream's, or in a way that says nothing of it. */
export type Outcome = 'answered' | 'failed' | 'nothing';

/** Keeps requests from an upstream that fails anyway: they fail at once, and it can recover. One for all credentials. */
export interface CircuitBreaker {
  /** How long nothing is to be sent, in milliseconds; 0 when something may be. */
  readonly wait: number;
  /**
   * Begins an attempt, and returns what is told its outcome.
   *
   * @param credential Whose attempt it is.
   * @param options.mayProbe Whether others may have to wait for its outcome. That of an upload depends on its client.
   * @throws AvoidedError when nothing is to be sent.
   */
  enter(credential: string, options?: { mayProbe: boolean }): (outcome: Outcome) => void;
}

/** What happened in a part of the window. */
interface Slice {
  readonly begunAt: number;
  answered: number;
  failed: number;
  readonly answeredFor: Set<string>;
  readonly failedFor: Set<string>;
}

/** In how many parts the window slides. */
const SLICES = 10;
/** How soon to look again while one attempt finds out whether the upstream is well, in milliseconds. */
const PROBING = 1_000;
const PROBE = { mayProbe: true };

/** @param monotonicNow The monotonic clock, in milliseconds. */
export function createCircuitBreaker(
  { failureThreshold: share, attempts, window, coolDown: rest }: BreakerSettings,
  monotonicNow: () => number,
): CircuitBreaker {
  let slices: Slice[] = [];
  /** Undefined while everything may be sent. */
  let openUntil: number | undefined;
  let isProbing = false;

  const current = (): Slice => {
    const time = monotonicNow();
    const last = slices.at(-1);
    if (last && time - last.begunAt < window / SLICES) return last;
    const fresh: Slice = { begunAt: time, answered: 0, failed: 0, answeredFor: new Set(), failedFor: new Set() };
    slices = [...inWindow(), fresh];
    return fresh;
  };
  const inWindow = () => {
    const time = monotonicNow();
    return slices.filter(({ begunAt }) => begunAt > time - window);
  };
  const rested = () => {
    openUntil = monotonicNow() + rest;
    slices = [];
  };
  const isFailing = (): boolean => {
    slices = inWindow();
    const failed = slices.reduce((sum, slice) => sum + slice.failed, 0);
    const ended = slices.reduce((sum, slice) => sum + slice.answered, failed);
    if (ended < attempts || failed < share * ended) return false;
    // What fails for one credential alone, while others are answered, is not the upstream.
    const failing = new Set(slices.flatMap(({ failedFor }) => [...failedFor]));
    const others = slices.some(({ answeredFor }) => [...answeredFor].some((credential) => !failing.has(credential)));
    return failing.size > 1 || !others;
  };
  const waitNow = (): number => {
    if (openUntil === undefined) return 0;
    const left = openUntil - monotonicNow();
    if (left > 0) return left;
    return isProbing ? PROBING : 0;
  };

  return {
    get wait() {
      return waitNow();
    },
    enter(credential, { mayProbe } = PROBE) {
      const wait = waitNow();
      if (wait > 0) throw new CircuitOpenError(wait);
      if (openUntil !== undefined) {
        if (mayProbe) isProbing = true;
        return (outcome) => {
          if (mayProbe) isProbing = false;
          if (outcome === 'answered') openUntil = undefined;
          if (outcome === 'failed') rested();
        };
      }
      return (outcome) => {
        // One that was begun before says nothing of how it is after the rest.
        if (outcome === 'nothing' || openUntil !== undefined) return;
        const slice = current();
        slice[outcome]++;
        slice[outcome === 'answered' ? 'answeredFor' : 'failedFor'].add(credential);
        if (outcome === 'failed' && isFailing()) rested();
      };
    },
  };
}
