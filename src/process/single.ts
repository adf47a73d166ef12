import type { Config } from '../config/config.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { openLog } from './open-log.ts';
import { exitOnUnexpectedError, logConfig, logUrl } from './reports.ts';
import { onStopSignal } from './stop-signals.ts';

/** Runs the gateway in this process alone, until it receives a signal to stop. */
export async function runSingle(config: Config): Promise<void> {
  const log = await openLog(config);
  logConfig(config, log);
  const starting = startGateway(config, { log });
  let isEnding = false;
  /** Ends the gateway once it has started. A failure of the start is reported below. */
  const end = (act: (gateway: GatewayProcess) => unknown) => {
    isEnding = true;
    void starting.then(act, () => {});
  };
  onStopSignal({
    drainMilliseconds: config.drainMilliseconds,
    drain: () => end((gateway) => gateway.drain()),
    stop: () => end((gateway) => void gateway.close()),
  });
  const gateway = await starting;
  exitOnUnexpectedError(log);
  if (isEnding) return;
  gateway.checkUpstream();
  logUrl(config, gateway.url, log);
}
