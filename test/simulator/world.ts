import { numberOf, seededNumbers } from '../support/draws.ts';
import type { Client, ClientHost, NewEntry } from './client.ts';
import { SimulatedClock } from './clock.ts';
import { EventClient } from './event-client.ts';
import type { Entry, Run } from './history.ts';
import { type Instance, type InstanceOptions, startInstance } from './instance.ts';
import { readEvent, subscriptionRequest, writeRequest } from './operations.ts';
import type { ClientPlan, Scenario, WritePlan } from './scenario.ts';
import type { SimulatedSocket } from './socket.ts';
import { SocketClient } from './socket-client.ts';
import { apiKeyOf, SimulatedUpstream } from './upstream.ts';

/** Time for which the gateway is down during a restart, in milliseconds. */
const DOWNTIME = 700;
/** Time after the end in which everything must come to rest, in milliseconds. */
const REST = 60_000;

/** Runs a scenario: one upstream, its clients, and one gateway after the other. */
export async function simulate(scenario: Scenario): Promise<Run> {
  const world = new World(scenario);
  const onRejection = (error: unknown) => world.log({ type: 'unexpected', message: `unhandled: ${String(error)}` });
  process.on('unhandledRejection', onRejection);
  try {
    return await world.run();
  } finally {
    process.off('unhandledRejection', onRejection);
  }
}

class World implements ClientHost {
  readonly #scenario: Scenario;
  readonly #clock = new SimulatedClock();
  readonly #upstream: SimulatedUpstream;
  readonly #log: Entry[] = [];
  readonly #options: InstanceOptions;
  #started: Instance | undefined;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#upstream = new SimulatedUpstream(scenario, this.#clock);
    this.#options = {
      scenario,
      epoch: 0,
      clock: this.#clock,
      random: seededNumbers(scenario.seed),
      respond: (request) => this.#upstream.respond(request),
      onError: (message) => this.log({ type: 'unexpected', message }),
    };
  }

  readonly log = (entry: NewEntry): void => void this.#log.push({ at: this.#clock.time, ...entry });

  async run(): Promise<Run> {
    const { duration, clients, writes, restarts } = this.#scenario;
    this.#start();
    const started = clients.map((plan) => ({ plan, client: this.#createClient(plan) }));
    for (const { plan, client } of started) this.#schedule(plan, client);
    for (const write of writes) this.after(write.at, () => void this.#write(write));
    for (const at of restarts) this.after(at, () => void this.#restart());
    await this.#clock.runUntil(duration);
    for (const { plan, client } of started) for (const index of plan.subscriptions.keys()) client.leave(index);
    await this.#clock.runUntil(duration + REST);
    this.log({ type: 'idle', ...this.#left() });
    await this.#stop();
    await this.#clock.runUntil(duration + REST + 1);
    this.log({ type: 'disposed', ...this.#left() });
    return { log: this.#log, jobs: this.#upstream.jobs, requests: this.#upstream.requests };
  }

  after(milliseconds: number, callback: () => void): void {
    this.#clock.after(milliseconds, callback);
  }

  openSocket(...options: Parameters<ClientHost['openSocket']>): SimulatedSocket | undefined {
    return this.#started?.openSocket(...options);
  }

  async fetch(init: RequestInit): Promise<Response> {
    if (!this.#started) throw new Error('the gateway is down');
    return await this.#started.fetch(init);
  }

  #start(): void {
    const { epoch } = this.#options;
    this.#started = startInstance({ ...this.#options });
    this.#options.epoch++;
    this.log({ type: 'start', epoch });
  }

  async #restart(): Promise<void> {
    if (!this.#started) return;
    const stopped = this.#stop();
    this.after(DOWNTIME, () => this.#start());
    await stopped;
  }

  async #stop(): Promise<void> {
    const started = this.#started;
    if (!started) return;
    this.#started = undefined;
    this.log({ type: 'stop', epoch: started.epoch });
    await started.stop();
  }

  #left() {
    const { watchedJobs } = this.#started ?? { watchedJobs: 0 };
    return { watchedJobs, timers: this.#clock.pending, requests: this.#upstream.pending };
  }

  #createClient({ name, key, transport, subscriptions }: ClientPlan): Client {
    const { jobs, writes, seed } = this.#scenario;
    const own = [...jobs, ...writes.flatMap(({ creates }) => creates ?? [])].filter((job) => job.key === key);
    const planOf = (index: number) => subscriptions[index] ?? { at: 0, operation: 'jobsUpdated' as const, targets: [] };
    const options = {
      name,
      apiKey: apiKeyOf(key),
      retryDelay: 500 + Math.round(1_000 * numberOf(`${seed} retry ${name}`)),
      log: this.log,
      logSubscribe: (index: number, stream: string) => {
        const { operation, targets } = planOf(index);
        const epoch = this.#started?.epoch ?? -1;
        this.log({ type: 'subscribe', stream, client: name, key, epoch, operation, targets });
      },
      request: (index: number) => subscriptionRequest(planOf(index), own),
    };
    return transport === 'WebSocket' ? new SocketClient(options, this) : new EventClient(options, this);
  }

  #schedule({ name, subscriptions, stalls, drops }: ClientPlan, client: Client): void {
    for (const [index, { at, leavesAt }] of subscriptions.entries()) {
      if (at < this.#scenario.duration) this.after(at, () => client.subscribe(index));
      if (leavesAt !== undefined) this.after(leavesAt, () => client.leave(index));
    }
    for (const { at, lasts } of stalls) {
      this.after(at, () => this.#setReading(name, client, false));
      this.after(at + lasts, () => this.#setReading(name, client, true));
    }
    for (const at of drops) this.after(at, () => client.drop());
  }

  #setReading(name: string, client: Client, isReading: boolean): void {
    this.log({ type: isReading ? 'resume' : 'stall', client: name });
    client.setReading(isReading);
  }

  async #write(write: WritePlan): Promise<void> {
    const { key, operation, job, waitSeconds } = write;
    const entry = { epoch: this.#started?.epoch ?? -1, key, operation, job, waitSeconds };
    this.log({ type: 'write', ...entry });
    const { query, variables } = writeRequest(write, this.#scenario.jobs);
    const headers = { 'content-type': 'application/json', 'x-api-key': apiKeyOf(key) };
    const body = JSON.stringify({ query, variables });
    const result = await this.fetch({ method: 'POST', headers, body }).then(
      (response) => response.json(),
      () => ({ errors: [{ extensions: { code: 'DOWN' } }] }),
    );
    const type = Object.values(result.data ?? {}).map((data) => (data as { __typename: string }).__typename)[0];
    this.log({ type: 'written', ...entry, code: readEvent(result).code ?? type });
  }
}
