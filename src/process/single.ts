import type { Config } from '../config/config.ts';
import { createLog } from '../log.ts';
import { startGateway } from './gateway-process.ts';
import { exitOnUnexpectedError, logConfig, printUrls } from './reports.ts';
import { onStopSignal } from './stop-signals.ts';

/** Runs the gateway in this process alone, until it receives a signal to stop. */
export async function runSingle(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  logConfig(config, log);
  const gateway = await startGateway(config, { log });
  gateway.checkUpstream();
  exitOnUnexpectedError(log);
  onStopSignal(() => void gateway.close());
  printUrls(config, gateway.url);
}
