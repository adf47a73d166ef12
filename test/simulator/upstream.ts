import { numberOf } from '../support/draws.ts';
import type { WorldClock } from './environment.ts';
import { type FaultReply, faultAt, replyOf } from './faults.ts';
import { cancel, historyOf, type JobHistory, type RequestRecord, type Served } from './history.ts';
import { pageOf, rowOf } from './rows.ts';
import type { KeyName, Scenario } from './scenario.ts';

/** A request as the transports pass it. */
export interface UpstreamRequest {
  readonly epoch: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly apiKey: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly served?: readonly Served[];
}

const NOT_FOUND: Reply = { status: 404, body: { message: 'There is no such object.' } };
export const apiKeyOf = (key: KeyName): string => `secret-of-${key}`;

/** The upstream in memory. It records the history of its jobs and all requests. */
export class SimulatedUpstream {
  readonly jobs: JobHistory[];
  readonly requests: RequestRecord[] = [];
  readonly #scenario: Scenario;
  readonly #clock: Pick<WorldClock, 'time' | 'pause'>;
  /** Number of requests to each path, for draws that do not depend on other paths. */
  readonly #counts = new Map<string, number>();

  constructor(scenario: Scenario, clock: Pick<WorldClock, 'time' | 'pause'>) {
    this.#scenario = scenario;
    this.#clock = clock;
    this.jobs = scenario.jobs.map((plan) => historyOf(plan, plan.startsAt));
  }

  /** Number of requests without a response that were not aborted. */
  get pending(): number {
    return this.requests.filter(({ endedAt }) => endedAt === undefined).length;
  }

  /** @throws The reason if the signal aborts; an error of the connection. */
  async respond(request: UpstreamRequest): Promise<Reply> {
    const { epoch, method, path, apiKey, signal } = request;
    const key = apiKey.slice(-1) as KeyName;
    const record: RequestRecord = { sentAt: this.#clock.time, epoch, key, method, path, served: [] };
    this.requests.push(record);
    try {
      const reply = await this.#process(request, key);
      record.served = reply.served ?? [];
      record.outcome = reply.status;
      const retryAfter = reply.headers?.['retry-after'];
      if (retryAfter !== undefined) record.pause = Number(retryAfter) * 1_000;
      return reply;
    } catch (error) {
      record.outcome = signal.aborted ? 'aborted' : 'reset';
      throw error;
    } finally {
      record.endedAt = this.#clock.time;
    }
  }

  async #process(request: UpstreamRequest, key: KeyName): Promise<Reply> {
    const { method, path, signal } = request;
    const { seed, latency, faults } = this.#scenario;
    const count = (this.#counts.get(key + path) ?? 0) + 1;
    this.#counts.set(key + path, count);
    const draw = (what: string) => numberOf(`${seed} ${what} ${key} ${path} ${count}`);
    const fault = faultAt(faults, { time: this.#clock.time, key, method, path, draw: draw('fault') });
    const wait = Math.round(latency * draw('latency') + (fault?.what === 'slow' ? 3_000 : 0));
    // A response may contain the state at its start or at its end.
    const isEarly = draw('order') < 0.5;
    const early = isEarly && !fault ? this.#handle(request, key) : undefined;
    await this.#clock.pause(wait, signal);
    const failure: FaultReply | undefined = fault && (await replyOf(fault, signal));
    if (failure && failure !== 'malformed') return failure;
    const reply = early ?? this.#handle(request, key);
    return failure && reply.status === 200 ? corrupt(reply) : reply;
  }

  #handle({ method, path, body }: UpstreamRequest, key: KeyName): Reply {
    const url = new URL(path, 'http://upstream');
    const [, resource, ...parts] = url.pathname.split('/');
    const [model, id, action] = resource === 'models' ? [parts[0], parts[2], parts[3]] : [undefined, parts[0]];
    if (model !== undefined && !this.#hasModel(key, model)) return NOT_FOUND;
    const isList = id === undefined;
    if (method === 'POST' && isList) return this.#create(key, model, body);
    if (isList) return this.#list(key, model, url.searchParams.get('lastDocId'));
    const job = this.jobs.find((each) => each.key === key && each.id === id && each.model === model);
    const time = this.#clock.time;
    if (!job || time < job.readableAt || (job.deletedAt ?? Number.POSITIVE_INFINITY) <= time) return NOT_FOUND;
    if (method === 'DELETE') job.deletedAt = time;
    if (action === 'cancel') cancel(job, time);
    return method === 'GET' ? this.#row(job, time) : { status: 200, body: {} };
  }

  #row(job: JobHistory, time: number): Reply {
    const { hasProgress = true } = this.#scenario.keys.find(({ key }) => key === job.key) ?? {};
    const { row, served } = rowOf(job, time, { rows: 'full', hasProgress });
    return { status: 200, body: row, served: [served] };
  }

  #hasModel(key: KeyName, model: string): boolean {
    return model === 'm0' || this.jobs.some((job) => job.key === key && job.model === model);
  }

  #create(key: KeyName, model: string | undefined, body: string): Reply {
    const { prompt, trainingStrength } = JSON.parse(body) as { prompt?: string; trainingStrength?: number };
    const id = prompt ?? `w${trainingStrength}`;
    const plan = this.#scenario.writes.find((write) => write.key === key && write.creates?.id === id);
    if (!plan?.creates) return { status: 400, body: { message: 'This write is not in the scenario.' } };
    const job = historyOf(plan.creates, this.#clock.time);
    this.jobs.push({ ...job, readableAt: this.#clock.time + plan.hiddenFor });
    return { status: 200, body: { [model === undefined ? 'predictionId' : 'trainingId']: id } };
  }

  #list(key: KeyName, model: string | undefined, after: string | null): Reply {
    const plan = this.#scenario.keys.find((each) => each.key === key);
    if (!plan) return { status: 401, body: {} };
    const jobs = this.jobs.filter((job) => job.key === key && job.model === model);
    const { rows, served } = pageOf(jobs, plan, {
      time: this.#clock.time - plan.lag,
      after,
      seed: this.#scenario.seed,
    });
    return {
      status: 200,
      body: { [model === undefined ? 'predictions' : 'trainings']: rows.items, ...rows.end },
      served,
    };
  }
}

/** A response whose statuses violate the contract. Nothing can be read from it. */
function corrupt({ status, body }: Reply): Reply {
  const text = JSON.stringify(body)
    .replaceAll(/"status":"\w+"/g, '"status":[]')
    .replaceAll(/"id":"\w+"/g, '"id":null');
  return { status, body: JSON.parse(text) };
}
