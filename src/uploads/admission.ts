import PQueue from 'p-queue';

/** Decides when a body may be read. Until then it waits with its sender, not in memory. */
export interface Admission {
  /**
   * Resolves when it is this body's turn, in the order of arrival, to the function that ends its turn.
   *
   * @throws The signal's reason when whoever waits leaves.
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

/** @param options.atOnce How many bodies are read at once. */
export function createAdmission({ atOnce }: { atOnce: number }): Admission {
  const queue = new PQueue({ concurrency: atOnce });
  return {
    enter: (signal) =>
      new Promise((admit, reject) => {
        const turn = () => new Promise<void>((leave) => admit(leave));
        queue.add(turn, { signal }).catch(reject);
      }),
  };
}
