import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { type Program, startProgram } from '../support/program.ts';

/** Secrets that the program must not reveal. Each is a unique string. */
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
  /** Short, because parse errors quote only a few characters. */
  body: 'canary-body',
} as const;

/** Path of the upstream URL, which clients must not see. */
export const UPSTREAM_PATH = 'canary-path-of-the-upstream';

/** Behaviors of the upstream. */
export const BEHAVIORS = ['normal', 'error', 'forbidden', 'garbage', 'redirect', 'disconnect'] as const;
export type Behavior = (typeof BEHAVIORS)[number];

export type TestProgram = Awaited<ReturnType<typeof startTestProgram>>;

/** Starts the built program with a canary in each secret setting, and an upstream whose behavior can be set. */
export async function startTestProgram(env: Readonly<Record<string, string>> = {}) {
  const upstream = await startUpstream();
  const program: Program = await startProgram({
    env: {
      FLAIR_API_URL: `${upstream.url}/${UPSTREAM_PATH}`,
      FLAIR_API_KEY: SECRETS.ownKey,
      TENANT_KEYS: `acme=${SECRETS.tenantKey}`,
      JWT_SECRET: SECRETS.jwtSecret,
      JWT_ISSUER: 'https://login.example.com',
      JWT_AUDIENCE: 'flair',
      SECRET: SECRETS.sealing,
      LOG_LEVEL: 'trace',
      // Keeps the circuit breaker closed although most upstream requests fail.
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
  let behavior: Behavior = 'normal';
  const keys = new Set<string>();
  const server = createServer((request, response) => void respond(request, response));
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const key = request.headers['x-api-key'];
    if (key !== undefined) keys.add(String(key));
    const body = new Uint8Array(await buffer(request));
    if (behavior !== 'normal') return misbehave(behavior, response);
    const path = (request.url ?? '/').replace(`/${UPSTREAM_PATH}`, '');
    const { status, headers, ...rest } = await sandbox
      .fetch(
        new Request(`${url}${path}`, {
          method: request.method ?? 'GET',
          headers: Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
          ...(body.byteLength > 0 && { body }),
        }),
      )
      .then(async (result) => ({ status: result.status, headers: result.headers, bytes: await result.arrayBuffer() }));
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
    /** API keys that the upstream has received. */
    keys,
    setBehavior(next: Behavior) {
      behavior = next;
    },
  };
}

function misbehave(behavior: Exclude<Behavior, 'normal'>, response: ServerResponse): void {
  const { body } = SECRETS;
  switch (behavior) {
    case 'error':
      response.writeHead(500, { 'content-type': 'application/json', 'x-trace': body });
      return void response.end(
        JSON.stringify({ error: { message: body, stack: `Error: ${body}\n    at ${body}.js` } }),
      );
    case 'forbidden':
      response.writeHead(403, { 'content-type': 'text/html', 'www-authenticate': body });
      return void response.end(`<h1>${body}</h1>`);
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(body);
    case 'redirect':
      response.writeHead(302, { location: `http://10.0.0.1/image?signature=${body}` });
      return void response.end(body);
    case 'disconnect':
      return void response.destroy();
  }
}
