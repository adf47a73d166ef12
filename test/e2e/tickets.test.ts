import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { noise } from '../support/images.ts';
import { startProgram } from '../support/program.ts';
import { ask } from './client.ts';

const MODEL = Buffer.from('Model:dresses').toString('base64url');
const MEGABYTE = 1_048_576;

/** A picture that arrives at the upstream. */
interface Arriving {
  request: IncomingMessage;
  response: ServerResponse;
}

/** A program in front of an upstream that does with pictures what the test does. Nothing of them is read before. */
async function start() {
  const arriving: Arriving[] = [];
  const upstream = createServer({ highWaterMark: 16_384 }, (request, response) => {
    request.on('error', () => {});
    if (request.method === 'POST') arriving.push({ request, response });
    else response.setHeader('content-type', 'application/json').end('{"displayName":"Dresses"}');
  });
  const arrives = () => once(upstream, 'request');
  upstream.listen(0, '127.0.0.1');
  onTestFinished(() => {
    upstream.closeAllConnections();
    upstream.close();
  });
  await once(upstream, 'listening');
  const { url, output } = await startProgram({
    env: { FLAIR_API_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, FLAIR_API_KEY: 'any' },
  });
  const { data } = await ask<{ createUploadTickets: { tickets: { url: string }[] } }>(
    url,
    `mutation ($input: CreateUploadTicketsInput!) {
      createUploadTickets(input: $input) { ... on CreateUploadTicketsSuccess { tickets { url } } ... on Error { message } }
    }`,
    { input: { target: { newInModel: MODEL } } },
  );
  const ticket = data?.createUploadTickets.tickets[0]?.url ?? expect.fail(JSON.stringify(data));
  return { ticket, arriving, arrives, output };
}

/** Begins a PUT whose body the test writes. */
function put(url: string, headers: Record<string, string | number> = {}) {
  const sending = request(url, { method: 'PUT', headers });
  const answered = new Promise<{ status: number | undefined; body: { error?: { message: string }; id?: string } }>(
    (resolve, reject) => {
      sending.once('error', reject);
      sending.once('response', async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode, body: JSON.parse(text) });
      });
    },
  );
  answered.catch(() => {});
  return { sending, answered };
}

/** Reads a request as it comes. */
async function take({ request }: Arriving): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A jpeg of about ten megabytes: behind its end it may have anything. */
const large = async () => Buffer.concat([await noise(64, 64).jpeg().toBuffer(), Buffer.alloc(9 * MEGABYTE)]);

test('a picture reaches the upstream byte for byte, with the length that was declared', async () => {
  const { ticket, arriving, arrives, output } = await start();
  const file = await large();
  const { sending, answered } = put(ticket, { 'content-length': file.byteLength });

  sending.end(file);
  await arrives();
  const [first = expect.fail()] = arriving;
  const taken = await take(first);
  first.response.setHeader('content-type', 'application/json').end('{"dataId":"dress"}');

  expect(taken.equals(file)).toBe(true);
  expect(first.request.headers).toMatchObject({
    'content-length': String(file.byteLength),
    'content-type': 'application/octet-stream',
    'x-api-key': 'any',
  });
  expect(await answered).toMatchObject({
    status: 201,
    body: { id: Buffer.from('DataItem:dresses/dress').toString('base64url') },
  });
  expect(output.stdout).not.toContain(ticket.slice(ticket.lastIndexOf('/') + 1));
});

test('an upstream that stops reading for a while gets all of it in the end', async () => {
  const { ticket, arriving, arrives } = await start();
  const file = await large();
  const { sending, answered } = put(ticket, { 'content-length': file.byteLength });
  let at = 0;
  /** Writes as long as somebody takes it. */
  const write = () => {
    while (at < file.byteLength) {
      const chunk = file.subarray(at, at + 65_536);
      at += chunk.byteLength;
      if (!sending.write(chunk)) return void sending.once('drain', write);
    }
    sending.end();
  };

  write();
  await arrives();
  const [first = expect.fail()] = arriving;
  await stands(() => at);
  const taken = await take(first);
  first.response.setHeader('content-type', 'application/json').end('{"dataId":"dress"}');

  expect(taken.equals(file)).toBe(true);
  expect((await answered).status).toBe(201);
});

test('a client that leaves takes its request to the upstream along', async () => {
  const { ticket, arriving, arrives } = await start();
  const file = await large();
  const { sending } = put(ticket, { 'content-length': file.byteLength });
  sending.on('error', () => {});

  sending.write(file.subarray(0, 2 * MEGABYTE));
  await arrives();
  const [first = expect.fail()] = arriving;
  const taken = take(first);
  sending.destroy();

  await expect(taken).rejects.toThrow('aborted');
  expect(first.request.complete).toBe(false);
});

test.each([
  ['with its length', true],
  ['in chunks', false],
])('a picture without its end, sent %s, never reaches the upstream whole', async (_, isDeclared) => {
  const { ticket, arriving, arrives } = await start();
  const file = (await noise(512, 512).png().toBuffer()).subarray(0, -1);
  const { sending, answered } = put(ticket, isDeclared ? { 'content-length': file.byteLength } : {});

  sending.end(file);
  await arrives();
  const [first = expect.fail()] = arriving;

  await expect(take(first)).rejects.toThrow('aborted');
  expect(first.request.complete).toBe(false);
  expect(await answered).toMatchObject({
    status: 422,
    body: { error: { message: expect.stringContaining('the file ends after') } },
  });
});

test('a client that sends too much hears so, though it only writes', async () => {
  const { ticket, arriving } = await start();
  const file = Buffer.concat([await large(), Buffer.alloc(4 * MEGABYTE)]);
  const declared = put(ticket, { 'content-length': file.byteLength });
  const undeclared = put(ticket);

  declared.sending.end(file);
  const refused = await declared.answered;
  const asked = arriving.length;
  undeclared.sending.end(file);

  expect(refused.status).toBe(413);
  expect(asked).toBe(0);
  expect((await undeclared.answered).status).toBe(413);
});

/** Waits until a number has not changed for many turns of the event loop, each of which lets sockets be read. */
async function stands(count: () => number): Promise<void> {
  let last = -1;
  for (let same = 0; same < 2_000; same++) {
    if (count() !== last) same = 0;
    last = count();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
