import type { StartTimer } from '../util/timers.ts';
import type { Broker } from './broker.ts';

/**
 * The replicas that are running. Each one publishes a beat at an interval, and a farewell when it closes. While this
 * replica is disconnected, the others are assumed to run.
 */
export interface Replicas {
  /** Number of running replicas, including this one; at least 1. */
  readonly count: number;
  isAlive(replicaId: string): boolean;
  /** Calls a listener with the id of each replica that appears. @returns Removes it. */
  onJoin(listener: (replicaId: string) => void): () => void;
  /** Calls a listener with the id of each replica that closes, or whose beats stop. @returns Removes it. */
  onLeave(listener: (replicaId: string) => void): () => void;
  /** Publishes the farewell, and stops the beats. */
  close(): void;
}

export interface ReplicasOptions {
  broker: Broker;
  startTimer: StartTimer;
}

/** Interval of beats, in milliseconds. */
export const BEAT_INTERVAL = 2_000;
/**
 * Beats of this replica without one of another, after which the other is gone: 10 s. Beats are counted instead of time,
 * so that a pause of this process does not declare others gone.
 */
const MAX_MISSED = 5;
const CHANNEL = 'replicas';
const BEAT = '+';
const FAREWELL = '-';

export function createReplicas({ broker, startTimer }: ReplicasOptions): Replicas {
  /** Beats missed by each of the other replicas. */
  const missed = new Map<string, number>();
  const joinListeners = new Set<(replicaId: string) => void>();
  const leaveListeners = new Set<(replicaId: string) => void>();

  const publishBeat = () => broker.publish(CHANNEL, BEAT + broker.replicaId);
  const leave = (replicaId: string) => {
    if (missed.delete(replicaId)) for (const listener of [...leaveListeners]) listener(replicaId);
  };
  const onBeat = (replicaId: string) => {
    const isNew = !missed.has(replicaId);
    missed.set(replicaId, 0);
    if (!isNew) return;
    // A replica that has just started learns at once of those that run.
    publishBeat();
    for (const listener of [...joinListeners]) listener(replicaId);
  };
  const onInterval = () => {
    stopTimer = startTimer(BEAT_INTERVAL, onInterval);
    if (broker.problem) return;
    publishBeat();
    for (const [replicaId, beats] of [...missed]) {
      if (beats >= MAX_MISSED) leave(replicaId);
      else missed.set(replicaId, beats + 1);
    }
  };
  let stopTimer = startTimer(BEAT_INTERVAL, onInterval);
  const unsubscribe = broker.subscribe(CHANNEL, {
    onActive() {
      publishBeat();
      // Beats were lost during an interruption.
      for (const replicaId of missed.keys()) missed.set(replicaId, 0);
    },
    onMessage(message) {
      const replicaId = message.slice(1);
      if (replicaId === broker.replicaId) return;
      if (message.startsWith(BEAT)) onBeat(replicaId);
      else if (message.startsWith(FAREWELL)) leave(replicaId);
    },
  });

  return {
    get count() {
      return missed.size + 1;
    },
    isAlive: (replicaId) => replicaId === broker.replicaId || missed.has(replicaId),
    onJoin(listener) {
      joinListeners.add(listener);
      return () => void joinListeners.delete(listener);
    },
    onLeave(listener) {
      leaveListeners.add(listener);
      return () => void leaveListeners.delete(listener);
    },
    close() {
      stopTimer();
      unsubscribe();
      broker.publish(CHANNEL, FAREWELL + broker.replicaId);
    },
  };
}
