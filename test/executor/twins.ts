import { type ExecutionResult, parse } from 'graphql';
import { onTestFinished } from 'vitest';
import { globalId, type NodeKey } from '../../schema/ids.ts';
import { schema } from '../../schema/index.ts';
import { settle } from '../support/clock.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';
import { drawsFor } from './draws.ts';

/** Percentage of upstream paths that fail if faults are enabled. */
const FAILURE_RATE = 20;

/** Starts two gateways with one upstream and the same faults. */
export async function startTwins() {
  injectIntoNode();
  const sandbox = startGateway();
  const seeded = await seed(sandbox);
  let faultSeed = '';
  const upstream = (request: Request) => fault(faultSeed, seeded, request) ?? sandbox.sandbox.fetch(request);
  const twins = [startTwin(upstream), startTwin(upstream)] as const;
  for (const { started } of twins) {
    await started.clock.advance(JOBS_END);
    // Fills the caches for jobs and images.
    const { errors } = await started.query(WARM_UP);
    if (errors) throw new Error(`The warm-up query failed: ${JSON.stringify(errors)}`);
  }
  return {
    /** Scalar values for inputs; most of them are ids and cursors that exist. */
    scalars: {
      ID: [...seeded.map(globalId), globalId({ kind: 'Model', id: 'A'.repeat(20) }), 'nowhere'],
      Int: [1, 2, 3, 64, 100, 0],
      String: await cursors(sandbox),
    },
    twins,
    /** @param next Selects the paths that fail; none if it is empty. */
    setFaultSeed(next: string) {
      faultSeed = next;
    },
  };
}

/** Time after which the first jobs have finished, in milliseconds. */
const JOBS_END = 30_000;

const WARM_UP = `{
  models(first: 3) {
    nodes {
      trainings(first: 3) { nodes { progress { fraction } } }
      dataItems(first: 3) { nodes { image { width placeholder } } }
    }
  }
  predictions(first: 3) { nodes { progress { fraction } images { width placeholder } } }
}`;

/** Seeds nodes of every kind: some jobs have finished, some are running. */
async function seed({ upstream, clock }: TestGateway): Promise<NodeKey[]> {
  const dresses = await seedModel(upstream, 'Dresses', { images: 3, trainings: 2 });
  const shoes = await seedModel(upstream, 'Shoes', { images: 1 });
  const both = await seedPrediction(upstream, [dresses.id, shoes.id]);
  await clock.advance(JOBS_END);
  const testCase = await seedPrediction(upstream, [shoes.id]);
  const training = await seedTraining(upstream, shoes.id, { trainingSpeed: 'high_quality' });
  return [
    { kind: 'Model', id: dresses.id },
    { kind: 'Model', id: shoes.id },
    ...dresses.trainings.map((id) => ({ kind: 'Training', modelId: dresses.id, id }) as const),
    { kind: 'Training', modelId: shoes.id, id: training },
    { kind: 'Prediction', id: both },
    { kind: 'Prediction', id: testCase },
    ...dresses.dataItems.map((id) => ({ kind: 'DataItem', modelId: dresses.id, id }) as const),
  ];
}

/** A cursor of each list, and an invalid one. */
async function cursors({ query }: TestGateway): Promise<string[]> {
  const { data } = await query<Record<string, { pageInfo: { endCursor: string } }>, object>(
    '{ models(first: 1) { pageInfo { endCursor } } predictions(first: 1) { pageInfo { endCursor } } }',
  );
  return [...Object.values(data ?? {}).map(({ pageInfo }) => pageInfo.endCursor), 'Model'];
}

function startTwin(upstream: (request: Request) => Promise<Response>) {
  const requests: string[] = [];
  let pending = 0;
  const started = startGateway({
    async transport(request) {
      const { pathname, search } = new URL(request.url);
      requests.push(`${request.method} ${pathname}${search}`);
      pending++;
      return await upstream(request).finally(() => pending--);
    },
    // The clock stands still, so the circuit breaker must not open.
    upstream: { breaker: { failureThreshold: 1, attempts: 1e9, window: 10_000, coolDown: 5_000 } },
  });
  /** Waits for upstream requests that outlive a failed operation. */
  const settleAll = async () => {
    for (let seen = -1; seen < requests.length || pending > 0; ) {
      seen = requests.length;
      await settle();
    }
  };
  return {
    started,
    /** Executes with a context of the gateway. Returns the result and the upstream requests, sorted. */
    async run(act: Act) {
      const result = await inContext(started, act);
      await settleAll();
      return { result, requests: requests.splice(0).toSorted() };
    },
  };
}

/** The error response for a request; undefined if it succeeds. Replaces ids in the path, because they differ in each run. */
function fault(faultSeed: string, seeded: readonly NodeKey[], { url }: Request): Promise<Response> | undefined {
  const path = seeded.reduce((path, { id }, index) => path.replace(id, `${index}`), new URL(url).pathname);
  const draws = drawsFor(`${faultSeed} ${path}`);
  // Images are cached, so that results would depend on earlier requests.
  if (faultSeed === '' || path.includes('/images/') || !draws.chance(FAILURE_RATE)) return undefined;
  const [status, body] = draws.pick([
    [404, '{}'],
    [500, '{}'],
    [200, '{"id'],
    [200, '{"id":7}'],
    [200, '[]'],
  ] as const);
  return Promise.resolve(new Response(body, { status, headers: { 'content-type': 'application/json' } }));
}

/** Executes an operation with a context. */
type Act = (context: unknown) => ExecutionResult | Promise<ExecutionResult>;

/** Node id whose resolver runs the injected execution. */
const INJECTED_ID = 'injected';
const injected: { act?: Act; result?: ExecutionResult } = {};

/** Replaces the resolver of `node` for one id until the test is finished. */
function injectIntoNode(): void {
  const field = schema.getQueryType()?.getFields().node;
  const resolve = field?.resolve;
  if (!field || !resolve) throw new Error('The graph has no `node`.');
  field.resolve = async (source, args, context, info) => {
    if (args.id !== INJECTED_ID || !injected.act) return resolve(source, args, context, info);
    injected.result = await injected.act(context);
    return null;
  };
  onTestFinished(() => {
    field.resolve = resolve;
  });
}

/** Executes an operation within another one, with the context that the gateway created for it. */
async function inContext({ gateway }: TestGateway, act: Act): Promise<ExecutionResult> {
  const request = new Request('http://localhost:4000/graphql');
  delete injected.result;
  injected.act = act;
  const document = parse(`{ node(id: "${INJECTED_ID}") { id } }`);
  const outer = await gateway.webSocket.operations.execute({ document, transport: { request } });
  if (!injected.result) throw new Error(`The outer operation failed: ${JSON.stringify(outer)}`);
  return injected.result;
}
