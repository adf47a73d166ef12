import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { quietTurn } from '../../src/util/quiet-turn.ts';

test('a turn is quiet if no event was handled since the turn before', async () => {
  const counts = [1, 2, 3, 3, 4];

  await quietTurn(() => counts.shift() ?? Number.NaN);

  expect(counts).toEqual([4]);
});

test('a process that is never idle is not waited for endlessly', async () => {
  let count = 0;

  await quietTurn(() => count++);

  expect(count).toBeGreaterThan(100);
});

test('everything that was received before a quiet turn has been read', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  let received = '';
  accepted.on('data', (data: Buffer) => {
    received += data;
  });
  await new Promise((resolve) => client.write('a', resolve));

  await quietTurn();

  expect(received).toBe('a');
  client.destroy();
});
