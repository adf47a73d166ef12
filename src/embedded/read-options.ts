import { join } from 'node:path';
import { type Config, readConfig, settings } from '../config/config.ts';
import { contractMistakes } from '../config/contract/contract-file.ts';
import { fileMistakes } from '../config/data-files.ts';
import { findNearest } from '../util/edit-distance.ts';
import { ConfigError } from '../util/environment.ts';
import type { GatewayOptions } from './types.ts';

/** Settings of the process and its server, which an embedded gateway does not have. */
const OF_PROCESS: ReadonlySet<string> = new Set([
  'DRAIN_SECONDS',
  'HOST',
  'IGNORED_VARIABLES',
  'KEEP_ALIVE_SECONDS',
  'LISTEN_SOCKET',
  'LOG_FORMAT',
  'LOG_LEVEL',
  'METRICS_PORT',
  'METRICS_TOKEN',
  'PORT',
  'SANDBOX_HOST',
  'SANDBOX_PORT',
  'WORKERS',
]);

/** True for a setting of the process. Traces are those of the application, which configures OpenTelemetry itself. */
const isOfProcess = (name: string): boolean => OF_PROCESS.has(name) || name.startsWith('OTEL_');

/** Options that are no settings. */
const OWN_OPTIONS: ReadonlySet<string> = new Set([
  'dataDirectory',
  'environment',
  'logger',
  'logLevel',
] satisfies (keyof GatewayOptions)[]);

/** Converts the name of a setting into that of its option: `CORS_ORIGINS` into `corsOrigins`. */
export const optionNameOf = (setting: string): string =>
  setting.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** Settings by the names of their options. */
export const settingNames: ReadonlyMap<string, string> = new Map(
  Object.keys(settings)
    .filter((name) => !isOfProcess(name))
    .map((name) => [optionNameOf(name), name]),
);

/** Replaces the names of settings in a text by those of their options. */
export const withOptionNames = (text: string): string =>
  text.replace(/`([A-Z][A-Z0-9_]+)(?:=([^`]*))?`/g, (all, name: string, value: string | undefined) => {
    const option = optionNameOf(name);
    if (!settingNames.has(option)) return all;
    return value === undefined ? `\`${option}\`` : `\`${option}: ${value}\``;
  });

/** What an embedded gateway is created from. */
export interface EmbeddedConfig {
  readonly config: Config;
  readonly dataDirectory: string;
}

/** @throws ConfigError that lists every mistake at once. */
export function readOptions(options: GatewayOptions): EmbeddedConfig {
  const { environment = {}, dataDirectory = '.data' } = options;
  const mistakes = unknownOptions(options);
  const variables: Record<string, string | undefined> = {
    SANDBOX_STORAGE: join(dataDirectory, 'sandbox.sqlite'),
    ...Object.fromEntries(Object.entries(environment).filter(([name, value]) => value && !isOfProcess(name))),
  };
  for (const [option, value] of Object.entries(options)) {
    const setting = settingNames.get(option);
    if (setting !== undefined && value !== undefined) variables[setting] = toText(value);
  }
  try {
    const { FLAIR_CONTRACT: contract } = variables;
    const config = readConfig(variables, (files) => [
      ...mistakes,
      ...fileMistakes(files, dataDirectory),
      ...(contract ? contractMistakes(contract) : []),
    ]);
    return { config, dataDirectory };
  } catch (error) {
    // Mistakes in environment variables are reported with the names of the variables.
    if (!(error instanceof ConfigError) || options.environment) throw error;
    throw new ConfigError(error.mistakes.map(withOptionNames));
  }
}

/** A value as it is written in an environment variable. */
const toText = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value));

function unknownOptions(options: GatewayOptions): string[] {
  const known = [...settingNames.keys(), ...OWN_OPTIONS];
  return Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = findNearest(name, known);
      const hint = near && near.distance <= name.length / 3 ? ` Did you mean \`${near.name}\`?` : '';
      return `\`${name}\` is not an option of an embedded gateway.${hint}`;
    });
}
