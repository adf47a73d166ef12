import { mergeConfig } from 'vitest/config';
import usual from './vitest.config.ts';

/** `npm run test:chaos`: what takes too long for every run of the tests. */
export default {
  ...mergeConfig(usual, {}),
  test: { include: ['test/chaos/*.chaos.ts'], testTimeout: 600_000, disableConsoleIntercept: true },
};
