import { expect, test } from 'vitest';
import { faults } from './faults.ts';
import { dataItemOf, exchange, type House, image, predictionOf, startHouse } from './support.ts';

const ofPrediction = `query($id: ID!) { prediction(id: $id) { images { url } } }`;
const copyOfPrediction = `query($id: ID!) { prediction(id: $id) { images { url(width: 64) } } }`;
const ofDataItem = `query($id: ID!) { node(id: $id) { ... on DataItem { image { url } } } }`;

/** Asks for a picture whose body fails in a way. */
type Ask = (house: House, fault: string) => ReturnType<typeof exchange>;

const askFor =
  (document: string, idOf: (fault: string) => string, headers: readonly string[] = [], method = 'GET'): Ask =>
  async (house, fault) =>
    exchange(house.url, await house.imagePath(document, idOf(fault)), headers, method);

const query =
  (document: string, idOf: (fault: string) => string): Ask =>
  (house, fault) =>
    exchange(
      house.url,
      '/graphql',
      ['Content-Type: application/json', 'X-API-Key: key'],
      'POST',
      JSON.stringify({ query: document, variables: { id: idOf(fault) } }),
    );

const elsewhere = (fault: string) => predictionOf(`elsewhere-${fault}`);

/** Passes bytes on as they come, so that a client may have a part of them when they stop. */
test.each<[route: string, ask: Ask]>([
  ['an image of a prediction at the upstream', askFor(ofPrediction, predictionOf)],
  ['an image of a prediction at another host', askFor(ofPrediction, elsewhere)],
  ['the bytes of a data item', askFor(ofDataItem, (fault) => dataItemOf('raw', fault))],
  ['the image at the URL of a data item', askFor(ofDataItem, (fault) => dataItemOf('url', fault))],
])('%s whose body fails is never taken for whole, and nothing else is affected', async (_, ask) => {
  const house = await startHouse();

  for (const [name, { outcome }] of Object.entries(faults)) {
    house.takeWarnings();
    const answer = await ask(house, name);

    const isWhole = answer.isComplete && answer.status < 300;
    expect.soft([name, isWhole]).toEqual([name, outcome === 'whole']);
    if (outcome === 'nothing') expect.soft([name, answer.status, answer.isComplete]).toEqual([name, 502, true]);
    if (outcome === 'part') expect.soft([name, answer.status < 300]).toEqual([name, true]);
    if (outcome === 'whole') expect.soft([name, answer.body.byteLength]).toEqual([name, image.byteLength]);
    expect.soft([name, house.takeWarnings()]).toEqual([name, outcome === 'whole' ? [] : [expect.anything()]]);
    expect.soft([name, house.uncaught]).toEqual([name, []]);
  }
  await house.expectNoHarm();
});

/** Reads all of a body before anything is answered. */
test.each<[route: string, ask: Ask, statuses: readonly number[]]>([
  ['the base64 of a data item', askFor(ofDataItem, (fault) => dataItemOf('base64', fault)), [502]],
  ['a resized image', askFor(copyOfPrediction, elsewhere), [502]],
  ['a range of an image', askFor(ofPrediction, elsewhere, ['Range: bytes=10-']), [502]],
  ['the head of an image', askFor(ofPrediction, elsewhere, [], 'HEAD'), [200, 502]],
  ['the size of an image', query(`query($id: ID!) { prediction(id: $id) { images { width } } }`, elsewhere), [200]],
  [
    'the placeholder of an image',
    query(`query($id: ID!) { prediction(id: $id) { images { placeholder } } }`, elsewhere),
    [200],
  ],
])('%s whose body fails gets a complete answer, and nothing else is affected', async (_, ask, statuses) => {
  const house = await startHouse();

  for (const [name, { outcome }] of Object.entries(faults)) {
    house.takeWarnings();
    const answer = await ask(house, name);

    expect.soft([name, answer.isComplete]).toEqual([name, true]);
    if (outcome !== 'whole') expect.soft([name, statuses.includes(answer.status)]).toEqual([name, true]);
    expect.soft([name, house.takeWarnings().length <= 1]).toEqual([name, true]);
    expect.soft([name, house.uncaught]).toEqual([name, []]);
  }
  await house.expectNoHarm();
});

test('a warning about a failed body holds its cause, and neither tokens nor keys', async () => {
  const house = await startHouse();
  const path = await house.imagePath(ofPrediction, elsewhere('ends in the middle'));
  house.takeWarnings();

  await exchange(house.url, path);

  const [warning, ...others] = house.takeWarnings();
  expect(others).toEqual([]);
  expect(warning).toMatchObject({ level: 40, err: { message: expect.stringContaining('/images/ends_in_the_middle') } });
  expect(JSON.stringify(warning)).toContain('other side closed');
  expect(JSON.stringify(warning)).not.toContain(path.split('/').at(-1));
  expect(JSON.stringify(warning)).not.toContain('"key"');
});
