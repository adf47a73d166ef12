import { createSealer, type Sealer } from '../auth/sealed-token.ts';
import { type Cluster, createCluster } from '../cluster/cluster.ts';
import type { GatewayOptions } from '../config/gateway-options.ts';
import { createMaskError } from '../errors.ts';
import { createGatewayProblems, type GatewayProblems } from '../telemetry/gateway-problems.ts';
import { NO_MEASUREMENTS } from '../telemetry/measurements.ts';
import { monotonicNow as realMonotonicNow, wallClockNow } from '../util/clocks.ts';
import { sleep as realSleep, startTimer as realStartTimer } from '../util/timers.ts';

type Defaulted = 'sleep' | 'startTimer' | 'now' | 'monotonicNow' | 'random' | 'measurements';

/** The options of a gateway with their defaults, and the objects that all of its parts share. */
export interface Base extends Omit<GatewayOptions, Defaulted>, Required<Pick<GatewayOptions, Defaulted>> {
  /** The connection with other replicas; undefined if this is the only one. */
  readonly cluster: Cluster | undefined;
  readonly problems: GatewayProblems;
  readonly sealer: Sealer;
  readonly maskError: ReturnType<typeof createMaskError>;
}

export function createBase(options: GatewayOptions): Base {
  const { log, secrets, broker, startTimer = realStartTimer, monotonicNow = realMonotonicNow } = options;
  const now = options.now ?? wallClockNow;
  const problems = createGatewayProblems({ log, startTimer, monotonicNow });
  return {
    ...options,
    sleep: options.sleep ?? realSleep,
    startTimer,
    now,
    monotonicNow,
    random: options.random ?? Math.random,
    measurements: options.measurements ?? NO_MEASUREMENTS,
    cluster: broker && createCluster({ broker, secrets, startTimer, monotonicNow }),
    problems,
    sealer: createSealer({ secrets, now }),
    maskError: createMaskError(
      (error, id) => log.error({ err: error, id }, 'unexpected error'),
      problems.resources.occur,
    ),
  };
}
