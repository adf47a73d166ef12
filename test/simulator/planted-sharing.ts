import type { PlantedBug } from './planted.ts';

const REMOTE_FEED = 'src/job-sharing/remote-feed.ts';
const OWNER = 'src/job-sharing/owner.ts';
const PUBLISHER = 'src/job-sharing/publisher.ts';

/** Bugs in the sharing of polls between replicas. */
export const PLANTED_IN_SHARING: readonly PlantedBug[] = [
  {
    name: 'a state that is reported again counts as new',
    file: REMOTE_FEED,
    from: 'if (version <= (this.#versions.get(key) ?? -1)) return;',
    to: '',
    isInCluster: true,
    seed: 1,
  },
  {
    name: 'the end of a job is not reported to other replicas',
    file: PUBLISHER,
    from: "this.#add({ type: 'end', name });",
    to: '',
    isInCluster: true,
    seed: 1,
  },
  {
    name: 'a new owner does not learn what replicas need',
    file: REMOTE_FEED,
    from: "if (type === 'started' || isFirst || !isComplete) this.#sendAll();\n    else if (type",
    to: 'if (type',
    isInCluster: true,
    seed: 1,
  },
  {
    name: 'a requested pause is not passed on to the owner',
    file: REMOTE_FEED,
    from: 'this.#changes.holdMilliseconds = milliseconds;',
    to: '',
    isInCluster: true,
    seed: 31,
  },
  {
    name: 'a replica that reaches no owner does not poll',
    file: 'src/job-sharing/owner-search.ts',
    from: 'if (left <= 0) this.giveUp();',
    to: '',
    isInCluster: true,
    seed: 64,
  },
  {
    name: 'a replica polls on after it has found an owner',
    file: 'src/job-sharing/shared-jobs.ts',
    from: `    this.#local?.dispose();
    this.#local = undefined;
    this.#feed++;`,
    to: '    this.#feed++;',
    isInCluster: true,
    seed: 9,
  },
  {
    name: 'the needs of a replica that was killed stay',
    file: OWNER,
    from: 'replicas.onLeave((replica) => this.#removeMissing(replica, [], [])),',
    to: 'replicas.onLeave(() => {}),',
    isInCluster: true,
    seed: 28,
  },
  {
    name: 'listeners receive the same state from the next owner again',
    file: 'src/job-sharing/shared-job.ts',
    from: 'const news = last && this.#feed !== feed ? compare',
    to: 'const news = last && this.#feed < -1 ? compare',
    isInCluster: true,
    seed: 1,
  },
];
