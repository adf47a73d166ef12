import { pathOf, RAISED_LIMITS } from '../processes.ts';
import { type BenchRequest, pathRequest, type QueryName } from './queries.ts';

/** Port, upstream and output folder of a server. */
export interface StartOptions {
  port: number;
  upstreamUrl: string;
  folder: string;
}

/** A server that is measured. */
export interface Peer {
  name: string;
  /** Description for the report. */
  title: string;
  /** Returns its command and environment; `NODE_ENV` is `production`. */
  start(options: StartOptions): { command: readonly string[]; env: Readonly<Record<string, string>> };
  /** Path of the built gateway, whose subscriptions are measured as well. */
  program?: string;
  /** Packages of `peers/` that it uses. The bench omits it if they cannot be installed or run. */
  packages?: readonly string[];
  /** Runs once, before the first start. */
  prepare?: () => Promise<void>;
  /** Returns the request of a query. @default GraphQL over HTTP */
  requestOf?: (name: QueryName) => BenchRequest;
  /** Supported queries. @default all */
  queries?: readonly QueryName[];
  /** Converts an expected field value to the form that this server returns. */
  expected?: (name: string, value: unknown) => unknown;
}

const bare = (name: string, title: string, env: Readonly<Record<string, string>>): Peer => ({
  name,
  title,
  start: ({ port, upstreamUrl }) => ({
    command: [process.execPath, pathOf('speed/bare.mjs')],
    env: { PORT: String(port), UPSTREAM_URL: upstreamUrl, ...env },
  }),
  requestOf: pathRequest,
});

/** The reference server of all ratios. */
export const BARE = bare(
  'bare',
  'node:http and undici’s `Pool.request` over up to 1,024 connections, like the gateway; no GraphQL',
  {},
);

/** This gateway. @param program Path of the built program. @param settings Further settings. */
export const gateway = (
  name: string,
  title: string,
  program: string,
  settings: Readonly<Record<string, string>> = {},
): Peer => ({
  name,
  title,
  program,
  start: ({ port, upstreamUrl }) => ({
    command: [process.execPath, program],
    env: { PORT: String(port), FLAIR_API_URL: upstreamUrl, ...RAISED_LIMITS, ...settings },
  }),
});

export const DISPATCH = bare('bare-dispatch', 'the same with `Pool.dispatch`', {
  BARE_WITH: 'dispatch',
});
