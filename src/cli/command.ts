import { parseArgs } from 'node:util';
import { findNearest } from '../util/edit-distance.ts';

/** The commands of the program. Without one of them, it starts the gateway. */
export const COMMANDS = {
  help: 'Print this page.',
  version: 'Print the version of the gateway and of Node.js.',
  check: 'Check the configuration, the upstream and Redis, and exit with status 1 if one of them has a problem.',
  'print-config': 'Print the settings in effect, without secrets.',
  'print-contract': 'Print the built-in contract of the upstream as an OpenAPI file, to start from for FLAIR_CONTRACT.',
} as const;

/** A parsed command line. */
export interface CommandLine {
  readonly command: keyof typeof COMMANDS | 'start';
  /** Files with environment variables, of which later ones take precedence. */
  readonly envFiles: readonly string[];
}

/** The command line is invalid. The message is complete. */
export class UsageError extends Error {
  override name = 'UsageError' as const;
}

const NAMES = [...Object.keys(COMMANDS), 'env-file'];

/**
 * Parses the arguments of the program.
 *
 * @throws UsageError for an unknown option, for example.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { tokens } = parseArgs({
    args: [...args],
    options: { 'env-file': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  });
  const envFiles: string[] = [];
  let command: CommandLine['command'] = 'start';
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') throw unexpectedArgument(token.value);
    const { name, rawName, value } = token;
    if (name === 'env-file') {
      if (!value) throw new UsageError(`${rawName} needs the path of a file: --env-file production.env`);
      envFiles.push(value);
    } else if (!isCommand(name)) {
      throw unknownOption(rawName, name);
    } else if (value !== undefined) {
      throw new UsageError(`--${name} takes no value, but got "${value}".`);
    } else if (command !== 'start' && command !== name) {
      throw new UsageError(`Expected one command, but got --${command} and --${name}. Run them one after the other.`);
    } else {
      command = name;
    }
  }
  return { command, envFiles };
}

const isCommand = (name: string): name is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, name);

function unknownOption(rawName: string, name: string): UsageError {
  const near = findNearest(name.toLowerCase(), NAMES);
  const hint = near && near.distance <= Math.max(1, near.name.length / 3) ? ` Did you mean --${near.name}?` : '';
  return new UsageError(`${rawName} is not an option of this program.${hint} --help lists them.`);
}

function unexpectedArgument(text: string): UsageError {
  const hint = /^[A-Z][A-Z_]+=/.test(text)
    ? `Settings are environment variables: write ${text.split('=')[0]}=… before the command, or into a file for --env-file.`
    : 'Settings are environment variables. --help lists them, and all options.';
  return new UsageError(`Expected only options, but got "${text.split('=')[0]}". ${hint}`);
}
