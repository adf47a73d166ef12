import cluster from 'node:cluster';
import { parseCommandLine, UsageError } from '../cli/command.ts';
import { readEnvFiles } from '../cli/env-files.ts';
import { type Config, readConfig } from '../config/config.ts';
import { fileMistakes } from '../config/data-files.ts';
import { describeStartError, exitWithError } from './reports.ts';

// Modules that only some processes need are imported lazily.

/** Runs a process of the gateway: a worker, or what the command line demands. */
export async function run(): Promise<void> {
  try {
    if (cluster.isWorker) {
      const { runWorker } = await import('./worker.ts');
      await runWorker();
      return;
    }
    const { command, envFiles } = parseCommandLine(process.argv.slice(2));
    // Workers inherit the environment.
    Object.assign(process.env, readEnvFiles(envFiles, process.env));
    if (command === 'start') await start(await readCheckedConfig());
    else await runCommand(command);
  } catch (error) {
    exitWithError(error instanceof UsageError ? error.message : describeStartError(error));
  }
}

/** Reads the configuration, and checks the files that it needs. */
async function readCheckedConfig(): Promise<Config> {
  const { FLAIR_CONTRACT: file } = process.env;
  const inContract = file ? (await import('../config/contract/contract-file.ts')).contractMistakes(file) : [];
  return readConfig(process.env, (files) => [...fileMistakes(files), ...inContract]);
}

async function start(config: Config): Promise<void> {
  if (config.workers > 1) {
    const { runPrimary } = await import('./primary.ts');
    await runPrimary(config);
  } else {
    const { runSingle } = await import('./single.ts');
    await runSingle(config);
  }
}

type Command = Exclude<ReturnType<typeof parseCommandLine>['command'], 'start'>;

async function runCommand(command: Command): Promise<void> {
  // A reader such as `head` may close the output early.
  process.stdout.on('error', () => {});
  const print = (text: string) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  if (command === 'help') {
    const [{ helpPage }, { topicsOf }] = await Promise.all([import('../cli/help.ts'), import('../config/topics.ts')]);
    print(helpPage(topicsOf()));
  } else if (command === 'version') {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
    print(`flair-graphql-gateway ${manifest.version} (Node.js ${process.version})`);
  } else if (command === 'print-config') {
    const { printableConfig } = await import('../cli/print-config.ts');
    print(printableConfig(process.env, readConfig(process.env)));
  } else if (command === 'print-contract') {
    const [{ printContract }, { contract }] = await Promise.all([
      import('../config/contract/print.ts'),
      import('../contract/contract.gen.ts'),
    ]);
    print(printContract(contract));
  } else if (command === 'check') {
    const config = await readCheckedConfig();
    const [{ check }, { openUpstream }] = await Promise.all([import('../cli/check.ts'), import('./upstream.ts')]);
    const isFine = await check(config, {
      openUpstream: () => openUpstream(config, undefined),
      print,
      printProblem: console.error,
    });
    if (!isFine) process.exitCode = 1;
  }
}
