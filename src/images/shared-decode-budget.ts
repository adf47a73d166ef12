import type { DecodeBudget } from './decode-memory.ts';

/** A message from a process that uses the budget to the process that holds it. Ids are those of the sender. */
export type BudgetRequest =
  | { readonly type: 'reserve'; readonly id: number; readonly owner: string; readonly bytes: number }
  /** Returns memory, or ends the wait for it. */
  | { readonly type: 'release'; readonly id: number };

/** The memory of a request is reserved. */
export interface BudgetReply {
  readonly id: number;
}

/** A budget that another process holds. */
export interface RemoteDecodeBudget extends DecodeBudget {
  receive(reply: BudgetReply): void;
}

export interface RemoteBudgetOptions {
  readonly maxBytes: number;
  /** Sends to the process that holds the budget. */
  readonly send: (request: BudgetRequest) => void;
  /** Replaces the name of an owner, which may be a key. */
  readonly nameOf: (owner: string) => string;
}

/** Creates the budget of a process, whose memory counts against the budget that another process holds for all. */
export function createRemoteBudget({ maxBytes, send, nameOf }: RemoteBudgetOptions): RemoteDecodeBudget {
  const waiting = new Map<number, () => void>();
  let reserved = 0;
  let lastId = 0;
  return {
    maxBytes,
    get reserved() {
      return reserved;
    },
    reserve: (owner, signal, bytes) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const id = ++lastId;
        const onAbort = () => {
          waiting.delete(id);
          send({ type: 'release', id });
          reject(signal.reason);
        };
        const release = () => {
          reserved -= bytes;
          send({ type: 'release', id });
        };
        waiting.set(id, () => {
          signal.removeEventListener('abort', onAbort);
          reserved += bytes;
          resolve(once(release));
        });
        signal.addEventListener('abort', onAbort, { once: true });
        send({ type: 'reserve', id, owner: nameOf(owner), bytes });
      }),
    receive({ id }) {
      const admit = waiting.get(id);
      waiting.delete(id);
      admit?.();
    },
  };
}

/** The end of a remote budget in the process that holds the budget. */
export interface BudgetConnection {
  receive(request: BudgetRequest): void;
  /** Returns all memory of the other process. */
  close(): void;
}

/** Serves the budget of this process to another one. */
export function serveBudget(budget: DecodeBudget, send: (reply: BudgetReply) => void): BudgetConnection {
  /** Functions that return the memory of requests, or end their wait. */
  const releases = new Map<number, () => void>();
  const reserve = async (id: number, owner: string, bytes: number) => {
    const wait = new AbortController();
    releases.set(id, () => wait.abort());
    const release = await budget.reserve(owner, wait.signal, bytes).catch(() => undefined);
    if (!release) return;
    if (wait.signal.aborted) return release();
    releases.set(id, release);
    send({ id });
  };
  return {
    receive(request) {
      if (request.type === 'reserve') {
        void reserve(request.id, request.owner, request.bytes);
      } else {
        releases.get(request.id)?.();
        releases.delete(request.id);
      }
    },
    close() {
      for (const release of releases.values()) release();
      releases.clear();
    },
  };
}

function once(call: () => void): () => void {
  let isCalled = false;
  return () => {
    if (!isCalled) call();
    isCalled = true;
  };
}
