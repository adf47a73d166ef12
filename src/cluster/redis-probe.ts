import type { StartTimer } from '../util/timers.ts';
import type { Announcement, NewValue } from './broker.ts';
import type { RedisChannels } from './redis-channels.ts';
import { describeRedisError, NOT_CONNECTED } from './redis-health.ts';

export interface ProbeOptions {
  replicaId: string;
  store: (group: string, values: readonly NewValue[], announcement?: Announcement) => Promise<void>;
  channels: Pick<RedisChannels, 'subscribe' | 'isConfirmed'>;
  startTimer: StartTimer;
  /** The last error of the connection, while there is none. */
  lastError: () => unknown;
  /** Replaces connections over which nothing arrives. */
  reconnect: () => void;
}

/** Checks everything that replicas need. */
export interface Probe {
  /** @returns Why Redis does not work; undefined if it does. */
  run(): Promise<string | undefined>;
  /** Reports that a subscription was confirmed. */
  onConfirmed(channel: string): void;
}

/** Maximum duration of a probe, in milliseconds. */
const PROBE_TIME = 1_000;
/** Time for which the value of a probe is stored, in milliseconds. */
const VALUE_TIME = 60_000;

/**
 * Creates a probe that writes a value, which fails if Redis is full, read-only or loading, and waits for a message over
 * the connection for subscriptions.
 */
export function createProbe(options: ProbeOptions): Probe {
  const { replicaId, store, channels, startTimer, lastError, reconnect } = options;
  const channel = `probe ${replicaId}`;
  const values: readonly NewValue[] = [{ name: replicaId, value: '', version: '', milliseconds: VALUE_TIME }];
  let count = 0;
  let onMessage: (message: string) => void = () => {};
  let onConfirmed = () => {};
  channels.subscribe(channel, { onActive: () => {}, onMessage: (message) => onMessage(message) });

  const check = async (): Promise<void> => {
    if (!channels.isConfirmed(channel)) {
      const confirmed = new Promise<void>((resolve) => {
        onConfirmed = resolve;
      });
      // Fails at once where the subscription would only be late.
      await store('probe', values);
      await confirmed;
    }
    const message = String(++count);
    const arrived = new Promise<void>((resolve) => {
      onMessage = (received) => received === message && resolve();
    });
    await store('probe', values, { channel, message });
    await arrived;
  };

  return {
    async run() {
      let stopTimer = () => {};
      const timeout = new Promise<false>((resolve) => {
        stopTimer = startTimer(PROBE_TIME, () => resolve(false));
      });
      try {
        if ((await Promise.race([check(), timeout])) !== false) return undefined;
        reconnect();
        return 'no reply in time';
      } catch (error) {
        const cause = describeRedisError(error);
        const reason = lastError();
        return cause === NOT_CONNECTED && reason ? describeRedisError(reason) : cause;
      } finally {
        stopTimer();
      }
    },
    onConfirmed(name) {
      if (name === channel) onConfirmed();
    },
  };
}
