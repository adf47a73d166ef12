import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { type Program, startProgram } from '../support/program.ts';

/** Secrets that must come out nowhere. Each can be told from all other text. */
export const SECRETS = {
  key: 'canary-key-of-a-caller',
  wrongKey: 'canary-key-that-is-wrong',
  ownKey: 'canary-key-of-the-gateway',
  tenantKey: 'canary-key-of-a-tenant',
  jwtSecret: 'canary-secret-that-signs-jwts-0123456789',
  sealing: 'canary-secret-that-seals-addresses-0123456789',
  idempotencyKey: 'canary-idempotency-key',
  cookie: 'canary-cookie',
  folder: 'canary-folder',
  /** Short, because a parser quotes no more of what it cannot read. */
  body: 'canary-body',
} as const;

/** Where the upstream lies; part of its address, and so nobody's business but of whoever runs the gateway. */
export const PLACE = 'canary-place-of-the-upstream';

/** How the upstream answers now. */
export const MOODS = ['well', 'fails', 'refuses', 'garbage', 'redirects', 'breaks'] as const;
export type Mood = (typeof MOODS)[number];

export type House = Awaited<ReturnType<typeof startHouse>>;

/** The built program, with a secret in every setting that takes one, before an upstream that has moods. */
export async function startHouse(env: Readonly<Record<string, string>> = {}) {
  const upstream = await startUpstream();
  const program: Program = await startProgram({
    env: {
      FLAIR_API_URL: `${upstream.url}/${PLACE}`,
      FLAIR_API_KEY: SECRETS.ownKey,
      TENANT_KEYS: `acme=${SECRETS.tenantKey}`,
      JWT_SECRET: SECRETS.jwtSecret,
      JWT_ISSUER: 'https://login.example.com',
      JWT_AUDIENCE: 'flair',
      SECRET: SECRETS.sealing,
      LOG_LEVEL: 'trace',
      // The upstream fails most of the time, and is to be asked all the same.
      BREAKER_REQUESTS: '1000000',
      ...env,
    },
  });
  const jwt = await new SignJWT({ sub: 'acme' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('https://login.example.com')
    .setAudience('flair')
    .setExpirationTime('1h')
    .sign(Buffer.from(SECRETS.jwtSecret));
  return { program, upstream, jwt };
}

async function startUpstream() {
  const sandbox = createSandbox({ keys: [SECRETS.key, SECRETS.ownKey, SECRETS.tenantKey], predictionSeconds: 0 });
  let mood: Mood = 'well';
  const keys = new Set<string>();
  const server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const key = request.headers['x-api-key'];
    if (key !== undefined) keys.add(String(key));
    const body = new Uint8Array(await buffer(request));
    if (mood !== 'well') return misbehave(mood, response);
    const path = (request.url ?? '/').replace(`/${PLACE}`, '');
    const { status, headers, ...rest } = await sandbox
      .fetch(
        new Request(`${url}${path}`, {
          method: request.method ?? 'GET',
          headers: Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
          ...(body.byteLength > 0 && { body }),
        }),
      )
      .then(async (made) => ({ status: made.status, headers: made.headers, bytes: await made.arrayBuffer() }));
    response.writeHead(status, Object.fromEntries(headers)).end(Buffer.from(rest.bytes));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    sandbox.close();
  });
  return {
    url,
    /** The keys that have arrived. */
    keys,
    turn(next: Mood) {
      mood = next;
    },
  };
}

function misbehave(mood: Exclude<Mood, 'well'>, response: ServerResponse): void {
  const { body } = SECRETS;
  switch (mood) {
    case 'fails':
      response.writeHead(500, { 'content-type': 'application/json', 'x-trace': body });
      return void response.end(
        JSON.stringify({ error: { message: body, stack: `Error: ${body}\n    at ${body}.js` } }),
      );
    case 'refuses':
      response.writeHead(403, { 'content-type': 'text/html', 'www-authenticate': body });
      return void response.end(`<h1>${body}</h1>`);
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(body);
    case 'redirects':
      response.writeHead(302, { location: `http://10.0.0.1/picture?signature=${body}` });
      return void response.end(body);
    case 'breaks':
      return void response.destroy();
  }
}
