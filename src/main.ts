import cluster from 'node:cluster';
import { setFlagsFromString } from 'node:v8';
import { readConfig } from './config/config.ts';
import { fileMistakes } from './config/data-files.ts';
import { describeStartError, exitWithError } from './process/reports.ts';

// V8 allocates objects in the old generation when earlier ones of their allocation site survived collections. Many
// responses that wait for the upstream at once mislead it, and short-lived objects then fill the old generation.
setFlagsFromString('--no-allocation-site-pretenuring');

try {
  // Imported lazily, because the primary process does not need the gateway.
  if (cluster.isWorker) {
    const { runWorker } = await import('./process/worker.ts');
    await runWorker();
  } else {
    const config = readConfig(process.env, fileMistakes);
    if (config.workers > 1) {
      const { runPrimary } = await import('./process/primary.ts');
      await runPrimary(config);
    } else {
      const { runSingle } = await import('./process/single.ts');
      await runSingle(config);
    }
  }
} catch (error) {
  exitWithError(describeStartError(error));
}
