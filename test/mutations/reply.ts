/** A response before it is serialized. */
export interface Reply {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** One step of an upstream on a connection. */
export type Step =
  | Buffer
  /** Waits for one turn of the event loop, so that the previous bytes are sent in their own packet. */
  | 'turn'
  /** Sends nothing more and keeps the connection open. */
  | 'stall'
  /** Closes the connection (FIN). */
  | 'close'
  /** Resets the connection (RST). */
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

/** True if HTTP forbids a body in a response with this status. */
export const isBodiless = (status: number): boolean => status < 200 || status === 204 || status === 304;

/** The steps that send a response correctly. */
export function stepsOf(reply: Reply): Step[] {
  if (isBodiless(reply.status)) return [headOf(reply)];
  const headers = [...reply.headers, ['content-length', String(reply.body.byteLength)] as const];
  return [Buffer.concat([headOf({ ...reply, headers }), reply.body])];
}
