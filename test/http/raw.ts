import { once } from 'node:events';
import { connect } from 'node:net';

/** A request over HTTP as its bytes are. */
export interface RawRequest {
  /** Lines of its head, besides those about its body and the `Host`. */
  headers?: readonly string[];
  body: string;
  method?: string;
  path?: string;
}

/** Sends a request over a connection of its own. @returns All that came back, without the `Date`. */
export async function sendRaw(url: string, request: RawRequest): Promise<string> {
  const { headers = ['content-type: application/json'], body, method = 'POST', path = '/graphql' } = request;
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  const head = [
    `${method} ${path} HTTP/1.1`,
    // The same for every server, because addresses of pictures are made of it.
    'host: localhost:4000',
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  await once(socket, 'close');
  return answer.replace(/^date: .*\r\n/im, '');
}
