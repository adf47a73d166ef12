import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** A body that is sent completely or fails. */
interface Fault {
  /** Part of the body that a client may receive. An incomplete body must be recognizable as such. */
  outcome: 'whole' | 'part' | 'nothing' | 'nothing or part';
  send: (response: ServerResponse, contentType: string, bytes: Buffer) => void;
}

/** Maximum size of an image, in bytes. */
const MAX_IMAGE_BYTES = 33_554_432;

const declared = (response: ServerResponse, contentType: string, bytes: Buffer) =>
  response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.byteLength });
const undeclared = (response: ServerResponse, contentType: string) =>
  response.writeHead(200, { 'content-type': contentType });
const half = (bytes: Buffer) => bytes.subarray(0, bytes.byteLength / 2);
const end = (response: ServerResponse) => () => void response.socket?.end();
const reset = (response: ServerResponse) => () => void response.socket?.resetAndDestroy();

/** Complete and failing bodies by description, which is also part of the ids of the objects in tests. */
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
    // Bytes that were sent before a reset may be lost.
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
  'is longer than any image': {
    outcome: 'part',
    send(response, type, bytes) {
      undeclared(response, type).write(bytes);
      response.end(Buffer.alloc(MAX_IMAGE_BYTES));
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
