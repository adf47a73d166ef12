#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// V8 allocates objects in the old generation when earlier ones of their allocation site survived collections. Many
// responses that wait for the upstream at once mislead it, and short-lived objects then fill the old generation.
setFlagsFromString('--no-allocation-site-pretenuring');

const { run } = await import('./process/run.ts');
await run();
