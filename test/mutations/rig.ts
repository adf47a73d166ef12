import { Agent as HttpAgent, request } from 'node:http';
import { createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { defaultRetry } from '../../src/upstream/policy/retry.ts';
import { openNetwork } from '../../src/upstream/transport/network.ts';
import { settle } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { picture } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';
import { threadsAtRest } from '../support/threads.ts';
import { type Case, type Mutation, mayEndStream, USUAL, validReply } from './catalogue.ts';
import { operations } from './openapi.ts';
import { type Step, stepsOf } from './reply.ts';
import { IMAGE_FILE, type Scenario, scenariosWith } from './scenarios.ts';
import { type Arrived, fileReply, startRawUpstream } from './upstream.ts';
import { ids, PAGES, type World } from './valid.ts';

/** What a client received. */
export interface Result {
  /** GraphQL results, of a stream all of them. */
  readonly results: readonly GraphQLResult[];
  /** The same as text, without what differs each time. */
  readonly text: string;
  /** Whether the response or the stream came to its end. */
  readonly isComplete: boolean;
  /** Of an image: its status and its bytes; undefined where it broke off. */
  readonly image?: { status: number; bytes: Buffer } | undefined;
}

export interface GraphQLResult {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFailure[];
}

export interface GraphQLFailure {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Everything that is seen of one case. */
export interface Observation extends Result {
  readonly apiKey: string;
  /** How many requests of the mutated operation reached the upstream. */
  readonly requests: number;
  /** What another key received at the same time. */
  readonly control: string;
  /** Errors that nothing caught. */
  readonly uncaught: readonly string[];
  /** Waits that no timer can wait, in milliseconds. */
  readonly oddWaits: readonly number[];
}

/** Deadlines are at least so long, all other waits of the gateway are shorter; in milliseconds. */
const DEADLINE = 20_000;
/** Time in which every answer has come, in milliseconds. */
const ANSWER = 40_000;
/** Time in which every stream has ended, in milliseconds. */
const STREAM = 900_000;
/** Turns of the event loop in which work that needs no time is done. */
const WORK = 30_000;
/** Turns of the event loop after which timers that still end one after another do so for ever. */
const ENDLESS = 50_000;
/** Turns in which whatever arrives at once has arrived. */
const ARRIVAL = 30;

/** What is planned for a key. */
interface Plan {
  readonly mutation: Mutation | undefined;
  readonly scenario: Scenario;
  isActive: boolean;
  /** Reads of each path so far. */
  readonly reads: Map<string, number>;
  /** Requests of the mutated operation. */
  requests: number;
}

export type Rig = Awaited<ReturnType<typeof startRig>>;

/** A gateway on a port, and behind it an upstream whose responses are mutated for one key at a time. */
export async function startRig() {
  const image = Buffer.from(await picture());
  const plans = new Map<string, Plan>();
  const world: World & { imageUrl: string } = {
    imageUrl: '',
    imageBase64: image.toString('base64'),
    status: 'completed',
    has: () => true,
  };

  const respond = (arrived: Arrived): Step[] => {
    const plan = plans.get(arrived.apiKey);
    const mutation = plan?.isActive ? plan.mutation : undefined;
    const valid = (status: string) => ({ ...world, status });
    if (arrived.path.startsWith('/files/')) {
      const reply = fileReply(image, 'image/png');
      if (mutation?.operation !== IMAGE_FILE) return stepsOf(reply);
      return mutation.steps(reply, arrived.apiKey);
    }
    const operation = operations.find(({ method, pattern }) => method === arrived.method && pattern.test(arrived.path));
    if (!operation) return stepsOf({ status: 404, headers: [], body: Buffer.alloc(0) });
    const name = arrived.path + arrived.query.toString();
    const read = (plan?.reads.get(name) ?? 0) + 1;
    plan?.reads.set(name, read);
    const page = pageBehind(arrived.query.get('lastDocId'));
    const isStream = plan?.scenario.kind === 'stream';
    const status = isStream && read === 1 ? 'processing' : 'completed';
    const isMutated = mutation?.operation === operation.id;
    if (plan && isMutated) plan.requests++;
    const variant = mutation && isMutated ? mutation.variant : USUAL;
    const reply = validReply(operation, variant, valid(status), page, image);
    const isFirst = page === 0 && (arrived.path.endsWith('-1') || !/-\d+$/.test(arrived.path));
    if (!mutation || !isMutated || !isFirst || (isStream && !isDue(mutation, read))) return stepsOf(reply);
    return mutation.steps(reply, arrived.apiKey);
  };

  const upstream = await startRawUpstream(respond);
  world.imageUrl = `${upstream.url}/files/a.png`;
  const network = openNetwork(upstream.url);
  const started = startGateway({
    // A whole number of milliseconds, so that the times of the clock by hand are exact.
    watch: { perSecond: 1_000 },
    limits: { cost: Number.MAX_SAFE_INTEGER },
    access: { baseUrl: upstream.url, transport: network, pool: network.reads },
    upstream: {
      retry: defaultRetry,
      // Failures of one case must not keep the requests of the next one from the upstream.
      breaker: { attempts: Number.MAX_SAFE_INTEGER },
    },
  });
  const server = await serverOf(started);
  const agent = new HttpAgent({ keepAlive: true, maxSockets: 16 });
  onTestFinished(async () => {
    agent.destroy();
    await upstream.close();
    await network.destroy();
  });
  const { clock } = started;
  const startTime = clock.now();
  const watchErrors = catchErrors();
  onTestFinished(watchErrors.restore);

  /** Lets time pass. @throws Error when a timer that ends starts another one for no time, without end. */
  async function advance(milliseconds: number): Promise<void> {
    await threadsAtRest();
    let isOver = false;
    const advanced = clock.advance(milliseconds).finally(() => {
      isOver = true;
    });
    for (let turn = 0; turn < ENDLESS && !isOver; turn++) await settle(1);
    if (!isOver) throw new Error(`Time does not pass, because timers wait for nothing: ${clock.waits()}`);
    await advanced;
  }

  /** Lets time pass until something is so. @returns Whether it has come about. */
  async function drive(isDone: () => boolean, limit: number): Promise<boolean> {
    const needsTime = () => upstream.stalled > 0 || clock.waits().some((wait) => wait < DEADLINE);
    let work = WORK;
    for (let passed = 0; ; ) {
      for (let turn = 0; turn < (needsTime() ? ARRIVAL : work); turn++) {
        if (isDone()) return true;
        await settle(1);
      }
      if (passed >= limit) return false;
      // Once nothing has come of so much patience, it waits for time.
      if (!needsTime()) work = WORK / 30;
      const step = passed < 30_000 ? 1_000 : passed < 120_000 ? 5_000 : 30_000;
      await advance(step);
      passed += step;
    }
  }

  const post = (apiKey: string, scenario: Pick<Scenario, 'document' | 'variables'>, accept: string) =>
    send(agent, `${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, 'x-api-key': apiKey },
      body: JSON.stringify({ query: scenario.document, variables: scenario.variables }),
    });

  async function query(apiKey: string, scenario: Pick<Scenario, 'document' | 'variables'>): Promise<Result> {
    const response = post(apiKey, scenario, 'application/json');
    const isComplete = await drive(() => response.isOver, ANSWER);
    response.leave();
    const text = response.body.toString();
    return { results: isComplete ? [readResult(text)] : [], text: comparable(text, apiKey), isComplete };
  }

  async function stream(apiKey: string, { scenario, mutation }: Plan, overSocket: boolean): Promise<Result> {
    const listening = overSocket
      ? overWebSocket(server.url, apiKey, scenario)
      : overEvents(post(apiKey, scenario, 'text/event-stream'));
    const { jobs = [], completes = true } = scenario;
    const ended = () => jobs.every((job) => endsOf(listening.results(), job) > 0);
    // A stream that goes on without a job that is gone shows nothing more of it.
    const isCut = !completes && mutation !== undefined && mayEndStream(mutation);
    let isComplete = await drive(() => listening.isOver() || (!completes && ended()), isCut ? ANSWER : STREAM);
    if (isCut) isComplete = true;
    else if (!completes && isComplete) {
      // Whatever would come twice comes now.
      await drive(() => listening.isOver(), 40_000);
      isComplete = !listening.isOver();
    }
    await listening.leave();
    await settle(ARRIVAL);
    const results = listening.results();
    return { results, text: comparable(JSON.stringify(results), apiKey), isComplete };
  }

  async function showImage(apiKey: string, plan: Plan, { scenario }: Pick<Case, 'scenario'>): Promise<Result> {
    plan.isActive = false;
    const shown = await query(apiKey, scenario);
    plan.isActive = true;
    const url = /http:\/\/[^"]*\/images\/[\w-]+/.exec(JSON.stringify(shown.results))?.[0];
    if (url === undefined) throw new Error(`Expected the address of an image, got ${JSON.stringify(shown.results)}.`);
    const path = new URL(url).pathname;
    const response = send(agent, server.url + path, { method: 'GET', headers: {}, body: '' });
    // An image that stalls has no deadline on this clock, so its viewer leaves.
    let turns = 0;
    while (!response.isOver && turns < WORK && (upstream.stalled === 0 || turns < ARRIVAL * 4)) {
      turns++;
      await settle(1);
      if (turns % ARRIVAL === 0 && clock.waits().some((wait) => wait < DEADLINE)) await advance(1_000);
    }
    const hasStalled = upstream.stalled > 0;
    response.leave();
    await settle(ARRIVAL);
    const image = response.isWhole ? { status: response.status, bytes: response.body } : undefined;
    const text = image ? `${image.status} ${image.bytes.toString('base64')}` : 'it broke off';
    return { results: [], text, isComplete: response.isOver || hasStalled, image };
  }

  let count = 0;

  /** Runs a scenario with a mutation, or without any. */
  async function observe(scenario: Scenario, mutation: Mutation | undefined): Promise<Observation> {
    count++;
    const apiKey = `key-${count}-${scenario.operations.length}`;
    const plan: Plan = { mutation, scenario, isActive: true, reads: new Map(), requests: 0 };
    plans.set(apiKey, plan);
    const oddWaits: number[] = [];
    watchErrors.take();
    // A response that stalled in the case before is left by now, but its connection may close a moment later.
    for (let turn = 0; turn < WORK && upstream.stalled > 0; turn++) await settle(1);
    // The times in responses are as far back in every case.
    clock.setWallClock(startTime);
    const run = () => {
      if (scenario.kind === 'stream') return stream(apiKey, plan, count % 2 === 0);
      return scenario.kind === 'image' ? showImage(apiKey, plan, { scenario }) : query(apiKey, scenario);
    };
    const control = post('control', CONTROL, 'application/json');
    const result = await run();
    for (const wait of clock.waits()) if (!(wait >= 0 && wait < 2 ** 31)) oddWaits.push(wait);
    if (!control.isOver) await drive(() => control.isOver, ANSWER);
    plans.delete(apiKey);
    return {
      ...result,
      apiKey,
      requests: plan.requests,
      control: control.body.toString(),
      uncaught: watchErrors.take(),
      oddWaits,
    };
  }

  return {
    observe,
    world,
    scenarios: scenariosWith(`data:image/png;base64,${image.toString('base64')}`),
    started,
  };
}

/** The page that a cursor leads to. Those of the contract are opaque, so that any one leads behind the first page. */
const pageBehind = (cursor: string | null): number =>
  cursor === null ? 0 : PAGES.at(-1)?.some((number) => cursor.endsWith(number)) ? PAGES.length : 1;

/** Whether a read of a watched job meets the mutation: the second one, and all later ones where the status stays readable. */
const isDue = (mutation: Mutation, read: number): boolean =>
  read === 2 || (read > 2 && !mutation.isPassing && mutation.kept.status);

/** How many events report the end of a job. */
export const endsOf = (results: readonly GraphQLResult[], job: string): number =>
  results.filter(({ data }) => rowsIn(data).some(({ id, isFinished }) => id === job && isFinished === true)).length;

/** Everything in a result that has an id. */
export function rowsIn(data: unknown): Record<string, unknown>[] {
  if (Array.isArray(data)) return data.flatMap(rowsIn);
  if (typeof data !== 'object' || data === null) return [];
  const inside = Object.values(data).flatMap(rowsIn);
  return 'id' in data ? [{ ...data }, ...inside] : inside;
}

const CONTROL: Pick<Scenario, 'document' | 'variables'> = {
  document: `query ($prediction: ID!, $training: ID!) {
    prediction(id: $prediction) { id status prompt seed size { width height } progress { fraction } createdAt }
    training(id: $training) { id status triggerWord strength }
    models { nodes { id displayName } }
  }`,
  variables: {
    prediction: globalId({ kind: 'Prediction', id: ids.prediction }),
    training: globalId({ kind: 'Training', modelId: ids.model, id: ids.training }),
  },
};

/** A text without what is new each time. */
const comparable = (text: string, apiKey: string): string =>
  text.replaceAll(/http:\/\/[^"]*\/images\/[\w-]+/g, 'an image').replaceAll(apiKey, 'the key');

function readResult(text: string): GraphQLResult {
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `Expected JSON, got ${text.slice(0, 200)}` }] };
  }
}

/** A response on its way. */
interface Receiving {
  readonly isOver: boolean;
  readonly isWhole: boolean;
  readonly status: number;
  readonly body: Buffer;
  leave(): void;
}

function send(
  agent: HttpAgent,
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body: string },
): Receiving {
  const chunks: Buffer[] = [];
  const state = { isOver: false, isWhole: false, status: 0 };
  const sent = request(url, { method, headers, agent }, (response) => {
    state.status = response.statusCode ?? 0;
    response.on('data', (bytes) => chunks.push(bytes));
    response.on('end', () => {
      state.isWhole = response.complete;
    });
    response.on('error', () => {});
    response.on('close', () => {
      state.isOver = true;
    });
  });
  sent.on('error', () => {
    state.isOver = true;
  });
  sent.end(body);
  return {
    get isOver() {
      return state.isOver;
    },
    get isWhole() {
      return state.isWhole;
    },
    get status() {
      return state.status;
    },
    get body() {
      return Buffer.concat(chunks);
    },
    leave() {
      if (!state.isOver) sent.destroy();
    },
  };
}

/** A stream as its client sees it. */
interface Listening {
  /** Whether it has completed. */
  isOver(): boolean;
  results(): readonly GraphQLResult[];
  leave(): Promise<void>;
}

/** Server-sent events. An event stream that answers with JSON is an error before it begins. */
function overEvents(response: Receiving): Listening {
  const events = () => response.body.toString().split('\n\n');
  return {
    isOver: () => response.isOver || events().some((event) => event.startsWith('event: complete')),
    results: () =>
      events().flatMap((event) => {
        if (event.startsWith('{')) return [readResult(event)];
        const data = /^data: (.*)$/m.exec(event)?.[1];
        return event.startsWith('event: next') && data ? [readResult(data)] : [];
      }),
    leave: async () => response.leave(),
  };
}

function overWebSocket(url: string, apiKey: string, { document, variables }: Scenario): Listening {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { apiKey },
  });
  const results: GraphQLResult[] = [];
  let isOver = false;
  client.subscribe<unknown>(
    { query: document, variables: { ...variables } },
    {
      next: (result) => void results.push(result as GraphQLResult),
      error(errors) {
        isOver = true;
        results.push({ errors: Array.isArray(errors) ? errors : [{ message: String(errors) }] });
      },
      complete() {
        isOver = true;
      },
    },
  );
  return {
    isOver: () => isOver,
    results: () => results,
    async leave() {
      await client.dispose();
    },
  };
}

/** Takes the place of the test runner's handlers of errors that nothing caught. */
function catchErrors() {
  const found: string[] = [];
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const note = (event: string) => (error: unknown) =>
    void found.push(
      `${event}: ${error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error)}`,
    );
  const saved = events.map((event) => ({ event, listeners: process.listeners(event as 'uncaughtException') }));
  const own = events.map((event) => ({ event, listener: note(event) }));
  for (const { event } of saved) process.removeAllListeners(event);
  for (const { event, listener } of own) process.on(event, listener);
  return {
    take: () => found.splice(0),
    restore() {
      for (const { event, listener } of own) process.off(event, listener);
      for (const { event, listeners } of saved) for (const listener of listeners) process.on(event, listener);
    },
  };
}
