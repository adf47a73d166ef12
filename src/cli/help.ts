import { wrapped } from '../config/documents.ts';
import type { Topic } from '../config/topics.ts';
import { COMMANDS } from './command.ts';

/** Columns of a line. */
const WIDTH = 100;
const INDENT = ' '.repeat(6);

const ENV_FILE =
  'Read environment variables from a file of lines such as NAME=value. The environment takes precedence. Several files are allowed, of which later ones take precedence.';

/** The page that `--help` prints: the options, and all settings by topic. */
export function helpPage(topics: readonly Topic[]): string {
  const options = [
    ...Object.entries(COMMANDS).map(([name, text]) => [name === 'help' ? '-h, --help' : `--${name}`, text] as const),
    ['--env-file FILE', ENV_FILE] as const,
  ];
  const sections = topics.map(
    ({ title, settings }) =>
      `${title}:\n${settings
        .map(({ name, fallback, description }) => `  ${name}=${fallback}\n${wrapped(description, INDENT, WIDTH)}\n`)
        .join('')}`,
  );
  return `Usage: flair-graphql-gateway [options]

Starts the Flair GraphQL gateway. Without FLAIR_API_URL it serves an embedded sandbox.

Options:
${options.map(([name, text]) => `  ${name}\n${wrapped(text, INDENT, WIDTH)}\n`).join('')}
Settings are environment variables, shown here with their defaults. An empty variable counts as unset.

${sections.join('\n')}`;
}
