import { defineConfig } from 'vitest/config';
import { common } from './vitest.config.ts';

// Workers inherit it. With one thread, `waitForThreadPool` (test/support/threads.ts) waits for all pending decoding.
process.env.UV_THREADPOOL_SIZE = '1';

/** `npm run test:chaos`: tests that take too long for each run of `npm test`. */
export default defineConfig({
  ...common,
  test: { include: ['test/chaos/*.chaos.ts'], testTimeout: 600_000, disableConsoleIntercept: true },
});
