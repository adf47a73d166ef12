import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import WebSocket from 'ws';
import { serveCalls, sharedClock } from './calls.ts';
import { globalIdOf, type Viewers, versionOf } from './jobs.ts';

/** Many viewers in one process, which process events as little as possible. */

const SUBSCRIPTION = 'subscription Watch($id: ID!) { trainingUpdated(id: $id) { id status progress { fraction } } }';

/** Number of sockets that connect at once. */
const AT_ONCE = 50;

/** Delivery of one version of a job to its viewers. */
export interface Delivery {
  /** Number of viewers that received it. */
  viewers: number;
  /** Times of the first and the last receipt, in milliseconds of the shared clock. */
  first: number;
  last: number;
}

export interface AudienceOptions {
  url: string;
  sockets: number;
  viewers: readonly Viewers[];
}

interface Subscription {
  job: string;
  version: number;
}

/** All viewers of one gateway. */
class Audience {
  readonly #sockets: WebSocket[] = [];
  readonly #subscriptions: Subscription[] = [];
  readonly #deliveries = new Map<string, Map<number, Delivery>>();
  readonly #viewers: ReadonlyMap<string, number>;
  #onChange: (() => void)[] = [];
  #failure: Error | undefined;
  #started = 0;
  events = 0;
  completed = 0;
  /** Events with a version that the viewer had already received. */
  repeated = 0;

  constructor(viewers: readonly Viewers[]) {
    this.#viewers = new Map(viewers.map(({ job, viewers }) => [job, viewers]));
    const maxViewers = Math.max(...this.#viewers.values());
    // In alternation, so that the viewers of one job are spread over all sockets.
    for (let round = 0; round < maxViewers; round++) {
      for (const { job, viewers: wanted } of viewers) if (round < wanted) this.#subscriptions.push({ job, version: 0 });
    }
  }

  /** Resolves when each viewer has its first event. */
  async open(url: string, sockets: number): Promise<void> {
    const indexes = Array.from({ length: sockets }, (_, index) => index);
    for (let from = 0; from < sockets; from += AT_ONCE) {
      await Promise.all(indexes.slice(from, from + AT_ONCE).map((index) => this.#connect(url, index, sockets)));
    }
    await this.until(() => this.#started === this.#subscriptions.length);
  }

  delivery(job: string, version: number): Delivery | undefined {
    return this.#deliveries.get(job)?.get(version);
  }

  /** Resolves when all viewers of the job have this version. */
  async delivered(job: string, version: number): Promise<Delivery> {
    const wanted = this.#viewers.get(job);
    await this.until(() => this.delivery(job, version)?.viewers === wanted);
    return this.delivery(job, version) ?? { viewers: 0, first: Number.NaN, last: Number.NaN };
  }

  until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (this.#failure) reject(this.#failure);
        else if (isTrue()) resolve();
        else this.#onChange.push(check);
      };
      check();
    });
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#sockets.map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.once('close', () => resolve());
            socket.close(1000);
          }),
      ),
    );
  }

  #connect(url: string, index: number, sockets: number): Promise<void> {
    const socket = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL, { perMessageDeflate: false });
    this.#sockets.push(socket);
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () => socket.send('{"type":"connection_init"}'));
      socket.once('message', () => {
        for (let id = index; id < this.#subscriptions.length; id += sockets) this.#subscribe(socket, id);
        socket.on('message', (data: Buffer) => this.#receive(socket, data.toString('latin1')));
        resolve();
      });
      socket.on('close', (code, reason) => {
        if (code !== 1000) this.#fail(`A socket was closed with ${code}: ${reason}`);
      });
    });
  }

  #subscribe(socket: WebSocket, id: number): void {
    const variables = { id: globalIdOf(this.#subscriptions[id]?.job ?? '') };
    socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: SUBSCRIPTION, variables } }));
  }

  /** Parses only what it needs, so that the clients are not the bottleneck. */
  #receive(socket: WebSocket, text: string): void {
    const end = text.indexOf('"', ID.length);
    const at = text.indexOf(FRACTION, end);
    if (text.startsWith(ID) && text.startsWith(NEXT, end) && at > 0) {
      const subscription = this.#subscriptions[Number(text.slice(ID.length, end))];
      if (subscription) this.#record(subscription, versionOf(Number.parseFloat(text.slice(at + FRACTION.length))));
    } else if (text.startsWith('{"type":"ping"')) {
      socket.send('{"type":"pong"}');
    } else if (text.includes('"type":"complete"')) {
      this.completed++;
      this.#changed();
    } else if (!text.startsWith('{"type":"pong"')) {
      this.#fail(`Expected an event with progress, got ${text.slice(0, 300)}`);
    }
  }

  #record(subscription: Subscription, version: number): void {
    this.events++;
    const isFirst = subscription.version === 0;
    if (isFirst) this.#started++;
    if (version <= subscription.version) {
      this.repeated++;
      return;
    }
    subscription.version = version;
    const now = sharedClock();
    const versions = this.#deliveries.get(subscription.job) ?? new Map<number, Delivery>();
    this.#deliveries.set(subscription.job, versions);
    const delivery = versions.get(version);
    if (delivery) {
      delivery.viewers++;
      delivery.last = now;
    } else {
      versions.set(version, { viewers: 1, first: now, last: now });
    }
    // Checks the waiting conditions only after events that can fulfill one.
    const isDelivered = versions.get(version)?.viewers === this.#viewers.get(subscription.job);
    if (isDelivered || (isFirst && this.#started === this.#subscriptions.length)) this.#changed();
  }

  #changed(): void {
    const checks = this.#onChange;
    this.#onChange = [];
    for (const check of checks) check();
  }

  #fail(message: string): void {
    this.#failure ??= new Error(message);
    this.#changed();
  }
}

/** Parts of the text of an event. */
const ID = '{"id":"';
const NEXT = '","type":"next"';
const FRACTION = '"fraction":';

const audiences = new Map<string, Audience>();

function audienceOf(name: string): Audience {
  const audience = audiences.get(name);
  if (!audience) throw new Error(`There is no audience ${name}.`);
  return audience;
}

const calls = {
  /** Starts the subscriptions; resolves when each has its first event. */
  async open({ audience: name, url, sockets, viewers }: AudienceOptions & { audience: string }) {
    const audience = new Audience(viewers);
    audiences.set(name, audience);
    await audience.open(url, sockets);
  },
  /** Resolves when all viewers of these jobs have these versions. */
  delivered: ({ audience, versions }: { audience: string; versions: Readonly<Record<string, number>> }) =>
    Promise.all(Object.entries(versions).map(([job, version]) => audienceOf(audience).delivered(job, version))),
  /** Resolves when the given number of streams have completed. */
  completed: ({ audience, streams }: { audience: string; streams: number }) =>
    audienceOf(audience).until(() => audienceOf(audience).completed >= streams),
  /** Counts of received messages. */
  counts({ audience }: { audience: string }) {
    const { events, completed, repeated } = audienceOf(audience);
    return { events, completed, repeated };
  },
  /** Closes all sockets. */
  async close({ audience }: { audience: string }) {
    await audienceOf(audience).close();
    audiences.delete(audience);
  },
};

export type ClientCalls = typeof calls;

serveCalls(calls);
