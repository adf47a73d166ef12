import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { settle, until } from '../support/clock.ts';
import { noise } from '../support/images.ts';
import { dataItemOf, type House, MODEL, openClient, startHouse } from './support.ts';

const BOUNDARY = 'a-boundary';
const DATA_ITEM = dataItemOf('raw', 'comes whole');
/** More than a few chunks, and less than the sockets on the way hold. */
const file = await noise(180, 180).png().toBuffer();

/** What a client sends at a time, in bytes. */
const PIECE = 2_048;

/** How far the upstream reads an upload before it fails. */
const stages = {
  'before any byte': (_, fail) => fail(),
  'in the middle': (request, fail) =>
    request.once('data', () => {
      request.pause();
      fail();
    }),
  'after the last byte': (request, fail) => request.resume().once('end', fail),
} satisfies Record<string, (request: IncomingMessage, fail: () => void) => unknown>;
type Stage = keyof typeof stages;

/** How the upstream fails. */
const ways = {
  resets: ({ socket }) => void socket?.resetAndDestroy(),
  closes: ({ socket }) => void socket?.end(),
  'closes in its answer'(response) {
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': '99' });
    response.write('{"dataId":', () => response.socket?.end());
  },
  'says that it has stored it'(response) {
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end('{"dataId":"new"}', () => response.socket?.end());
  },
  stalls: () => {},
} satisfies Record<string, (response: ServerResponse) => void>;
type Way = keyof typeof ways;

interface Upload {
  head: string;
  body: Buffer;
  /** Whether the upstream is sent a part of it while more is still to come. */
  isRelayed: boolean;
}

const form = (operation: string): Upload => {
  const body = Buffer.concat([
    Buffer.from(
      [
        `--${BOUNDARY}`,
        'Content-Disposition: form-data; name="operations"',
        '',
        JSON.stringify({ query: `mutation($f:File!){${operation}}`, variables: { f: null } }),
        `--${BOUNDARY}`,
        'Content-Disposition: form-data; name="map"',
        '',
        '{"0":["variables.f"]}',
        `--${BOUNDARY}`,
        'Content-Disposition: form-data; name="0"; filename="a.png"',
        '',
        '',
      ].join('\r\n'),
    ),
    file,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  const head = [
    'POST /graphql HTTP/1.1',
    `Content-Type: multipart/form-data; boundary=${BOUNDARY}`,
    'X-API-Key: key',
    `Content-Length: ${body.byteLength}`,
  ];
  return { head: head.join('\r\n'), body, isRelayed: false };
};

const ticketFor =
  (target: string, framing: 'with its length' | 'in chunks' = 'with its length') =>
  async (house: House): Promise<Upload> => {
    const response = await fetch(`${house.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'key' },
      body: JSON.stringify({
        query: `mutation { createUploadTickets(input: { target: { ${target} } }) { ... on CreateUploadTicketsSuccess { tickets { url } } } }`,
      }),
    });
    const [path] = /\/uploads\/[\w-]+/.exec(await response.text()) ?? expect.fail('There is no ticket.');
    const isChunked = framing === 'in chunks';
    const length = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${file.byteLength}`;
    return { head: [`PUT ${path} HTTP/1.1`, length].join('\r\n'), body: isChunked ? chunked() : file, isRelayed: true };
  };

/** The file in two chunks (RFC 9112, 7.1). */
function chunked(): Buffer {
  const half = file.byteLength / 2;
  return Buffer.concat([
    ...[file.subarray(0, half), file.subarray(half)].flatMap((part) => [
      Buffer.from(`${part.byteLength.toString(16)}\r\n`),
      part,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('0\r\n\r\n'),
  ]);
}

/** What a client is to get: the code of an error or `stored`. Of several, it depends on what sockets hold. */
type Expected = (stage: Stage, way: Way) => readonly string[];

const UNKNOWN = ['UPSTREAM_OUTCOME_UNKNOWN'];

const ofReplacement: Expected = (_, way) => {
  // A success needs no body here.
  if (way === 'closes in its answer' || way === 'says that it has stored it') return ['stored'];
  return way === 'stalls' ? UNKNOWN : ['UPSTREAM_UNAVAILABLE'];
};

/** An upstream cannot have stored what it does not have. */
const EARLY = ['UPSTREAM_INVALID_RESPONSE', 'UPSTREAM_UNAVAILABLE'];

const ofTicket: Expected = (stage, way) => {
  if (way === 'says that it has stored it') return stage === 'after the last byte' ? ['stored'] : EARLY;
  if (stage === 'after the last byte') return UNKNOWN;
  return way === 'stalls' ? ['UPSTREAM_TIMEOUT', ...UNKNOWN] : ['UPSTREAM_UNAVAILABLE'];
};

const ofReplacingTicket: Expected = (stage, way) => {
  if (way === 'stalls') return ['UPSTREAM_TIMEOUT'];
  if (way === 'resets' || way === 'closes') return ['UPSTREAM_UNAVAILABLE'];
  return stage === 'after the last byte' ? ['stored'] : EARLY;
};

const routes: readonly [
  route: string,
  uploadIn: (house: House) => Upload | Promise<Upload>,
  expected: Expected,
  attempts: number,
][] = [
  [
    'a multipart upload',
    () => form(`uploadDataItem(input:{modelId:"${MODEL}",file:$f}){__typename}`),
    (_, way) => (way === 'says that it has stored it' ? ['stored'] : UNKNOWN),
    1,
  ],
  [
    'a multipart upload that replaces',
    () => form(`replaceDataItem(input:{id:"${DATA_ITEM}",file:$f}){__typename}`),
    ofReplacement,
    3,
  ],
  ['an upload by a ticket', ticketFor(`newInModel: "${MODEL}"`), ofTicket, 1],
  ['an upload by a ticket in chunks', ticketFor(`newInModel: "${MODEL}"`, 'in chunks'), ofTicket, 1],
  ['an upload by a ticket that replaces', ticketFor(`replaceDataItem: "${DATA_ITEM}"`), ofReplacingTicket, 1],
];

/**
 * Sends an upload and receives its response. A part of it goes first, where the upstream fails before it has all.
 *
 * @param hasFailed Whether the upstream has failed.
 */
async function send(house: House, { head, body, isRelayed }: Upload, hasFailed?: () => boolean) {
  const client = openClient(house.url);
  client.socket.setNoDelay().write(`${head}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let sent = 0;
  if (isRelayed && hasFailed) {
    await until(() => isReceiving(house));
    for (; sent < 3 * PIECE; sent += PIECE) {
      client.socket.write(body.subarray(sent, sent + PIECE));
      // Each is to come by itself: the last one to come is held back.
      await settle();
    }
    await until(hasFailed);
  }
  client.socket.write(body.subarray(sent));
  return { ...client, response: client.whole() };
}

const isReceiving = ({ clock }: House) => clock.waits().includes(120_000);

test.each(routes)(
  'a client of %s hears what became of it when the upstream fails, and nothing else is affected',
  async (_, uploadIn, expected, attempts) => {
    const house = await startHouse();
    const { upstream } = house;

    for (const [stage, readUntil] of Object.entries(stages) as [Stage, (typeof stages)[Stage]][]) {
      for (const [way, fail] of Object.entries(ways) as [Way, (typeof ways)[Way]][]) {
        const what = `${way} ${stage}`;
        const upload = await uploadIn(house);
        let failures = 0;
        upstream.state.takeUpload = (request, response) =>
          readUntil(request, () => {
            failures++;
            fail(response);
          });
        house.takeWarnings();

        const early = stage !== 'after the last byte';
        const { response, socket } = await send(house, upload, early ? () => failures > 0 : undefined);
        if (way === 'stalls') {
          await until(() => failures > 0 && !isReceiving(house));
          while (!socket.closed) await house.clock.advance(30_000);
        }
        const { status, body, isComplete } = await response;

        const text = body.toString();
        const code = /"code":"(\w+)"/.exec(text)?.[1] ?? 'stored';
        const retryable = /"retryable":(\w+)/.exec(text)?.[1];
        expect.soft([what, expected(stage, way), text]).toEqual([what, expect.arrayContaining([code]), text]);
        if (code !== 'stored') expect.soft([what, retryable]).toEqual([what, String(code !== UNKNOWN[0])]);
        expect.soft([what, isComplete]).toEqual([what, true]);
        if (upload.isRelayed && code !== 'stored') {
          expect.soft([what, status]).toEqual([what, code === 'UPSTREAM_TIMEOUT' ? 504 : 502]);
        }
        expect.soft([what, failures]).toEqual([what, code === 'UPSTREAM_UNAVAILABLE' ? attempts : 1]);
        expect.soft([what, house.takeWarnings().length <= 1]).toEqual([what, true]);
        expect.soft([what, house.uncaught]).toEqual([what, []]);

        upstream.state.takeUpload = undefined;
        // What did not happen for sure may be sent to the same ticket again.
        const again = retryable === 'true' ? upload : await uploadIn(house);
        const next = await (await send(house, again)).response;
        expect
          .soft([what, next.status, next.body.toString()])
          .toEqual([
            what,
            expect.toSatisfy((status: number) => status === 200 || status === 201),
            expect.not.stringContaining('"code"'),
          ]);
      }
    }
    await house.expectNoHarm();
  },
);
