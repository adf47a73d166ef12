import { createFlairClient } from '../../../src/client/index.ts';

/** Makes the library available to scripts of a test. */
Object.assign(globalThis, { createFlairClient });
