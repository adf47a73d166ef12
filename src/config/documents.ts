import type { Topic } from './topics.ts';

/** The page with the tables of all settings. */
export const settingsPage = (topics: readonly Topic[]): string => `${PAGE}
${topics
  .map(
    ({ title, settings }) => `## ${title}

| variable | default | meaning |
| --- | --- | --- |
${settings
  .map(({ name, fallback, description }) => `| \`${name}\` | ${fallback && `\`${fallback}\``} | ${description} |\n`)
  .join('')}`,
  )
  .join('\n')}`;

const PAGE = `# Settings

<!-- Written by \`npm run settings\` from the definitions in src/config and src/sandbox/config.ts. -->

All settings are environment variables; an empty one counts as unset. \`--env-file\` reads them from files, over which the environment takes precedence. \`--check\` checks them, \`--print-config\` prints those in effect, and [.env.example](../.env.example) contains all with their defaults.
`;

/** A file for `--env-file` with all settings, commented out. */
export const exampleFile = (topics: readonly Topic[]): string => `${EXAMPLE}
${topics
  .map(
    ({ title, settings }) => `# --- ${title}

${settings
  .map(({ name, fallback, description }) => `${wrapped(description, '# ', 100)}\n# ${name}=${quoted(fallback)}\n`)
  .join('\n')}`,
  )
  .join('\n')}`;

const EXAMPLE = `# All settings of the gateway with their defaults. Copy this file, remove the "# " before those that you set, and
# start the gateway with --env-file FILE. Variables of the environment take precedence.
# Written by \`npm run settings\`.
`;

/** A value as \`--env-file\` reads it: in quotes, if it would otherwise end at a "#" or lose spaces. */
const quoted = (value: string): string => (/[\s#'"]/.test(value) ? `"${value}"` : value);

/** Text in lines of at most \`width\` characters, each after the same prefix. */
export function wrapped(text: string, prefix: string, width: number): string {
  const lines: string[] = [];
  let line = prefix;
  for (const word of text.split(' ')) {
    if (line !== prefix && line.length + 1 + word.length > width) {
      lines.push(line);
      line = prefix;
    }
    line += line === prefix ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
