import { PLANTED_IN_JOBS } from './planted-jobs.ts';
import { PLANTED_IN_SHARING } from './planted-sharing.ts';

/** A bug that is planted into a copy of the sources. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  /** Text that occurs once in the file. */
  readonly from: string;
  readonly to: string;
  /** True if only several replicas can show it. */
  readonly isInCluster?: boolean;
  /** A seed whose scenario shows the bug. It is tried first. */
  readonly seed?: number;
}

/** Bugs that the simulator must find, each by itself. */
export const PLANTED: readonly PlantedBug[] = [
  {
    name: 'a stream does not close its source when its reader leaves',
    file: 'src/operations/subscriptions.ts',
    from: 'return this.#source.return?.();',
    to: 'return undefined;',
    seed: 1,
  },
  {
    name: 'results are sent without waiting for the client to read',
    file: 'src/websocket/send-results.ts',
    from: 'await send(read.value);',
    to: 'void send(read.value);',
    seed: 218,
  },
  {
    name: 'a deleted job is null instead of an error',
    file: 'schema/watch.ts',
    from: "if ('error' in event && isNotFound(event.error) && !event.wasSeen) return null;",
    to: "if ('error' in event && isNotFound(event.error)) return null;",
    seed: 11,
  },
  {
    name: 'a stopped gateway completes its server-sent events',
    file: 'src/http/event-stream.ts',
    from: 'if (this.#options.isStopping()) this.destroy',
    to: 'if (false as boolean) this.destroy',
    seed: 4,
  },
  {
    name: 'a new job is not known for long',
    file: 'src/upstream/policy/new-jobs.ts',
    from: 'const NEW_JOB_TIME = 10_000;',
    to: 'const NEW_JOB_TIME = 100;',
    seed: 5,
  },
  ...PLANTED_IN_JOBS,
  ...PLANTED_IN_SHARING,
];
