import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveCalls } from './calls.ts';

/** Upstream with one model that receives images and records the hash of each. */

const hashes: string[] = [];
const model = { id: 'bench', displayName: 'Bench' };

const calls = {
  /** Starts listening, and returns the URL. */
  async listen() {
    const server = createServer(async (request, response) => {
      const sendJson = (body: object) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.method !== 'POST') {
        return void sendJson(request.url === '/models/bench' ? model : { models: [model], hasMore: false });
      }
      const hash = createHash('sha256');
      for await (const chunk of request) hash.update(chunk);
      hashes.push(hash.digest('hex'));
      sendJson({ dataId: `item${hashes.length}` });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Hashes of the images received completely since the preceding call. */
  take: () => hashes.splice(0),
};

export type StoreCalls = typeof calls;

serveCalls(calls);
