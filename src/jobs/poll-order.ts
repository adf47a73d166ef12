import { PRIORITY, type Priority, type WatchedJob } from './watched-job.ts';

/** A poll that may be sent. */
export interface Candidate {
  priority: Priority;
  /** Among equal priorities, the greater rank is sent first. */
  rank: number;
  send: () => void;
}

/** Number of polls of higher priority after which a routine poll is sent, so that those never stop completely. */
const MAX_PREFERRED = 3;

/** The order of polls of different kinds. */
export class PollOrder {
  /** Number of preferred polls since the last routine poll. */
  #preferred = 0;

  /** The poll to send next. */
  choose(candidates: readonly Candidate[]): Candidate | undefined {
    const preferred = first(candidates.filter(({ priority }) => priority !== PRIORITY.routine));
    const routine = first(candidates.filter(({ priority }) => priority === PRIORITY.routine));
    const isTurnOfRoutine = preferred?.priority !== PRIORITY.urgent && this.#preferred >= MAX_PREFERRED;
    return routine && isTurnOfRoutine ? routine : (preferred ?? routine);
  }

  /** Counts a poll that is sent. */
  count({ priority }: Candidate): void {
    this.#preferred = priority === PRIORITY.routine ? 0 : this.#preferred + 1;
  }
}

const first = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.toSorted((a, b) => a.priority - b.priority || b.rank - a.rank)[0];

/** Order of due jobs that are not routine. */
export function isBefore<State, Key>(a: WatchedJob<State, Key>, b: WatchedJob<State, Key>): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  const isFirst = a.priority === PRIORITY.first;
  return isFirst && a.position !== b.position ? a.position < b.position : a.dueAt < b.dueAt;
}
