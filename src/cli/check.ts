import { checkRedis } from '../cluster/check-redis.ts';
import type { Config } from '../config/config.ts';
import { readContractFile } from '../config/contract/contract-file.ts';
import { readTenants } from '../config/jwt.ts';
import { contract as builtIn } from '../contract/contract.gen.ts';
import { UpstreamError } from '../upstream/errors.ts';
import { createUpstreams, type UpstreamOf, type UpstreamOptions } from '../upstream/upstream.ts';
import { sleep, startTimer } from '../util/timers.ts';
import { explainFailure } from './explain-failure.ts';

export interface CheckOptions {
  /** Opens the configured upstream. */
  readonly openUpstream: () => Promise<{
    readonly access: Pick<UpstreamOptions, 'baseUrl' | 'transport' | 'pool'>;
    close(): Promise<void>;
  }>;
  readonly print: (line: string) => void;
  readonly printProblem: (line: string) => void;
}

/** Sent if the gateway holds no key, to find out whether the upstream responds. */
const NO_KEY = 'none';

/** Models that are listed at most. */
const MAX_LISTED = 10;

/**
 * Checks what a valid configuration refers to: reads the list of models with each configured key, and writes to Redis.
 *
 * @returns True if everything works.
 */
export async function check(config: Config, options: CheckOptions): Promise<boolean> {
  const { print } = options;
  for (const warning of config.warnings) print(`Warning: ${warning}`);
  print('Settings: valid.');
  const isUpstreamFine = await checkUpstream(config, options);
  const isRedisFine = await checkReplicas(config, options);
  return isUpstreamFine && isRedisFine;
}

async function checkUpstream(config: Config, { openUpstream, print, printProblem }: CheckOptions): Promise<boolean> {
  const { upstreamUrl: url, apiKeyHeader } = config;
  if (url === undefined) {
    print('Upstream: the embedded sandbox, which needs no check.');
    return true;
  }
  const { access, close } = await openUpstream();
  const contract = config.contractFile === undefined ? builtIn : readContractFile(config.contractFile);
  const upstreamOf = createUpstreams({ ...access, contract, apiKeyHeader, sleep, startTimer });
  const context = { url, apiKeyHeader, hasProxy: config.network.proxies !== undefined };
  let isFine = true;
  try {
    for (const { name, key } of keysOf(config)) {
      try {
        print(`Upstream: ${url} ${await describeModels(upstreamOf, key)}${name}.`);
      } catch (error) {
        if (key === NO_KEY && error instanceof UpstreamError && (error.status === 401 || error.status === 403)) {
          print(`Upstream: ${url} responds. The gateway has no key of its own, so no models are listed.`);
          continue;
        }
        const found = explainFailure(error, context);
        if (!found) throw error;
        isFine = false;
        printProblem(`Upstream: ${found.problem} ${found.advice}${name && ` This concerns the key${name}.`}`);
      }
    }
  } finally {
    await close();
  }
  return isFine;
}

/** The keys that the gateway holds, each with a text that names its owner. */
function keysOf({ ownKey, jwt }: Config): { name: string; key: string }[] {
  const keys = ownKey === undefined ? [] : [{ name: '', key: ownKey }];
  for (const [tenant, key] of jwt ? readTenants(jwt) : []) keys.push({ name: ` of the tenant "${tenant}"`, key });
  return keys.length > 0 ? keys : [{ name: '', key: NO_KEY }];
}

async function describeModels(upstreamOf: UpstreamOf, key: string): Promise<string> {
  // A poll is sent once, without retries.
  const { rows, hasMore } = await upstreamOf(key).models.list(undefined, { isPoll: true });
  const models = rows.map((row) => {
    if (row instanceof UpstreamError) throw row;
    return row.displayName ?? row.id;
  });
  if (models.length === 0) return 'accepts the key, and lists no models';
  const names = models.slice(0, MAX_LISTED);
  const isComplete = !hasMore && names.length === models.length;
  return `lists ${isComplete ? '' : 'more than '}${names.length} models with the key: ${names.join(', ')}${isComplete ? '' : ', …'}`;
}

async function checkReplicas({ redisUrl }: Config, { print, printProblem }: CheckOptions): Promise<boolean> {
  if (redisUrl === undefined) return true;
  const problem = await checkRedis(redisUrl);
  if (problem === undefined) print('Redis: works.');
  else {
    printProblem(`Redis: ${problem}. Check REDIS_URL, and that Redis runs, accepts its password and permits writes.`);
  }
  return problem === undefined;
}
