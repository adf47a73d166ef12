import { readdirSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { readConfig, settings } from '../../src/config/config.ts';
import { startGateway } from '../support/gateway.ts';
import { startProgram, temporaryDirectory } from '../support/program.ts';
import { documentsIn, environmentOf, readText, root, scriptsOf } from '../support/readme.ts';
import { documentsOf, pages, pagesWith, textsOf } from './pages.ts';
import { executeDocument, resultsIn } from './results.ts';
import { missingTools, paste } from './shell.ts';

const schema = buildSchema(readText('schema/schema.graphql'));
const scripts = Object.keys((JSON.parse(readText('package.json')) as { scripts: object }).scripts);

/** Addresses in the commands. */
const GATEWAY = 'localhost:4000';
const SANDBOX = 'localhost:4100';

/** Languages of code blocks, each of which a test below executes or compares with executed code. */
const LANGUAGES = ['bash', 'sh', 'graphql', 'json', 'js', 'jsx', 'ts', 'html', 'yaml'];
/** Diagrams. */
const PICTURES = ['mermaid'];

test('every code block has a language that is tested', () => {
  for (const { name, text, blocks } of pages) {
    expect(text.match(/^```./gm)?.length ?? 0, name).toBe(blocks.length);
    for (const { language } of blocks) expect([...LANGUAGES, ...PICTURES], name).toContain(language);
  }
});

describe.each(pagesWith('graphql'))('GraphQL documents of $name', (page) => {
  test.each(documentsOf(page))('a document can be executed on the demo data: $query', async (document) => {
    await executeDocument(startGateway({ sandbox: { seed: true } }), document);
  });
});

describe.skipIf(missingTools.length > 0)('shell commands', () => {
  test.each(pagesWith('bash'))(
    'the commands of $name run in order, and none returns an error',
    {
      timeout: 60_000,
    },
    async (page) => {
      const commands = textsOf(page, 'bash');
      const gateway = await startProgram({ env: { SANDBOX_FAST_SECONDS: '1', SANDBOX_PREDICTION_SECONDS: '0.5' } });
      const sandbox = await startProgram({ entry: 'sandbox' });
      const hostOf = (url: string) => `localhost:${new URL(url).port}`;

      const { printed, variables } = await paste(commands, {
        directory: await temporaryDirectory(),
        addresses: { [GATEWAY]: hostOf(gateway.url), [SANDBOX]: hostOf(sandbox.url) },
      });

      const results = printed.flatMap(resultsIn);
      expect(results.length).toBeGreaterThan(0);
      for (const result of results) expect(JSON.stringify(result)).not.toMatch(/"errors?"|"message"/);
      for (const [name, value] of Object.entries(variables)) expect(value, name).not.toMatch(/^$|[{}]/);
    },
  );

  test('every document in the commands is valid', () => {
    const documents = pages.flatMap((page) => textsOf(page, 'bash').flatMap(documentsIn));

    expect(documents.length).toBe(pages.flatMap(({ text }) => text.match(/"query":/g) ?? []).length);
    for (const document of documents) expect(validate(schema, parse(document)), document).toEqual([]);
  });
});

describe('commands of this project', () => {
  const commands = pages.flatMap((page) => textsOf(page, 'sh').flatMap((text) => text.trim().split('\n')));

  test.each(commands)('its settings and scripts exist, and its settings are valid: %s', (command) => {
    const environment = environmentOf(command);

    expect(Object.keys(settings)).toEqual(expect.arrayContaining(Object.keys(environment)));
    expect(() => readConfig(environment)).not.toThrow();
    const named = scriptsOf(command);
    expect(scripts).toEqual(expect.arrayContaining(named));
    expect(named.length > 0 || /^npm (ci|pack)$|^npx --package /.test(command)).toBe(true);
  });
});

describe('excerpts', () => {
  const sources = ['examples', 'deploy'].flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:mjs|jsx?|ts|html|ya?ml)$/.test(name))
      .map((name) => withoutIndentation(readText(`${folder}/${name}`))),
  );
  const excerpts = pages.flatMap((page) =>
    textsOf(page, 'js', 'jsx', 'ts', 'html').map((text) => ({ page: page.name, text })),
  );

  test.each(excerpts)('the code is part of a program that a test starts: $page $text', ({ text }) => {
    expect(sources.filter((source) => source.includes(withoutIndentation(text)))).not.toEqual([]);
  });

  test.each(pagesWith('yaml', 'json'))('the data of $name can be parsed', (page) => {
    for (const text of textsOf(page, 'yaml')) expect(parseYaml(text)).toBeTypeOf('object');
    // Several objects are lines of a log.
    for (const text of textsOf(page, 'json')) {
      const values = text.startsWith('{"') ? text.trim().split('\n') : [text];
      for (const value of values) expect(JSON.parse(value)).toBeTypeOf('object');
    }
  });
});

/** Lines without the spaces around them, so that an excerpt may be less indented than its source. */
function withoutIndentation(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n');
}
