import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { settle, until } from '../support/clock.ts';
import { type QueryResult, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { type Subscription, transports } from '../support/subscribe.ts';

const jobsUpdated = graphql(`
  subscription StormOfJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status isFinished staleSince } }
`);

/** Events that may happen in any order while jobs run. */
type Step =
  | { kind: 'join'; jobs: number[]; transport: number }
  | { kind: 'leave'; viewer: number }
  | { kind: 'fault'; fault: 'none' | 'status' | 'reset' | 'malformed' }
  | { kind: 'wait'; milliseconds: number };

const JOBS = 2;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('join' as const),
    jobs: fc.uniqueArray(fc.nat(JOBS - 1), { minLength: 1, maxLength: JOBS }),
    transport: fc.nat(transports.length - 1),
  }),
  fc.record({ kind: fc.constant('leave' as const), viewer: fc.nat(9) }),
  fc.record({
    kind: fc.constant('fault' as const),
    fault: fc.constantFrom('none' as const, 'status' as const, 'reset' as const, 'malformed' as const),
  }),
  fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.nat(4_000) }),
);

interface Viewer {
  ids: string[];
  stream: Promise<Subscription<{ jobsUpdated: EmittedJob }>>;
  seen: QueryResult<{ jobsUpdated: EmittedJob }>[];
  over: Promise<void>;
  hasLeft: boolean;
}

type EmittedJob = { id: string; isFinished: boolean } | null;

test('on every transport, a subscriber gets each final state once and last, and no resources leak', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { viewers, started } = await storm(steps);

      for (const { ids, seen, hasLeft } of viewers.filter((viewer) => !viewer.hasLeft || viewer.seen.length > 0)) {
        const codes = seen.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code));
        expect(codes.filter((code) => code !== 'UPSTREAM_UNAVAILABLE')).toEqual([]);
        for (const id of ids) {
          const emitted = seen.map(({ data }) => data?.jobsUpdated).filter((job) => job?.id === id);
          const ends = emitted.filter((job) => job?.isFinished);
          expect(ends.length).toBeLessThanOrEqual(1);
          if (hasLeft) continue;
          expect(ends).toHaveLength(1);
          expect(emitted.at(-1)).toBe(ends[0]);
        }
      }
      expect(started.gateway.watchedJobs).toBe(0);
      expect(started.clock.waits()).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 120_000);

async function storm(steps: readonly Step[]) {
  let fault: Extract<Step, { kind: 'fault' }>['fault'] = 'none';
  const started = startGateway({
    transport: async (request, upstream) => {
      if (fault === 'reset') throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
      if (fault === 'status') return new Response(null, { status: 503 });
      if (fault === 'malformed') return new Response('{"id', { headers: { 'content-type': 'application/json' } });
      return upstream(request);
    },
  });
  const { clock, gateway, upstream } = started;
  const { id: modelId } = await seedModel(upstream, 'Dresses');
  const ids: string[] = [];
  for (let index = 0; index < JOBS; index++) {
    ids.push(globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [modelId]) }));
  }

  const join = (ids: string[], subscribe = transports[0]?.subscribe): Viewer => {
    if (!subscribe) throw new Error('There is no transport.');
    const stream = subscribe(started, jobsUpdated, { ids });
    const seen: Viewer['seen'] = [];
    const read = async () => {
      const { next } = await stream;
      for (let result = await next(); result; result = await next()) seen.push(result);
    };
    return { ids, stream, seen, over: read(), hasLeft: false };
  };

  const viewers: Viewer[] = [];
  for (const step of steps) {
    switch (step.kind) {
      case 'join':
        viewers.push(
          join(
            step.jobs.map((index) => ids[index] ?? ''),
            transports[step.transport]?.subscribe,
          ),
        );
        break;
      case 'leave': {
        const viewer = viewers[step.viewer % Math.max(1, viewers.length)];
        if (!viewer) break;
        viewer.hasLeft = true;
        // A stream that has not emitted yet is closed after its first event.
        void viewer.stream.then((stream) => stream.leave());
        await settle();
        break;
      }
      case 'fault':
        fault = step.fault;
        break;
      case 'wait':
        await clock.advance(step.milliseconds);
    }
  }
  fault = 'none';
  await settle();
  await clock.advance(120_000);
  await Promise.all(viewers.map(({ over }) => over));
  await until(() => gateway.watchedJobs === 0);
  return { viewers, started };
}
