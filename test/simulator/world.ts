import { numberOf } from '../support/draws.ts';
import type { Client, ClientHost, NewEntry } from './client.ts';
import type { CreateEnvironment, Environment, Instance } from './environment.ts';
import { EventClient } from './event-client.ts';
import type { Entry, Run } from './history.ts';
import { createMemoryEnvironment } from './memory-environment.ts';
import { readEvent, subscriptionRequest, writeRequest } from './operations.ts';
import type { ClientPlan, ClusterFault, Scenario, WritePlan } from './scenario.ts';
import { SocketClient } from './socket-client.ts';
import { apiKeyOf, SimulatedUpstream } from './upstream.ts';

/** Time for which the gateway is down during a restart, in milliseconds. */
const DOWNTIME = 700;

/** A replica of the gateway, and its place behind the load balancer. */
interface Replica {
  readonly index: number;
  started: Instance | undefined;
}

/**
 * Runs a scenario: one upstream, its clients, and the replicas of the gateway, each of which may be started again.
 *
 * @param createEnvironment Creates where it runs. @default in memory and simulated time
 */
export async function simulate(scenario: Scenario, createEnvironment = createMemoryEnvironment): Promise<Run> {
  const world = new World(scenario, createEnvironment);
  // In real time, several scenarios run at once.
  if (createEnvironment !== createMemoryEnvironment) return await world.run();
  const onRejection = (error: unknown) => world.log({ type: 'unexpected', message: `unhandled: ${String(error)}` });
  process.on('unhandledRejection', onRejection);
  try {
    return await world.run();
  } finally {
    process.off('unhandledRejection', onRejection);
  }
}

class World {
  readonly #scenario: Scenario;
  readonly #environment: Environment;
  readonly #upstream: SimulatedUpstream;
  readonly #log: Entry[] = [];
  readonly #replicas: readonly Replica[];
  /** The replica that each client uses. */
  readonly #used = new Map<string, Instance>();
  #epochs = 0;
  #choices = 0;

  constructor(scenario: Scenario, createEnvironment: CreateEnvironment) {
    this.#scenario = scenario;
    this.#environment = createEnvironment({
      scenario,
      respond: (request) => this.#upstream.respond(request),
      onError: (message) => this.log({ type: 'unexpected', message }),
    });
    this.#upstream = new SimulatedUpstream(scenario, this.#environment.clock);
    this.#replicas = Array.from({ length: scenario.cluster?.replicas ?? 1 }, (_, index) => ({
      index,
      started: undefined,
    }));
  }

  readonly log = (entry: NewEntry): void => {
    const timed: Entry = { at: this.#environment.clock.time, ...entry };
    this.#log.push(timed);
    this.#environment.onEntry?.(timed);
  };

  async run(): Promise<Run> {
    const { duration, clients, writes, restarts, cluster } = this.#scenario;
    const environment = this.#environment;
    const { clock, rest } = environment;
    await Promise.all(this.#replicas.map((replica) => this.#start(replica)));
    environment.onStarted?.();
    const started = clients.map((plan) => ({ plan, client: this.#createClient(plan) }));
    for (const { plan, client } of started) this.#schedule(plan, client);
    for (const write of writes) this.after(write.at, () => void this.#write(write));
    for (const at of restarts) this.after(at, () => this.#restart(this.#replicas[0], DOWNTIME));
    for (const fault of cluster?.faults ?? []) this.after(fault.at, () => this.#fail(fault));
    await clock.runUntil(duration);
    for (const { plan, client } of started) for (const index of plan.subscriptions.keys()) client.leave(index);
    await clock.runUntil(duration + rest);
    this.log({ type: 'idle', ...this.#left() });
    for (const replica of this.#replicas) await this.#stop(replica);
    await clock.runUntil(duration + rest + 1);
    this.log({ type: 'disposed', ...this.#left() });
    await environment.close?.();
    return { log: this.#log, jobs: this.#upstream.jobs, requests: this.#upstream.requests };
  }

  after(milliseconds: number, callback: () => void): void {
    this.#environment.clock.after(milliseconds, callback);
  }

  /** Chooses a replica for a connection of a client, as a load balancer does. */
  #choose(client: string): Instance | undefined {
    const running = this.#replicas.flatMap(({ started }) => started ?? []);
    const number = numberOf(`${this.#scenario.seed} ${client} ${this.#choices++}`);
    const chosen = running[Math.floor(number * running.length)];
    if (chosen) this.#used.set(client, chosen);
    else this.#used.delete(client);
    return chosen;
  }

  async #fetch(instance: Instance | undefined, init: RequestInit): Promise<Response> {
    const isRunning = this.#replicas.some(({ started }) => started && started === instance);
    if (!instance || !isRunning) throw new Error('the gateway is down');
    return await instance.fetch(init);
  }

  async #start(replica: Replica): Promise<void> {
    const epoch = this.#epochs++;
    replica.started = await this.#environment.start(epoch, replica.index);
    this.log({ type: 'start', epoch });
  }

  #restart(replica: Replica | undefined, downtime: number, isKilled?: boolean): void {
    if (!replica?.started) return;
    void this.#stop(replica, isKilled);
    this.after(downtime, () => void this.#start(replica));
  }

  async #stop(replica: Replica, isKilled?: boolean): Promise<void> {
    const { started } = replica;
    if (!started) return;
    replica.started = undefined;
    this.log({ type: 'stop', epoch: started.epoch });
    await started.stop(isKilled);
  }

  #fail(fault: ClusterFault): void {
    const { what, lasts, replica } = fault;
    if (what === 'kill' || what === 'stop') this.#restart(this.#replicas[replica], DOWNTIME + lasts, what === 'kill');
    else this.#environment.fail(fault);
  }

  #left() {
    const running = this.#replicas.flatMap(({ started }) => started ?? []);
    return {
      watchedJobs: running.reduce((sum, { watchedJobs }) => sum + watchedJobs, 0),
      timers: this.#environment.pendingTimers(running.length),
      requests: this.#upstream.pending,
    };
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
        const epoch = (transport === 'WebSocket' ? this.#used.get(name) : this.#choose(name))?.epoch ?? -1;
        this.log({ type: 'subscribe', stream, client: name, key, epoch, operation, targets });
      },
      request: (index: number) => subscriptionRequest(planOf(index), own),
    };
    const host: ClientHost = {
      openSocket: (...socket) => this.#choose(name)?.openSocket(...socket),
      fetch: async (init) => await this.#fetch(this.#used.get(name), init),
      after: (milliseconds, callback) => this.after(milliseconds, callback),
    };
    return transport === 'WebSocket' ? new SocketClient(options, host) : new EventClient(options, host);
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
    const instance = this.#choose(`write ${job}`);
    const entry = { epoch: instance?.epoch ?? -1, key, operation, job, waitSeconds };
    this.log({ type: 'write', ...entry });
    const { query, variables } = writeRequest(write, this.#scenario.jobs);
    const headers = { 'content-type': 'application/json', 'x-api-key': apiKeyOf(key) };
    const body = JSON.stringify({ query, variables });
    const result = await this.#fetch(instance, { method: 'POST', headers, body }).then(
      (response) => response.json(),
      () => ({ errors: [{ extensions: { code: 'DOWN' } }] }),
    );
    const type = Object.values(result.data ?? {}).map((data) => (data as { __typename: string }).__typename)[0];
    this.log({ type: 'written', ...entry, code: readEvent(result).code ?? type });
  }
}
