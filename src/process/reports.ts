import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { STUDIO } from '../http/studio.ts';
import { nameSources } from '../telemetry/source-positions.ts';
import type { Proxies } from '../upstream/transport/proxy.ts';
import { ConfigError } from '../util/environment.ts';

/** Logs what a configuration does that users may not expect. */
export function logConfig({ warnings, network: { proxies } }: Config, log: Logger): void {
  for (const warning of warnings) log.warn(warning);
  if (proxies) log.info(describeProxies(proxies), 'requests go through a proxy');
}

/** The proxies as they are logged, without the credentials that their URLs may contain. */
const describeProxies = ({ http, https, noProxy }: Proxies) => ({
  http: http && `${http.protocol}//${http.host}`,
  https: https && `${https.protocol}//${https.host}`,
  noProxy,
});

/** Logs the URL. Called last, because a parent process may stop the gateway as soon as it has read it. */
export function logUrl(config: Config, url: string, log: Logger): void {
  const { graphiql, studio, upstreamUrl, listenSocket, publicUrl } = config;
  const base = listenSocket === undefined ? url : publicUrl;
  const graph = `${base}/graphql`;
  const facts = { url: graph, socket: listenSocket, upstream: upstreamUrl ?? 'sandbox' };
  const pages = [...(studio ? [`${base}${STUDIO} for Studio`] : []), ...(graphiql ? [`${graph} for GraphiQL`] : [])];
  log.info(facts, pages.length > 0 ? `listening: open ${pages.join(', or ')}` : `listening: the graph is at ${graph}`);
}

/** The state after an unexpected error is unknown, so the process exits, and its supervisor restarts it. */
export function exitOnUnexpectedError(log: Logger): void {
  process.once('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the process exits because of an unexpected error');
    process.exit(1);
  });
}

/** An error as it is printed: mistakes in the configuration without a stack trace. */
export function describeStartError(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return error instanceof Error ? nameSources(error.stack ?? error.message) : String(error);
}

/** Prints an error, and exits. Open handles, for example a connection to Redis, would keep the process running. */
export function exitWithError(message: string): void {
  console.error(message);
  process.stderr.write('', () => process.exit(1));
}
