import type { Config } from '../config/config.ts';
import { boundSettings } from '../config/limits.ts';
import type { Metrics } from '../telemetry/metrics/metrics.ts';

/** True if the metrics of the gateway are served anywhere. */
const servesMetrics = ({ metrics }: Config): boolean => metrics.port !== undefined || metrics.token !== undefined;

/** Opens the metrics of this process. Imported lazily, because they cost memory and time where they are not served. */
export async function openMetrics(config: Config): Promise<Metrics | undefined> {
  if (!servesMetrics(config)) return undefined;
  const [{ createMetrics }, { default: manifest }] = await Promise.all([
    import('../telemetry/metrics/metrics.ts'),
    import('../../package.json', { with: { type: 'json' } }),
  ]);
  const limits = new Set([...Object.keys(boundSettings), 'MAX_STREAMS_PER_KEY', 'MAX_STREAMS_PER_SOCKET']);
  return createMetrics({ version: manifest.version, limits });
}
