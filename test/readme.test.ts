import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig, settings } from '../src/config/config.ts';
import { ERROR_CODES } from '../src/errors.ts';
import { execute } from './e2e/client.ts';
import { startGateway } from './support/gateway.ts';
import { startProgram, temporaryDirectory } from './support/program.ts';
import { blocksOf, documentsIn, environmentOf, linksOf, readText, root, rowsOf, scriptsOf } from './support/readme.ts';

const run = promisify(execFile);

const readme = readText('README.md');
const contributing = readText('CONTRIBUTING.md');
const blocks = blocksOf(readme);
const textsIn = (language: string) => blocks.filter((block) => block.language === language).map(({ text }) => text);
const manifest = JSON.parse(readText('package.json')) as { engines: { node: string }; scripts: Record<string, string> };

/** Addresses in the README. */
const GATEWAY = 'localhost:4000';
const SANDBOX = 'http://localhost:4100';
/** Short enough for a test, and long enough for polls to observe the beginning and the end. */
const DURATIONS = { SANDBOX_FAST_SECONDS: '1', SANDBOX_PREDICTION_SECONDS: '0.5' };

const hostOf = (url: string) => `localhost:${new URL(url).port}`;
const missing = ['bash', 'curl', 'sed', 'xargs'].filter((tool) => spawnSync(tool, ['--version']).error);
if (missing.length > 0) console.log(`The README's shell commands are not run here, without ${missing.join(', ')}.`);

describe('GraphQL documents of the README', () => {
  const schema = buildSchema(readText('schema/schema.graphql'));
  const inShell = textsIn('bash').flatMap(documentsIn);
  const inScript = textsIn('js').flatMap((text) =>
    [...text.matchAll(/query = '([^']*)'/g)].map(([, query = '']) => query),
  );
  const alone = blocks.flatMap(({ language, text: query }, index) => {
    if (language !== 'graphql') return [];
    const next = blocks[index + 1];
    return [{ query, variables: next?.language === 'json' ? JSON.parse(next.text) : {} }];
  });
  const documents = [...inShell, ...inScript, ...alone.map(({ query }) => query)];

  test('all GraphQL documents of the README are extracted', () => {
    expect({ inShell: inShell.length, inScript: inScript.length, alone: alone.length }).toEqual({
      inShell: readme.match(/"query":/g)?.length,
      inScript: textsIn('js').length,
      alone: readme.match(/^```graphql$/gm)?.length,
    });
  });

  test.each(documents)('a document of the README is valid: %s', (document) => {
    expect(validate(schema, parse(document))).toEqual([]);
  });

  test.each(alone)(
    'a document of the README can be executed on the demo data: $query',
    async ({ query, variables }) => {
      const { fetch, clock } = startGateway({ sandbox: { seed: true } });
      const isWatched = getOperationAST(parse(query))?.operation === 'subscription';

      const pending = fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: isWatched ? 'text/event-stream' : 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      // Only operations that wait for a job depend on the test clock.
      if (JSON.stringify(variables)?.includes('waitSeconds')) await clock.advance(60_000);

      const results = resultsIn(await (await pending).text());
      expect(results).not.toEqual([]);
      for (const { data, errors } of results) {
        expect(errors).toBeUndefined();
        expect(JSON.stringify(data)).not.toMatch(/null\b|Error"/);
      }
    },
  );
});

describe.skipIf(missing.length > 0)('the shell commands of the README', () => {
  test('the shell commands of the README query, upload, train, watch, predict and download an image', {
    timeout: 60_000,
  }, async () => {
    const { url } = await startProgram({ env: DURATIONS });
    const directory = await temporaryDirectory();

    const { printed, variables } = await paste(
      textsIn('bash').filter((text) => !text.includes(SANDBOX)),
      { directory, addresses: { [GATEWAY]: hostOf(url) } },
    );

    const results = printed.flatMap(resultsIn);
    expect(results.filter(({ errors }) => errors)).toEqual([]);
    expect(JSON.stringify(results)).not.toContain('"message"');
    expect(results[0]?.data?.models).toMatchObject({
      nodes: [{ id: variables.MODEL, triggerWord: 'FJA90AB' }, {}, {}],
    });
    expect(results).toContainEqual({
      data: {
        uploadDataItem: {
          dataItem: { id: expect.any(String), image: expect.objectContaining({ width: expect.any(Number) }) },
        },
      },
    });
    expect(results).toContainEqual({ id: expect.stringMatching(GLOBAL_ID), dataItem: expect.any(Object) });
    expect(variables).toEqual({
      GRAPH: `${url.replace(/\/\/[^:]+/, '//localhost')}/graphql`,
      JSON: 'content-type: application/json',
      MODEL: expect.stringMatching(GLOBAL_ID),
      TICKET: expect.stringContaining(`${url.replace(/\/\/[^:]+/, '//localhost')}/uploads/`),
      TRAINING: expect.stringMatching(GLOBAL_ID),
      PREDICTION: expect.stringMatching(GLOBAL_ID),
      WORD: expect.stringMatching(/^[A-Z]{3}\d\d[A-Z]{2}$/),
    });

    const [trained, predicted] = [eventsOf(results, 'trainingUpdated'), eventsOf(results, 'predictionUpdated')];
    expect(trained.at(-1)).toEqual({ status: 'COMPLETED', progress: { fraction: 1 }, triggerWord: variables.WORD });
    expect(predicted.at(-1)).toMatchObject({ status: 'COMPLETED', images: [{ url: expect.any(String) }] });
    for (const { status } of [...trained.slice(0, -1), ...predicted.slice(0, -1)]) expect(status).not.toBe('COMPLETED');

    const response = await execute<{ prediction: { prompt: string } }>(
      url,
      '{ prediction(id: "$id") { prompt } }'.replace('$id', variables.PREDICTION ?? ''),
    );
    expect(response.data?.prediction.prompt).toContain(variables.WORD);

    const { images } = predicted.at(-1) as { images: [{ url: string }] };
    const saved = await sharp(await readFile(join(directory, 'image.webp'))).metadata();
    const painted = await sharp(await (await fetch(images[0].url)).arrayBuffer()).metadata();
    expect([saved.format, painted.format]).toEqual([expect.stringMatching(IMAGE), expect.stringMatching(IMAGE)]);
  });

  test('the shell commands of the README list the models of the REST server and inject a fault', async () => {
    const { url } = await startProgram({ entry: 'sandbox' });
    const commands = textsIn('bash').filter((text) => text.includes(SANDBOX));

    const { printed } = await paste(commands, { directory: root, addresses: { [SANDBOX]: url } });

    const [listed = '', faults] = printed;
    expect(JSON.parse(listed)).toMatchObject({ models: { length: 5 } });
    expect(faults).toBe('503:getModel:once');
    const statuses = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      statuses.push((await fetch(`${url}/models/unknown`, { headers: { 'x-api-key': 'demo' } })).status);
    }
    expect(statuses).toEqual([503, 404]);
  });
});

test('the example client of the README watches a training until its end', async () => {
  const { url } = await startProgram({ env: DURATIONS });
  const { data } = await execute<{ startTraining: { training: { id: string } } }>(
    url,
    `mutation ($input: StartTrainingInput!) {
      startTraining(input: $input) { ... on StartTrainingSuccess { training { id } } }
    }`,
    { input: { modelId: demoModel(), strength: 7, mode: { fast: {} } } },
  );
  const [script = ''] = textsIn('js');

  // Runs in the root of the repository, in which its imports are resolved.
  const ended = run(process.execPath, ['--input-type=module', '-', data?.startTraining.training.id ?? ''], {
    cwd: root,
    timeout: 20_000,
  });
  ended.child.stdin?.end(script.replace(GATEWAY, hostOf(url)));

  const { stdout } = await ended;
  expect(stdout.match(/status: '\w+'/g)?.at(-1)).toBe("status: 'COMPLETED'");
  expect(stdout.match(/COMPLETED/g)).toHaveLength(1);
});

describe('the README and the code', () => {
  test('the README lists every variable with its default and description', () => {
    const defaults: Record<string, unknown> = z.object(settings).parse({});

    expect(rowsOf(readme, ['variable', 'default', 'meaning'])).toEqual(
      Object.entries(settings).map(([name, { description }]) => {
        const value = String(defaults[name] ?? '');
        return [`\`${name}\``, value && `\`${value}\``, description];
      }),
    );
  });

  test('the README lists every error code with its meaning, and whether it is retryable', () => {
    expect(rowsOf(readme, ['code', 'retryable', 'meaning'])).toEqual(
      Object.entries(ERROR_CODES).map(([code, { retryable, meaning }]) => [
        `\`${code}\``,
        retryable ? 'yes' : 'no',
        meaning,
      ]),
    );
  });

  test('the README states the supported versions of Node.js', () => {
    expect(readme).toContain(`Node.js \`${manifest.engines.node}\``);
  });

  test('the README describes every script of package.json', () => {
    expect([...new Set(scriptsOf(readme))].sort()).toEqual(Object.keys(manifest.scripts).sort());
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scriptsOf(contributing)));
  });

  test.each(textsIn('sh'))('a start command of the README is valid: %s', (command) => {
    const environment = environmentOf(command);

    expect(Object.keys(settings)).toEqual(expect.arrayContaining(Object.keys(environment)));
    expect(() => readConfig(environment)).not.toThrow();
    expect(command.match(/\bnpm\b/g)).toHaveLength(
      command.match(/npm ci|npm start|npm test|npm run sandbox/g)?.length ?? 0,
    );
  });

  test('the README states the durations of jobs in the sandbox', () => {
    const { sandbox } = readConfig({});

    expect(readme).toContain(
      `Here in the sandbox, ${sandbox.fastSeconds} and ${sandbox.highQualitySeconds} seconds; a prediction, ${sandbox.predictionSeconds}.`,
    );
  });

  test('pages of other sites get no CORS headers, as the README states', async () => {
    const { fetch } = startGateway();

    const { headers } = await fetch('/graphql?query={__typename}', {
      headers: { origin: 'https://elsewhere.example' },
    });

    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

describe('project documents', () => {
  const decisions = readdirSync(`${root}docs/decisions`).filter((name) => name !== 'README.md');

  test.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/decisions/README.md'])(
    'all links in %s lead to existing files',
    (page) => {
      const broken = linksOf(readText(page)).filter((target) => !existsSync(join(root, dirname(page), target)));

      expect(broken).toEqual([]);
    },
  );

  test('the list of decisions contains each one with its number and title', () => {
    const listed = readText('docs/decisions/README.md')
      .split('\n')
      .filter((line) => line.startsWith('- '));

    expect(listed).toEqual(
      decisions.map((name) => `- [${readText(`docs/decisions/${name}`).split('\n')[0]?.replace('# ', '')}](${name})`),
    );
    expect(decisions.map((name) => name.slice(0, 4))).toEqual(
      decisions.map((_, index) => String(index + 1).padStart(4, '0')),
    );
  });

  test.each(decisions)('a decision record has the three required headings: %s', (name) => {
    const headings = [...readText(`docs/decisions/${name}`).matchAll(/^\*\*(.+?)\*\*/gm)].map(([, heading]) => heading);

    expect(headings).toEqual(['What.', 'Why.', 'What would change our mind.']);
  });
});

const GLOBAL_ID = /^[\w-]{20,}$/;
const IMAGE = /^(?:webp|png|jpeg)$/;

interface Result {
  data?: Record<string, unknown> | null;
  errors?: unknown;
}

/** The results in the output of a command: JSON, or server-sent events with JSON. */
const resultsIn = (printed: string): Result[] =>
  printed
    .split('\n')
    .map((line) => line.replace(/^data: ?/, ''))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

const eventsOf = (results: readonly Result[], field: string): Record<string, unknown>[] =>
  results.flatMap(({ data }) => (data && field in data ? [data[field] as Record<string, unknown>] : []));

/** Id of the model in the README's commands. */
const demoModel = (): string => /^MODEL=(\w+)$/m.exec(readme)?.[1] ?? '';

/**
 * Executes commands in one shell.
 *
 * @returns The output of each command, and the variables that they have set.
 */
async function paste(
  commands: readonly string[],
  { directory, addresses }: { directory: string; addresses: Readonly<Record<string, string>> },
): Promise<{ printed: string[]; variables: Record<string, string> }> {
  const SEPARATOR = '\u001e';
  const names = [...commands.join('\n').matchAll(/^([A-Z]+)=/gm)].map(([, name = '']) => name);
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
