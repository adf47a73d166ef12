import { Agent as HttpAgent, request } from 'node:http';
import { createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { defaultRetry } from '../../src/upstream/policy/retry.ts';
import { openNetwork } from '../../src/upstream/transport/network.ts';
import { settle } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { smallImage } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';
import { waitForThreadPool } from '../support/threads.ts';
import { type Case, type Mutation, mayEndStream, USUAL, validReply } from './catalogue.ts';
import { operations } from './openapi.ts';
import { type Step, stepsOf } from './reply.ts';
import { IMAGE_FILE, type Scenario, scenariosWith } from './scenarios.ts';
import { fileReply, type ReceivedRequest, startRawUpstream } from './upstream.ts';
import { ids, PAGES, type World } from './valid.ts';

/** The result that a client received. */
export interface Result {
  /** GraphQL results; for a stream, of all events. */
  readonly results: readonly GraphQLResult[];
  /** The results as text, without parts that differ in each run, or if a read was sent again. */
  readonly text: string;
  /** True if the response or stream was complete. */
  readonly isComplete: boolean;
  /** For an image: its status and bytes; undefined if it was truncated. */
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

/** The observation of one case. */
export interface Observation extends Result {
  readonly apiKey: string;
  /** Number of requests of the mutated operation that reached the upstream. */
  readonly requests: number;
  /** The response to a concurrent request with another key. */
  readonly control: string;
  /** Unhandled errors. */
  readonly uncaught: readonly string[];
  /** Timer delays outside of the valid range, in milliseconds. */
  readonly invalidDelays: readonly number[];
}

/** Minimum length of a deadline, in milliseconds. All other waits of the gateway are shorter. */
const DEADLINE = 20_000;
/** Maximum time for a response, in milliseconds. */
const RESPONSE_LIMIT = 40_000;
/** Maximum time for a stream, in milliseconds. */
const STREAM_LIMIT = 900_000;
/** Turns of the event loop in which work without timers is done. */
const WORK_TURNS = 30_000;
/** Turns of the event loop after which successive timers are considered endless. */
const ENDLESS_TURNS = 50_000;
/** Turns of the event loop in which sent bytes arrive. */
const ARRIVAL_TURNS = 30;

/** The plan for a key. */
interface Plan {
  readonly mutation: Mutation | undefined;
  readonly scenario: Scenario;
  isActive: boolean;
  /** Number of reads by path. */
  readonly reads: Map<string, number>;
  /** Number of requests of the mutated operation. */
  requests: number;
}

export type Rig = Awaited<ReturnType<typeof startRig>>;

/** Starts a gateway on a port, and an upstream whose responses are mutated for one key at a time. */
export async function startRig() {
  const image = Buffer.from(await smallImage());
  const plans = new Map<string, Plan>();
  const world: World & { imageUrl: string } = {
    imageUrl: '',
    imageBase64: image.toString('base64'),
    status: 'completed',
    has: () => true,
  };

  const respond = (received: ReceivedRequest): Step[] => {
    const plan = plans.get(received.apiKey);
    const mutation = plan?.isActive ? plan.mutation : undefined;
    const valid = (status: string) => ({ ...world, status });
    if (received.path.startsWith('/files/')) {
      const reply = fileReply(image, 'image/png');
      if (mutation?.operation !== IMAGE_FILE) return stepsOf(reply);
      return mutation.steps(reply, received.apiKey);
    }
    const operation = operations.find(
      ({ method, pattern }) => method === received.method && pattern.test(received.path),
    );
    if (!operation) return stepsOf({ status: 404, headers: [], body: Buffer.alloc(0) });
    const name = received.path + received.query.toString();
    const read = (plan?.reads.get(name) ?? 0) + 1;
    plan?.reads.set(name, read);
    const page = pageAfter(received.query.get('lastDocId'));
    const isStream = plan?.scenario.kind === 'stream';
    const status = isStream && read === 1 ? 'processing' : 'completed';
    const isMutated = mutation?.operation === operation.id;
    if (plan && isMutated) plan.requests++;
    const variant = mutation && isMutated ? mutation.variant : USUAL;
    const reply = validReply(operation, variant, valid(status), page, image);
    const isFirst = page === 0 && (received.path.endsWith('-1') || !/-\d+$/.test(received.path));
    if (!mutation || !isMutated || !isFirst || (isStream && !isDue(mutation, read))) return stepsOf(reply);
    return mutation.steps(reply, received.apiKey);
  };

  const upstream = await startRawUpstream(respond);
  world.imageUrl = `${upstream.url}/files/a.png`;
  const network = openNetwork(upstream.url);
  const started = startGateway({
    // The interval is a whole number of milliseconds, so that the times of the manual clock are exact.
    watch: { pollsPerSecond: 1_000 },
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
  const watchErrors = captureUnhandled();
  onTestFinished(watchErrors.restore);

  /** Advances the clock. @throws Error if timers without a delay follow each other endlessly. */
  async function advance(milliseconds: number): Promise<void> {
    await waitForThreadPool();
    let isEnded = false;
    const advanced = clock.advance(milliseconds).finally(() => {
      isEnded = true;
    });
    for (let turn = 0; turn < ENDLESS_TURNS && !isEnded; turn++) await settle(1);
    if (!isEnded) throw new Error(`Time does not pass, because timers wait for nothing: ${clock.waits()}`);
    await advanced;
  }

  /** Advances the clock until a condition is met. @returns False if the time limit is reached first. */
  async function drive(isDone: () => boolean, limit: number): Promise<boolean> {
    const needsTime = () => upstream.stalled > 0 || clock.waits().some((wait) => wait < DEADLINE);
    let work = WORK_TURNS;
    for (let passed = 0; ; ) {
      for (let turn = 0; turn < (needsTime() ? ARRIVAL_TURNS : work); turn++) {
        if (isDone()) return true;
        await settle(1);
      }
      if (passed >= limit) return false;
      // If nothing has happened in that many turns, a timer is probably needed.
      if (!needsTime()) work = WORK_TURNS / 30;
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
    const isComplete = await drive(() => response.isEnded, RESPONSE_LIMIT);
    response.abort();
    const text = response.body.toString();
    return { results: isComplete ? [readResult(text)] : [], text: comparable(text, apiKey), isComplete };
  }

  async function stream(apiKey: string, { scenario, mutation }: Plan, overSocket: boolean): Promise<Result> {
    const subscription = overSocket
      ? overWebSocket(server.url, apiKey, scenario)
      : overEvents(post(apiKey, scenario, 'text/event-stream'));
    const { jobs = [], completes = true } = scenario;
    const ended = () => jobs.every((job) => endsOf(subscription.results(), job) > 0);
    // A stream that continues without a job that is gone does not report its end.
    const isCut = !completes && mutation !== undefined && mayEndStream(mutation);
    let isComplete = await drive(
      () => subscription.isEnded() || (!completes && ended()),
      isCut ? RESPONSE_LIMIT : STREAM_LIMIT,
    );
    if (isCut) isComplete = true;
    else if (!completes && isComplete) {
      // A duplicate event would arrive now.
      await drive(() => subscription.isEnded(), 40_000);
      isComplete = !subscription.isEnded();
    }
    await subscription.abort();
    await settle(ARRIVAL_TURNS);
    const results = subscription.results();
    return { results, text: comparable(JSON.stringify(results), apiKey), isComplete };
  }

  async function showImage(apiKey: string, plan: Plan, { scenario }: Pick<Case, 'scenario'>): Promise<Result> {
    plan.isActive = false;
    const shown = await query(apiKey, scenario);
    plan.isActive = true;
    const url = /http:\/\/[^"]*\/images\/[\w-]+/.exec(JSON.stringify(shown.results))?.[0];
    if (url === undefined) throw new Error(`Expected the URL of an image, got ${JSON.stringify(shown.results)}.`);
    const path = new URL(url).pathname;
    const response = send(agent, server.url + path, { method: 'GET', headers: {}, body: '' });
    // Downloads do not use the manual clock, so a stalled image is aborted.
    let turns = 0;
    while (!response.isEnded && turns < WORK_TURNS && (upstream.stalled === 0 || turns < ARRIVAL_TURNS * 4)) {
      turns++;
      await settle(1);
      if (turns % ARRIVAL_TURNS === 0 && clock.waits().some((wait) => wait < DEADLINE)) await advance(1_000);
    }
    const hasStalled = upstream.stalled > 0;
    response.abort();
    await settle(ARRIVAL_TURNS);
    const image = response.isComplete ? { status: response.status, bytes: response.body } : undefined;
    const text = image ? `${image.status} ${image.bytes.toString('base64')}` : 'truncated';
    return { results: [], text, isComplete: response.isEnded || hasStalled, image };
  }

  let count = 0;

  /** Runs a scenario, with or without a mutation. */
  async function observe(scenario: Scenario, mutation: Mutation | undefined): Promise<Observation> {
    count++;
    const apiKey = `key-${count}-${scenario.operations.length}`;
    const plan: Plan = { mutation, scenario, isActive: true, reads: new Map(), requests: 0 };
    plans.set(apiKey, plan);
    const invalidDelays: number[] = [];
    watchErrors.take();
    // The stalled response of the previous case was aborted, but its connection may close later.
    for (let turn = 0; turn < WORK_TURNS && upstream.stalled > 0; turn++) await settle(1);
    // All cases start at the same time.
    clock.setWallClock(startTime);
    const run = () => {
      if (scenario.kind === 'stream') return stream(apiKey, plan, count % 2 === 0);
      return scenario.kind === 'image' ? showImage(apiKey, plan, { scenario }) : query(apiKey, scenario);
    };
    const control = post('control', CONTROL, 'application/json');
    const result = await run();
    for (const wait of clock.waits()) if (!(wait >= 0 && wait < 2 ** 31)) invalidDelays.push(wait);
    if (!control.isEnded) await drive(() => control.isEnded, RESPONSE_LIMIT);
    plans.delete(apiKey);
    return {
      ...result,
      apiKey,
      requests: plan.requests,
      control: control.body.toString(),
      uncaught: watchErrors.take(),
      invalidDelays,
    };
  }

  return {
    observe,
    world,
    scenarios: scenariosWith(`data:image/png;base64,${image.toString('base64')}`),
    started,
  };
}

/** The page after a cursor. Cursors are opaque, so any unknown one is that of the first page. */
const pageAfter = (cursor: string | null): number =>
  cursor === null ? 0 : PAGES.at(-1)?.some((number) => cursor.endsWith(number)) ? PAGES.length : 1;

/** True if a read of a watched job is mutated: the second one, and all later ones if the status remains readable. */
const isDue = (mutation: Mutation, read: number): boolean =>
  read === 2 || (read > 2 && !mutation.isTransient && mutation.kept.status);

/** Number of events that report the end of a job. */
export const endsOf = (results: readonly GraphQLResult[], job: string): number =>
  results.filter(({ data }) => rowsIn(data).some(({ id, isFinished }) => id === job && isFinished === true)).length;

/** All nodes in a result. Other objects may contain the id of a node, too. */
export function rowsIn(data: unknown): Record<string, unknown>[] {
  if (Array.isArray(data)) return data.flatMap(rowsIn);
  if (typeof data !== 'object' || data === null) return [];
  const inside = Object.values(data).flatMap(rowsIn);
  return 'upstreamId' in data ? [{ ...data }, ...inside] : inside;
}

const CONTROL: Pick<Scenario, 'document' | 'variables'> = {
  document: `query ($prediction: ID!, $training: ID!) {
    prediction(id: $prediction) { id status prompt settings { seed size { width height } } progress { fraction } createdAt }
    training(id: $training) { id status triggerWord strength }
    models { nodes { id displayName } }
  }`,
  variables: {
    prediction: globalId({ kind: 'Prediction', id: ids.prediction }),
    training: globalId({ kind: 'Training', modelId: ids.model, id: ids.training }),
  },
};

/** Replaces the parts of a text that differ in each run, or if a read was sent again. */
const comparable = (text: string, apiKey: string): string =>
  text
    .replaceAll(/http:\/\/[^"]*\/images\/[\w-]+/g, 'an image')
    .replaceAll(/"checkedAt":"[^"]*"/g, '"checkedAt":"a time"')
    .replaceAll(apiKey, 'the key');

function readResult(text: string): GraphQLResult {
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `Expected JSON, got ${text.slice(0, 200)}` }] };
  }
}

/** A response that is being received. */
interface PendingResponse {
  readonly isEnded: boolean;
  readonly isComplete: boolean;
  readonly status: number;
  readonly body: Buffer;
  abort(): void;
}

function send(
  agent: HttpAgent,
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body: string },
): PendingResponse {
  const chunks: Buffer[] = [];
  const state = { isEnded: false, isComplete: false, status: 0 };
  const sent = request(url, { method, headers, agent }, (response) => {
    state.status = response.statusCode ?? 0;
    response.on('data', (bytes) => chunks.push(bytes));
    response.on('end', () => {
      state.isComplete = response.complete;
    });
    response.on('error', () => {});
    response.on('close', () => {
      state.isEnded = true;
    });
  });
  sent.on('error', () => {
    state.isEnded = true;
  });
  sent.end(body);
  return {
    get isEnded() {
      return state.isEnded;
    },
    get isComplete() {
      return state.isComplete;
    },
    get status() {
      return state.status;
    },
    get body() {
      return Buffer.concat(chunks);
    },
    abort() {
      if (!state.isEnded) sent.destroy();
    },
  };
}

/** A stream of a client. */
interface Subscription {
  /** True if it has completed. */
  isEnded(): boolean;
  results(): readonly GraphQLResult[];
  abort(): Promise<void>;
}

/** Server-sent events. A JSON response is an error before the stream begins. */
function overEvents(response: PendingResponse): Subscription {
  const events = () => response.body.toString().split('\n\n');
  return {
    isEnded: () => response.isEnded || events().some((event) => event.startsWith('event: complete')),
    results: () =>
      events().flatMap((event) => {
        if (event.startsWith('{')) return [readResult(event)];
        const data = /^data: (.*)$/m.exec(event)?.[1];
        return event.startsWith('event: next') && data ? [readResult(data)] : [];
      }),
    abort: async () => response.abort(),
  };
}

function overWebSocket(url: string, apiKey: string, { document, variables }: Scenario): Subscription {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { apiKey },
  });
  const results: GraphQLResult[] = [];
  let isEnded = false;
  client.subscribe<unknown>(
    { query: document, variables: { ...variables } },
    {
      next: (result) => void results.push(result as GraphQLResult),
      error(errors) {
        isEnded = true;
        results.push({ errors: Array.isArray(errors) ? errors : [{ message: String(errors) }] });
      },
      complete() {
        isEnded = true;
      },
    },
  );
  return {
    isEnded: () => isEnded,
    results: () => results,
    async abort() {
      await client.dispose();
    },
  };
}

/** Replaces the test runner's handlers of unhandled errors. */
function captureUnhandled() {
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
