#!/usr/bin/env node
import * as z from 'zod';
import { ConfigError, readSettings, toListenError } from '../util/environment.ts';
import { findUnknownVariables } from '../util/unknown-variables.ts';
import { sandboxOptions, sandboxSettings } from './config.ts';
import { storageMistakes } from './database.ts';
import { DEMO_KEY } from './keys.ts';
import { createSandbox } from './sandbox.ts';
import { serveSandbox } from './server.ts';

try {
  const { mistakes, warnings } = findUnknownVariables(process.env, Object.keys(sandboxSettings));
  const settings = readSettings(z.object(sandboxSettings), process.env, ({ SANDBOX_STORAGE }) => [
    ...mistakes,
    ...storageMistakes(SANDBOX_STORAGE),
  ]);
  for (const warning of warnings) console.warn(warning);
  const sandbox = createSandbox(sandboxOptions(settings));
  const place = { host: settings.SANDBOX_HOST, port: settings.SANDBOX_PORT };
  const server = await serveSandbox(sandbox, place).catch((error: unknown) => {
    throw toListenError(error, 'SANDBOX_PORT', place) ?? error;
  });
  console.log(
    `The sandbox listens on ${server.url}. Try:\n\n  curl -H 'x-api-key: ${DEMO_KEY}' ${server.url}/models\n`,
  );

  const stop = async () => {
    await server.close();
    sandbox.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
