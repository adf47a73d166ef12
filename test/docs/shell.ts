import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SEPARATOR = '\u001e';

/** Programs of the commands that this machine lacks. */
export const missingTools = ['bash', 'curl', 'sed', 'xargs'].filter((tool) => spawnSync(tool, ['--version']).error);
if (missingTools.length > 0)
  console.log(`Shell commands of the documents are not run here, without ${missingTools.join(', ')}.`);

/**
 * Executes commands in one shell.
 *
 * @param addresses Replacements of the addresses in the commands.
 * @returns The output of each command, and the variables that they have set.
 */
export async function paste(
  commands: readonly string[],
  { directory, addresses }: { directory: string; addresses: Readonly<Record<string, string>> },
): Promise<{ printed: string[]; variables: Record<string, string> }> {
  const names = [...new Set([...commands.join('\n').matchAll(/^([A-Z]+)=/gm)].map(([, name = '']) => name))];
  let script = commands.map((command) => `${command}\nprintf '${SEPARATOR}'\n`).join('');
  for (const [address, other] of Object.entries(addresses)) script = script.replaceAll(address, other);
  for (const name of names) script += `printf '%s${SEPARATOR}' "$${name}"\n`;

  const { stdout } = await run('bash', ['-e', '-o', 'pipefail', '-c', script], { cwd: directory, timeout: 50_000 });
  const parts = stdout.split(SEPARATOR);
  return {
    printed: parts.slice(0, commands.length),
    variables: Object.fromEntries(names.map((name, index) => [name, parts[commands.length + index] ?? ''])),
  };
}
