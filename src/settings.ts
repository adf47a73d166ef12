import { z } from 'zod';

/**
 * Kinds of environment variables. An empty value counts as unset. Every schema carries a description and, where there
 * is one, a default, so that the README's table can be compared with the code.
 */

const unset = (value: unknown) => (value === '' ? undefined : value);

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

/** `true` or `false` (also `1`, `0`, `yes`, `no`). */
export const flag = (fallback: boolean) =>
  z.preprocess(
    unset,
    z
      .string()
      .default(String(fallback))
      .refine((text) => /^(true|false|1|0|yes|no)$/i.test(text), {
        error: (issue) => `must be true or false, but is "${issue.input}".`,
      })
      .transform((text) => /^(true|1|yes)$/i.test(text)),
  );

/** Text as it is. */
export const text = () => z.preprocess(unset, z.string().optional());

/** Text as it is, with a default. */
export const textOr = (fallback: string) => z.preprocess(unset, z.string().default(fallback));

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

/** An absolute http(s) address, without its trailing slash. */
export const httpUrl = () =>
  z.preprocess(
    unset,
    z
      .string()
      .refine(isHttpUrl, {
        error: ({ input }) => {
          const guess = `http://${input}`;
          return `must be an absolute http(s) URL, but is "${input}".${isHttpUrl(guess) ? ` Did you mean "${guess}"?` : ''}`;
        },
      })
      .transform((value) => value.replace(/\/+$/, ''))
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
 * @throws ConfigError with one sentence for each mistake, all at once.
 */
export function readSettings<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const result = schema.safeParse(environment);
  if (result.success) return Object.freeze(result.data);
  throw new ConfigError(result.error.issues.map(({ path, message }) => `\`${path.join('.')}\` ${message}`));
}
