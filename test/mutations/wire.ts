import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { headOf, type Reply, type Step, stepsOf } from './reply.ts';

/** A fault on the wire that changes a valid response. */
export interface WireFault {
  readonly name: string;
  /**
   * True if a correct reader gets the same result as from the valid response.
   */
  readonly isHarmless: boolean;
  /** True if it changes the body as text, so that it is harmless for JSON only. @default false */
  readonly isOfText?: boolean;
  readonly steps: (valid: Reply) => Step[];
}

const length = (body: Buffer) => ['content-length', String(body.byteLength)] as const;
const withBody = (reply: Reply, body: Buffer, ...more: (readonly [string, string])[]): Step[] =>
  stepsOf({ ...reply, body, headers: [...reply.headers, ...more] });
const retyped = (reply: Reply, type: string | undefined): Reply => ({
  ...reply,
  headers: type === undefined ? [] : [['content-type', type]],
});
const headOnly = (reply: Reply, ...more: (readonly [string, string])[]): Buffer =>
  headOf({ ...reply, headers: [...reply.headers, ...more] });

const chunk = (bytes: Buffer, extension = ''): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}${extension}\r\n`), bytes, Buffer.from('\r\n')]);
const CHUNKED = ['transfer-encoding', 'chunked'] as const;
const LAST = Buffer.from('0\r\n\r\n');
const bytesOf = (body: Buffer): Buffer[] => [...body].map((byte) => Buffer.of(byte));

const fault = (name: string, steps: WireFault['steps']): WireFault => ({ name, isHarmless: false, steps });
const harmless = (name: string, steps: WireFault['steps']): WireFault => ({ name, isHarmless: true, steps });

/** Truncates the response at various points, in all ways in which a connection can end. */
function endings(): WireFault[] {
  const points: readonly (readonly [string, (reply: Reply) => Buffer])[] = [
    ['before the first byte', () => Buffer.alloc(0)],
    ['inside the status line', () => Buffer.from('HTTP/1.1 2')],
    ['inside the headers', (reply) => headOnly(reply, length(reply.body)).subarray(0, -8)],
    ['after the headers', (reply) => headOnly(reply, length(reply.body))],
    ...[0.25, 0.5, 0.9].map((share): readonly [string, (reply: Reply) => Buffer] => [
      `after ${share * 100} % of the body`,
      (reply) => partOf(reply, Math.floor(reply.body.byteLength * share)),
    ]),
    ['before the last byte', (reply) => partOf(reply, reply.body.byteLength - 1)],
    [
      'inside a chunk',
      ({ body, ...reply }) =>
        Buffer.concat([headOnly({ ...reply, body }, CHUNKED), chunk(body).subarray(0, body.byteLength / 2)]),
    ],
    ['before the last chunk', (reply) => Buffer.concat([headOnly(reply, CHUNKED), chunk(reply.body)])],
    ['inside gzip', (reply) => gzipped(reply).subarray(0, -12)],
  ];
  return points.flatMap(([where, part]) =>
    (['close', 'reset', 'stall'] as const).map((end) =>
      fault(`${end} ${where}`, (reply) => [part(reply), 'turn', end]),
    ),
  );
}

const partOf = (reply: Reply, size: number): Buffer =>
  Buffer.concat([headOnly(reply, length(reply.body)), reply.body.subarray(0, Math.max(0, size))]);
const gzipped = (reply: Reply): Buffer => {
  const body = gzipSync(reply.body);
  return Buffer.concat([headOnly(reply, length(body), ['content-encoding', 'gzip']), body]);
};

/** Content codings (RFC 9110, 8.4): single, nested and invalid. */
function codings(): WireFault[] {
  const coded = (coding: string, encode: (body: Buffer) => Buffer) => (reply: Reply) =>
    withBody(reply, encode(reply.body), ['content-encoding', coding]);
  const good: readonly (readonly [string, (body: Buffer) => Buffer])[] = [
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['identity', (body) => body],
    ['gzip, gzip', (body) => gzipSync(gzipSync(body))],
    ['deflate, gzip', (body) => gzipSync(deflateSync(body))],
    ['gzip, br', (body) => brotliCompressSync(gzipSync(body))],
    ['gzip, identity', gzipSync],
    ['', (body) => body],
  ];
  const corrupt = (body: Buffer): Buffer => {
    const bytes = gzipSync(body);
    bytes.fill(0xff, 12, 20);
    return bytes;
  };
  const bad: readonly (readonly [string, string, (body: Buffer) => Buffer])[] = [
    ['corrupt gzip', 'gzip', corrupt],
    ['gzip without its end', 'gzip', (body) => gzipSync(body).subarray(0, -8)],
    [
      'gzip with a wrong checksum',
      'gzip',
      (body) => Buffer.concat([gzipSync(body).subarray(0, -8), Buffer.alloc(8, 1)]),
    ],
    ['gzip with bytes after it', 'gzip', (body) => Buffer.concat([gzipSync(body), Buffer.from('more')])],
    ['a body that is not gzip', 'gzip', (body) => body],
    ['gzip of an empty body', 'gzip', () => gzipSync('')],
    ['an empty body instead of gzip', 'gzip', () => Buffer.alloc(0)],
    ['a body that is not br', 'br', (body) => body],
    ['a body that is not deflate', 'deflate', (body) => body],
    ['an unknown coding', 'rot13', (body) => body],
    ['compress', 'compress', (body) => body],
    ['gzip declared as br', 'br', gzipSync],
    ['gzip declared as nested gzip', 'gzip, gzip', gzipSync],
    ['undeclared gzip', '', gzipSync],
    ['many codings', Array.from({ length: 100 }, () => 'gzip').join(', '), gzipSync],
  ];
  return [
    ...good.map(([coding, encode], at) =>
      harmless(`coding ${at + 1}: ${coding || 'an empty one'}`, coded(coding, encode)),
    ),
    ...bad.map(([name, coding, encode]) => fault(name, coded(coding, encode))),
  ];
}

/** Unusual lengths, chunks and heads. */
function framings(): WireFault[] {
  const chunked = (reply: Reply, chunks: readonly Step[]): Step[] => [headOnly(reply, CHUNKED), 'turn', ...chunks];
  const text = (head: string) => (reply: Reply) => [Buffer.concat([Buffer.from(head), reply.body]), 'close' as const];
  return [
    harmless('one chunk', (reply) => chunked(reply, [chunk(reply.body), LAST])),
    harmless('a chunk for every few bytes', (reply) =>
      chunked(reply, [
        ...bytesOf(reply.body.subarray(0, 40)).map((one) => chunk(one)),
        chunk(reply.body.subarray(40)),
        LAST,
      ]),
    ),
    harmless('a chunk extension', (reply) => chunked(reply, [chunk(reply.body, ';name="value"'), LAST])),
    harmless('trailers', (reply) => chunked(reply, [chunk(reply.body), Buffer.from('0\r\nX-Trailer: a\r\n\r\n')])),
    harmless('byte by byte', (reply) =>
      stepsOf(reply).flatMap((step): Step[] =>
        step instanceof Buffer
          ? [...bytesOf(step.subarray(0, 24)).flatMap((byte): Step[] => [byte, 'turn']), step.subarray(24)]
          : [step],
      ),
    ),
    harmless('until the connection closes', (reply) => [Buffer.concat([headOnly(reply), reply.body]), 'turn', 'close']),
    harmless('Connection: close', (reply) => [
      ...withBody(reply, reply.body, ['connection', 'close']),
      'turn',
      'close',
    ]),
    harmless('HTTP/1.0', (reply) => [Buffer.concat([headOf(reply, '1.0'), reply.body]), 'turn', 'close']),
    harmless('early hints before it', (reply) => [
      Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n'),
      'turn',
      ...stepsOf(reply),
    ]),
    harmless('102 before it', (reply) => [
      Buffer.concat([Buffer.from('HTTP/1.1 102 Processing\r\n\r\n'), ...buffers(reply)]),
    ]),
    // RFC 9110, 15.2, allows it without a request for it; undici breaks the connection.
    fault('100 before it', (reply) => [Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), ...stepsOf(reply)]),
    fault('101 before it', (reply) => [
      Buffer.from('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'),
      ...stepsOf(reply),
    ]),
    harmless('a connection that closes after it', (reply) => [...stepsOf(reply), 'turn', 'close']),
    harmless('a connection that breaks after it', (reply) => [
      ...stepsOf(reply),
      'turn',
      'turn',
      'turn',
      'turn',
      'reset',
    ]),
    harmless('a hundred more headers', (reply) =>
      withBody(reply, reply.body, ...Array.from({ length: 100 }, (_, at) => [`x-${at}`, 'value'] as const)),
    ),
    fault('too large a header', (reply) => withBody(reply, reply.body, ['x-large', 'v'.repeat(100_000)])),
    fault('an invalid header', (reply) => withBody(reply, reply.body, ['x-\u0001', '\u0000'])),
    fault('a second response after it', (reply) => [Buffer.concat([...buffers(reply), ...buffers(reply)])]),
    fault('too long a length', (reply) => [
      headOnly(reply, ['content-length', String(reply.body.byteLength + 10)]),
      reply.body,
      'turn',
      'close',
    ]),
    fault('too short a length', (reply) => [
      Buffer.concat([headOnly(reply, ['content-length', String(reply.body.byteLength - 1)]), reply.body]),
    ]),
    ...['-1', 'many', '0x10', '1e3', '99999999999999999999', '5, 5'].map((value) =>
      fault(`a length of ${value}`, (reply) => [
        Buffer.concat([headOnly(reply, ['content-length', value]), reply.body]),
        'close',
      ]),
    ),
    fault('two lengths', (reply) => [
      Buffer.concat([headOnly(reply, length(reply.body), ['content-length', '3']), reply.body]),
      'close',
    ]),
    fault('a length and chunks', (reply) => [
      Buffer.concat([headOnly(reply, length(reply.body), CHUNKED), chunk(reply.body), LAST]),
      'close',
    ]),
    fault('an invalid chunk size', (reply) => chunked(reply, [Buffer.from('size\r\n'), reply.body, 'close'])),
    fault('too large a chunk size', (reply) =>
      chunked(reply, [Buffer.from('fffffffffffffffff\r\n'), reply.body, 'close']),
    ),
    fault('another protocol than HTTP', text('SSH-2.0-OpenSSH_9.6\r\n')),
    fault('ICY 200 OK', text('ICY 200 OK\r\n\r\n')),
    fault('HTTP/2', text('\u0000\u0000\u0012\u0004\u0000\u0000\u0000\u0000\u0000')),
    fault('line feeds only', text('HTTP/1.1 200 OK\ncontent-type: application/json\n\n')),
    fault('no status', text('HTTP/1.1\r\n\r\n')),
    fault('a status of four digits', text('HTTP/1.1 2000 OK\r\n\r\n')),
    fault('a status of letters', text('HTTP/1.1 OK 200\r\n\r\n')),
  ];
}

const buffers = (reply: Reply): Buffer[] => stepsOf(reply).flatMap((step) => (step instanceof Buffer ? [step] : []));

/** Invalid bodies with a status of success. */
function bodies(): WireFault[] {
  const put = (
    name: string,
    body: (valid: string) => string | Buffer,
    type = 'application/json',
    isHarmless = false,
  ) => ({
    name,
    isHarmless,
    isOfText: true,
    steps: (reply: Reply) => withBody(retyped(reply, type), Buffer.from(body(reply.body.toString()))),
  });
  const same = (valid: string) => valid;
  const utf16 = (valid: string) => Buffer.from(`\ufeff${valid}`, 'utf16le');
  return [
    put('HTML', () => '<!doctype html><title>502 Bad Gateway</title>', 'text/html; charset=utf-8'),
    put('HTML declared as JSON', () => '<html><body>Please log in</body></html>'),
    put('JSON declared as HTML', same, 'text/html'),
    put('JSON declared as text', same, 'text/plain'),
    put('JSON declared as an image', same, 'image/png'),
    put('problem+json', same, 'application/problem+json', true),
    put('JSON in another charset', same, 'application/json; charset=utf-16'),
    put('JSON with a media type in capitals', same, 'Application/JSON; Charset=UTF-8', true),
    { name: 'no media type', isHarmless: false, steps: (reply) => withBody(retyped(reply, undefined), reply.body) },
    put('a byte order mark', (valid) => `\ufeff${valid}`, 'application/json', true),
    put('white space around it', (valid) => `\n\t ${valid} \r\n`, 'application/json', true),
    put('UTF-16', utf16),
    put('invalid UTF-8', (valid) => Buffer.concat([Buffer.from(valid.slice(0, -1)), Buffer.of(0xff, 0xfe, 0x7d)])),
    put('nothing', () => ''),
    put('white space', () => ' \n'),
    put('zero bytes', () => Buffer.alloc(64)),
    put('half of it', (valid) => valid.slice(0, valid.length / 2)),
    put('a comment after it', (valid) => `${valid}<!-- served by cache-7 -->`),
    put('twice', (valid) => `${valid}\n${valid}`),
    put('an anti-hijacking prefix', (valid) => `)]}'\n${valid}`),
    put('single quotes', (valid) => valid.replaceAll('"', "'")),
    put('a comma too many', (valid) => valid.replace(/}$/, ',}')),
    put('NaN', (valid) => valid.replace(/:[^,]*,/, ':NaN,')),
    put('duplicate keys', (valid) => valid.replace(/^\{/, '{"id":null,"status":"processing","error":{},')),
    put('the body in a string', (valid) => JSON.stringify(valid)),
    put('the body in a data field', (valid) => `{"data":${valid}}`),
    put('the body in a list', (valid) => `[${valid}]`),
    put('deep lists', () => '['.repeat(50_000) + ']'.repeat(50_000)),
    put('deep objects in a field', (valid) =>
      valid.replace(/^\{/, `{"extra":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)},`),
    ),
    put('a number out of range', (valid) => valid.replace(/^\{/, '{"extra":1e999,'), 'application/json'),
    put(
      'an inherited name',
      (valid) => valid.replace(/^\{/, '{"__proto__":{"status":"failed","images":7},'),
      'application/json',
      true,
    ),
    put('a success that reports an error', () => '{"error":{"code":500,"message":"The backend failed."}}'),
    put('an empty object', () => '{}'),
    put('null', () => 'null'),
    put('an event stream', (valid) => `data: ${valid}\n\n`, 'text/event-stream'),
  ];
}

export const wireFaults: readonly WireFault[] = [...endings(), ...codings(), ...framings(), ...bodies()];
