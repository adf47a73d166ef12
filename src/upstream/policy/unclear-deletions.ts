import { RecentNames } from '../../util/recent-names.ts';
import type { Deletion } from './request-runner.ts';

/** Time for which a repeated deletion whose response is 404 succeeds after one that may have taken effect, in milliseconds. */
const UNCLEAR_DELETION_TIME = 600_000;

/** The resources that failed deletions may have deleted, of all API keys. */
export class UnclearDeletions {
  readonly #names: RecentNames;

  constructor(monotonicNow: () => number) {
    this.#names = new RecentNames(UNCLEAR_DELETION_TIME, monotonicNow);
  }

  /**
   * Starts a deletion.
   *
   * @param result Returns the result of a deletion that an earlier attempt has done.
   */
  start<Result>(apiKey: string, path: string, result: () => Promise<Result>): Deletion<Result> & { onDone(): void } {
    // Neither keys nor paths contain a space.
    const name = `${apiKey} ${path}`;
    // Of its own, because another deletion that has succeeded meanwhile removes the name.
    let isUnclear = false;
    return {
      mayBeDone: () => isUnclear || this.#names.has(name),
      onUnclear: () => {
        isUnclear = true;
        this.#names.add(name);
      },
      onDone: () => this.#names.delete(name),
      result,
    };
  }
}
