import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { describe, expect, test } from 'vitest';
import { openDiskStore } from '../../src/idempotency/disk.ts';
import { KeyReusedError, OutcomeUnknownError, type StoreError } from '../../src/idempotency/errors.ts';
import { createClock, until } from '../support/clock.ts';
import { temporaryDirectory } from '../support/program.ts';
import { service } from './stores.ts';
import { classify, createQuickWrite, createWrite, request } from './writes.ts';

const DAY = 86_400_000;

const newFile = async () => join(await temporaryDirectory(), 'data', 'records.db');

/** The records as another process reads them from the disk. */
function rows(file: string) {
  const connection = new Libsql(file, { readonly: true });
  const found = connection.prepare('SELECT * FROM records').all();
  connection.close();
  return found;
}

describe('idempotency records on disk', () => {
  test('after a kill, finished writes return their results and unfinished ones are unknown', async () => {
    const file = await newFile();
    const program = fileURLToPath(new URL('killed.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    await Promise.race([once(child.stdout, 'data'), exited]);
    child.kill('SIGKILL');
    expect(await exited).toEqual([null, 'SIGKILL']);

    const idempotency = service(openDiskStore(file));
    const { write, sent } = createQuickWrite();

    await expect(idempotency.once(request({ key: 'first' }), write, classify)).resolves.toEqual({ id: 'one' });
    await expect(idempotency.once(request({ key: 'second' }), write, classify)).rejects.toThrow(OutcomeUnknownError);
    await expect(idempotency.once(request({ key: 'second', input: 0 }), write, classify)).rejects.toThrow(
      KeyReusedError,
    );
    expect(sent).toEqual([]);
  });

  test('a process that joins others leaves their unfinished writes, unlike one that is alone', async () => {
    const file = await newFile();
    const claim = { id: 'a', token: 'one', input: '', lease: 1_000, lifetime: DAY };
    await openDiskStore(file).claim(claim);

    const joined = await openDiskStore(file, { isShared: true }).claim({ ...claim, token: 'other' });
    const alone = await openDiskStore(file).claim({ ...claim, token: 'other' });

    expect([joined.state, alone.state]).toEqual(['under-way', 'unknown']);
  });

  test('the record is on disk before the write is sent, and the result before it is returned', async () => {
    const file = await newFile();
    const idempotency = service(openDiskStore(file));

    await idempotency.once(
      request(),
      async () => {
        expect(rows(file)).toMatchObject([{ state: 'under-way', result: null }]);
        return { id: 'one' };
      },
      classify,
    );

    expect(rows(file)).toMatchObject([{ state: 'done', result: '{"result":{"id":"one"}}' }]);
  });

  test('records contain neither credential nor key nor input', async () => {
    const file = await newFile();
    const idempotency = service(openDiskStore(file));
    const secrets = { tenant: 'tenant-4711', key: 'key-4712', input: { prompt: 'prompt-4713' } };
    await idempotency.once(request(secrets), async () => ({ id: 'id-4714' }), classify);
    await idempotency.dispose();

    const bytes = readFileSync(file, 'latin1');

    expect(bytes).toContain('id-4714');
    expect(bytes).not.toMatch(/471[123]/);
  });

  test('the outcome of a write is recorded by the previous process after the next one has started', async () => {
    const file = await newFile();
    const { write, sent } = createWrite();
    const first = service(openDiskStore(file)).once(request(), write, classify);
    await until(() => sent.length === 1);
    const next = service(openDiskStore(file));
    await expect(next.once(request(), write, classify)).rejects.toThrow(OutcomeUnknownError);

    sent[0]?.succeed('one');
    await first;

    await expect(next.once(request(), write, classify)).resolves.toEqual({ id: 'one' });
    expect(sent).toHaveLength(1);
  });

  test('a write of another process counts as lost after its lease', async () => {
    const file = await newFile();
    const { now, sleep, waits, advance } = createClock();
    const { write, sent } = createWrite();
    const [one, other] = [openDiskStore(file, { now }), openDiskStore(file, { now })];
    const first = service(one, { sleep, lease: 1000 }).once(request(), write, classify);
    await until(() => sent.length === 1);
    const waiting = expect(service(other, { sleep }).once(request(), write, classify)).rejects.toThrow(
      OutcomeUnknownError,
    );
    await until(() => waits().length === 1);

    await advance(999);
    expect(waits()).toHaveLength(1);
    await advance(1000);

    await waiting;
    sent[0]?.succeed('one');
    await first;
    expect(sent).toHaveLength(1);
  });

  test('records expire a day after their first use', async () => {
    const file = await newFile();
    const { now, advance } = createClock();
    const idempotency = service(openDiskStore(file, { now }));
    const { write, sent } = createQuickWrite();
    await Promise.all(['a', 'b', 'c'].map((key) => idempotency.once(request({ key }), write, classify)));
    await advance(DAY - 1);
    await idempotency.once(request({ key: 'a' }), write, classify);
    expect(sent).toHaveLength(3);

    await advance(1);
    await idempotency.once(request({ key: 'a' }), write, classify);

    expect(sent).toHaveLength(4);
    expect(rows(file)).toHaveLength(1);
  });

  test('a write whose record has expired does not change the record of a later claim', async () => {
    const reported: StoreError[] = [];
    const file = await newFile();
    const { now, advance } = createClock();
    const { write, sent } = createWrite();
    const slow = service(openDiskStore(file, { now }), { onError: (error) => reported.push(error) });
    const expired = slow.once(request(), write, classify);
    await until(() => sent.length === 1);
    await advance(DAY);
    const next = service(openDiskStore(file, { now }));
    await next.once(request(), async () => ({ id: 'next' }), classify);

    sent[0]?.succeed('expired');

    await expect(expired).resolves.toEqual({ id: 'expired' });
    await expect(next.once(request(), write, classify)).resolves.toEqual({ id: 'next' });
    expect(reported).toMatchObject([{ sent: true, cause: { message: expect.stringContaining('another claim') } }]);
  });

  test('a file that is not a SQLite database is rejected', async () => {
    const file = join(await temporaryDirectory(), 'notes.txt');
    writeFileSync(file, 'These are my notes. '.repeat(100));

    expect(() => openDiskStore(file)).toThrow(
      /^Idempotency records cannot be kept in ".*notes\.txt": .*Expected a SQLite file of this gateway, or no file yet/,
    );
  });
});
