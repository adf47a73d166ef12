import { mergeConfig } from 'vitest/config';
import usual from './vitest.config.ts';

// Workers inherit it. With one thread, `threadsAtRest` (test/support/threads.ts) waits for all decoding there is.
process.env.UV_THREADPOOL_SIZE = '1';

/** `npm run test:chaos`: what takes too long for every run of the tests. */
export default {
  ...mergeConfig(usual, {}),
  test: { include: ['test/chaos/*.chaos.ts'], testTimeout: 600_000, disableConsoleIntercept: true },
};
