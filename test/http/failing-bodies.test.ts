import { expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { faults } from './faults.ts';
import { dataItemOf, exchange, image, predictionOf, type Scenario, startScenario } from './support.ts';

const ofPrediction = `query($id: ID!) { prediction(id: $id) { images { url } } }`;
const resizedOfPrediction = `query($id: ID!) { prediction(id: $id) { images { url(width: 64) } } }`;
const ofDataItem = `query($id: ID!) { node(id: $id) { ... on DataItem { image { url } } } }`;

/** Requests an image whose body has this fault. */
type SendRequest = (scenario: Scenario, fault: string) => ReturnType<typeof exchange>;

const getImage =
  (document: string, idOf: (fault: string) => string, headers: readonly string[] = [], method = 'GET'): SendRequest =>
  async (scenario, fault) =>
    exchange(scenario.url, await scenario.imagePath(document, idOf(fault)), headers, method);

const query =
  (document: string, idOf: (fault: string) => string): SendRequest =>
  (scenario, fault) =>
    exchange(
      scenario.url,
      '/graphql',
      ['Content-Type: application/json', 'X-API-Key: key'],
      'POST',
      JSON.stringify({ query: document, variables: { id: idOf(fault) } }),
    );

const elsewhere = (fault: string) => predictionOf(`elsewhere-${fault}`);

/** Routes that stream bytes, so that a client may have received a part of them when the source fails. */
test.each<[route: string, sendRequest: SendRequest]>([
  ['an image of a prediction at the upstream', getImage(ofPrediction, predictionOf)],
  ['an image of a prediction at another host', getImage(ofPrediction, elsewhere)],
  ['the bytes of a data item', getImage(ofDataItem, (fault) => dataItemOf('raw', fault))],
  ['the image at the URL of a data item', getImage(ofDataItem, (fault) => dataItemOf('url', fault))],
])(
  'a response with %s whose source fails is visibly incomplete, and nothing else is affected',
  async (_, sendRequest) => {
    const scenario = await startScenario();

    for (const [name, { outcome }] of Object.entries(faults)) {
      scenario.takeWarnings();
      const response = await sendRequest(scenario, name);

      const isWhole = response.isComplete && response.status < 300;
      expect.soft([name, isWhole]).toEqual([name, outcome === 'whole']);
      if (outcome === 'nothing') expect.soft([name, response.status, response.isComplete]).toEqual([name, 502, true]);
      if (outcome === 'part') expect.soft([name, response.status < 300]).toEqual([name, true]);
      if (outcome === 'whole') expect.soft([name, response.body.byteLength]).toEqual([name, image.byteLength]);
      await until(() => scenario.ended('/images/…') > 0);
      // A response with an error status is complete.
      const isAborted = outcome !== 'whole' && response.status < 300;
      expect.soft([name, scenario.takeWarnings()]).toEqual([name, isAborted ? [expect.anything()] : []]);
      expect.soft([name, scenario.uncaught]).toEqual([name, []]);
    }
    await scenario.expectOthersUnaffected();
  },
);

/** Routes that read the whole body before they respond. */
test.each<[route: string, sendRequest: SendRequest, statuses: readonly number[]]>([
  ['the base64 of a data item', getImage(ofDataItem, (fault) => dataItemOf('base64', fault)), [502]],
  ['a resized image', getImage(resizedOfPrediction, elsewhere), [502]],
  ['a range of an image', getImage(ofPrediction, elsewhere, ['Range: bytes=10-']), [502]],
  ['the headers of an image', getImage(ofPrediction, elsewhere, [], 'HEAD'), [200, 502]],
  ['the size of an image', query(`query($id: ID!) { prediction(id: $id) { images { width } } }`, elsewhere), [200]],
  [
    'the placeholder of an image',
    query(`query($id: ID!) { prediction(id: $id) { images { placeholder } } }`, elsewhere),
    [200],
  ],
])(
  'a request for %s whose source fails gets a complete response, and nothing else is affected',
  async (_, sendRequest, statuses) => {
    const scenario = await startScenario();

    for (const [name, { outcome }] of Object.entries(faults)) {
      scenario.takeWarnings();
      const response = await sendRequest(scenario, name);

      expect.soft([name, response.isComplete]).toEqual([name, true]);
      if (outcome !== 'whole') expect.soft([name, statuses.includes(response.status)]).toEqual([name, true]);
      expect.soft([name, scenario.takeWarnings().length <= 1]).toEqual([name, true]);
      expect.soft([name, scenario.uncaught]).toEqual([name, []]);
    }
    await scenario.expectOthersUnaffected();
  },
);

test('the log line of a response whose body fails contains its cause, and neither tokens nor keys', async () => {
  const scenario = await startScenario();
  const path = await scenario.imagePath(ofPrediction, elsewhere('ends in the middle'));
  scenario.takeWarnings();

  await exchange(scenario.url, path);

  await until(() => scenario.ended('/images/…') > 0);
  const [warning, ...others] = scenario.takeWarnings();
  expect(others).toEqual([]);
  expect(warning).toMatchObject({ msg: 'request', failure: expect.stringContaining('/images/ends_in_the_middle') });
  expect(JSON.stringify(warning)).toContain('other side closed');
  expect(JSON.stringify(warning)).not.toContain(path.split('/').at(-1));
  expect(JSON.stringify(warning)).not.toContain('"key"');
});
