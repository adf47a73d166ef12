import { expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { hashOf, persisted, ways } from '../persisted-documents/support.ts';
import { settle } from '../support/clock.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { startReplicas } from './support.ts';

const KEY = 'a-key-that-is-a-secret';
const PROMPT = 'a dress of an unknown color';

test('nothing that replicas share contains a key, an id, a prompt, a document or an address in clear text', async () => {
  const state = { rejects: false };
  const { clock, calls, replicas, first } = await startReplicas(2, {
    sandbox: { keys: [KEY] },
    rates: { perKey: 1_000, perAddress: 1_000, eventStreams: 10 },
    transport: async (request, upstream) =>
      state.rejects ? Response.json({ message: `revoked: ${PROMPT}` }, { status: 401 }) : upstream(request),
  });
  const headers = { 'x-api-key': KEY };
  const upstream = (path: string, init?: RequestInit) =>
    first.upstream(path, { ...init, headers: { ...init?.headers, ...headers } });
  const model = await seedModel(upstream, 'Dresses', { trainings: 1 });
  const training = model.trainings[0] ?? '';
  await clock.advance(60_000);
  const prediction = await seedPrediction(upstream, [model.id], { prompt: PROMPT });
  await clock.advance(60_000);

  const ids = { training: globalId({ kind: 'Training', modelId: model.id, id: training }), prediction };
  const query = `query { prediction(id: "${globalId({ kind: 'Prediction', id: prediction })}") { prompt } }`;
  for (const replica of replicas) {
    await replica.query('query ($id: ID!) { training(id: $id) { status } }', { id: ids.training }, headers);
    expect(await replica.query(query, {}, headers)).toMatchObject({ data: { prediction: { prompt: PROMPT } } });
    await ways.POST(replica, { query, ...persisted(hashOf(query)) });
    await replica.gateway.fetch(new Request('http://localhost:4000/graphql?query={__typename}'), '192.0.2.77');
    const { close } = await replica.gateway.openSocket({ request: new Request('http://localhost:4000/', { headers }) });
    await settle();
    close();
  }
  await first.query(
    'mutation ($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }',
    { id: ids.training },
    headers,
  );
  state.rejects = true;
  await first.query('{ models { nodes { id } } }', {}, headers);
  await settle();

  const shared = calls.join('\n');
  for (const call of [
    'publish ["keys"',
    'publish ["counts',
    'publish ["replicas"',
    'store ["finished-jobs',
    'store ["documents',
    'count [{"id":"MAX_REQUESTS',
    'count [{"id":"MAX_OPERATIONS',
  ]) {
    expect(shared).toContain(call);
  }
  const secrets = [
    KEY,
    hashOf(KEY),
    PROMPT,
    'unknown color',
    training,
    prediction,
    model.id,
    ids.training,
    hashOf(query),
    '__typename',
    '192.0.2.77',
    'COMPLETED',
  ];
  expect(secrets.filter((secret) => shared.includes(secret))).toEqual([]);
  // Nor in base64.
  const decoded = shared.replace(/[\w-]{24,}/g, (text) => Buffer.from(text, 'base64url').toString('latin1'));
  expect(secrets.filter((secret) => decoded.includes(secret))).toEqual([]);
});
