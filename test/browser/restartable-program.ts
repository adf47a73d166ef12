import { type ProgramOptions, startProgram } from '../support/program.ts';

/** Starts a program that can be stopped and started again with the same data, on the same port. */
export async function startRestartable(options: ProgramOptions = {}) {
  let program = await startProgram(options);
  const { origin, port } = new URL(program.url);
  return {
    origin,
    stop: () => program.stop(),
    async startAgain(): Promise<void> {
      program = await startProgram({ ...options, directory: program.directory, env: { ...options.env, PORT: port } });
    },
  };
}
