import { LRUCache } from 'lru-cache';
import { isRecord, parseJson } from '../util/json.ts';
import type { StartTimer } from '../util/timers.ts';
import type { Broker } from './broker.ts';
import { createReplicas, type Replicas } from './replicas.ts';
import { createVault, type Vault } from './vault.ts';

/** Lets the components of this replica share their state with the other replicas. */
export interface Cluster {
  readonly broker: Broker;
  readonly vault: Vault;
  readonly replicas: Replicas;
  /** Name of the tenant with this key: a keyed hash. */
  tenantOf(apiKey: string): string;
  /**
   * Calls the broker for a request that can be served without it.
   *
   * @returns Undefined, without a promise, while the broker has a problem or is slow. A promise of undefined if the call
   * fails or takes too long. It never rejects.
   * @param how `evenIfSlow` calls the broker even if it was slow just now.
   */
  ask<Result>(
    call: (broker: Broker) => Promise<Result>,
    how?: { evenIfSlow: boolean },
  ): Promise<Result | undefined> | undefined;
  /** Sends a JSON object to the other replicas that subscribe to a channel. */
  publish(channel: string, content: Readonly<Record<string, unknown>>): void;
  /** Receives the JSON objects that other replicas publish on a channel, until this replica leaves the cluster. */
  subscribe(channel: string, subscriber: ClusterSubscriber): void;
  /** Calls a listener when the replicas can no longer be reached, or can be again, until this replica leaves the cluster. */
  onProblemChange(listener: () => void): void;
  /** Leaves the cluster. Does not close the broker. */
  close(): void;
}

export interface ClusterSubscriber {
  /** Called when the subscription becomes active, again after each interruption: earlier contents may be missing. */
  onActive?(): void;
  onContent(content: Readonly<Record<string, unknown>>, replicaId: string): void;
}

export interface ClusterOptions {
  broker: Broker;
  /** Newest first. */
  secrets: readonly string[];
  startTimer: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** Maximum time that a request waits for the broker, in milliseconds. */
export const MAX_BROKER_WAIT = 500;
/** Time for which requests do not wait for the broker again after that, in milliseconds. */
export const SLOW_BROKER_PAUSE = 5_000;
/** Maximum number of cached names of tenants. */
const MAX_TENANTS = 10_000;

export function createCluster({ broker, secrets, startTimer, monotonicNow }: ClusterOptions): Cluster {
  const vault = createVault(secrets);
  const replicas = createReplicas({ broker, startTimer });
  const tenants = new LRUCache<string, string>({
    max: MAX_TENANTS,
    memoMethod: (apiKey) => vault.name('tenant', apiKey),
  });
  const cleanups: (() => void)[] = [];
  let pausedUntil = Number.NEGATIVE_INFINITY;

  return {
    broker,
    vault,
    replicas,
    tenantOf: (apiKey) => tenants.memo(apiKey),
    ask<Result>(call: (broker: Broker) => Promise<Result>, { evenIfSlow } = { evenIfSlow: false }) {
      if (broker.problem || (monotonicNow() < pausedUntil && !evenIfSlow)) return undefined;
      return new Promise<Result | undefined>((resolve) => {
        const stopTimer = startTimer(MAX_BROKER_WAIT, () => {
          pausedUntil = monotonicNow() + SLOW_BROKER_PAUSE;
          resolve(undefined);
        });
        const settle = (result: Result | undefined) => {
          stopTimer();
          resolve(result);
        };
        call(broker).then(settle, () => settle(undefined));
      });
    },
    publish: (channel, content) => broker.publish(channel, JSON.stringify({ from: broker.replicaId, content })),
    subscribe(channel, { onActive = () => {}, onContent }) {
      const onMessage = (message: string) => {
        const { from, content } = parseMessage(message);
        if (from !== undefined && from !== broker.replicaId && content) onContent(content, from);
      };
      cleanups.push(broker.subscribe(channel, { onActive, onMessage }));
    },
    onProblemChange: (listener) => void cleanups.push(broker.onProblemChange(listener)),
    close() {
      for (const cleanUp of cleanups.splice(0)) cleanUp();
      replicas.close();
    },
  };
}

/** The parts of a message; undefined if another version sent them. */
function parseMessage(message: string): { from?: string; content?: Readonly<Record<string, unknown>> } {
  const parsed = parseJson(message);
  if (!isRecord(parsed) || typeof parsed.from !== 'string' || !isRecord(parsed.content)) return {};
  return { from: parsed.from, content: parsed.content };
}
