import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import dockerignore from '@balena/dockerignore';
import { type Copy, DockerfileParser, type From, type Instruction } from 'dockerfile-ast';
import { readText, root } from '../support/readme.ts';

const run = promisify(execFile);

/** A stage of the image, in a folder of its own instead of a container. */
interface Stage {
  /** Contains the files of the image, at their paths. */
  readonly folder: string;
  workingDirectory: string;
  readonly environment: Record<string, string>;
  user: string;
  stopSignal: string;
  command: string[];
  healthCheck: string[];
}

/** The image, and a way to run its programs as plain processes. */
export interface Image extends Readonly<Stage> {
  /** Path of a file of the image on this machine. */
  pathOf(path: string): string;
  /** Starts a program in the image's folder, as its user, with its environment and no other. */
  start(command: readonly string[], environment?: Readonly<Record<string, string>>): ReturnType<typeof spawn>;
  /** Runs the health check. Returns its exit code. */
  checkHealth(environment?: Readonly<Record<string, string>>): Promise<number>;
  remove(): Promise<void>;
}

const ignored = dockerignore.default().add(readText('.dockerignore'));

/** True for a path, relative to the repository, that `.dockerignore` excludes. */
export const isIgnored = (path: string): boolean => ignored.ignores(path);

/** Executes the steps of the Dockerfile, with the Node.js of this machine instead of the base image's. */
export async function buildImage(): Promise<Image> {
  const folder = await mkdtemp(join(tmpdir(), 'flair-image-'));
  const remove = () => rm(folder, { recursive: true });
  try {
    // Readable for the user of the image.
    await chmod(folder, 0o755);
    return imageOf(await executeAll(folder), remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Executes all steps. Returns the last stage. */
async function executeAll(folder: string): Promise<Stage> {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const step of DockerfileParser.parse(readText('Dockerfile')).getInstructions()) {
    if (step.getKeyword() === 'FROM') {
      const name = (step as From).getBuildStage() ?? 'final';
      stage = createStage(join(folder, name));
      stages.set(name, stage);
      await mkdir(stage.folder);
    } else if (stage) await execute(step, stage, stages);
  }
  if (!stage) throw new Error('The Dockerfile contains no FROM.');
  return stage;
}

const createStage = (folder: string): Stage => ({
  folder,
  workingDirectory: '/',
  environment: {},
  user: '0:0',
  stopSignal: 'SIGTERM',
  command: [],
  healthCheck: [],
});

const inside = (stage: Stage, path: string) => join(stage.folder, resolve(stage.workingDirectory, path));

async function execute(step: Instruction, stage: Stage, stages: ReadonlyMap<string, Stage>): Promise<void> {
  const values = step.getArguments().map((argument) => argument.getValue());
  const [first = ''] = values;
  switch (step.getKeyword()) {
    case 'WORKDIR':
      stage.workingDirectory = resolve(stage.workingDirectory, first);
      await mkdir(inside(stage, '.'), { recursive: true });
      return;
    case 'COPY':
      return await copy(step as Copy, stage, stages);
    case 'RUN':
      return await runCommand(values.join(' '), stage);
    case 'ENV':
      for (const value of values) {
        const [name = '', ...rest] = value.split('=');
        stage.environment[name] = rest.join('=');
      }
      return;
    case 'USER':
      stage.user = first;
      return;
    case 'STOPSIGNAL':
      stage.stopSignal = first;
      return;
    case 'CMD':
      stage.command = stringsOf(step);
      return;
    case 'HEALTHCHECK':
      stage.healthCheck = stringsOf(step);
      return;
    case 'LABEL':
    case 'EXPOSE':
    case 'VOLUME':
      return;
    default:
      throw new Error(`These tests cannot execute the step ${step.toString()} of the Dockerfile.`);
  }
}

async function runCommand(command: string, stage: Stage): Promise<void> {
  // The build uses the packages of this checkout, which `npm ci` has installed from the same lock file.
  if (command === 'npm ci --ignore-scripts') {
    await symlink(join(root, 'node_modules'), inside(stage, 'node_modules'));
    return;
  }
  await run('/bin/sh', ['-ec', command], {
    cwd: inside(stage, '.'),
    // Packages that were downloaded before are not requested again.
    env: { ...environmentOf(stage), HOME: process.env.HOME, npm_config_prefer_offline: 'true' },
  });
}

async function copy(step: Copy, stage: Stage, stages: ReadonlyMap<string, Stage>): Promise<void> {
  const paths = step.getArguments().map((argument) => argument.getValue());
  const target = paths.pop() ?? '';
  const from = step.getFromFlag()?.getValue() ?? undefined;
  const source = from === undefined ? undefined : stages.get(from);
  if (from !== undefined && !source) throw new Error(`The Dockerfile has no stage ${from} to copy from.`);
  for (const path of paths) {
    const origin = source ? inside(source, path) : join(root, path);
    // A file goes into a target that ends with a slash; of a folder, its content goes into the target.
    const isIntoFolder = target.endsWith('/') && (await stat(origin)).isFile();
    await cp(origin, inside(stage, isIntoFolder ? join(target, basename(path)) : target), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => source !== undefined || relative(root, file) === '' || !isIgnored(relative(root, file)),
    });
  }
}

/** The elements of an instruction in JSON form. */
function stringsOf(step: Instruction): string[] {
  const content = step.toString();
  return JSON.parse(content.slice(content.indexOf('['))) as string[];
}

/** The environment of a program in a container. */
const environmentOf = ({ environment }: Stage) => ({
  PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
  ...environment,
});

function imageOf(stage: Stage, remove: () => Promise<void>): Image {
  const [uid, gid] = stage.user.split(':').map(Number);
  const start: Image['start'] = ([program = '', ...args], environment) =>
    spawn(program, args, {
      cwd: inside(stage, '.'),
      env: { ...environmentOf(stage), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && gid !== undefined && { uid, gid }),
    });
  return {
    ...stage,
    pathOf: (path) => inside(stage, path),
    start,
    async checkHealth(environment) {
      const [code] = await once(start(stage.healthCheck, environment), 'exit');
      return code;
    },
    remove,
  };
}
