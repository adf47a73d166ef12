import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { choose, fillIn, type LookupData, type Tab } from '../../src/graphiql/browser.ts';
import { blanks, examples, lookup } from '../../src/graphiql/examples.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const titleOf = ({ query }: { query: string }) => /^(?:query|mutation|subscription) (\w+)/m.exec(query)?.[1] ?? '';
const titles = examples.map(titleOf);
const ENDPOINT = 'http://localhost:4000/graphql';

/** The tabs that the page makes when it opens on this gateway. */
async function openTabs({ query }: TestGateway): Promise<Tab[]> {
  const { data, errors } = await query<LookupData, never>(lookup);
  expect(errors).toBeUndefined();
  return fillIn(examples, blanks, { endpoint: ENDPOINT, ...choose(data ?? {}) });
}

const tabCalled = (tabs: readonly Tab[], title: string): Tab => {
  const tab = tabs.find((each) => titleOf(each) === title);
  if (!tab) throw new Error(`There is no tab ${title}.`);
  return tab;
};

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

describe('the examples', () => {
  test.each(titles)('%s is valid by the schema', (title) => {
    expect(validate(schema, parse(tabCalled(fillIn(examples, blanks, {}), title).query))).toEqual([]);
  });

  test('the lookup is valid by the schema', () => {
    expect(validate(schema, parse(lookup))).toEqual([]);
  });

  test.each(titles)('%s runs as it stands on a fresh sandbox, without an error', async (title) => {
    const started = startGateway({ sandbox: { seed: true } });
    const tab = tabCalled(await openTabs(started), title);

    const isStream = tab.query.includes('subscription ');
    const answer = isStream
      ? await firstEvent(started, tab)
      : await started.query(tab.query, tab.variables ? JSON.parse(tab.variables) : undefined);

    expect(answer.errors).toBeUndefined();
    const [result] = Object.values<{ message?: string } | null>(answer.data);
    expect(result).toBeTruthy();
    expect(result).not.toHaveProperty('message');
  });

  test('Predict names the trigger word of its model, so that nothing is warned of', async () => {
    const started = startGateway({ sandbox: { seed: true } });
    const { query, variables } = tabCalled(await openTabs(started), 'Predict');

    const { data } = await started.query<{ createPrediction: object }, object>(query, JSON.parse(variables));

    expect(data?.createPrediction).toMatchObject({ warnings: [] });
  });

  test('WatchTraining is about a training that is under way', async () => {
    const started = startGateway({ sandbox: { seed: true } });

    const event = await firstEvent(started, tabCalled(await openTabs(started), 'WatchTraining'));

    expect(event.data.trainingUpdated.status).toBe('PROCESSING');
  });

  test('the command line in Upload sends a file', async () => {
    const started = startGateway({ sandbox: { seed: true } });
    const { query, variables } = tabCalled(await openTabs(started), 'Upload');
    const command = query.replaceAll(/^# ?/gm, '');
    const parts = new Map(
      [...command.matchAll(/-F '(\w+)=([^']*)'/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const picture = Buffer.from(JSON.parse(variables).input.file.split(',')[1], 'base64');
    const form = new FormData();
    for (const [name, value] of parts) form.set(name, value);
    form.set('0', new File([picture], 'picture.png'));

    const response = await started.fetch('/graphql', { method: 'POST', body: form });

    expect(command).toContain(`curl ${ENDPOINT} `);
    expect([...parts.keys()]).toEqual(['operations', 'map']);
    expect(await response.json()).toEqual({ data: { uploadDataItem: { __typename: 'UploadDataItemSuccess' } } });
  });

  test('the ids that tabs go on with are where they are looked for', async () => {
    const started = startGateway({ sandbox: { seed: true } });
    const tabs = await openTabs(started);

    for (const { follows } of examples) {
      if (!follows) continue;
      const { query, variables } = tabCalled(tabs, follows.name);
      let value: unknown = await started.query(query, JSON.parse(variables));
      for (const name of follows.path) value = (value as Record<string, unknown>)[name];
      expect(value).toEqual(expect.any(String));
    }
  });
});

describe('without anything to fill in', () => {
  test('the lookup of a caller without a key is refused without a request upstream', async () => {
    const { query, takeRequests } = startGateway({ config: { ownKey: undefined } });

    const { errors } = await query(lookup);

    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(takeRequests()).toEqual([]);
  });

  test('an empty upstream leaves every blank but the address', async () => {
    const tabs = await openTabs(startGateway());

    expect(JSON.parse(tabCalled(tabs, 'Train').variables).input.modelId).toBe(blanks.learner);
    expect(JSON.parse(tabCalled(tabs, 'WatchPrediction').variables)).toEqual({ id: blanks.prediction });
    expect(tabCalled(tabs, 'Upload').query).toContain(ENDPOINT);
  });

  test('the lookup costs one list of models, one of predictions and one page of trainings for each model', async () => {
    const started = startGateway({ sandbox: { seed: true } });

    await openTabs(started);

    expect(started.takeRequests().sort()).toEqual([
      'listModels',
      'listPredictions',
      ...Array.from({ length: 5 }, () => 'listTrainings'),
    ]);
  });
});

test('whatever ids hold, variables stay the JSON that they were', () => {
  const [tab] = fillIn([{ query: 'query A { a }', variables: { id: blanks.model } }], blanks, {
    model: '"$&</script>',
  });

  expect(JSON.parse(tab?.variables ?? '')).toEqual({ id: '"$&</script>' });
});

test('one model predicts, another one learns, and a training under way is watched', () => {
  const found = choose({
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

  expect(found).toEqual({ model: 'trained', triggerWord: 'ABC', learner: 'other', training: 'running' });
});

test('the only model there is does both', () => {
  const only = { id: 'only', triggerWord: 'ABC', latestTraining: null };

  expect(choose({ models: { nodes: [only] } })).toEqual({ model: 'only', triggerWord: 'ABC', learner: 'only' });
});
