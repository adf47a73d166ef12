import type { JobKey } from '../upstream/jobs.ts';
import { requireFullAccess, type ScopedCaller } from './scope.ts';
import type { WatchTokens } from './watch-token.ts';

/** Issues watch tokens for the jobs of one caller. */
export class CallerWatchTokens {
  readonly #watchTokens: WatchTokens;
  readonly #caller: ScopedCaller;

  constructor(watchTokens: WatchTokens, caller: ScopedCaller) {
    this.#watchTokens = watchTokens;
    this.#caller = caller;
  }

  /**
   * Issues a token that grants access to these jobs and nothing else.
   *
   * @param seconds Lifetime of the token.
   * @throws RangeError if the jobs do not fit into one token; GraphQLError FORBIDDEN if the caller has only a watch
   * token itself.
   */
  issue(jobs: readonly JobKey[], seconds: number): { token: string; expiresAt: Date } {
    requireFullAccess(this.#caller);
    return this.#watchTokens.issue(this.#caller.credential(), jobs, seconds);
  }
}
