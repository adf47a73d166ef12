import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { PRINTED_URL, temporaryDirectory } from './program.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** The parts of package.json that decide on an installation. */
interface Manifest {
  name: string;
  bin: Readonly<Record<string, string>>;
  dependencies?: Readonly<Record<string, string>>;
  optionalDependencies?: Readonly<Record<string, string>>;
}

/** Packs the build of this test run. Returns the path of the tarball. */
export async function packPackage(): Promise<string> {
  const directory = await temporaryDirectory();
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', directory], {
    cwd: root,
  });
  return join(directory, stdout.trim());
}

/**
 * Installs the packed package into the `node_modules` of a new folder, as npm does, with copies of the packages that it
 * declares and that this checkout has, so that the test needs no registry.
 *
 * @param omit Packages that are left out, for example optional ones.
 */
export async function installPackage({ omit = [] }: { omit?: readonly string[] } = {}): Promise<string> {
  const directory = await temporaryDirectory();
  const modules = join(directory, 'node_modules');
  const target = join(modules, 'flair-graphql-gateway');
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', await packPackage(), '--strip-components=1', '-C', target]);
  const manifest = await readManifest(target);
  await mkdir(join(modules, '.bin'));
  for (const [name, file] of Object.entries(manifest.bin)) {
    await chmod(join(target, file), 0o755);
    await symlink(join('..', manifest.name, file), join(modules, '.bin', name));
  }
  const copied = new Set(omit);
  const copyAll = async (names: readonly string[]): Promise<void> => {
    for (const name of names.filter((each) => !copied.has(each))) {
      const folder = join(root, 'node_modules', name);
      // Binaries for other platforms are not installed.
      if (!existsSync(folder)) continue;
      copied.add(name);
      await cp(folder, join(modules, name), { recursive: true });
      await copyAll(requirementsOf(await readManifest(folder), folder));
    }
  };
  await copyAll(requirementsOf(manifest, target));
  return directory;
}

const readManifest = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));

/** Packages that one needs, except those in its own `node_modules`, which are copied with it. */
const requirementsOf = ({ dependencies, optionalDependencies }: Manifest, folder: string): string[] =>
  Object.keys({ ...dependencies, ...optionalDependencies }).filter(
    (name) => !existsSync(join(folder, 'node_modules', name)),
  );

/** A command of the package that runs in a folder. */
export interface Command {
  url: string;
  output: { stdout: string };
}

/** Runs a command of an installed package with `npx` until the end of the test, and waits until it has printed its URL. */
export async function startCommand(
  name: string,
  directory: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Command> {
  const child = spawn('npx', ['--no-install', name], {
    cwd: directory,
    env: { ...process.env, PORT: '0', SANDBOX_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    // The signal goes to the whole group, as Ctrl-C in a terminal does.
    detached: true,
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, 'SIGTERM');
    }
    await closed;
  });
  const output = { stdout: '' };
  child.stdout.setEncoding('utf8');
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text: string) => {
      output.stdout += text;
      const [, found] = PRINTED_URL.exec(output.stdout) ?? [];
      if (found) resolve(found);
    });
    void closed.then(() => reject(new Error(`${name} has ended before it printed its URL.\n${output.stdout}`)));
  });
  return { url: await url, output };
}
