import { once } from 'node:events';
import { connect } from 'node:net';

/** An HTTP request that is sent as bytes. */
export interface RawRequest {
  /** Header lines, besides `Host`, `Connection` and `Content-Length`. */
  headers?: readonly string[];
  body: string;
  method?: string;
  path?: string;
}

/** Sends a request over a new connection. @returns The raw response without its `Date`. */
export async function sendRaw(url: string, request: RawRequest): Promise<string> {
  const { headers = ['content-type: application/json'], body, method = 'POST', path = '/graphql' } = request;
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let response = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    response += text;
  });
  const head = [
    `${method} ${path} HTTP/1.1`,
    // The same for every server, because image URLs contain it.
    'host: localhost:4000',
    'connection: close',
    // Otherwise each response has its own.
    'x-request-id: raw',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  await once(socket, 'close');
  return response.replace(/^date: .*\r\n/im, '');
}
