import { isRecord } from '../util/json.ts';
import type { Cluster } from './cluster.ts';

/** How many resources of one kind, by their names, each replica holds. The counts of a replica that leaves vanish. */
export interface SharedCounts {
  /** Sets the count of this replica. */
  set(name: string, count: number): void;
  /** The sum of the counts of the other replicas; 0 while they cannot be reached. */
  ofOthers(name: string): number;
}

/** Counts by hashed names. */
type Counts = Map<string, number>;

/** A message of a replica. */
interface Update extends Record<string, unknown> {
  /** Counts that have changed. */
  readonly counts: Readonly<Record<string, number>>;
  /** True if the counts are complete: all others are 0. */
  readonly isComplete: boolean;
  /** The replicas that are requested to publish all their counts: the id of one, or all of them. */
  readonly requested?: string | true | undefined;
}

/**
 * @param kind Distinguishes these counts from others.
 * @param onDecrease Called when the sum of the others may have become less.
 */
export function createSharedCounts(kind: string, cluster: Cluster, onDecrease: () => void): SharedCounts {
  const { broker, replicas, vault } = cluster;
  const channel = `counts ${kind}`;
  const own: Counts = new Map();
  const ofReplicas = new Map<string, Counts>();
  /** Own counts that have changed since the last update. */
  let changed: Record<string, number> = {};
  /** The update that is published at the end of this turn. */
  let next: 'none' | 'changed' | 'complete' = 'none';

  const hash = (name: string) => vault.name('count', kind, name);
  const publish = (update: Update) => cluster.publish(channel, update);
  const allOwn = () => ({ counts: Object.fromEntries(own), isComplete: true });
  const publishLater = (update: 'changed' | 'complete') => {
    const isScheduled = next !== 'none';
    if (next !== 'complete') next = update;
    if (isScheduled) return;
    queueMicrotask(() => {
      publish(next === 'complete' ? allOwn() : { counts: changed, isComplete: false });
      changed = {};
      next = 'none';
    });
  };

  cluster.subscribe(channel, {
    // The others may have missed counts of this replica, and this one theirs.
    onActive: () => publish({ ...allOwn(), requested: true }),
    onContent(content, replicaId) {
      if (!isUpdate(content)) return;
      if (content.requested === true || content.requested === broker.replicaId) publishLater('complete');
      const counts: Counts = (!content.isComplete && ofReplicas.get(replicaId)) || new Map();
      for (const [name, count] of Object.entries(content.counts)) {
        if (count > 0) counts.set(name, count);
        else counts.delete(name);
      }
      if (counts.size > 0) ofReplicas.set(replicaId, counts);
      else ofReplicas.delete(replicaId);
      onDecrease();
    },
  });
  // A replica that was believed to be gone publishes only what changes.
  replicas.onJoin((replicaId) => publish({ counts: {}, isComplete: false, requested: replicaId }));
  replicas.onLeave((replicaId) => {
    if (ofReplicas.delete(replicaId)) onDecrease();
  });
  cluster.onProblemChange(onDecrease);

  return {
    set(name, count) {
      const hashed = hash(name);
      if (count > 0) own.set(hashed, count);
      else own.delete(hashed);
      changed[hashed] = count;
      publishLater('changed');
    },
    ofOthers(name) {
      if (broker.problem || ofReplicas.size === 0) return 0;
      const hashed = hash(name);
      let sum = 0;
      for (const [replicaId, counts] of ofReplicas) if (replicas.isAlive(replicaId)) sum += counts.get(hashed) ?? 0;
      return sum;
    },
  };
}

const isUpdate = (content: Readonly<Record<string, unknown>>): content is Update =>
  isRecord(content.counts) &&
  Object.values(content.counts).every((count) => typeof count === 'number') &&
  typeof content.isComplete === 'boolean';
