import { pathOf, RAISED_LIMITS } from '../processes.ts';
import { pathQuestion, type QueryName, type Question } from './queries.ts';

/** Where a server is to listen, what it reads from, and a folder for what it writes. */
export interface Place {
  port: number;
  upstreamUrl: string;
  folder: string;
}

/** A server that answers the questions of this bench. */
export interface Peer {
  name: string;
  /** What it is, for people. */
  title: string;
  /** How it is started: a command and its environment, in which `NODE_ENV` is `production`. */
  start(place: Place): { command: readonly string[]; env: Readonly<Record<string, string>> };
  /** Packages of `peers/` that it is made of. The bench goes on without it where they cannot be installed or run. */
  packages?: readonly string[];
  /** Done once, before it is started for the first time. */
  prepare?: () => Promise<void>;
  /** How it is asked, where that is not GraphQL over HTTP. */
  question?: (name: QueryName) => Question;
  /** What it can be asked. @default everything */
  queries?: readonly QueryName[];
  /** The value of a field in its answer, where it cannot say what the others say. */
  expected?: (name: string, value: unknown) => unknown;
}

const bare = (name: string, title: string, env: Readonly<Record<string, string>>): Peer => ({
  name,
  title,
  start: ({ port, upstreamUrl }) => ({
    command: [process.execPath, pathOf('speed/bare.mjs')],
    env: { PORT: String(port), UPSTREAM_URL: upstreamUrl, ...env },
  }),
  question: pathQuestion,
});

/** The yardstick. */
export const BARE = bare(
  'bare',
  'node:http and `Pool.request` of undici over up to 1,024 connections, as many as the gateway keeps; no GraphQL',
  {},
);

/** This gateway. @param program Its built program. */
export const gateway = (name: string, title: string, program: string): Peer => ({
  name,
  title,
  start: ({ port, upstreamUrl }) => ({
    command: [process.execPath, program],
    env: { PORT: String(port), FLAIR_API_URL: upstreamUrl, ...RAISED_LIMITS },
  }),
});

export const DISPATCH = bare('bare-dispatch', 'the same with `Pool.dispatch`', {
  BARE_WITH: 'dispatch',
});
