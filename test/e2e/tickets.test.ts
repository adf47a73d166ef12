import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { noise } from '../support/images.ts';
import { startProgram } from '../support/program.ts';
import { execute } from './client.ts';

const MODEL = Buffer.from('Model:dresses').toString('base64url');
const MEGABYTE = 1_048_576;

/** An upload that arrives at the upstream. */
interface Upload {
  request: IncomingMessage;
  response: ServerResponse;
}

/** A program with an upstream whose handling of uploads is up to the test. It reads nothing by itself. */
async function start() {
  const received: Upload[] = [];
  const upstream = createServer({ highWaterMark: 16_384 }, (request, response) => {
    request.on('error', () => {});
    if (request.method === 'POST') received.push({ request, response });
    else response.setHeader('content-type', 'application/json').end('{"displayName":"Dresses"}');
  });
  const uploadArrives = () => once(upstream, 'request');
  upstream.listen(0, '127.0.0.1');
  onTestFinished(() => {
    upstream.closeAllConnections();
    upstream.close();
  });
  await once(upstream, 'listening');
  const { url, output } = await startProgram({
    env: { FLAIR_API_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, FLAIR_API_KEY: 'any' },
  });
  const { data } = await execute<{ createUploadTickets: { tickets: { url: string }[] } }>(
    url,
    `mutation ($input: CreateUploadTicketsInput!) {
      createUploadTickets(input: $input) { ... on CreateUploadTicketsSuccess { tickets { url } } ... on Error { message } }
    }`,
    { input: { target: { newInModel: MODEL } } },
  );
  const ticket = data?.createUploadTickets.tickets[0]?.url ?? expect.fail(JSON.stringify(data));
  return { ticket, received, uploadArrives, output };
}

/** Starts a PUT whose body the test writes. */
function put(url: string, headers: Record<string, string | number> = {}) {
  const sending = request(url, { method: 'PUT', headers });
  const responded = new Promise<{ status: number | undefined; body: { error?: { message: string }; id?: string } }>(
    (resolve, reject) => {
      sending.once('error', reject);
      sending.once('response', async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode, body: JSON.parse(text) });
      });
    },
  );
  responded.catch(() => {});
  return { sending, responded };
}

/** Reads the body of an upload. */
async function read({ request }: Upload): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A JPEG of about ten megabytes: arbitrary bytes may follow its end. */
const large = async () => Buffer.concat([await noise(64, 64).jpeg().toBuffer(), Buffer.alloc(9 * MEGABYTE)]);

test('an image is forwarded to the upstream byte for byte, with the declared length', async () => {
  const { ticket, received, uploadArrives, output } = await start();
  const file = await large();
  const { sending, responded } = put(ticket, { 'content-length': file.byteLength });

  sending.end(file);
  await uploadArrives();
  const [first = expect.fail()] = received;
  const body = await read(first);
  first.response.setHeader('content-type', 'application/json').end('{"dataId":"dress"}');

  expect(body.equals(file)).toBe(true);
  expect(first.request.headers).toMatchObject({
    'content-length': String(file.byteLength),
    'content-type': 'application/octet-stream',
    'x-api-key': 'any',
  });
  expect(await responded).toMatchObject({
    status: 201,
    body: { id: Buffer.from('DataItem:dresses/dress').toString('base64url') },
  });
  expect(output.stdout).not.toContain(ticket.slice(ticket.lastIndexOf('/') + 1));
});

test('an upstream that pauses reading receives the complete image', async () => {
  const { ticket, received, uploadArrives } = await start();
  const file = await large();
  const { sending, responded } = put(ticket, { 'content-length': file.byteLength });
  let at = 0;
  /** Writes until the socket buffer is full, and continues when it is drained. */
  const write = () => {
    while (at < file.byteLength) {
      const chunk = file.subarray(at, at + 65_536);
      at += chunk.byteLength;
      if (!sending.write(chunk)) return void sending.once('drain', write);
    }
    sending.end();
  };

  write();
  await uploadArrives();
  const [first = expect.fail()] = received;
  await untilStable(() => at);
  const body = await read(first);
  first.response.setHeader('content-type', 'application/json').end('{"dataId":"dress"}');

  expect(body.equals(file)).toBe(true);
  expect((await responded).status).toBe(201);
});

test('a client that disconnects aborts the request to the upstream', async () => {
  const { ticket, received, uploadArrives } = await start();
  const file = await large();
  const { sending } = put(ticket, { 'content-length': file.byteLength });
  sending.on('error', () => {});

  sending.write(file.subarray(0, 2 * MEGABYTE));
  await uploadArrives();
  const [first = expect.fail()] = received;
  const body = read(first);
  sending.destroy();

  await expect(body).rejects.toThrow('aborted');
  expect(first.request.complete).toBe(false);
});

test.each([
  ['with its length', true],
  ['in chunks', false],
])('a truncated image, sent %s, is aborted at the upstream', async (_, isDeclared) => {
  const { ticket, received, uploadArrives } = await start();
  const file = (await noise(512, 512).png().toBuffer()).subarray(0, -1);
  const { sending, responded } = put(ticket, isDeclared ? { 'content-length': file.byteLength } : {});

  sending.end(file);
  await uploadArrives();
  const [first = expect.fail()] = received;

  await expect(read(first)).rejects.toThrow('aborted');
  expect(first.request.complete).toBe(false);
  expect(await responded).toMatchObject({
    status: 422,
    body: { error: { message: expect.stringContaining('the file ends after') } },
  });
});

test('a client that sends too much receives 413, even if it reads only after writing', async () => {
  const { ticket, received } = await start();
  const file = Buffer.concat([await large(), Buffer.alloc(4 * MEGABYTE)]);
  const declared = put(ticket, { 'content-length': file.byteLength });
  const undeclared = put(ticket);

  declared.sending.end(file);
  const rejected = await declared.responded;
  const forwarded = received.length;
  undeclared.sending.end(file);

  expect(rejected.status).toBe(413);
  expect(forwarded).toBe(0);
  expect((await undeclared.responded).status).toBe(413);
});

/** Waits until a number has not changed for many iterations of the event loop, in which sockets are read. */
async function untilStable(count: () => number): Promise<void> {
  let last = -1;
  for (let same = 0; same < 2_000; same++) {
    if (count() !== last) same = 0;
    last = count();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
