import { type ExecutionResult, parse } from 'graphql';
import { onTestFinished } from 'vitest';
import { globalId, type NodeKey } from '../../schema/ids.ts';
import { schema } from '../../schema/index.ts';
import { settle } from '../support/clock.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';
import { drawsFor } from './draws.ts';

/** How often a path of the upstream fails in bad weather, in percent. */
const FAILING = 20;

/** Two gateways over one upstream, in which they see the same weather. */
export async function startTwins() {
  openAside();
  const sandbox = startGateway();
  const seeded = await seed(sandbox);
  let weather = '';
  const upstream = (request: Request) => fault(weather, seeded, request) ?? sandbox.sandbox.fetch(request);
  const twins = [startTwin(upstream), startTwin(upstream)] as const;
  for (const { started } of twins) {
    await started.clock.advance(JOBS_END);
    // What a gateway learns of jobs and pictures, it knows from now on.
    const { errors } = await started.query(EVERYTHING);
    if (errors) throw new Error(`Not everything can be read: ${JSON.stringify(errors)}`);
  }
  return {
    /** What inputs may hold, so that most of them lead somewhere. */
    scalars: {
      ID: [...seeded.map(globalId), globalId({ kind: 'Model', id: 'A'.repeat(20) }), 'nowhere'],
      Int: [1, 2, 3, 64, 100, 0],
      String: await cursors(sandbox),
    },
    twins,
    /** @param next Decides what fails; nothing when it is empty. */
    setWeather(next: string) {
      weather = next;
    },
  };
}

/** Time for the jobs that are to end, in milliseconds. */
const JOBS_END = 30_000;

const EVERYTHING = `{
  models(first: 3) {
    nodes {
      trainings(first: 3) { nodes { progress { fraction } } }
      dataItems(first: 3) { nodes { image { width placeholder } } }
    }
  }
  predictions(first: 3) { nodes { progress { fraction } images { width placeholder } } }
}`;

/** Things of every kind: some jobs have ended, some go on. */
async function seed({ upstream, clock }: TestGateway): Promise<NodeKey[]> {
  const dresses = await seedModel(upstream, 'Dresses', { images: 3, trainings: 2 });
  const shoes = await seedModel(upstream, 'Shoes', { images: 1 });
  const both = await seedPrediction(upstream, [dresses.id, shoes.id]);
  await clock.advance(JOBS_END);
  const one = await seedPrediction(upstream, [shoes.id]);
  const training = await seedTraining(upstream, shoes.id, { trainingSpeed: 'high_quality' });
  return [
    { kind: 'Model', id: dresses.id },
    { kind: 'Model', id: shoes.id },
    ...dresses.trainings.map((id) => ({ kind: 'Training', modelId: dresses.id, id }) as const),
    { kind: 'Training', modelId: shoes.id, id: training },
    { kind: 'Prediction', id: both },
    { kind: 'Prediction', id: one },
    ...dresses.dataItems.map((id) => ({ kind: 'DataItem', modelId: dresses.id, id }) as const),
  ];
}

/** A cursor of each list, and a text that is none. */
async function cursors({ query }: TestGateway): Promise<string[]> {
  const { data } = await query<Record<string, { pageInfo: { endCursor: string } }>, object>(
    '{ models(first: 1) { pageInfo { endCursor } } predictions(first: 1) { pageInfo { endCursor } } }',
  );
  return [...Object.values(data ?? {}).map(({ pageInfo }) => pageInfo.endCursor), 'Model'];
}

function startTwin(upstream: (request: Request) => Promise<Response>) {
  const requests: string[] = [];
  let underWay = 0;
  const started = startGateway({
    async transport(request) {
      const { pathname, search } = new URL(request.url);
      requests.push(`${request.method} ${pathname}${search}`);
      underWay++;
      return await upstream(request).finally(() => underWay--);
    },
    // Everything happens within one moment, in which the upstream may fail as often as it likes.
    upstream: { breaker: { failureThreshold: 1, attempts: 1e9, window: 10_000, coolDown: 5_000 } },
  });
  /** An answer that has failed does not wait for the rest of what it asked for. */
  const settleAll = async () => {
    for (let seen = -1; seen < requests.length || underWay > 0; ) {
      seen = requests.length;
      await settle();
    }
  };
  return {
    started,
    /** Executes something with a context of the gateway, and tells which requests that took, in alphabetical order. */
    async run(act: Act) {
      const result = await inContext(started, act);
      await settleAll();
      return { result, requests: requests.splice(0).toSorted() };
    },
  };
}

/** What the upstream answers in bad weather; undefined when it is well. Ids differ each time, so they do not decide. */
function fault(weather: string, seeded: readonly NodeKey[], { url }: Request): Promise<Response> | undefined {
  const path = seeded.reduce((path, { id }, index) => path.replace(id, `${index}`), new URL(url).pathname);
  const draws = drawsFor(`${weather} ${path}`);
  // Pictures are kept, so that it would depend on what was asked for before whether they can be had.
  if (weather === '' || path.includes('/images/') || !draws.chance(FAILING)) return undefined;
  const [status, body] = draws.pick([
    [404, '{}'],
    [500, '{}'],
    [200, '{"id'],
    [200, '{"id":7}'],
    [200, '[]'],
  ] as const);
  return Promise.resolve(new Response(body, { status, headers: { 'content-type': 'application/json' } }));
}

/** Does something with a context. */
type Act = (context: unknown) => ExecutionResult | Promise<ExecutionResult>;

/** The id of what is not there, but for whoever asks with it. */
const ASIDE = 'aside';
const aside: { act?: Act; result?: ExecutionResult } = {};

/** Has `node` of the graph do something else for one id, in this process and until the test is over. */
function openAside(): void {
  const field = schema.getQueryType()?.getFields().node;
  const resolve = field?.resolve;
  if (!field || !resolve) throw new Error('The graph has no `node`.');
  field.resolve = async (source, args, context, info) => {
    if (args.id !== ASIDE || !aside.act) return resolve(source, args, context, info);
    aside.result = await aside.act(context);
    return null;
  };
  onTestFinished(() => {
    field.resolve = resolve;
  });
}

/** Does something while an operation is under way, with the context that the gateway has made for it. */
async function inContext({ gateway }: TestGateway, act: Act): Promise<ExecutionResult> {
  const request = new Request('http://localhost:4000/graphql');
  const { execute, contextFactory } = gateway.getEnveloped({ request });
  delete aside.result;
  aside.act = act;
  const document = parse(`{ node(id: "${ASIDE}") { id } }`);
  const answer: ExecutionResult = await execute({ schema, document, contextValue: await contextFactory() });
  if (!aside.result) throw new Error(`The operation around it failed: ${JSON.stringify(answer)}`);
  return aside.result;
}
