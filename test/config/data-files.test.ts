import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { describe, expect, test } from 'vitest';
import { fileMistakes, idempotencyFile, secretFile } from '../../src/config/data-files.ts';
import { readOrMakeSecret } from '../../src/config/secret-file.ts';
import { openDatabase } from '../../src/sandbox/database.ts';
import { ConfigError } from '../../src/util/environment.ts';
import { temporaryDirectory } from '../support/program.ts';

const NOTHING = {
  secret: false,
  idempotency: false,
  sandbox: undefined,
  manifest: undefined,
  tenants: undefined,
};

/** A database with some pages. */
function database(file: string): Buffer {
  const connection = new Libsql(file);
  connection.exec('CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID');
  const insert = connection.prepare('INSERT INTO names VALUES (?)');
  for (let index = 0; index < 1_000; index++) insert.run(`${'name'.repeat(20)}${index}`);
  connection.close();
  return readFileSync(file);
}

describe('the secret file', () => {
  test.each([
    ['empty', '', 'is empty'],
    ['blank', ' \n', 'is empty'],
    ['short', 'hidden-and-short\n', 'has 16 characters'],
  ])('a secret file that is %s is rejected', async (_, content, problem) => {
    const directory = await temporaryDirectory();
    const file = secretFile(directory);
    writeFileSync(file, content);

    const mistakes = fileMistakes({ ...NOTHING, secret: true }, directory);

    expect(mistakes).toEqual([expect.stringContaining(problem)]);
    expect(mistakes.join()).toContain(`\`${file}\``);
    expect(mistakes.join()).not.toContain('hidden');
    expect(() => readOrMakeSecret(file)).toThrow(ConfigError);
    expect(fileMistakes(NOTHING, directory)).toEqual([]);
  });

  test('a secret file that cannot be read is rejected', async () => {
    const directory = await temporaryDirectory();
    mkdirSync(secretFile(directory));

    expect(fileMistakes({ ...NOTHING, secret: true }, directory)).toEqual([expect.stringContaining('EISDIR')]);
  });

  test('a secret file is created completely, without leftover files', async () => {
    const directory = await temporaryDirectory();

    expect(readOrMakeSecret(secretFile(directory))).toMatch(/^[0-9a-f]{64}$/);
    expect(readdirSync(directory)).toEqual(['secret']);
    expect(fileMistakes({ ...NOTHING, secret: true }, directory)).toEqual([]);
  });
});

describe('a database', () => {
  const damages: [what: string, damage: (content: Buffer) => Buffer | string][] = [
    ['text', () => 'hidden '.repeat(1_000)],
    ['cut short', (content) => content.subarray(0, 6_000)],
    ['a header only', (content) => content.subarray(0, 100)],
    ['overwritten in the middle', (content) => Buffer.from(content).fill('hidden', 8_192, 30_000)],
  ];

  test.each(damages)('a database that is %s is rejected', async (_, damage) => {
    const directory = await temporaryDirectory();
    const sandbox = join(directory, 'sandbox.sqlite');
    const content = damage(database(join(directory, 'sound.sqlite')));
    writeFileSync(idempotencyFile(directory), content);
    writeFileSync(sandbox, content);

    const mistakes = fileMistakes({ ...NOTHING, idempotency: true, sandbox }, directory);

    expect(mistakes).toEqual([
      expect.stringContaining(`\`${idempotencyFile(directory)}\``),
      expect.stringContaining(`\`${sandbox}\``),
    ]);
    expect(mistakes.join()).not.toContain('hidden');
  });

  test('the sandbox rejects a database of another program with a ConfigError', async () => {
    const file = join(await temporaryDirectory(), 'other.sqlite');
    const connection = new Libsql(file);
    connection.exec('CREATE TABLE models (name TEXT)');
    connection.close();

    expect(() => openDatabase(file)).toThrow(ConfigError);
  });

  test('a database that is valid, empty, new, in memory, or in use by another process is accepted', async () => {
    const directory = await temporaryDirectory();
    const needed = { ...NOTHING, idempotency: true };
    expect(fileMistakes({ ...needed, sandbox: 'memory' }, directory)).toEqual([]);
    writeFileSync(idempotencyFile(directory), '');
    expect(fileMistakes(needed, directory)).toEqual([]);
    database(idempotencyFile(directory));
    expect(fileMistakes(needed, directory)).toEqual([]);

    const other = new Libsql(idempotencyFile(directory));
    other.exec('BEGIN IMMEDIATE');
    expect(fileMistakes(needed, directory)).toEqual([]);
    other.close();
  });
});

test('a directory that cannot be written to is one mistake, which names all of its files', async () => {
  const directory = join(await temporaryDirectory(), 'data');
  writeFileSync(directory, '');
  const sandbox = join(directory, 'sandbox.sqlite');

  const [mistake, ...others] = fileMistakes({ ...NOTHING, secret: true, idempotency: true, sandbox }, directory);

  expect(others).toEqual([]);
  for (const name of [directory, 'secret', 'idempotency.sqlite', 'sandbox.sqlite', '`SECRET`', '`REDIS_URL`']) {
    expect(mistake).toContain(name);
  }
  expect(fileMistakes({ ...NOTHING, sandbox: 'memory' }, directory)).toEqual([]);
});

describe('the file of the tenants’ keys', () => {
  const withTenants = async (content: string | undefined) => {
    const tenants = join(await temporaryDirectory(), 'tenants.json');
    if (content !== undefined) writeFileSync(tenants, content);
    return fileMistakes({ ...NOTHING, tenants });
  };

  test.each<[what: string, content: string | undefined, problem: string]>([
    ['missing', undefined, 'ENOENT'],
    ['no JSON', '{"acme": hidden', 'is not JSON'],
    ['a list', '["hidden"]', 'is not an object'],
    ['null', 'null', 'is not an object'],
    ['of nested objects', '{"acme":{"key":"hidden"}}', 'is not an object'],
    ['empty', '{}', 'contains no tenant'],
    ['of keys that no header can carry', '{"acme":"hidden key","globex":"good"}', '"acme"'],
  ])(
    'a file of tenants’ keys that is %s is rejected, and no message quotes its content',
    async (_, content, problem) => {
      const mistakes = await withTenants(content);

      expect(mistakes).toEqual([expect.stringContaining(problem)]);
      expect(mistakes.join()).toContain('`TENANT_KEYS_FILE`');
      expect(mistakes.join()).not.toContain('hidden');
    },
  );

  test('a file of tenants’ keys with a string for each tenant is accepted', async () => {
    expect(await withTenants('{"acme":"key1"}')).toEqual([]);
  });
});

test.each<[what: string, content: string | undefined, problem: string]>([
  ['missing', undefined, 'ENOENT'],
  ['no JSON', '{', 'JSON'],
  ['a list', '[]', 'contains neither'],
  ['empty', '{}', 'contains none'],
  ['a manifest whose documents are not strings', '{"a":1,"b":2}', 'document "a"'],
])('a manifest that is %s is rejected', async (_, content, problem) => {
  const manifest = join(await temporaryDirectory(), 'manifest.json');
  if (content !== undefined) writeFileSync(manifest, content);

  const mistakes = fileMistakes({ ...NOTHING, manifest });

  expect(mistakes.join('\n')).toContain(problem);
  expect(mistakes.join('\n')).toContain('`PERSISTED_QUERIES_MANIFEST`');
});
