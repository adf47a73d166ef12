import { readFile } from 'node:fs/promises';
import { createClient } from 'graphql-ws';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { freePort } from '../support/free-port.ts';
import { startGateway } from '../support/gateway.ts';
import { noise } from '../support/images.ts';
import { nginx, startNginx } from '../support/nginx.ts';
import { readText } from '../support/readme.ts';
import { seedModel } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

if (!nginx) console.log('nginx is not installed, so the tests of deploy/nginx.conf are skipped.');

/** The configuration in deploy/, with test addresses. Both replicas are the same gateway. */
const recommended = (gatewayUrl: string, port: number, folder: string): string =>
  readText('deploy/nginx.conf')
    .replace(/gateway-\d:4000/g, new URL(gatewayUrl).host)
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replaceAll('/var/log/nginx/', `${folder}/`);

const WATCH = 'subscription ($id: ID!) { trainingUpdated(id: $id) { status } }';

/** A gateway behind nginx, with a model that is being trained. */
async function start() {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const started = startGateway({ config: { publicUrl, ownKey: undefined } });
  const { url } = await serverOf(started, { trustProxy: 1 });
  const folder = await startNginx((temporary) => recommended(url, port, temporary), port);
  const { id: modelId, globalId: model, trainings } = await seedModel(started.upstream, 'Dresses', { trainings: 1 });
  const training = globalId({ kind: 'Training', modelId, id: trainings[0] ?? '' });
  const headers = { 'content-type': 'application/json', 'x-api-key': 'demo' };
  const send = (body: object, more: Record<string, string> = {}) =>
    fetch(`${publicUrl}/graphql`, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) });
  return { ...started, publicUrl, folder, model, training, send };
}

describe.skipIf(!nginx)('nginx with deploy/nginx.conf', () => {
  test('a query through nginx is executed, but not with the gateway’s own key', async () => {
    const { send, publicUrl } = await start();

    expect(await (await send({ query: '{ models { nodes { displayName } } }' })).json()).toEqual({
      data: { models: { nodes: [{ displayName: 'Dresses' }] } },
    });
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{models{nodes{id}}}"}',
    };
    expect(await (await fetch(`${publicUrl}/graphql`, post)).json()).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('server-sent events pass nginx one by one, and the stream completes', async () => {
    const { send, training, clock } = await start();
    const response = await send({ query: WATCH, variables: { id: training } }, { accept: 'text/event-stream' });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const readUntil = async (pattern: RegExp) => {
      while (!pattern.test(text)) {
        const chunk = await reader?.read();
        if (!chunk || chunk.done) break;
        text += chunk.value;
      }
      return text;
    };

    // The first event arrives while the stream is open.
    expect(await readUntil(/QUEUED/)).toMatch(/"status":"QUEUED"/);
    for (let i = 0; i < 40; i++) await clock.advance(2_000);

    expect(await readUntil(/event: complete/)).toMatch(/"status":"COMPLETED"[\s\S]*event: complete/);
  });

  test('a WebSocket through nginx receives every event', async () => {
    const { publicUrl, training, clock } = await start();
    const client = createClient({
      url: `${publicUrl.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { apiKey: 'demo' },
    });
    onTestFinished(async () => void (await client.dispose()));
    const events = client.iterate({ query: WATCH, variables: { id: training } });

    expect((await events.next()).value).toEqual({ data: { trainingUpdated: { status: 'QUEUED' } } });
    const rest = (async () => {
      const all: unknown[] = [];
      for await (const event of events) all.push(event);
      return all;
    })();
    for (let i = 0; i < 40; i++) await clock.advance(2_000);

    expect((await rest).at(-1)).toEqual({ data: { trainingUpdated: { status: 'COMPLETED' } } });
  });

  test('a file of several megabytes passes nginx in a form and with a ticket, and nginx logs no ticket', async () => {
    const { publicUrl, model, send, folder } = await start();
    const image = new Uint8Array(await noise(900, 900).png().toBuffer());
    const form = new FormData();
    const upload =
      'mutation ($input: UploadDataItemInput!) { uploadDataItem(input: $input) { ... on UploadDataItemSuccess { dataItem { id } } } }';
    form.set('operations', JSON.stringify({ query: upload, variables: { input: { modelId: model, file: null } } }));
    form.set('map', '{"0":["variables.input.file"]}');
    form.set('0', new File([image], 'a.png'));

    const byForm = await fetch(`${publicUrl}/graphql`, {
      method: 'POST',
      headers: { 'x-api-key': 'demo' },
      body: form,
    });
    const issue =
      'mutation ($input: CreateUploadTicketsInput!) { createUploadTickets(input: $input) { ... on CreateUploadTicketsSuccess { tickets { url } } } }';
    const issued = await (await send({ query: issue, variables: { input: { target: { newInModel: model } } } })).json();
    const [ticket] = issued.data.createUploadTickets.tickets;
    const byTicket = await fetch(ticket.url, { method: 'PUT', body: image });

    expect((await byForm.json()).data.uploadDataItem.dataItem).toEqual({ id: expect.any(String) });
    expect(ticket.url).toMatch(`${publicUrl}/uploads/`);
    expect(byTicket.status).toBe(201);
    const log = await readFile(`${folder}/access.log`, 'utf8');
    expect(log).toContain('/graphql');
    expect(log).not.toContain('/uploads/');
  });

  test('with BASE_PATH, nginx neither logs images and uploads nor serves `/ready`', async () => {
    const { publicUrl, folder } = await start();

    for (const path of ['images', 'uploads']) await fetch(`${publicUrl}/flair/${path}/secret`);
    const ready = await fetch(`${publicUrl}/flair/ready`);
    await fetch(`${publicUrl}/flair/graphql`);

    expect(await ready.text()).toContain('nginx');
    const log = await readFile(`${folder}/access.log`, 'utf8');
    expect(log).toContain('/flair/graphql');
    expect(log).not.toContain('secret');
  });
});
