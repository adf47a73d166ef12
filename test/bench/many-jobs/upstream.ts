import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { serveCalls, sharedClock } from '../calls.ts';
import { Account, type Fault, hashOf, type ListSettings } from './account.ts';

/** Upstream with many predictions and trainings, their lists, and a rule for the end of each job. */

/** Time until a response, in milliseconds. */
const LATENCY = 30;
/** Duration of a prediction that is created by a request, in milliseconds. */
const CREATED_DURATION = 1_000;
const MODEL = { id: 'bench', displayName: 'Bench', customModelType: 'Custom' };

const NO_LISTS: ListSettings = { rows: 'none', order: 'newest', pageSize: 1 };

const accounts = new Map<string, Account>();

function accountOf(key: string): Account {
  const account = accounts.get(key);
  if (!account) throw new Error(`There is no account ${key}.`);
  return account;
}

interface Reply {
  status: number;
  body: object;
}

const found = (body: object | undefined): Reply =>
  body ? { status: 200, body } : { status: 404, body: { message: 'There is no such object.' } };

/** The lists of an account, by the paths of the contract. */
const ROUTE = /^\/(?:models\/bench\/(trainings)|(predictions))(?:\/([^/]+))?(\/cancel)?$/;

/** Requests that hang until the fault ends. */
let hanging: (() => void)[] = [];

async function respond(account: Account, method: string, target: string): Promise<Reply> {
  const { pathname, searchParams } = new URL(target, 'http://upstream');
  const [, trainings, predictions, id, cancel] = ROUTE.exec(pathname) ?? [];
  const isJob = trainings !== undefined || predictions !== undefined;
  const isRead = isJob && method === 'GET';
  if (isRead) account.reads[id === undefined ? 'list' : 'single'].push(sharedClock());
  if (account.fault === '503') return { status: 503, body: { message: 'The service is not available.' } };
  if (account.fault === 'hang' && isRead) await new Promise<void>((resolve) => hanging.push(resolve));
  await setTimeout(LATENCY);
  if (pathname === '/models') return found({ models: [MODEL], nextPageCursor: null, hasMore: false });
  if (!isJob) return found(pathname === '/models/bench' ? MODEL : undefined);

  const list = account[trainings ? 'trainings' : 'predictions'];
  if (method === 'POST' && id === undefined) {
    const predictionId = `created${[...list.jobs].length}`;
    list.add(predictionId, sharedClock() + CREATED_DURATION);
    return found({ predictionId });
  }
  if (id === undefined) return found(list.page(searchParams.get('lastDocId')));
  const job = list.get(id);
  if (job && cancel) job.canceledAt = sharedClock();
  return found(job && (cancel ? {} : list.details(job)));
}

const server = createServer(async (request, response) => {
  request.resume();
  // The gateway's own key has no account: it only reads the list of models.
  const account = accounts.get(String(request.headers['x-api-key'])) ?? new Account(NO_LISTS);
  const { status, body } = await respond(account, request.method ?? 'GET', request.url ?? '/');
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.keepAliveTimeout = 600_000;

const calls = {
  /** Starts listening, and returns the URL. */
  async listen() {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Creates an account with running predictions and trainings. */
  create({ key, predictions, trainings = [], lists }: AccountOptions) {
    const account = new Account(lists);
    accounts.set(key, account);
    for (const id of predictions) account.predictions.add(id, Number.POSITIVE_INFINITY);
    for (const id of trainings) account.trainings.add(id, Number.POSITIVE_INFINITY);
  },
  /**
   * Completes predictions, evenly over a period in milliseconds, in an order that is unrelated to that of their list.
   *
   * @returns The time at which each completes.
   */
  finish({ key, ids, over }: { key: string; ids: readonly string[]; over: number }) {
    const now = sharedClock();
    const { predictions } = accountOf(key);
    const shuffled = ids.toSorted((a, b) => hashOf(`end of ${a}`) - hashOf(`end of ${b}`));
    const times = shuffled.map((id, index) => [id, now + ((index + 0.5) / ids.length) * over] as const);
    for (const [id, finishAt] of times) {
      const job = predictions.get(id);
      if (job) job.finishAt = finishAt;
    }
    return Object.fromEntries(times);
  },
  /** The time at which each of these trainings was canceled. */
  canceled: ({ key, ids }: { key: string; ids: readonly string[] }) =>
    Object.fromEntries(ids.map((id) => [id, accountOf(key).trainings.get(id)?.canceledAt])),
  /** Times of the GETs of jobs and of their lists, of all keys or of one, since a time of the shared clock. */
  reads({ key, since = 0 }: { key?: string; since?: number }) {
    const of = key === undefined ? [...accounts.values()] : [accountOf(key)];
    const times = (kind: 'single' | 'list') => of.flatMap(({ reads }) => reads[kind].filter((at) => at >= since));
    return { single: times('single'), list: times('list') };
  },
  /** Starts a fault of all accounts, or ends it. */
  fault({ fault }: { fault?: Fault }) {
    for (const account of accounts.values()) account.fault = fault;
    if (fault) return;
    for (const resolve of hanging) resolve();
    hanging = [];
  },
};

interface AccountOptions {
  key: string;
  predictions: readonly string[];
  trainings?: readonly string[];
  lists: ListSettings;
}

export type UpstreamCalls = typeof calls;

serveCalls(calls);
