import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { collect, connectSocket, execute, openSocket, upload } from '../e2e/client.ts';
import { startProgram } from '../support/program.ts';

/** Next.js forwards the headers of a proxy, so that its requests may not use the gateway's own key. */
const HEADERS = { 'x-api-key': 'demo' };
const ENV = {
  NEXT_TELEMETRY_DISABLED: '1',
  SANDBOX: 'true',
  SANDBOX_STORAGE: 'memory',
  SANDBOX_PREDICTION_SECONDS: '0.5',
  SANDBOX_FAST_SECONDS: '3600',
  MAX_EVENT_STREAMS_PER_KEY: '1',
};

const UPLOAD = `mutation ($modelId: ID!, $files: [File!]!) {
  uploadDataItems(input: { modelId: $modelId, files: $files }) {
    ... on UploadDataItemsSuccess { outcomes { dataItem { image { url small: url(width: 64) } } } }
    ... on Error { message }
  }
}`;
const PREDICT = `mutation ($modelId: ID!) {
  createPrediction(input: { prompt: "a dress", models: [{ id: $modelId, scale: 1 }] }) {
    ... on CreatePredictionSuccess { prediction { id } }
    ... on Error { message }
  }
}`;
const TRAIN = `mutation ($modelId: ID!) {
  startTraining(input: { modelId: $modelId, strength: 5, mode: { fast: { isStyle: true } } }) {
    ... on StartTrainingSuccess { training { id } }
    ... on Error { message }
  }
}`;
const WATCH_PREDICTION = 'subscription ($id: ID!) { predictionUpdated(id: $id) { status images { url(width: 64) } } }';
const WATCH_TRAINING = 'subscription ($id: ID!) { trainingUpdated(id: $id) { status } }';

interface Watched {
  predictionUpdated: { status: string; images: { url: string }[] | null };
}

beforeAll(async () => {
  const directory = fileURLToPath(new URL('../../examples/next', import.meta.url));
  const next = fileURLToPath(new URL('../../node_modules/next/dist/bin/next', import.meta.url));
  await promisify(execFile)(process.execPath, [next, 'build'], {
    cwd: directory,
    env: { PATH: process.env.PATH, NEXT_TELEMETRY_DISABLED: '1' },
  });
}, 120_000);

describe.each(['express', 'fastify', 'hono', 'next'] as const)('a gateway in %s', (entry) => {
  test('operations, uploads, images and subscriptions work, and disconnects and the shutdown are noticed', {
    timeout: 120_000,
  }, async () => {
    const program = await startProgram({ entry, env: ENV });
    const url = `${program.url}/flair`;
    const send = async <Data>(query: string, variables: object = {}): Promise<Data> => {
      const { data, errors } = await execute<Data>(url, query, variables, HEADERS);
      return data && !errors ? data : expect.fail(JSON.stringify(errors));
    };

    expect(await (await fetch(program.url)).text()).toContain('The graph is at /flair/graphql.');
    const { models } = await send<{ models: { nodes: { id: string }[] } }>('{ models { nodes { id } } }');
    const modelId = models.nodes[0]?.id;

    const bytes = await sharp({ create: { width: 96, height: 64, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    const file = new File([new Uint8Array(bytes)], 'teal.png', { type: 'image/png' });
    const uploaded = await upload<{
      uploadDataItems: { outcomes: { dataItem: { image: { url: string; small: string } } }[] };
    }>(url, UPLOAD, { modelId }, [file], HEADERS);
    const image = uploaded.data?.uploadDataItems.outcomes[0]?.dataItem.image ?? expect.fail(JSON.stringify(uploaded));
    expect(image.url).toMatch(`${url}/images/`);
    expect(Buffer.from(await (await fetch(image.url)).arrayBuffer())).toEqual(bytes);
    expect(await widthOf(image.small)).toBe(64);

    const predict = async () => {
      const { createPrediction } = await send<{ createPrediction: { prediction: { id: string } } }>(PREDICT, {
        modelId,
      });
      return createPrediction.prediction.id;
    };
    const events = await collect(
      connectSocket(url, { connectionParams: { apiKey: 'demo' } }).iterate<Watched>({
        query: WATCH_PREDICTION,
        variables: { id: await predict() },
      }),
    );
    expect(events.at(-1)?.data?.predictionUpdated).toMatchObject({ status: 'COMPLETED' });
    const text = await (await subscribe(url, WATCH_PREDICTION, await predict())).text();
    expect(text).toContain('"status":"COMPLETED"');
    expect(text).toMatch(/event: complete\s+data:?\s*$/);
    expect(await widthOf(/"url":"([^"]+)"/.exec(text)?.[1] ?? '')).toBe(64);

    const { startTraining } = await send<{ startTraining: { training: { id: string } } }>(TRAIN, { modelId });
    const watch = (signal?: AbortSignal) => subscribe(url, WATCH_TRAINING, startTraining.training.id, signal);
    const abort = new AbortController();
    const abandoned = await watch(abort.signal);
    expect(await firstTextOf(abandoned)).toContain('"status"');
    expect(await (await watch()).text()).toContain('RATE_LIMITED');
    abort.abort();
    // The next stream is accepted as soon as the gateway has noticed the disconnect.
    let next = await watch();
    let first = await firstTextOf(next);
    while (first.includes('RATE_LIMITED')) {
      next = await watch();
      first = await firstTextOf(next);
    }
    expect(first).toContain('"status"');

    const socket = await openSocket(url);
    socket.send({ type: 'connection_init', payload: { apiKey: 'demo' } });
    await socket.receive();
    const stopped = program.stop();
    expect(await socket.closed).toMatchObject({ code: 1012 });
    expect(await stopped).toEqual({ code: 0, signal: null });
    const { stdout, stderr } = program.output;
    if (entry === 'express' || entry === 'fastify')
      expect({ stdout, stderr }).toEqual({ stdout: `${program.url}\n`, stderr: '' });
    // The others report the stream that was aborted. The gateway itself writes nothing.
    else expect(stdout + stderr).not.toContain('"level"');
  });
});

const subscribe = (url: string, query: string, id: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...HEADERS },
    body: JSON.stringify({ query, variables: { id } }),
    ...(signal && { signal }),
  });

/** The text of a response until it contains data. The rest stays unread. */
async function firstTextOf(response: Response): Promise<string> {
  const reader = response.body?.getReader() ?? expect.fail('Expected a response with a body.');
  let text = '';
  while (!text.includes('data: {')) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  reader.releaseLock();
  return text;
}

async function widthOf(url: string): Promise<number | undefined> {
  const bytes = await (await fetch(url)).arrayBuffer();
  return (await sharp(Buffer.from(bytes)).metadata()).width;
}
