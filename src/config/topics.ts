import * as z from 'zod';
import { settings } from './config.ts';

/** A setting as it is documented. */
export interface DocumentedSetting {
  readonly name: string;
  /** Its default as it would be set; '' if it has none. */
  readonly fallback: string;
  readonly description: string;
  readonly isSecret: boolean;
}

/** The settings of one topic. */
export interface Topic {
  readonly title: string;
  readonly settings: readonly DocumentedSetting[];
}

/** Titles of the topics, by the first setting of each. A new setting belongs to the topic of the one before it. */
const TITLES: Readonly<Partial<Record<keyof typeof settings, string>>> = {
  PORT: 'Address',
  SECRET: 'Access',
  LOG_LEVEL: 'Logs and metrics',
  NODE_ENV: 'Environment',
  FLAIR_API_URL: 'Upstream',
  REDIS_URL: 'Replicas',
  IGNORED_VARIABLES: 'Variables of other programs',
  UPSTREAM_CONNECTION_SECONDS: 'Outgoing connections',
  WATCH_PREDICTION_FASTEST_SECONDS: 'Watched jobs',
  JWT_JWKS_URL: 'JWTs',
  OPERATION_SECONDS: 'Upstream requests',
  MAX_OPERATIONS_PER_SECOND_PER_KEY: 'Rates and connections',
  MAX_QUERY_TOKENS: 'Operations',
  MAX_BODY_BYTES: 'Uploads',
  IMAGE_HOSTS: 'Images',
  PERSISTED_QUERIES_AUTOMATIC: 'Persisted documents',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'Traces',
  SANDBOX_KEYS: 'Sandbox',
};

/** All settings by topic, in the order of their definitions. */
export function topicsOf(): Topic[] {
  const defaults: Readonly<Record<string, unknown>> = z.object(settings).parse({});
  const topics: { title: string; settings: DocumentedSetting[] }[] = [];
  for (const [name, setting] of Object.entries(settings)) {
    const title = TITLES[name as keyof typeof settings];
    if (title !== undefined) topics.push({ title, settings: [] });
    topics.at(-1)?.settings.push({
      name,
      fallback: String(defaults[name] ?? ''),
      description: setting.description ?? '',
      isSecret: isSecret(setting),
    });
  }
  return topics;
}

/** True if a setting contains keys or passwords, and is never printed. */
export const isSecret = (setting: z.ZodType): boolean => setting.meta()?.secret === true;
