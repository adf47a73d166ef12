import { PRIORITY, type Priority, type WatchedJob } from './watched-job.ts';

/** A poll that may be sent. */
export interface Candidate {
  priority: Priority;
  /** Among equal priorities, the greater rank is sent first. */
  rank: number;
  send: () => void;
}

/** Number of polls of a kind after which one of the others is sent, so that no kind stops completely. */
const MAX_IN_ROW = 3;

/** The order of polls of different kinds: urgent and first ones, then changed jobs, then routine polls. */
export class PollOrder {
  /** Number of urgent and first polls since the last other one. */
  #preferred = 0;
  /** Number of polls of changed jobs since the last routine poll. */
  #changed = 0;

  /** The poll to send next. */
  choose(candidates: readonly Candidate[]): Candidate | undefined {
    const preferred = first(candidates.filter(({ priority }) => priority <= PRIORITY.first));
    const changed = first(candidates.filter(({ priority }) => priority === PRIORITY.changed));
    const routine = first(candidates.filter(({ priority }) => priority === PRIORITY.routine));
    const other = this.#changed >= MAX_IN_ROW ? (routine ?? changed) : (changed ?? routine);
    return this.#preferred >= MAX_IN_ROW ? (other ?? preferred) : (preferred ?? other);
  }

  /** Counts a poll that is sent. */
  count({ priority }: Candidate): void {
    this.#preferred = priority <= PRIORITY.first ? this.#preferred + 1 : 0;
    if (priority === PRIORITY.changed) this.#changed++;
    if (priority === PRIORITY.routine) this.#changed = 0;
  }
}

const first = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.toSorted((a, b) => a.priority - b.priority || b.rank - a.rank)[0];

/** Order of due jobs that are not routine. */
export function isBefore<State, Key>(a: WatchedJob<State, Key>, b: WatchedJob<State, Key>): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.priority === PRIORITY.first) {
    // A repetition after a failure follows the jobs that were not read at all.
    if (a.wasTried !== b.wasTried) return b.wasTried;
    if (a.position !== b.position) return a.position < b.position;
  }
  return a.dueAt < b.dueAt;
}
