import { setTimeout } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { sharedClock } from '../calls.ts';

const SUBSCRIPTION = `
  subscription Watch($ids: [ID!]!) {
    jobsUpdated(ids: $ids) { __typename id status isFinished staleSince ... on Prediction { images { url } } }
  }
`;

/** Number of streams that share a socket. */
const STREAMS_PER_SOCKET = 10;

interface JobEvent {
  jobsUpdated: { id: string; isFinished: boolean; staleSince: string | null } | null;
}

export interface DashboardOptions {
  /** WebSocket URL of the gateway. */
  url: string;
  apiKey: string;
  /** Global ids of the jobs of each stream. */
  streams: readonly (readonly string[])[];
}

/** Times of the events of a job on one stream, in milliseconds of the shared clock; undefined before they arrive. */
export interface JobTimes {
  id: string;
  subscribedAt: number;
  /** The first event that is not stale. */
  first?: number;
  final?: number;
  events: number;
}

/** A page that shows many jobs, on streams of a few sockets. */
export class Dashboard {
  readonly #clients: Client[] = [];
  readonly #closed: Promise<void>[] = [];
  readonly #jobs: JobTimes[] = [];
  readonly #errors: string[] = [];
  /** Numbers of jobs that still lack the event. */
  readonly #missing = { first: 0, final: 0 };
  #checks: (() => void)[] = [];
  #isClosing = false;

  constructor({ url, apiKey, streams }: DashboardOptions) {
    for (let from = 0; from < streams.length; from += STREAMS_PER_SOCKET) {
      const client = createClient({ url, webSocketImpl: WebSocket, connectionParams: { apiKey }, retryAttempts: 0 });
      this.#clients.push(client);
      this.#closed.push(new Promise((resolve) => client.on('closed', () => resolve())));
      for (const ids of streams.slice(from, from + STREAMS_PER_SOCKET)) this.#subscribe(client, ids);
    }
  }

  /** Waits until all jobs have their first or final event. @param within Maximum time, in milliseconds. */
  async until(event: 'first' | 'final', within: number): Promise<boolean> {
    const timer = new AbortController();
    const done = new Promise<void>((resolve) => {
      const check = () => (this.#missing[event] === 0 ? resolve() : this.#checks.push(check));
      check();
    });
    await Promise.race([done, setTimeout(within, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    return this.#missing[event] === 0;
  }

  results() {
    return { jobs: this.#jobs, errors: this.#errors };
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const client of this.#clients) await client.dispose();
    await Promise.all(this.#closed);
  }

  #subscribe(client: Client, ids: readonly string[]): void {
    const subscribedAt = sharedClock();
    const jobs = new Map(ids.map((id) => [id, { id, subscribedAt, events: 0 } as JobTimes]));
    this.#jobs.push(...jobs.values());
    this.#missing.first += ids.length;
    this.#missing.final += ids.length;
    client.subscribe<JobEvent>(
      { query: SUBSCRIPTION, variables: { ids } },
      {
        next: ({ data, errors }) => {
          for (const { message } of errors ?? []) this.#errors.push(message);
          const event = data?.jobsUpdated;
          const job = event && jobs.get(event.id);
          if (job) this.#record(job, event);
        },
        error: (error) => {
          if (!this.#isClosing) this.#errors.push(textOf(error));
        },
        complete: () => {},
      },
    );
  }

  #record(job: JobTimes, { isFinished, staleSince }: NonNullable<JobEvent['jobsUpdated']>): void {
    const now = sharedClock();
    job.events++;
    if (job.first === undefined && staleSince === null) {
      job.first = now;
      this.#missing.first--;
    }
    if (isFinished && job.final === undefined) {
      job.final = now;
      this.#missing.final--;
    }
    if (this.#missing.first > 0 && this.#missing.final > 0) return;
    const checks = this.#checks;
    this.#checks = [];
    for (const check of checks) check();
  }
}

/** Text of an error of the client: an Error, GraphQL errors, or the event of a closed socket. */
function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  const { code, reason } = error as { code?: number; reason?: string };
  return code === undefined ? JSON.stringify(error) : `The socket was closed with ${code}: ${reason}`;
}
