import { isIP } from 'node:net';
import { z } from 'zod';
import { nearest } from './edit-distance.ts';

/**
 * Kinds of environment variables. An empty value counts as unset. Every schema carries a description and, where there
 * is one, a default, so that the README's table can be compared with the code.
 */

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a variable has a value, even a mistaken one. */
export const isSet = (environment: Environment, name: string): boolean => Boolean(environment[name]);

/** Undefined for an empty value. */
export const unset = (value: unknown) => (value === '' ? undefined : value);

interface IntegerOptions {
  default: number;
  min: number;
  max: number;
}

/** A whole number within bounds. */
export const integer = ({ default: fallback, min, max }: IntegerOptions) =>
  z.preprocess(
    unset,
    z
      .string()
      .default(String(fallback))
      .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
        error: (issue) => `must be a whole number from ${min} to ${max}, but is "${issue.input}".`,
      })
      .transform(Number),
  );

/** A number within bounds, fractions allowed. */
export const decimal = ({ default: fallback, min, max }: IntegerOptions) =>
  z.preprocess(
    unset,
    z
      .string()
      .default(String(fallback))
      .refine((text) => /^\d+(\.\d+)?$/.test(text) && Number(text) >= min && Number(text) <= max, {
        error: (issue) => `must be a number from ${min} to ${max}, but is "${issue.input}".`,
      })
      .transform(Number),
  );

/** A time in seconds, of an hour at most unless it says more. */
export const seconds = (fallback: number, max = 3_600) => decimal({ default: fallback, min: 0.05, max });

const trueOrFalse = () =>
  z
    .string()
    .refine((text) => /^(true|false|1|0|yes|no)$/i.test(text), {
      error: (issue) => `must be true or false, but is "${issue.input}".`,
    })
    .transform((text) => /^(true|1|yes)$/i.test(text));

/** `true` or `false` (also `1`, `0`, `yes`, `no`). */
export const flag = (fallback: boolean) => z.preprocess((value) => unset(value) ?? String(fallback), trueOrFalse());

/** As {@link flag}; undefined where its default depends on other settings. */
export const optionalFlag = () => z.preprocess(unset, trueOrFalse().optional());

/** Text as it is. */
export const text = () => z.preprocess(unset, z.string().optional());

/** Text as it is, with a default. */
export const textOr = (fallback: string) => z.preprocess(unset, z.string().default(fallback));

/** One of several words. */
export const choice = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, {
    error: ({ input }) => {
      const near = nearWord(String(input).trim().toLowerCase(), words);
      const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
      return `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, but is "${input}".${hint}`;
    },
  });

/** The word that a text abbreviates or misspells. */
function nearWord(text: string, words: readonly string[]): string | undefined {
  const longer = words.find((word) => text.length > 2 && word.startsWith(text));
  if (longer !== undefined) return longer;
  const near = nearest(text, words);
  return near && near.distance <= 2 && near.distance < near.name.length / 2 ? near.name : undefined;
}

/** An IP address or a host name to listen on. */
export const host = (fallback: string) =>
  z.preprocess(
    unset,
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

/** Whether a text is an IP address or a host name. A name whose last part is a number is neither (URL standard, 3.5). */
const isHost = (text: string): boolean =>
  isIP(text) !== 0 ||
  /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*(?!\d+$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/i.test(text);

/** The host in a URL, in brackets or before a port. */
function hostIn(text: string): string | undefined {
  if (text.trim() === '*') return '0.0.0.0';
  const url = text.includes('://') ? text.trim() : `http://${text.trim()}`;
  if (!URL.canParse(url)) return undefined;
  const found = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return isHost(found) ? found : undefined;
}

/** Comma-separated values, trimmed, empty ones left out. */
export const list = (fallback = '') =>
  z.preprocess(
    unset,
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
 * @param mistakeIn Says what else is wrong with a value, if anything.
 */
export const httpUrl = (mistakeIn: (value: string) => string | undefined = () => undefined) =>
  z.preprocess(
    unset,
    z
      .string()
      .refine(isHttpUrl, {
        error: ({ input }) => {
          const guess = `http://${input}`;
          const isNear = !String(input).includes('://') && isHttpUrl(guess);
          return `must be an absolute http(s) URL, but is "${input}".${isNear ? ` Did you mean "${guess}"?` : ''}`;
        },
      })
      // Not repeated: what stands there is a secret.
      .refine((value) => !hasCredentials(value), { error: 'must hold no user and no password.' })
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
    // Not repeated: a query may hold a key.
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

/** The address of a Redis server. */
export const redisUrl = () =>
  z.preprocess(
    unset,
    z
      .string()
      .refine((value) => /^rediss?:\/\/[^/\s]/.test(value) && URL.canParse(value), {
        // Not what it is: such an address may hold a password.
        error: 'must be an address that begins with redis:// or rediss://, for example redis://localhost:6379.',
      })
      .optional(),
  );

const isHttpUrl = (value: unknown) =>
  typeof value === 'string' && /^https?:\/\/[^/\s]/.test(value) && URL.canParse(value);

/** The environment does not describe a program that can run; the message lists every mistake. */
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
 * @param check Finds mistakes in how settings go together; a setting that is itself mistaken is missing for it.
 * @throws ConfigError with one sentence for each mistake, all at once.
 */
export function readSettings<Shape extends z.ZodRawShape>(
  { shape }: z.ZodObject<Shape>,
  environment: Environment,
  check: (values: Partial<z.infer<z.ZodObject<Shape>>>) => readonly string[] = () => [],
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const values: Record<string, unknown> = {};
  const mistakes: string[] = [];
  for (const name of Object.keys(shape)) {
    const result = z.object({ [name]: shape[name] }).safeParse(environment);
    if (result.success) Object.assign(values, result.data);
    else mistakes.push(...result.error.issues.map(({ message }) => `\`${name}\` ${message}`));
  }
  const found = values as z.infer<z.ZodObject<Shape>>;
  mistakes.push(...check(found));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return Object.freeze(found);
}

/** What is wrong with a port that cannot be listened on; undefined for any other failure. */
export function listenMistake(
  error: unknown,
  setting: string,
  { host, port }: { host: string; port: number },
): ConfigError | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = new Map<unknown, string>([
    ['EADDRINUSE', 'which another program listens on already. Stop that one, or choose another port'],
    ['EACCES', 'which this user may not listen on. Choose one above 1023'],
    ['EADDRNOTAVAIL', 'but this machine has no such address. Choose another host'],
    ['ENOTFOUND', 'but this host name has no address. Choose another host'],
  ]).get(code);
  return reason === undefined ? undefined : new ConfigError([`\`${setting}\` is ${port} at ${host}, ${reason}.`]);
}
