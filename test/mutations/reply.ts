/** A response before it is put on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** What an upstream does on a connection, in order. */
export type Step =
  | Buffer
  /** Lets the event loop turn, so that what was written travels in a packet of its own. */
  | 'turn'
  /** Sends nothing more and keeps the connection. */
  | 'stall'
  /** Ends the connection in order (FIN). */
  | 'close'
  /** Breaks the connection (RST). */
  | 'reset';

export const jsonReply = (status: number, body: unknown): Reply => ({
  status,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify(body)),
});

/** The head of a response. */
export function headOf({ status, headers }: Pick<Reply, 'status' | 'headers'>, version = '1.1'): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/${version} ${status} Reason\r\n${lines.join('')}\r\n`, 'latin1');
}

/** Whether a response with this status has no body by the rules of HTTP. */
export const isBodiless = (status: number): boolean => status < 200 || status === 204 || status === 304;

/** A response as it should be sent. */
export function stepsOf(reply: Reply): Step[] {
  if (isBodiless(reply.status)) return [headOf(reply)];
  const headers = [...reply.headers, ['content-length', String(reply.body.byteLength)] as const];
  return [Buffer.concat([headOf({ ...reply, headers }), reply.body])];
}
