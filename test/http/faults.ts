import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** A way to send a body, or to fail at it. */
interface Fault {
  /** Whether a client of the body may see a part of it, which is never taken for the whole; otherwise all or nothing of it. */
  outcome: 'whole' | 'part' | 'nothing' | 'nothing or part';
  send: (response: ServerResponse, contentType: string, bytes: Buffer) => void;
}

const MOST = 33_554_432;

const declared = (response: ServerResponse, contentType: string, bytes: Buffer) =>
  response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.byteLength });
const undeclared = (response: ServerResponse, contentType: string) =>
  response.writeHead(200, { 'content-type': contentType });
const half = (bytes: Buffer) => bytes.subarray(0, bytes.byteLength / 2);
const end = (response: ServerResponse) => () => void response.socket?.end();
const reset = (response: ServerResponse) => () => void response.socket?.resetAndDestroy();

/** Where and how a body can fail, by what is said of it. */
export const faults: Readonly<Record<string, Fault>> = {
  'comes whole': { outcome: 'whole', send: (response, type, bytes) => declared(response, type, bytes).end(bytes) },
  'ends before its first byte': {
    outcome: 'nothing',
    send(response, type, bytes) {
      declared(response, type, bytes).flushHeaders();
      end(response)();
    },
  },
  'is reset before its first byte': {
    outcome: 'nothing',
    send(response, type, bytes) {
      declared(response, type, bytes).flushHeaders();
      setImmediate(reset(response));
    },
  },
  'ends after a few bytes': {
    outcome: 'nothing',
    send: (response, type, bytes) => declared(response, type, bytes).write(bytes.subarray(0, 5), end(response)),
  },
  'ends after its first chunk': {
    outcome: 'part',
    send: (response, type, bytes) => declared(response, type, bytes).write(bytes.subarray(0, 1_000), end(response)),
  },
  'ends in the middle': {
    outcome: 'part',
    send: (response, type, bytes) => declared(response, type, bytes).write(half(bytes), end(response)),
  },
  'is reset in the middle': {
    // What was sent before a reset may never be read.
    outcome: 'nothing or part',
    send: (response, type, bytes) => declared(response, type, bytes).write(half(bytes), reset(response)),
  },
  'ends one byte early': {
    outcome: 'part',
    send: (response, type, bytes) => declared(response, type, bytes).write(bytes.subarray(0, -1), end(response)),
  },
  'is chunked and ends in the middle': {
    outcome: 'part',
    send: (response, type, bytes) => undeclared(response, type).write(half(bytes), end(response)),
  },
  'has a broken chunk in the middle': {
    outcome: 'part',
    send: (response, type, bytes) =>
      undeclared(response, type).write(half(bytes), () => void response.socket?.end('this is no chunk\r\n')),
  },
  'is longer than it says': {
    outcome: 'whole',
    send(response, type, bytes) {
      declared(response, type, bytes).flushHeaders();
      response.socket?.write(bytes);
      response.socket?.end('and more');
    },
  },
  'is longer than any picture': {
    outcome: 'part',
    send(response, type, bytes) {
      undeclared(response, type).write(bytes);
      response.end(Buffer.alloc(MOST));
    },
  },
  'is compressed and ends in the middle': {
    outcome: 'nothing or part',
    send(response, type, bytes) {
      const compressed = gzipSync(bytes);
      response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' });
      response.write(half(compressed), end(response));
    },
  },
  'breaks its compression in the middle': {
    outcome: 'nothing or part',
    send(response, type, bytes) {
      const compressed = gzipSync(bytes);
      response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' });
      response.end(Buffer.concat([half(compressed), Buffer.alloc(half(compressed).byteLength, 0xff)]));
    },
  },
};
