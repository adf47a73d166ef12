import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { serveCalls, sharedClock } from '../calls.ts';
import { Account, hashOf, type ListSettings } from './account.ts';

/** Upstream with many predictions and trainings, their lists, and a rule for the end of each job. */

/** Time until a response, in milliseconds. */
const LATENCY = 30;
/** Duration of a prediction that is created by a request, in milliseconds. */
const CREATED_DURATION = 1_000;
const MODEL = { id: 'bench', displayName: 'Bench', customModelType: 'Custom' };

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

/** The response to the gateway's own key before its account exists. */
const UNKNOWN_KEY: Reply = { status: 401, body: { message: 'The API key is unknown.' } };

/** The lists of an account, by the paths of the contract. */
const ROUTE = /^\/(?:models\/bench\/(trainings)|(predictions))(?:\/([^/]+))?(\/cancel)?$/;

/** @returns The response; undefined if there is none. */
function respond(account: Account, method: string, target: string): Reply | undefined {
  const { pathname, searchParams } = new URL(target, 'http://upstream');
  const [, trainings, predictions, id, cancel] = ROUTE.exec(pathname) ?? [];
  const isJob = trainings !== undefined || predictions !== undefined;
  if (isJob && method === 'GET') {
    account.reads[id === undefined ? 'list' : 'single'].push(sharedClock());
    if (account.fault === 'hang') return undefined;
  }
  if (account.fault === '503') return { status: 503, body: { message: 'The service is not available.' } };
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

async function send(response: ServerResponse, reply: Reply | undefined): Promise<void> {
  if (!reply) return;
  await setTimeout(LATENCY);
  response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
}

const server = createServer((request, response) => {
  request.resume();
  const account = accounts.get(String(request.headers['x-api-key']));
  const reply = account ? respond(account, request.method ?? 'GET', request.url ?? '/') : UNKNOWN_KEY;
  void send(response, reply);
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
  /** Starts or ends a fault of all accounts. */
  fault({ fault }: { fault?: '503' | 'hang' }) {
    for (const account of accounts.values()) account.fault = fault;
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
