import { parse } from 'yaml';
import * as z from 'zod';
import { settings } from '../../src/config/config.ts';
import { readText } from '../support/readme.ts';

type Variables = Readonly<Record<string, string>>;

/** Names of all settings. */
export const settingNames: ReadonlySet<string> = new Set(Object.keys(settings));

const defaults: Readonly<Record<string, unknown>> = z.object(settings).parse({});

/** The default of `DRAIN_SECONDS`. */
export const drainSeconds = Number(defaults.DRAIN_SECONDS);

/** The longest time from SIGTERM to the exit, in seconds: the drain, and ten seconds for pending requests. */
export const longestStop = drainSeconds + 10;

/** The default of `PORT`. */
export const defaultPort = Number(defaults.PORT);

/** Environment of the image. */
export const imageEnvironment: Variables = Object.fromEntries(
  [...readText('Dockerfile').matchAll(/^ENV (.*)$/gm)]
    .flatMap(([, line = '']) => line.split(' '))
    .map((pair) => pair.split('=') as [string, string]),
);

/** User and group of the image. */
export const imageUser = /^USER (\d+:\d+)$/m.exec(readText('Dockerfile'))?.[1]?.split(':').map(Number) ?? [];

export interface Service {
  image: string;
  command?: string[];
  environment?: Variables;
  healthcheck?: { test: string[] };
  ports?: string[];
  volumes?: string[];
  stop_grace_period?: string;
}

export interface ComposeFile {
  services: Record<string, Service>;
}

/**
 * Reads compose.yaml, with variables of the shell instead of `${NAME:-default}` and `${NAME:?message}`.
 *
 * @throws Error with the message if a required variable is missing.
 */
export function readCompose(variables: Variables): ComposeFile {
  const text = readText('compose.yaml').replace(/^ *#.*$/gm, '');
  const interpolated = text.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, mark: string, rest: string) => {
    const value = variables[name] || (mark === '-' ? rest : undefined);
    if (value === undefined) throw new Error(rest);
    return value;
  });
  return parse(interpolated, { merge: true }) as ComposeFile;
}
