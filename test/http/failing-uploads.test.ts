import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { settle, until } from '../support/clock.ts';
import { noise } from '../support/images.ts';
import { dataItemOf, MODEL, openClient, type Scenario, startScenario } from './support.ts';

const BOUNDARY = 'a-boundary';
const DATA_ITEM = dataItemOf('raw', 'comes whole');
/** More than a few chunks, but less than the socket buffers hold. */
const file = await noise(180, 180).png().toBuffer();

/** Size of a write of the client, in bytes. */
const PIECE = 2_048;

/** Stages of an upload at which the upstream fails. */
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

/** Failures of the upstream. */
const ways = {
  resets: ({ socket }) => void socket?.resetAndDestroy(),
  closes: ({ socket }) => void socket?.end(),
  'closes in its response'(response) {
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': '99' });
    response.write('{"dataId":', () => response.socket?.end());
  },
  'reports success'(response) {
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end('{"dataId":"new"}', () => response.socket?.end());
  },
  stalls: () => {},
} satisfies Record<string, (response: ServerResponse) => void>;
type Way = keyof typeof ways;

interface Upload {
  head: string;
  body: Buffer;
  /** True if the gateway streams the body to the upstream while it receives it. */
  isStreamed: boolean;
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
  return { head: head.join('\r\n'), body, isStreamed: false };
};

const ticketFor =
  (target: string, framing: 'with its length' | 'in chunks' = 'with its length') =>
  async (scenario: Scenario): Promise<Upload> => {
    const response = await fetch(`${scenario.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'key' },
      body: JSON.stringify({
        query: `mutation { createUploadTickets(input: { target: { ${target} } }) { ... on CreateUploadTicketsSuccess { tickets { url } } } }`,
      }),
    });
    const [path] = /\/uploads\/[\w-]+/.exec(await response.text()) ?? expect.fail('No ticket was created.');
    const isChunked = framing === 'in chunks';
    const length = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${file.byteLength}`;
    return {
      head: [`PUT ${path} HTTP/1.1`, length].join('\r\n'),
      body: isChunked ? chunked() : file,
      isStreamed: true,
    };
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

/** The expected error code, or `stored`. If there are several, the result depends on socket buffers. */
type Expected = (stage: Stage, way: Way) => readonly string[];

const UNKNOWN = ['UPSTREAM_OUTCOME_UNKNOWN'];

const ofReplacement: Expected = (_, way) => {
  // A successful replacement needs no response body.
  if (way === 'closes in its response' || way === 'reports success') return ['stored'];
  return way === 'stalls' ? UNKNOWN : ['UPSTREAM_UNAVAILABLE'];
};

/** Codes for a failure before the upstream has received the whole file. */
const EARLY = ['UPSTREAM_INVALID_RESPONSE', 'UPSTREAM_UNAVAILABLE'];

const ofTicket: Expected = (stage, way) => {
  if (way === 'reports success') return stage === 'after the last byte' ? ['stored'] : EARLY;
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
  uploadIn: (scenario: Scenario) => Upload | Promise<Upload>,
  expected: Expected,
  attempts: number,
][] = [
  [
    'a multipart upload',
    () => form(`uploadDataItem(input:{modelId:"${MODEL}",file:$f}){__typename}`),
    (_, way) => (way === 'reports success' ? ['stored'] : UNKNOWN),
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
 * Sends an upload and receives its response. Sends only a part first if the upstream fails before it has received all.
 *
 * @param hasFailed True once the upstream has failed.
 */
async function send(scenario: Scenario, { head, body, isStreamed }: Upload, hasFailed?: () => boolean) {
  const client = openClient(scenario.url);
  client.socket.setNoDelay().write(`${head}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let sent = 0;
  if (isStreamed && hasFailed) {
    await until(() => isReceiving(scenario));
    for (; sent < 3 * PIECE; sent += PIECE) {
      client.socket.write(body.subarray(sent, sent + PIECE));
      // One write at a time, because the gateway holds back the last chunk that it has received.
      await settle();
    }
    await until(hasFailed);
  }
  client.socket.write(body.subarray(sent));
  return { ...client, response: client.whole() };
}

const isReceiving = ({ clock }: Scenario) => clock.waits().includes(120_000);

test.each(routes)(
  'the response to %s reports the outcome when the upstream fails, and nothing else is affected',
  async (_, uploadIn, expected, attempts) => {
    const scenario = await startScenario();
    const { upstream } = scenario;

    for (const [stage, readUntil] of Object.entries(stages) as [Stage, (typeof stages)[Stage]][]) {
      for (const [way, fail] of Object.entries(ways) as [Way, (typeof ways)[Way]][]) {
        const what = `${way} ${stage}`;
        const upload = await uploadIn(scenario);
        let failures = 0;
        upstream.state.takeUpload = (request, response) =>
          readUntil(request, () => {
            failures++;
            fail(response);
          });
        scenario.takeWarnings();

        const early = stage !== 'after the last byte';
        const { response, socket } = await send(scenario, upload, early ? () => failures > 0 : undefined);
        if (way === 'stalls') {
          await until(() => failures > 0 && !isReceiving(scenario));
          while (!socket.closed) await scenario.clock.advance(30_000);
        }
        const { status, body, isComplete } = await response;

        const text = body.toString();
        const code = /"code":"(\w+)"/.exec(text)?.[1] ?? 'stored';
        const retryable = /"retryable":(\w+)/.exec(text)?.[1];
        expect.soft([what, expected(stage, way), text]).toEqual([what, expect.arrayContaining([code]), text]);
        if (code !== 'stored') expect.soft([what, retryable]).toEqual([what, String(code !== UNKNOWN[0])]);
        expect.soft([what, isComplete]).toEqual([what, true]);
        if (upload.isStreamed && code !== 'stored') {
          expect.soft([what, status]).toEqual([what, code === 'UPSTREAM_TIMEOUT' ? 504 : 502]);
        }
        expect.soft([what, failures]).toEqual([what, code === 'UPSTREAM_UNAVAILABLE' ? attempts : 1]);
        expect.soft([what, scenario.takeWarnings().length <= 1]).toEqual([what, true]);
        expect.soft([what, scenario.uncaught]).toEqual([what, []]);

        upstream.state.takeUpload = undefined;
        // A ticket may be used again if its upload certainly was not executed.
        const again = retryable === 'true' ? upload : await uploadIn(scenario);
        const next = await (await send(scenario, again)).response;
        expect
          .soft([what, next.status, next.body.toString()])
          .toEqual([
            what,
            expect.toSatisfy((status: number) => status === 200 || status === 201),
            expect.not.stringContaining('"code"'),
          ]);
      }
    }
    await scenario.expectOthersUnaffected();
  },
);
