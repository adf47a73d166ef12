const HEAD_END = Buffer.from('\r\n\r\n');
const CHUNKS_END = Buffer.from('0\r\n\r\n');

/** Parses consecutive HTTP/1.1 responses of one connection (RFC 9112), without pipelining. */
export class ResponseReader {
  #rest: Buffer | undefined;
  #head: { start: number; length: number | 'chunked' } | undefined;

  /**
   * Adds the next bytes, and returns the body once the response is complete.
   *
   * @throws Error if the status is not 200.
   */
  push(chunk: Buffer): Buffer | undefined {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#head ??= readHead(bytes);
    const body = this.#head && bodyOf(bytes, this.#head);
    this.#rest = body ? undefined : bytes;
    if (body) this.#head = undefined;
    return body;
  }
}

function readHead(bytes: Buffer): { start: number; length: number | 'chunked' } | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(`Expected status 200, got ${bytes.toString().slice(0, 1_000)}`);
  const [, length] = /\ncontent-length: *(\d+)/i.exec(head) ?? [];
  if (length === undefined && !/\ntransfer-encoding: *chunked/i.test(head)) {
    throw new Error(`Expected content-length or chunks, got ${head}`);
  }
  return { start: end + HEAD_END.length, length: length === undefined ? 'chunked' : Number(length) };
}

function bodyOf(bytes: Buffer, { start, length }: { start: number; length: number | 'chunked' }): Buffer | undefined {
  if (length !== 'chunked') return bytes.length >= start + length ? bytes.subarray(start, start + length) : undefined;
  if (!bytes.subarray(-CHUNKS_END.length).equals(CHUNKS_END)) return undefined;
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    // The end marker was data within a chunk.
    if (lineEnd < 0 || Number.isNaN(size)) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
