import { isIP } from 'node:net';
import * as z from 'zod';
import { findNearest } from './edit-distance.ts';
import { parseRedisUrl } from './redis-address.ts';

/**
 * Schemas for environment variables. An empty value counts as unset. Each setting has a description and its default, so that the
 * documents of the settings can be generated.
 */

/** Environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** True if a variable has a value, even an invalid one. */
export const isSet = (environment: Environment, name: string): boolean => Boolean(environment[name]);

/** Converts an empty string to undefined. */
export const emptyToUndefined = (value: unknown) => (value === '' ? undefined : value);

/** Marks a setting that contains keys or passwords: `setting.meta(SECRET)`. It is never printed. */
export const SECRET = { secret: true } as const;

interface IntegerOptions {
  default: number;
  min: number;
  max: number;
}

/** An integer within bounds. */
export const integer = ({ default: fallback, min, max }: IntegerOptions) =>
  z.preprocess(
    emptyToUndefined,
    z
      .string()
      .default(String(fallback))
      .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
        error: (issue) => `must be a whole number from ${min} to ${max}, but is "${issue.input}".`,
      })
      .transform(Number),
  );

/** A whole number within limits; undefined if it is unset. */
export const optionalInteger = ({ min, max }: Pick<IntegerOptions, 'min' | 'max'>) =>
  z.preprocess(
    emptyToUndefined,
    z
      .string()
      .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
        error: (issue) => `must be a whole number from ${min} to ${max}, but is "${issue.input}".`,
      })
      .transform(Number)
      .optional(),
  );

/** A number of processes, from 1 to `max`; `auto` is `available`, but at most `max`. */
export const processCount = (available: number, max: number) =>
  z.preprocess(
    emptyToUndefined,
    z
      .string()
      .default('1')
      .refine((text) => text === 'auto' || (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= max), {
        error: (issue) => `must be a whole number from 1 to ${max}, or auto, but is "${issue.input}".`,
      })
      .transform((text) => (text === 'auto' ? Math.min(available, max) : Number(text))),
  );

/** A decimal number within bounds. */
export const decimal = ({ default: fallback, min, max }: IntegerOptions) =>
  z.preprocess(
    emptyToUndefined,
    z
      .string()
      .default(String(fallback))
      .refine((text) => /^\d+(\.\d+)?$/.test(text) && Number(text) >= min && Number(text) <= max, {
        error: (issue) => `must be a number from ${min} to ${max}, but is "${issue.input}".`,
      })
      .transform(Number),
  );

/** A duration in seconds. @param max The default is one hour. */
export const seconds = (fallback: number, max = 3_600) => decimal({ default: fallback, min: 0.05, max });

const trueOrFalse = () =>
  z
    .string()
    .refine((text) => /^(true|false|1|0|yes|no)$/i.test(text), {
      error: (issue) => `must be true or false, but is "${issue.input}".`,
    })
    .transform((text) => /^(true|1|yes)$/i.test(text));

/** `true` or `false` (also `1`, `0`, `yes`, `no`). */
export const flag = (fallback: boolean) =>
  z.preprocess((value) => emptyToUndefined(value) ?? String(fallback), trueOrFalse());

/** As {@link flag}, but undefined if unset, for flags whose default depends on other settings. */
export const optionalFlag = () => z.preprocess(emptyToUndefined, trueOrFalse().optional());

/** A string. */
export const text = () => z.preprocess(emptyToUndefined, z.string().optional());

/** A string with a default. */
export const textOr = (fallback: string) => z.preprocess(emptyToUndefined, z.string().default(fallback));

/** One of several strings. */
export const choice = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, {
    error: ({ input }) => {
      const near = nearWord(String(input).trim().toLowerCase(), words);
      const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
      return `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, but is "${input}".${hint}`;
    },
  });

/** Finds the word that a text is a prefix or a misspelling of. */
function nearWord(text: string, words: readonly string[]): string | undefined {
  const longer = words.find((word) => text.length > 2 && word.startsWith(text));
  if (longer !== undefined) return longer;
  const near = findNearest(text, words);
  return near && near.distance <= 2 && near.distance < near.name.length / 2 ? near.name : undefined;
}

/** An IP address or a host name to listen on. */
export const host = (fallback: string) =>
  z.preprocess(
    emptyToUndefined,
    z
      .string()
      .default(fallback)
      .refine(isHost, {
        error: ({ input }) => {
          const guess = hostIn(String(input));
          const hint = guess === undefined ? '' : ` Did you mean "${guess}"?`;
          return `must be an IP address or a host name, but is "${input}".${hint}`;
        },
      }),
  );

/** True for an IP address or a host name. The last label of a host name is not a number (URL standard, 3.5). */
const isHost = (text: string): boolean =>
  isIP(text) !== 0 ||
  /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*(?!\d+$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/i.test(text);

/** Extracts the host from a URL, from brackets, or from before a port. */
function hostIn(text: string): string | undefined {
  if (text.trim() === '*') return '0.0.0.0';
  const url = text.includes('://') ? text.trim() : `http://${text.trim()}`;
  if (!URL.canParse(url)) return undefined;
  const found = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return isHost(found) ? found : undefined;
}

/** Comma-separated values, trimmed, without empty ones. */
export const list = (fallback = '') =>
  z.preprocess(
    emptyToUndefined,
    z
      .string()
      .default(fallback)
      .transform((value) =>
        value
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== ''),
      ),
  );

/**
 * An absolute http(s) URL without trailing slashes.
 *
 * @param mistakeIn Returns the message for another mistake in a value, if there is one.
 */
export const httpUrl = (mistakeIn: (value: string) => string | undefined = () => undefined) =>
  z.preprocess(
    emptyToUndefined,
    z
      .string()
      .refine(isHttpUrl, {
        error: ({ input }) => {
          const guess = `http://${input}`;
          const isNear = !String(input).includes('://') && isHttpUrl(guess);
          return `must be an absolute http(s) URL, but is "${input}".${isNear ? ` Did you mean "${guess}"?` : ''}`;
        },
      })
      // The value is not repeated, because it contains a secret.
      .refine((value) => !hasCredentials(value), { error: 'must not contain a user name or password.' })
      .superRefine((value, context) => {
        const message = mistakeIn(value);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      })
      .transform((value) => value.replace(/\/+$/, ''))
      .optional(),
  );

/** An absolute http(s) URL to which paths are appended: as {@link httpUrl}, without a query, a fragment or white space. */
export const baseUrl = () =>
  httpUrl((value) => {
    // The value is not repeated, because a query may contain a key.
    if (/[?#]/.test(value))
      return 'must end with a path, but has a query or a fragment. Remove it from the "?" or "#" on.';
    if (/\s/.test(value))
      return 'must be a URL without white space, but has some. Remove it, or write %20 for a space.';
    return undefined;
  });

const hasCredentials = (value: string): boolean => {
  const { username, password } = URL.canParse(value) ? new URL(value) : { username: '', password: '' };
  return username !== '' || password !== '';
};

/** The URL of a Redis server, of Sentinels or of a Cluster. */
export const redisUrl = () =>
  z.preprocess(
    emptyToUndefined,
    z
      .string()
      .refine((value) => parseRedisUrl(value) !== undefined, {
        // The value is not repeated, because it may contain a password.
        error:
          'must be a URL that begins with redis:// or rediss://, for example redis://localhost:6379, redis+sentinel://host:26379,host:26379/mymaster or redis+cluster://host:6379,host:6379.',
      })
      .optional(),
  );

const isHttpUrl = (value: unknown) =>
  typeof value === 'string' && /^https?:\/\/[^/\s]/.test(value) && URL.canParse(value);

/** The settings are invalid. The message lists all mistakes. */
export class ConfigError extends Error {
  override name = 'ConfigError' as const;
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(
      `The configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n${mistakes.map((mistake) => `- ${mistake}`).join('\n')}`,
    );
    this.mistakes = mistakes;
  }
}

/**
 * Reads settings from environment variables.
 *
 * @param check Returns mistakes in combinations of settings. Invalid settings are missing in its argument.
 * @throws ConfigError that lists all mistakes, one sentence each.
 */
export function readSettings<Shape extends z.ZodRawShape>(
  { shape }: z.ZodObject<Shape>,
  environment: Environment,
  check: (values: Partial<z.infer<z.ZodObject<Shape>>>) => readonly string[] = () => [],
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const values: Record<string, unknown> = {};
  const mistakes: string[] = [];
  for (const [name, setting] of Object.entries(shape)) {
    const result = z.safeParse(setting, environment[name]);
    if (result.success) values[name] = result.data;
    else mistakes.push(...result.error.issues.map(({ message }) => `\`${name}\` ${message}`));
  }
  const found = values as z.infer<z.ZodObject<Shape>>;
  mistakes.push(...check(found));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return Object.freeze(found);
}

/** Returns the mistakes that are found by reading, or thrown in a {@link ConfigError}. */
export function mistakesIn(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

/** Creates the error for an address that the server cannot listen on; undefined for other errors. */
export function toListenError(
  error: unknown,
  setting: string,
  { host, port }: { host: string; port: number },
): ConfigError | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = new Map<unknown, string>([
    ['EADDRINUSE', 'which is in use by another process. Stop that process, or choose another port'],
    ['EACCES', 'but this user has no permission to listen on it. Choose a port above 1023'],
    ['EADDRNOTAVAIL', 'but this machine does not have that address. Choose another host'],
    ['ENOTFOUND', 'but that host name cannot be resolved. Choose another host'],
  ]).get(code);
  return reason === undefined ? undefined : new ConfigError([`\`${setting}\` is ${port} at ${host}, ${reason}.`]);
}
