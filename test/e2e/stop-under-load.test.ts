import { request } from 'node:http';
import { expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startProgram } from '../support/program.ts';

/** Clients that send one request after the other, each on a connection of its own: most wait to be accepted. */
const CLIENTS = 48;
/** Responses before the stop. */
const RESPONSES = 200;

const OPERATIONS = [
  '{ models(first: 5) { nodes { id trainings(first: 3) { nodes { id } } } } }',
  // Not on the fast path.
  'mutation { createModel(input: { displayName: "a" }) { __typename } }',
];

/**
 * Sends an operation.
 *
 * @param onConnected Called when the kernel of the gateway has accepted the connection.
 * @returns The status of the response, or the code of the failure.
 */
const send = (port: number, query: string, onConnected: () => void) =>
  new Promise<string>((resolve) => {
    const headers = { 'content-type': 'application/json' };
    const post = request({ port, path: '/graphql', method: 'POST', agent: false, headers }, (response) => {
      response.resume().on('end', () => resolve(String(response.statusCode)));
      response.on('error', ({ code }: NodeJS.ErrnoException) => resolve(`${code} in a response`));
    });
    post.on('socket', (socket) => socket.on('connect', onConnected));
    post.on('error', ({ code }: NodeJS.ErrnoException) => resolve(String(code)));
    post.end(JSON.stringify({ query }));
  });

test.for(['1', '2'])(
  'a gateway under full load that stops loses no connection opened before, with %s processes',
  async (workers) => {
    const port = await freePort();
    const program = await startProgram({
      env: {
        PORT: String(port),
        WORKERS: workers,
        DRAIN_SECONDS: '0',
        MAX_REQUESTS_PER_SECOND_PER_ADDRESS: '100000',
        MAX_OPERATIONS_PER_SECOND_PER_KEY: '100000',
      },
    });
    /** Outcomes of the requests whose connections were open before the stop, and of the later ones. */
    const before = new Map<string, number>();
    const after = new Map<string, number>();
    let responses = 0;
    let stopped: Promise<unknown> | undefined;

    const client = async () => {
      for (let outcome = ''; outcome !== 'ECONNREFUSED'; ) {
        let outcomes = after;
        outcome = await send(port, OPERATIONS[responses % 2] ?? '', () => {
          if (!stopped) outcomes = before;
        });
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (++responses === RESPONSES) stopped = program.stop();
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));

    expect(await stopped).toEqual({ code: 0, signal: null });
    expect([...before.keys()]).toEqual(['200']);
    // A refused connection has sent nothing: proxies try the next replica. The kernel resets those that it accepts while the port
    // is being closed. How many there are of the others depends on the machine.
    after.delete('200');
    after.delete('ECONNRESET');
    expect([...after]).toEqual([['ECONNREFUSED', CLIENTS]]);
  },
);
