/**
 * Writes `src/embedded/settings.gen.ts`, the settings as typed options, from the settings of the gateway. With `--check`,
 * fails if the file is out of date instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';
import { settings } from '../src/config/config.ts';
import { optionNameOf, settingNames, withOptionNames } from '../src/embedded/read-options.ts';

const HEADER = '// Generated from src/config/config.ts by `npm run options`. Do not edit.\n\n';
const file = new URL('../src/embedded/settings.gen.ts', import.meta.url);

/** Texts that settings of other types than strings accept. */
const SAMPLES = ['true', '1', '100', '1000000'];

/** The type of an option, determined by the values that its setting accepts. */
function typeOf(setting: z.ZodType): string {
  const values = SAMPLES.map((text) => setting.safeParse(text)).flatMap(({ data }) =>
    data === undefined ? [] : [data],
  );
  const fallback = setting.safeParse(undefined).data;
  if (Array.isArray(fallback)) return 'readonly string[]';
  if (typeof fallback === 'boolean' || values.some((value) => value === true)) return 'boolean';
  if (typeof fallback === 'number') return 'number';
  return choicesOf(setting) ?? 'string';
}

/** The words that a setting accepts, from its message; undefined if it accepts other values. */
function choicesOf(setting: z.ZodType): string | undefined {
  const [issue] = setting.safeParse('\u0000').error?.issues ?? [];
  if (issue?.code !== 'invalid_value') return undefined;
  return issue.values.map((value) => `'${String(value)}'`).join(' | ');
}

function defaultOf(setting: z.ZodType): string {
  const { data } = setting.safeParse(undefined);
  if (data === undefined || (Array.isArray(data) && data.length === 0)) return '';
  return ` @default ${typeof data === 'string' ? `'${data}'` : String(data)}`;
}

const members = Object.entries(settings)
  .filter(([name]) => settingNames.has(optionNameOf(name)))
  .map(([name, setting]) => {
    const description = withOptionNames(setting.description ?? '').replaceAll(', separated by commas', '');
    return `  /** ${description}${defaultOf(setting)} */\n  ${optionNameOf(name)}?: ${typeOf(setting)} | undefined;\n`;
  });
const text = `${HEADER}/** Settings of a gateway, as in its environment variables. */\nexport interface Settings {\n${members.join('')}}\n`;

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('src/embedded/settings.gen.ts is out of date. Run: npm run options');
  process.exitCode = 1;
}
