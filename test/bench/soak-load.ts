import { smallImage } from '../support/seeds.ts';

/** Load of the soak test: clients that each execute one operation at a time until they are stopped. */

const MODELS = `{
  models(first: 20) { nodes { id displayName latestTraining { status progress { fraction } } dataItems(first: 3) { nodes { id image { url } } } } }
}`;
const PREDICT = `mutation ($input: CreatePredictionInput!) {
  createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { id status } } ... on Error { message } }
}`;
const UPLOAD = `mutation ($input: UploadDataItemInput!) {
  uploadDataItem(input: $input) { ... on UploadDataItemSuccess { dataItem { id } } ... on Error { message } }
}`;
const WATCH =
  'subscription ($id: ID!) { predictionUpdated(id: $id) { id status progress { fraction } images { url } } }';
const NEWEST = '{ models(first: 1) { nodes { id } } predictions(first: 1) { nodes { id } } }';

interface Newest {
  data?: { models?: { nodes: { id: string }[] }; predictions?: { nodes: { id: string }[] } } | null;
}

/** Numbers of operations by outcome. */
export interface Tally {
  operations: number;
  /** Results with errors, caused by the faults of the upstream. */
  withErrors: number;
  /** Requests without a response. */
  unanswered: number;
}

/** Loads a gateway until the signal aborts; resolves after the last response. */
export async function load(url: string, clients: number, signal: AbortSignal): Promise<Tally> {
  const tally: Tally = { operations: 0, withErrors: 0, unanswered: 0 };
  const file = new File([await smallImage({ width: 256, height: 256 })], 'a.png');

  const send = async (body: BodyInit, headers: Record<string, string>): Promise<string> => {
    tally.operations++;
    try {
      const response = await fetch(`${url}/graphql`, { method: 'POST', body, headers });
      const text = await response.text();
      if (text.includes('"errors"')) tally.withErrors++;
      return text;
    } catch {
      tally.unanswered++;
      return '{}';
    }
  };
  const execute = (query: string, variables: object = {}, accept = 'application/json') =>
    send(JSON.stringify({ query, variables }), { 'content-type': 'application/json', accept });

  const client = async (number: number) => {
    for (let round = 0; !signal.aborted; round++) {
      const { data }: Newest = JSON.parse(await execute(NEWEST));
      const modelId = data?.models?.nodes[0]?.id;
      const predictionId = data?.predictions?.nodes[0]?.id;
      const act = (round + number) % 10;
      if (modelId === undefined) continue;
      if (act < 6) await execute(MODELS);
      else if (act === 6) {
        const input = { prompt: 'a dress', models: [{ id: modelId, scale: 1 }], waitSeconds: number % 3 };
        await execute(PREDICT, { input });
      } else if (act === 7) {
        const body = new FormData();
        body.set('operations', JSON.stringify({ query: UPLOAD, variables: { input: { modelId, file: null } } }));
        body.set('map', '{ "0": ["variables.input.file"] }');
        body.set('0', file);
        await send(body, {});
      } else if (predictionId !== undefined) await execute(WATCH, { id: predictionId }, 'text/event-stream');
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return tally;
}
