import type { PlantedBug } from './planted.ts';

const REMOTE_FEED = 'src/job-sharing/remote-feed.ts';
const PUBLISHER = 'src/job-sharing/publisher.ts';

/** Bugs in the sharing of polls between replicas. */
export const PLANTED_IN_SHARING: readonly PlantedBug[] = [
  {
    name: 'the end of a job is not reported to other replicas',
    file: PUBLISHER,
    from: "this.#add({ type: 'end', name });",
    to: '',
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
    name: 'listeners receive the same state from the next owner again',
    file: 'src/job-sharing/shared-job.ts',
    from: 'const news = last && this.#feed !== feed ? compare',
    to: 'const news = last && this.#feed < -1 ? compare',
    isInCluster: true,
    seed: 47,
  },
];
