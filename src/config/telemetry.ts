import * as z from 'zod';
import { choice, emptyToUndefined, optionalInteger, SECRET, text } from '../util/environment.ts';

/** Settings of logs and metrics. */
export const telemetrySettings = {
  LOG_LEVEL: z
    .preprocess(
      emptyToUndefined,
      choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    )
    .describe(
      'Minimum severity of the log lines that are written. `debug` adds each upstream request and each health check.',
    ),
  LOG_FORMAT: z
    .preprocess(emptyToUndefined, choice(['json', 'pretty']).optional())
    .describe(
      'Format of the log: `json`, one object per line, or `pretty`, for people. Unset: `pretty` in a terminal outside production, else `json`.',
    ),
  METRICS_PORT: optionalInteger({ min: 0, max: 65_535 }).describe(
    'Port of `/metrics` for Prometheus, on `HOST`, without a token; 0 selects a free one. Unset: no port of its own.',
  ),
  METRICS_TOKEN: text()
    .describe(
      'Token that `/metrics` on the port of the gateway requires, as `Authorization: Bearer <token>`; 16 characters or more. Unset: not served there.',
    )
    .meta(SECRET),
};

/** Minimum length of the token, in characters. */
const MIN_TOKEN_LENGTH = 16;

type Values = Partial<z.infer<z.ZodObject<typeof telemetrySettings>>>;

export interface TelemetryConfig {
  readonly logFormat: 'json' | 'pretty' | undefined;
  readonly metrics: {
    /** Undefined: no port of its own. */
    readonly port: number | undefined;
    /** Undefined: not served on the port of the gateway. */
    readonly token: string | undefined;
  };
}

export const telemetryOf = ({ LOG_FORMAT, METRICS_PORT, METRICS_TOKEN }: Values): TelemetryConfig => ({
  logFormat: LOG_FORMAT,
  metrics: { port: METRICS_PORT, token: METRICS_TOKEN },
});

/** The message does not contain the token. */
export const telemetryMistakes = ({ METRICS_TOKEN }: Values): string[] =>
  METRICS_TOKEN === undefined || (/^[\x21-\x7e]+$/.test(METRICS_TOKEN) && METRICS_TOKEN.length >= MIN_TOKEN_LENGTH)
    ? []
    : [
        `\`METRICS_TOKEN\` must be ${MIN_TOKEN_LENGTH} visible ASCII characters or more, but is not. Generate one with: openssl rand -hex 32`,
      ];
