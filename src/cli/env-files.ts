import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { errorMessage } from '../util/data-file.ts';
import { ConfigError, type Environment } from '../util/environment.ts';

/** Variables that Node.js reads at its own start, before this program can set them. */
const OF_NODE = ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_PENDING_DEPRECATION', 'UV_THREADPOOL_SIZE'];

/**
 * Reads files of lines such as `NAME=value`, as Node.js's `--env-file` does. Later files take precedence over earlier ones,
 * and a variable of the environment over all files, even an empty one.
 *
 * @returns The variables that the files add to the environment.
 * @throws ConfigError that lists every file that cannot be read, and every line that sets no variable.
 */
export function readEnvFiles(files: readonly string[], environment: Environment): Record<string, string> {
  const added: Record<string, string> = {};
  const mistakes: string[] = [];
  for (const file of files) {
    try {
      const text = readFileSync(file, 'utf8');
      mistakes.push(...mistakesIn(text).map((mistake) => `\`--env-file\` ${file}: ${mistake}`));
      for (const [name, value = ''] of Object.entries(parseEnv(text))) {
        if (OF_NODE.includes(name)) {
          mistakes.push(
            `\`--env-file\` ${file}: \`${name}\` has no effect here, because Node.js reads it before this file. Set it in the environment.`,
          );
        } else if (environment[name] === undefined) added[name] = value;
      }
    } catch (error) {
      mistakes.push(`\`--env-file\` must name a file with lines such as NAME=value, but ${errorMessage(error)}.`);
    }
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return added;
}

/** A quoted value, which may extend over several lines. */
const QUOTED = /=[ \t]*(["'`])[\s\S]*?\1/g;
const LINE = /^\s*(#.*|(export\s+)?[A-Za-z_]\w*\s*=.*)?$/;

/** The lines that set no variable, which `parseEnv` ignores. Their text is not repeated, because it may contain a secret. */
function mistakesIn(text: string): string[] {
  const withoutQuoted = text.replace(QUOTED, (value) => `=${'\n'.repeat(value.split('\n').length - 1)}`);
  return withoutQuoted.split(/\r?\n/).flatMap((line, index) => {
    if (LINE.test(line)) return [];
    return [`line ${index + 1} must be NAME=value or a comment that begins with #, but is neither.`];
  });
}
