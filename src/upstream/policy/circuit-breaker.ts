/** The conditions that open the circuit breaker, and the time for which it is open. */
export interface BreakerSettings {
  /** Minimum fraction of failed attempts that opens the circuit, above 0 up to 1. */
  failureThreshold: number;
  /** Minimum number of completed attempts in the window that can open the circuit. */
  attempts: number;
  /** Length of the sliding window in which attempts are counted, in milliseconds. */
  window: number;
  /** Time for which the circuit is open, before one attempt probes the upstream, in milliseconds. */
  coolDown: number;
}

export const defaultCircuitBreaker: BreakerSettings = {
  failureThreshold: 0.5,
  attempts: 20,
  window: 10_000,
  coolDown: 5_000,
};

/** The request was not sent, because the circuit is open: the upstream has been failing. */
export class CircuitOpenError extends Error {
  override name = 'CircuitOpenError' as const;
  /** Time until requests are sent again, in milliseconds. */
  readonly wait: number;

  constructor(wait: number) {
    super('not sent, because the upstream has been failing');
    this.wait = wait;
  }
}

/** The outcome of an attempt: a response, a failure of the upstream, or neither (`ignored`), such as an aborted request. */
export type Outcome = 'responded' | 'failed' | 'ignored';

/** Reports the outcome of an attempt. @param credential The credential that the attempt used. */
export type ReportOutcome = (outcome: Outcome, credential: string) => void;

/** Rejects requests at once while the upstream fails, so that it can recover. All credentials share one. */
export interface CircuitBreaker {
  /** Time until requests are sent again, in milliseconds; 0 if they are sent now. */
  readonly wait: number;
  /**
   * Starts an attempt, and returns the callback that reports its outcome, once. Attempts share callbacks: one of its own for each
   * of the very many would be garbage.
   *
   * @param mayProbe True if the attempt may be the probe for which other requests wait; false for an upload, whose duration
   * depends on its client. @default true
   * @throws CircuitOpenError if the circuit is open.
   */
  startAttempt(mayProbe?: boolean): ReportOutcome;
}

/** The outcomes in one slice of the sliding window. */
interface Slice {
  readonly startedAt: number;
  responded: number;
  failed: number;
  readonly respondedFor: Set<string>;
  readonly failedFor: Set<string>;
}

/** Number of slices of the sliding window. */
const SLICES = 10;
/** Time to wait while a probe is running, in milliseconds. */
const PROBE_RETRY = 1_000;

/**
 * @param monotonicNow The monotonic clock, in milliseconds.
 * @param onChange Called when the circuit opens, and when it closes.
 */
export function createCircuitBreaker(
  { failureThreshold, attempts, window, coolDown }: BreakerSettings,
  monotonicNow: () => number,
  onChange: (isOpen: boolean) => void = () => {},
): CircuitBreaker {
  let slices: Slice[] = [];
  /** Undefined while the circuit is closed. */
  let openUntil: number | undefined;
  let isProbing = false;

  const current = (): Slice => {
    const time = monotonicNow();
    const last = slices.at(-1);
    if (last && time - last.startedAt < window / SLICES) return last;
    const slice: Slice = { startedAt: time, responded: 0, failed: 0, respondedFor: new Set(), failedFor: new Set() };
    slices = [...inWindow(), slice];
    return slice;
  };
  const inWindow = () => {
    const time = monotonicNow();
    return slices.filter(({ startedAt }) => startedAt > time - window);
  };
  const open = () => {
    const wasClosed = openUntil === undefined;
    openUntil = monotonicNow() + coolDown;
    slices = [];
    if (wasClosed) onChange(true);
  };
  const close = () => {
    openUntil = undefined;
    onChange(false);
  };
  const isFailing = (): boolean => {
    slices = inWindow();
    const failed = slices.reduce((sum, slice) => sum + slice.failed, 0);
    const ended = slices.reduce((sum, slice) => sum + slice.responded, failed);
    if (ended < attempts || failed < failureThreshold * ended) return false;
    // If one credential alone fails while others get responses, the cause is not the upstream.
    const failing = new Set(slices.flatMap(({ failedFor }) => [...failedFor]));
    const others = slices.some(({ respondedFor }) => [...respondedFor].some((credential) => !failing.has(credential)));
    return failing.size > 1 || !others;
  };
  const waitNow = (): number => {
    if (openUntil === undefined) return 0;
    const left = openUntil - monotonicNow();
    if (left > 0) return left;
    return isProbing ? PROBE_RETRY : 0;
  };

  const count: ReportOutcome = (outcome, credential) => {
    // An attempt that started before the circuit opened does not count.
    if (outcome === 'ignored' || openUntil !== undefined) return;
    const slice = current();
    slice[outcome]++;
    slice[outcome === 'responded' ? 'respondedFor' : 'failedFor'].add(credential);
    if (outcome === 'failed' && isFailing()) open();
  };
  const closeOrOpen: ReportOutcome = (outcome) => {
    if (outcome === 'responded' && openUntil !== undefined) close();
    if (outcome === 'failed') open();
  };
  const endProbe: ReportOutcome = (outcome, credential) => {
    isProbing = false;
    closeOrOpen(outcome, credential);
  };

  return {
    get wait() {
      return waitNow();
    },
    startAttempt(mayProbe = true) {
      const wait = waitNow();
      if (wait > 0) throw new CircuitOpenError(wait);
      if (openUntil === undefined) return count;
      if (!mayProbe) return closeOrOpen;
      isProbing = true;
      return endProbe;
    },
  };
}
