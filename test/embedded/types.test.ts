import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const CONSUMER = `
import { createServer } from 'node:http';
import pino from 'pino';
import { createGateway, type Gateway, type GatewayOptions } from 'flair-graphql-gateway';

const options: GatewayOptions = {
  basePath: '/flair',
  corsOrigins: ['https://app.example.com'],
  watchPredictionFastestSeconds: 0.5,
  graphiql: false,
  flairApiKey: process.env.FLAIR_API_KEY,
  logger: pino(),
};
const gateway: Gateway = createGateway(options);
createGateway({ logger: console, environment: process.env });
createServer(gateway.handle).on('upgrade', gateway.handleUpgrade);
export const GET = (request: Request): Promise<Response> => gateway.fetch(request, { address: '192.0.2.1' });
await gateway.ready();
await gateway.close();

// @ts-expect-error A list, not a text.
createGateway({ corsOrigins: 'https://app.example.com' });
// @ts-expect-error An unknown option.
createGateway({ corsOrigin: [] });
`;

test.each([
  ['node16', ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
  ['bundler', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
])(
  'a strict TypeScript project with module resolution %s uses the types of the package',
  async (_, module, resolution) => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'node_modules', '@types'), { recursive: true });
    await symlink(root, join(directory, 'node_modules', 'flair-graphql-gateway'));
    for (const name of ['pino', '@types/node', 'undici-types'])
      await symlink(join(root, 'node_modules', name), join(directory, 'node_modules', name));
    await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
    await writeFile(join(directory, 'app.ts'), CONSUMER);

    const program = ts.createProgram([join(directory, 'app.ts')], {
      module,
      moduleResolution: resolution,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(directory, 'node_modules', '@types')],
    });

    const mistakes = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
      file: file?.fileName,
      message: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
    expect(mistakes).toEqual([]);
    expect(program.getSourceFiles().map(({ fileName }) => fileName)).toContainEqual(
      expect.stringMatching(/dist\/index\.d\.ts$/),
    );
  },
);
