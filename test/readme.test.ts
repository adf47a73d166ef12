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
import { ask } from './e2e/client.ts';
import { startGateway } from './support/gateway.ts';
import { startProgram, temporaryDirectory } from './support/program.ts';
import { blocksOf, documentsIn, environmentOf, linksOf, readText, root, rowsOf, scriptsOf } from './support/readme.ts';

const run = promisify(execFile);

const readme = readText('README.md');
const contributing = readText('CONTRIBUTING.md');
const blocks = blocksOf(readme);
const textsIn = (language: string) => blocks.filter((block) => block.language === language).map(({ text }) => text);
const manifest = JSON.parse(readText('package.json')) as { engines: { node: string }; scripts: Record<string, string> };

/** Addresses that the page speaks of. */
const GATEWAY = 'localhost:4000';
const SANDBOX = 'http://localhost:4100';
/** Short enough not to wait for, long enough to be seen to begin and end. */
const DURATIONS = { SANDBOX_FAST_SECONDS: '1', SANDBOX_PREDICTION_SECONDS: '0.5' };

const hostOf = (url: string) => `localhost:${new URL(url).port}`;
const missing = ['bash', 'curl', 'sed', 'xargs'].filter((tool) => spawnSync(tool, ['--version']).error);
if (missing.length > 0) console.log(`The README's shell commands are not run here, without ${missing.join(', ')}.`);

describe('every GraphQL document of the README', () => {
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

  test('is found', () => {
    expect({ inShell: inShell.length, inScript: inScript.length, alone: alone.length }).toEqual({
      inShell: readme.match(/"query":/g)?.length,
      inScript: textsIn('js').length,
      alone: readme.match(/^```graphql$/gm)?.length,
    });
  });

  test.each(documents)('fits the schema: %s', (document) => {
    expect(validate(schema, parse(document))).toEqual([]);
  });

  test.each(alone)('runs on the demo data as it stands: $query', async ({ query, variables }) => {
    const { fetch, clock } = startGateway({ sandbox: { seed: true } });
    const isWatched = getOperationAST(parse(query))?.operation === 'subscription';

    const answered = fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: isWatched ? 'text/event-stream' : 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    // Whoever waits for a job waits on the clock; all else takes its own time.
    if (JSON.stringify(variables)?.includes('waitSeconds')) await clock.advance(60_000);

    const answers = answersIn(await (await answered).text());
    expect(answers).not.toEqual([]);
    for (const { data, errors } of answers) {
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data)).not.toMatch(/null\b|Error"/);
    }
  });
});

describe.skipIf(missing.length > 0)('the shell commands of the README', () => {
  test('query, upload, train, watch, predict and show the image, one after the other', {
    timeout: 60_000,
  }, async () => {
    const { url } = await startProgram({ env: DURATIONS });
    const directory = await temporaryDirectory();

    const { printed, variables } = await paste(
      textsIn('bash').filter((text) => !text.includes(SANDBOX)),
      { directory, addresses: { [GATEWAY]: hostOf(url) } },
    );

    const answers = printed.flatMap(answersIn);
    expect(answers.filter(({ errors }) => errors)).toEqual([]);
    expect(JSON.stringify(answers)).not.toContain('"message"');
    expect(answers[0]?.data?.models).toMatchObject({
      nodes: [{ id: variables.MODEL, triggerWord: 'FJA90AB' }, {}, {}],
    });
    expect(answers).toContainEqual({
      data: {
        uploadDataItem: {
          dataItem: { id: expect.any(String), image: expect.objectContaining({ width: expect.any(Number) }) },
        },
      },
    });
    expect(answers).toContainEqual({ id: expect.stringMatching(GLOBAL_ID), dataItem: expect.any(Object) });
    expect(variables).toEqual({
      GRAPH: `${url.replace(/\/\/[^:]+/, '//localhost')}/graphql`,
      JSON: 'content-type: application/json',
      MODEL: expect.stringMatching(GLOBAL_ID),
      TICKET: expect.stringContaining(`${url.replace(/\/\/[^:]+/, '//localhost')}/uploads/`),
      TRAINING: expect.stringMatching(GLOBAL_ID),
      PREDICTION: expect.stringMatching(GLOBAL_ID),
      WORD: expect.stringMatching(/^[A-Z]{3}\d\d[A-Z]{2}$/),
    });

    const [trained, predicted] = [eventsOf(answers, 'trainingUpdated'), eventsOf(answers, 'predictionUpdated')];
    expect(trained.at(-1)).toEqual({ status: 'COMPLETED', progress: { fraction: 1 }, triggerWord: variables.WORD });
    expect(predicted.at(-1)).toMatchObject({ status: 'COMPLETED', images: [{ url: expect.any(String) }] });
    for (const { status } of [...trained.slice(0, -1), ...predicted.slice(0, -1)]) expect(status).not.toBe('COMPLETED');

    const asked = await ask<{ prediction: { prompt: string } }>(
      url,
      '{ prediction(id: "$id") { prompt } }'.replace('$id', variables.PREDICTION ?? ''),
    );
    expect(asked.data?.prediction.prompt).toContain(variables.WORD);

    const { images } = predicted.at(-1) as { images: [{ url: string }] };
    const saved = await sharp(await readFile(join(directory, 'image.webp'))).metadata();
    const painted = await sharp(await (await fetch(images[0].url)).arrayBuffer()).metadata();
    expect([saved.format, painted.format]).toEqual([expect.stringMatching(IMAGE), expect.stringMatching(IMAGE)]);
  });

  test('list the models of the REST server and make it fail once', async () => {
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

test('the client of the README watches a training to its end', async () => {
  const { url } = await startProgram({ env: DURATIONS });
  const { data } = await ask<{ startTraining: { training: { id: string } } }>(
    url,
    `mutation ($input: StartTrainingInput!) {
      startTraining(input: $input) { ... on StartTrainingSuccess { training { id } } }
    }`,
    { input: { modelId: demoModel(), strength: 7, mode: { fast: {} } } },
  );
  const [script = ''] = textsIn('js');

  // From here, the packages that it imports are found as they are beside the page.
  const ended = run(process.execPath, ['--input-type=module', '-', data?.startTraining.training.id ?? ''], {
    cwd: root,
    timeout: 20_000,
  });
  ended.child.stdin?.end(script.replace(GATEWAY, hostOf(url)));

  const { stdout } = await ended;
  expect(stdout.match(/status: '\w+'/g)?.at(-1)).toBe("status: 'COMPLETED'");
  expect(stdout.match(/COMPLETED/g)).toHaveLength(1);
});

describe('the README agrees with the code', () => {
  test('on every variable, its default and its meaning', () => {
    const defaults: Record<string, unknown> = z.object(settings).parse({});

    expect(rowsOf(readme, ['variable', 'default', 'meaning'])).toEqual(
      Object.entries(settings).map(([name, { description }]) => {
        const value = String(defaults[name] ?? '');
        return [`\`${name}\``, value && `\`${value}\``, description];
      }),
    );
  });

  test('on every error code, whether to try again and what it means', () => {
    expect(rowsOf(readme, ['code', 'retryable', 'meaning'])).toEqual(
      Object.entries(ERROR_CODES).map(([code, { retryable, meaning }]) => [
        `\`${code}\``,
        retryable ? 'yes' : 'no',
        meaning,
      ]),
    );
  });

  test('on the versions of Node.js', () => {
    expect(readme).toContain(`Node.js \`${manifest.engines.node}\``);
  });

  test('on every script of package.json', () => {
    expect([...new Set(scriptsOf(readme))].sort()).toEqual(Object.keys(manifest.scripts).sort());
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scriptsOf(contributing)));
  });

  test.each(textsIn('sh'))('on what starts: %s', (command) => {
    const environment = environmentOf(command);

    expect(Object.keys(settings)).toEqual(expect.arrayContaining(Object.keys(environment)));
    expect(() => readConfig(environment)).not.toThrow();
    expect(command.match(/\bnpm\b/g)).toHaveLength(
      command.match(/npm ci|npm start|npm test|npm run sandbox/g)?.length ?? 0,
    );
  });

  test('on how long things take in the sandbox', () => {
    const { sandbox } = readConfig({});

    expect(readme).toContain(
      `Here in the sandbox, ${sandbox.fastSeconds} and ${sandbox.highQualitySeconds} seconds; a prediction, ${sandbox.predictionSeconds}.`,
    );
  });

  test('on pages from elsewhere, which get no CORS headers', async () => {
    const { fetch } = startGateway();

    const { headers } = await fetch('/graphql?query={__typename}', {
      headers: { origin: 'https://elsewhere.example' },
    });

    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

describe('the pages about the project', () => {
  const decisions = readdirSync(`${root}docs/decisions`).filter((name) => name !== 'README.md');

  test.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/decisions/README.md'])(
    'lead to files that exist, from %s',
    (page) => {
      const broken = linksOf(readText(page)).filter((target) => !existsSync(join(root, dirname(page), target)));

      expect(broken).toEqual([]);
    },
  );

  test('list every decision under its number and title', () => {
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

  test.each(decisions)('say what, why, and what would change our mind: %s', (name) => {
    const headings = [...readText(`docs/decisions/${name}`).matchAll(/^\*\*(.+?)\*\*/gm)].map(([, heading]) => heading);

    expect(headings).toEqual(['What.', 'Why.', 'What would change our mind.']);
  });
});

const GLOBAL_ID = /^[\w-]{20,}$/;
const IMAGE = /^(?:webp|png|jpeg)$/;

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: unknown;
}

/** The answers in what a command printed: JSON, or server-sent events that hold JSON. */
const answersIn = (printed: string): Answer[] =>
  printed
    .split('\n')
    .map((line) => line.replace(/^data: ?/, ''))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

const eventsOf = (answers: readonly Answer[], field: string): Record<string, unknown>[] =>
  answers.flatMap(({ data }) => (data && field in data ? [data[field] as Record<string, unknown>] : []));

/** The model that the README's commands are about. */
const demoModel = (): string => /^MODEL=(\w+)$/m.exec(readme)?.[1] ?? '';

/**
 * Pastes commands into one shell, as a reader would.
 *
 * @returns What each of them printed, and the variables that they have set.
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
