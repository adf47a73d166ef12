import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { ROUTES, startOtherVendor, vendorDocument } from '../support/other-vendor.ts';
import { runProgram, startProgram, temporaryDirectory } from '../support/program.ts';
import { smallImage } from '../support/seeds.ts';
import { execute } from './client.ts';

/** Several programs start one after the other, which takes long on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });

/** Starts an upstream with other paths, methods and names, and a gateway with the contract that describes them. */
async function start(shape: 'bytes' | 'url' | 'base64', settings: Readonly<Record<string, string>> = {}) {
  const vendor = await startOtherVendor({
    fastSeconds: 1,
    highQualitySeconds: 600,
    predictionSeconds: 1,
    pageSize: 2,
    dataItemShape: shape,
  });
  const directory = await temporaryDirectory();
  const file = join(directory, 'vendor.yaml');
  await writeFile(file, stringify(vendorDocument()));
  const env = { FLAIR_API_URL: vendor.url, FLAIR_API_KEY: 'demo', FLAIR_CONTRACT: file };
  const { url } = await startProgram({ env: { ...env, FINISHED_JOBS_CACHE_SECONDS: '0', ...settings } });
  /** Runs an operation, whose result must contain no error. */
  const run = async <Data>(query: string, variables: object = {}): Promise<Data> => {
    const { data, errors } = await execute<Data>(url, query, variables);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).not.toContain('"message"');
    return data as Data;
  };
  /** Runs a mutation, and returns the object in its result. */
  const mutate = async <Result>(field: string, input: object, type: string, selection: string): Promise<Result> => {
    const data = await run<Record<string, Result>>(
      `mutation ($input: ${type}Input!) { ${field}(input: $input) { ... on ${type}Success { ${selection} } ... on Error { message } } }`,
      { input },
    );
    return data[field] as Result;
  };
  return { vendor, url, env, run, mutate };
}

/** The events of a subscription over server-sent events, until it completes. */
async function eventsOf<Data>(url: string, query: string, variables: object): Promise<Data[]> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
  });
  return [...(await response.text()).matchAll(/^data: ?(\{.*\})$/gm)].map(([, text = '']) => JSON.parse(text).data);
}

const dataUrl = async (hue: number) =>
  `data:image/png;base64,${Buffer.from(await smallImage({ hue })).toString('base64')}`;

interface WithId {
  id: string;
}

test.each(['url', 'base64', 'bytes'] as const)(
  'all operations work with an upstream of other paths, methods and names, and images as %s',
  async (shape) => {
    const { vendor, url, run, mutate } = await start(shape);

    const { model } = await mutate<{ model: WithId }>(
      'createModel',
      { displayName: 'Dresses', customModelType: 'Custom' },
      'CreateModel',
      'model { id displayName }',
    );
    await mutate('renameModel', { id: model.id, displayName: 'Gowns' }, 'RenameModel', 'model { displayName }');
    const items: string[] = [];
    for (const hue of [1, 50, 99]) {
      const { dataItem } = await mutate<{ dataItem: WithId }>(
        'uploadDataItem',
        { modelId: model.id, file: await dataUrl(hue) },
        'UploadDataItem',
        'dataItem { id }',
      );
      items.push(dataItem.id);
    }
    await mutate('replaceDataItem', { id: items[0], file: await dataUrl(20) }, 'ReplaceDataItem', 'dataItem { id }');
    const page = await run<{
      node: {
        displayName: string;
        customModelType: string;
        dataItems: { nodes: { id: string; createdAt: string; image: { url: string } }[] };
      };
    }>(
      `query ($id: ID!) { node(id: $id) { ... on Model { displayName dataItems(first: 10) { nodes { id createdAt image { url width } } } } } }`,
      { id: model.id },
    );
    expect(page.node).toMatchObject({ displayName: 'Gowns', dataItems: { nodes: { length: 3 } } });
    expect(page.node.dataItems.nodes.map(({ id }) => id).toSorted()).toEqual(items.toSorted());
    const image = await fetch(page.node.dataItems.nodes[0]?.image.url ?? '');
    expect([image.status, image.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^image\//)]);
    await mutate('deleteDataItem', { id: items[2] }, 'DeleteDataItem', 'deletedId');

    const { training } = await mutate<{ training: WithId }>(
      'startTraining',
      { modelId: model.id, strength: 7, mode: { fast: { isStyle: true } } },
      'StartTraining',
      'training { id }',
    );
    const trained = await eventsOf<{ trainingUpdated: Record<string, unknown> }>(
      url,
      'subscription ($id: ID!) { trainingUpdated(id: $id) { status triggerWord strength mode { ... on FastTraining { isStyle } } createdAt finishedAt } }',
      { id: training.id },
    );
    expect(trained.at(-1)?.trainingUpdated).toMatchObject({
      status: 'COMPLETED',
      strength: 7,
      mode: { isStyle: true },
      triggerWord: expect.any(String),
      createdAt: expect.any(String),
      finishedAt: expect.any(String),
    });
    const long = await mutate<{ training: WithId }>(
      'startTraining',
      { modelId: model.id, strength: 5, mode: { highQuality: { style: 'BALANCED' } } },
      'StartTraining',
      'training { id }',
    );
    await mutate('cancelTraining', { id: long.training.id }, 'CancelTraining', 'training { id status }');
    const listed = await run<{ model: { trainings: { nodes: WithId[] } } }>(
      'query ($id: ID!) { model(id: $id) { trainings { nodes { id status } } } }',
      { id: model.id },
    );
    expect(listed.model.trainings.nodes).toHaveLength(2);
    await mutate('deleteTraining', { id: long.training.id }, 'DeleteTraining', 'deletedId');

    const word = trained.at(-1)?.trainingUpdated.triggerWord;
    const { prediction } = await mutate<{ prediction: WithId }>(
      'createPrediction',
      {
        prompt: `A dress in style of ${word}`,
        models: [{ id: model.id, scale: 0.5 }],
        seed: 42,
        size: { width: 512, height: 768 },
        imageCount: 2,
        guidanceScale: 3,
        inferenceSteps: 20,
      },
      'CreatePrediction',
      'prediction { id }',
    );
    const predicted = await eventsOf<{ predictionUpdated: { images: { url: string }[] } }>(
      url,
      'subscription ($id: ID!) { predictionUpdated(id: $id) { status prompt settings { seed size { width height } imageCount guidanceScale inferenceSteps } models { scale model { displayName } } images { url } } }',
      { id: prediction.id },
    );
    expect(predicted.at(-1)?.predictionUpdated).toMatchObject({
      status: 'COMPLETED',
      settings: {
        seed: 42,
        size: { width: 512, height: 768 },
        imageCount: 2,
        guidanceScale: 3,
        inferenceSteps: 20,
      },
      models: [{ scale: 0.5, model: { displayName: 'Gowns' } }],
      images: { length: 2 },
    });
    const painted = await fetch(predicted.at(-1)?.predictionUpdated.images[0]?.url ?? '');
    expect(painted.headers.get('content-type')).toMatch(/^image\//);
    const read = await run<{ predictions: { nodes: WithId[] } }>('{ predictions { nodes { id status } } }');
    expect(read.predictions.nodes).toEqual([{ id: prediction.id, status: 'COMPLETED' }]);
    await mutate('deletePrediction', { id: prediction.id }, 'DeletePrediction', 'deletedId');
    await mutate('deleteModel', { id: model.id }, 'DeleteModel', 'deletedId');
    expect((await run<{ models: { nodes: unknown[] } }>('{ models { nodes { id } } }')).models.nodes).toEqual([]);

    expect([...new Set(vendor.seen)].toSorted()).toEqual(Object.keys(ROUTES).toSorted());
  },
);

test('all predictions are followed by pages of a list with other names', async () => {
  const { vendor, url, run, mutate } = await start('bytes', { WATCH_LIST_SECONDS: '0.1' });
  const { model } = await mutate<{ model: WithId }>('createModel', { displayName: 'D' }, 'CreateModel', 'model { id }');
  const left = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { predictionsUpdated { prompt status } }' }),
    signal: left.signal,
  });
  const created = ['first', 'second', 'third'].map((prompt) =>
    run(`mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { ... on Error { message } } }`, {
      input: { prompt, models: [{ id: model.id, scale: 1 }] },
    }),
  );
  await Promise.all(created);

  let text = '';
  const completed = () => new Set(text.match(/"prompt":"\w+","status":"COMPLETED"/g)).size;
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  while (reader && completed() < 3) text += decoder.decode((await reader.read()).value, { stream: true });
  left.abort();

  expect(vendor.seen).toContain('listPredictions');
});

test('--check uses the contract, and explains an upstream that does not have its paths', async () => {
  const { env } = await start('bytes');

  const fine = await runProgram({ args: ['--check'], env });
  const wrong = await runProgram({ args: ['--check'], env: { ...env, FLAIR_CONTRACT: '' } });

  expect(fine).toMatchObject({ code: 0, stdout: expect.stringContaining('accepts the key, and lists no models') });
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('describe them in FLAIR_CONTRACT') });
});

test('the printed contract is accepted as it is, and mistakes in a contract stop the program together', async () => {
  const directory = await temporaryDirectory();
  const { stdout } = await runProgram({ args: ['--print-contract'] });
  await writeFile(join(directory, 'printed.yaml'), stdout);
  const edited = stdout
    .replace('operationId: listModels', 'operationId: listModel')
    .replaceAll('{modelId}', '{model_id}');
  await writeFile(join(directory, 'edited.yaml'), edited);
  const env = { FLAIR_API_URL: 'http://127.0.0.1:1', PORT: '' };

  const fine = await runProgram({
    args: ['--print-config'],
    directory,
    env: { ...env, FLAIR_CONTRACT: 'printed.yaml' },
  });
  const accepted = await runProgram({ args: ['--check'], directory, env: { ...env, FLAIR_CONTRACT: 'printed.yaml' } });
  const rejected = await runProgram({ args: ['--check'], directory, env: { ...env, FLAIR_CONTRACT: 'edited.yaml' } });

  expect(fine.stdout).toContain('FLAIR_CONTRACT=printed.yaml');
  expect(accepted.stdout).toBe('Settings: valid.\n');
  expect(rejected).toMatchObject({ code: 1, stdout: '' });
  expect(rejected.stderr).toMatch(/mistakes:\n/);
  expect(rejected.stderr).toContain(
    '`FLAIR_CONTRACT` edited.yaml: `listModel` is no operation of the gateway. Did you mean `listModels`?',
  );
  expect(rejected.stderr).toContain('`listModels` is missing');
  expect(rejected.stderr).toContain('The path of `getModel` may have the parameters {modelId}, but has {model_id}');
});
