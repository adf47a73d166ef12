import { createClient } from 'graphql-sse';
import { expect } from 'vitest';
import { collect, connectSocket, execute, upload } from '../e2e/client.ts';
import { noise } from '../support/images.ts';
import { startProgram } from '../support/program.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const KEY = { 'x-api-key': 'demo' };
const START = `mutation Start($modelId: ID!) {
  createPrediction(input: { models: [{ id: $modelId, scale: 1 }], prompt: "A summer dress" }) {
    ... on CreatePredictionSuccess { prediction { id } }
  }
}`;
const WATCH = 'subscription Watch($id: ID!) { predictionUpdated(id: $id) { status } }';
const UPLOAD = `mutation Upload($modelId: ID!, $files: [File!]!) {
  uploadDataItems(input: { modelId: $modelId, files: $files }) {
    ... on UploadDataItemsSuccess { outcomes { dataItem { image { url } } } }
  }
}`;

/** A line of the log. */
export type Line = Record<string, unknown> & { msg: string };

export interface Observation {
  /** The metrics in the Prometheus text format. */
  text: string;
  lines: Line[];
}

let observation: Promise<Observation> | undefined;

/** Metrics and log of the built program after requests of all kinds, which are sent once for all tests. */
export function observe(): Promise<Observation> {
  observation ??= run();
  return observation;
}

async function run(): Promise<Observation> {
  const env = {
    METRICS_PORT: '0',
    LOG_LEVEL: 'debug',
    LOG_FORMAT: 'json',
    SANDBOX_FAULTS: '503:listModels:once',
    SANDBOX_PREDICTION_SECONDS: '3',
  };
  const program = await startProgram({ env });
  const { url, output } = program;
  const lines = () => {
    const written = output.stdout.slice(0, output.stdout.lastIndexOf('\n') + 1).split('\n');
    return written.filter(Boolean).map((line) => JSON.parse(line) as Line);
  };
  const scrape = async () => {
    const line = lines().find(({ msg }) => msg === 'serving metrics');
    return await (await fetch(String(line?.url))).text();
  };

  // The first request to the upstream fails, and is repeated.
  const models = await execute<{ models: { nodes: { id: string }[] } }>(
    url,
    'query Models { models(first: 1) { nodes { id } } }',
    {},
    { ...KEY, traceparent: `00-${TRACE}-00f067aa0ba902b7-01` },
  );
  const modelId = models.data?.models.nodes[0]?.id;
  await execute(url, 'query Mistake { nothing }');
  await execute(url, `{ ${Array.from({ length: 31 }, (_, index) => `a${index}: __typename`).join(' ')} }`);
  const image = new File([await noise(64, 64).png().toBuffer()], 'image.png');
  const stored = await upload<{ uploadDataItems: { outcomes: { dataItem: { image: { url: string } } }[] } }>(
    url,
    UPLOAD,
    { modelId },
    [image],
    KEY,
  );
  const imageUrl = stored.data?.uploadDataItems.outcomes[0]?.dataItem.image.url ?? '';
  expect((await fetch(imageUrl)).status).toBe(200);
  await fetch(`${url}/ready`);

  const started = await execute<{ createPrediction: { prediction: { id: string } } }>(url, START, { modelId }, KEY);
  const id = started.data?.createPrediction.prediction.id ?? '';
  // Two streams share the polls of one job.
  const socket = connectSocket(url);
  const events = createClient({ url: `${url}/graphql`, retryAttempts: 0 });
  await Promise.all([
    collect(socket.iterate({ query: WATCH, variables: { id } })),
    collect(events.iterate({ query: WATCH, variables: { id } })),
  ]);
  events.dispose();
  for (let time = 0; time < 2; time++) {
    await execute(url, 'query Job($id: ID!) { node(id: $id) { id } }', { id }, KEY);
  }
  // A client that disconnects. Its stream of all predictions never ends by itself.
  const controller = new AbortController();
  const abandoned = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...KEY, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription All { predictionsUpdated { id } }' }),
    signal: controller.signal,
  });
  await abandoned.body?.getReader().read();
  controller.abort();
  await expect.poll(() => lines().some(({ left }) => left === true), { timeout: 10_000 }).toBe(true);

  const text = await scrape();
  await program.stop();
  return { text, lines: lines() };
}
