import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnvFiles } from '../../src/cli/env-files.ts';
import { ConfigError } from '../../src/util/environment.ts';
import { temporaryDirectory } from '../support/program.ts';

async function fileWith(text: string, name = 'some.env'): Promise<string> {
  const file = join(await temporaryDirectory(), name);
  await writeFile(file, text);
  return file;
}

const mistakesOf = (read: () => unknown): readonly string[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
};

test('later files take precedence over earlier ones, and the environment over all', async () => {
  const first = await fileWith('# a comment\nPORT=1\nHOST=a\nexport LOG_LEVEL=warn # why\nCORS_ORIGINS="a,\nb"\n');
  const second = await fileWith('PORT=2\nSECRET=x\nGRAPHIQL=true');

  const added = readEnvFiles([first, second], { SECRET: 'y', GRAPHIQL: '' });

  expect(added).toEqual({ PORT: '2', HOST: 'a', LOG_LEVEL: 'warn', CORS_ORIGINS: 'a,\nb' });
});

test('lines that set nothing are reported without their text', async () => {
  const file = await fileWith("PORT=1\r\nFLAIR_API_KEY: hidden\r\n\r\nA='x\r\ny' # z\r\nhidden\r\n");

  const mistakes = mistakesOf(() => readEnvFiles([file], {}));

  expect(mistakes).toEqual([expect.stringContaining(`${file}: line 2 must`), expect.stringContaining('line 6 must')]);
  expect(mistakes.join()).not.toContain('hidden');
});

test('missing files, and variables that Node.js has already read, are reported together', async () => {
  const file = await fileWith('NODE_EXTRA_CA_CERTS=ca.pem\nNODE_ENV=test');

  const mistakes = mistakesOf(() => readEnvFiles(['missing.env', file], {}));

  expect(mistakes).toEqual([
    expect.stringMatching(/`--env-file` must name a file.*missing\.env/),
    expect.stringMatching(/`NODE_EXTRA_CA_CERTS` has no effect here.*Set it in the environment/),
  ]);
});
