import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests that neither change modules nor leave anything in them. They load them once for each worker, not once for each file. */
const SHARING_MODULES = [
  'auth',
  'config',
  'contract',
  'error-codes',
  'executor',
  'http',
  'images',
  'job-sharing',
  'job-watching',
  'jobs',
  'limits',
  'loaders',
  'operations',
  'persisted-documents',
  'pipeline',
  'sandbox',
  'schema',
  'telemetry',
  'tenants',
  'uploads',
  'upstream',
  'util',
  'websocket',
].map((folder) => `test/${folder}/**/*.test.ts`);

/** Options of all tests. */
export const common = {
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: {
    // Node loads this file for every package that imports graphql; a second copy would be another realm.
    alias: [
      { find: /^graphql$/, replacement: fileURLToPath(new URL('../node_modules/graphql/index.js', import.meta.url)) },
    ],
  },
};

const TEST_TIMEOUT = 30_000;

export default defineConfig({
  ...common,
  test: {
    projects: [
      {
        ...common,
        test: { name: 'sharing modules', isolate: false, include: SHARING_MODULES, testTimeout: TEST_TIMEOUT },
      },
      {
        ...common,
        test: {
          name: 'isolated',
          include: ['test/**/*.test.ts'],
          exclude: SHARING_MODULES,
          testTimeout: TEST_TIMEOUT,
        },
      },
    ],
    globalSetup: 'test/support/build.ts',
    // Many tests wait for programs and browsers: with fewer workers than processors, some would be idle.
    maxWorkers: '100%',
  },
});
