import { expect, test } from 'vitest';
import { execute, transports } from '../e2e/client.ts';
import { ERROR_STATUS, SpanKind } from '../support/collector.ts';
import { startTraced, traceparentOf } from './tracing-support.ts';

const START = `mutation ($modelId: ID!) {
  startTraining(input: { modelId: $modelId, strength: 5 }) {
    ... on StartTrainingSuccess { training { id } }
    ... on Error { message }
  }
}`;
const WATCH = 'subscription Watch($id: ID!) { trainingUpdated(id: $id) { status model { displayName } } }';

/** Starts a training of the first model. */
async function startTraining(url: string): Promise<string> {
  const models = await execute<{ models: { nodes: { id: string }[] } }>(url, '{ models(first: 1) { nodes { id } } }');
  const modelId = models.data?.models.nodes[0]?.id;
  const started = await execute<{ startTraining: { training: { id: string } } }>(url, START, { modelId });
  const id = started.data?.startTraining.training?.id;
  if (id === undefined) throw new Error(`Expected a training, got ${JSON.stringify(started)}.`);
  return id;
}

test.each(Object.entries(transports))(
  'a subscription over %s, its events and the polls for it are linked',
  async (_, subscribe) => {
    const { program, collector, received } = await startTraced();
    const id = await startTraining(program.url);
    let events = 0;
    for await (const { errors } of subscribe(program.url, WATCH, { id })) {
      expect(errors).toBeUndefined();
      events++;
    }
    await program.stop();

    const subscription = await collector.span('subscription Watch');
    const { traceId, spanId } = subscription;
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    const eventSpans = spans.filter(({ name }) => name === 'event Watch');
    expect(events).toBeGreaterThan(1);
    expect(eventSpans.map(({ parentSpanId, attributes }) => [parentSpanId, attributes['flair.event.number']])).toEqual(
      Array.from({ length: events }, (_, index) => [spanId, index + 1]),
    );
    // The model is read once for each event, because it may have changed.
    const groups = spans.filter(({ name }) => name === 'trainingUpdated.model');
    expect(groups.map(({ parentSpanId }) => parentSpanId)).toEqual(eventSpans.map((span) => span.spanId));
    const reads = spans.filter(({ name }) => name === 'GET /models/{modelId}');
    expect(reads.map(({ parentSpanId }) => parentSpanId)).toEqual(groups.map((span) => span.spanId));

    const polls = collector.spans.filter(({ name }) => name.startsWith('poll '));
    expect(polls.map(({ name }) => name)).toContain('poll getTraining');
    for (const poll of polls) {
      expect(poll).toMatchObject({ kind: SpanKind.client, links: [{ traceId, spanId }] });
      expect(poll.parentSpanId).toBeUndefined();
      expect(poll.traceId).not.toBe(traceId);
      expect(received).toContainEqual(expect.objectContaining({ traceparent: traceparentOf(poll), requestId: null }));
    }
  },
);

test('an event with an error names its code', async () => {
  const { program, collector } = await startTraced();
  const missing = Buffer.from('Training:none/none').toString('base64url');
  const watch = 'subscription Several($ids: [ID!]!) { jobsUpdated(ids: $ids) { status } }';
  const events = [];

  for await (const event of transports.WebSocket(program.url, watch, { ids: [missing] })) events.push(event);

  expect(events).toHaveLength(1);
  expect(await collector.span('event Several')).toMatchObject({
    status: { code: ERROR_STATUS },
    attributes: { 'error.type': 'NOT_FOUND' },
  });
  expect(await collector.span('poll getTraining')).toMatchObject({ attributes: { 'http.response.status_code': 404 } });
});
