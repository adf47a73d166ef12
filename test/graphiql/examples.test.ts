import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { chooseIds, fillPlaceholders, type LookupData, valueAt } from '../../src/graphiql/browser/placeholders.ts';
import type { Tab } from '../../src/graphiql/browser/types.ts';
import { examples, lookup, placeholders } from '../../src/graphiql/examples.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const titleOf = ({ query }: { query: string }) => /^(?:query|mutation|subscription) (\w+)/m.exec(query)?.[1] ?? '';
const titles = examples.map(titleOf);
const ENDPOINT = 'http://localhost:4000/graphql';

/** The tabs that the page creates when it opens on a gateway. */
async function openTabs({ query }: TestGateway): Promise<Tab[]> {
  const { data, errors } = await query<LookupData, never>(lookup);
  expect(errors).toBeUndefined();
  return fillPlaceholders(examples, placeholders, { endpoint: ENDPOINT, ...chooseIds(data ?? {}) });
}

const findTab = (tabs: readonly Tab[], title: string): Tab => {
  const tab = tabs.find((each) => titleOf(each) === title);
  if (!tab) throw new Error(`Expected a tab ${title}.`);
  return tab;
};

/** Runs the example that a tab follows, and writes the value of its response into the variables of the tab. */
async function followTab(
  { query }: TestGateway,
  tabs: readonly Tab[],
  tab: Tab,
  follows: NonNullable<(typeof examples)[number]['follows']>,
) {
  const previous = findTab(tabs, follows.name);
  const response = await query(previous.query, previous.variables ? JSON.parse(previous.variables) : undefined);
  const value = valueAt(response, follows.path);
  expect(value, `the value at ${follows.path}`).toBeTruthy();
  const variables = JSON.parse(tab.variables);
  const target = follows.into.slice(0, -1).reduce((object, name) => object[name], variables);
  target[follows.into.at(-1) ?? ''] = value;
  tab.variables = JSON.stringify(variables);
}

/** Runs a subscription up to its first event. */
async function firstEvent({ fetch }: TestGateway, { query, variables }: Tab) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables: JSON.parse(variables) }),
  });
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const event = /^event: next\ndata: (.*)$/m.exec(text)?.[1];
    if (event !== undefined) return JSON.parse(event);
  }
  throw new Error(`The stream ended without an event: ${text}`);
}

describe('examples', () => {
  test.each(titles)('the example %s is valid', (title) => {
    expect(validate(schema, parse(findTab(fillPlaceholders(examples, placeholders, {}), title).query))).toEqual([]);
  });

  test('the lookup query is valid', () => {
    expect(validate(schema, parse(lookup))).toEqual([]);
  });

  test.each(titles)('the example %s runs without errors in a new sandbox', async (title) => {
    const started = startGateway({ sandbox: { seed: true } });
    const tabs = await openTabs(started);
    const tab = findTab(tabs, title);
    const { follows } = examples.find((example) => titleOf(example) === title) ?? {};
    // Tabs that change something only change what another tab has created.
    if (follows) await followTab(started, tabs, tab, follows);

    const isStream = tab.query.includes('subscription ');
    const response = isStream
      ? await firstEvent(started, tab)
      : await started.query(tab.query, tab.variables ? JSON.parse(tab.variables) : undefined);

    expect(response.errors).toBeUndefined();
    const [result] = Object.values<{ message?: string } | null>(response.data);
    expect(result).toBeTruthy();
    expect(result).not.toHaveProperty('message');
    for (const outcome of (result as { outcomes?: object[] }).outcomes ?? [])
      expect(outcome).toMatchObject({ error: null });
  });

  test('no tab cancels or deletes anything that was not created in the page', async () => {
    const tabs = await openTabs(startGateway({ sandbox: { seed: true } }));

    for (const title of titles.filter((each) => /Cancel|Delete/.test(each)))
      expect(findTab(tabs, title).variables).toMatch(/<ids? of/);
  });

  test('the prompt of Predict contains the trigger word of its model, so there is no warning', async () => {
    const started = startGateway({ sandbox: { seed: true } });
    const { query, variables } = findTab(await openTabs(started), 'Predict');

    const { data } = await started.query<{ createPrediction: object }, object>(query, JSON.parse(variables));

    expect(data?.createPrediction).toMatchObject({ warnings: [] });
  });

  test('WatchTraining has the id of a running training', async () => {
    const started = startGateway({ sandbox: { seed: true } });

    const event = await firstEvent(started, findTab(await openTabs(started), 'WatchTraining'));

    expect(event.data.trainingUpdated.status).toBe('PROCESSING');
  });

  test('the curl command in Upload uploads a file', async () => {
    const started = startGateway({ sandbox: { seed: true } });
    const { query, variables } = findTab(await openTabs(started), 'Upload');
    const command = query.replaceAll(/^# ?/gm, '');
    const parts = new Map(
      [...command.matchAll(/-F '(\w+)=([^']*)'/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const image = Buffer.from(JSON.parse(variables).input.file.split(',')[1], 'base64');
    const form = new FormData();
    for (const [name, value] of parts) form.set(name, value);
    form.set('0', new File([image], 'image.png'));

    const response = await started.fetch('/graphql', { method: 'POST', body: form });

    expect(command).toContain(`curl ${ENDPOINT} `);
    expect([...parts.keys()]).toEqual(['operations', 'map']);
    expect(await response.json()).toEqual({ data: { uploadDataItem: { __typename: 'UploadDataItemSuccess' } } });
  });
});

describe('lookup', () => {
  test('a lookup without a key is rejected without an upstream request', async () => {
    const { query, takeRequests } = startGateway({ config: { ownKey: undefined } });

    const { errors } = await query(lookup);

    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(takeRequests()).toEqual([]);
  });

  test('with an empty upstream, only the placeholder of the endpoint is replaced', async () => {
    const tabs = await openTabs(startGateway());

    expect(JSON.parse(findTab(tabs, 'Train').variables).input.modelId).toBe(placeholders.modelToTrain);
    expect(JSON.parse(findTab(tabs, 'WatchPrediction').variables)).toEqual({ id: placeholders.prediction });
    expect(findTab(tabs, 'Upload').query).toContain(ENDPOINT);
  });

  test('the lookup requests one list of models, one of predictions and one page of trainings for each model', async () => {
    const started = startGateway({ sandbox: { seed: true } });

    await openTabs(started);

    expect(started.takeRequests().sort()).toEqual([
      'listModels',
      'listPredictions',
      ...Array.from({ length: 5 }, () => 'listTrainings'),
    ]);
  });
});

test('special characters in ids do not break the JSON of variables', () => {
  const [tab] = fillPlaceholders([{ query: 'query A { a }', variables: { id: placeholders.model } }], placeholders, {
    model: '"$&</script>',
  });

  expect(JSON.parse(tab?.variables ?? '')).toEqual({ id: '"$&</script>' });
});

test('the chosen ids are a trained model, another model to train and a running training', () => {
  const found = chooseIds({
    models: {
      nodes: [
        { id: 'new', triggerWord: null, latestTraining: null },
        null,
        { id: 'trained', triggerWord: 'ABC', latestTraining: { id: 'first', isFinished: true } },
        { id: 'busy', triggerWord: 'DEF', latestTraining: { id: 'running', isFinished: false } },
        { id: 'other', triggerWord: 'GHI', latestTraining: { id: 'second', isFinished: true } },
      ],
    },
    predictions: null,
  });

  expect(found).toEqual({ model: 'trained', triggerWord: 'ABC', modelToTrain: 'other', training: 'running' });
});

test('a single model is chosen for both training and prediction', () => {
  const only = { id: 'only', triggerWord: 'ABC', latestTraining: null };

  expect(chooseIds({ models: { nodes: [only] } })).toEqual({ model: 'only', triggerWord: 'ABC', modelToTrain: 'only' });
});

test.each([
  [['a', 'b'], { a: { b: 1 } }, 1],
  [['a', 'b'], { a: null }, undefined],
  [['a', '*', 'id'], { a: [{ id: '1' }, null, { id: null }, { id: '2' }] }, ['1', '2']],
  [['a', '*', 'id'], {}, undefined],
])('the value at %j in %j is %j', (path, json, expected) => {
  expect(valueAt(json, path)).toEqual(expected);
});
