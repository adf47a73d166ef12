import type { Broker, NewValue } from '../cluster/broker.ts';
import type { Vault } from '../cluster/vault.ts';
import type { JobEvent, StateEvent } from '../jobs/events.ts';
import { type EventCodec, type Names, openMessage, sealMessage, storedVersion } from './messages.ts';

export interface StoredStatesOptions<State, Key> {
  broker: Broker;
  vault: Vault;
  names: Names;
  codec: EventCodec<State, Key>;
}

/** A stored state. Epoch and version are those of the report that contained it. */
export interface StoredState<State, Key> {
  readonly epoch: number;
  readonly version: number;
  readonly event: StateEvent<State, Key>;
}

/** Time for which the state of a running job is stored, in milliseconds: longer than another replica takes to become the owner. */
const STATE_TIME = 60_000;
const HOLD = 'hold';

/** The newest states of running jobs, for replicas that join when no owner can report them. */
export class StoredStates<State, Key> {
  readonly #options: StoredStatesOptions<State, Key>;

  constructor(options: StoredStatesOptions<State, Key>) {
    this.#options = options;
  }

  /** The value to store for an event. */
  valueOf(name: string, event: JobEvent<State, Key>, epoch: number, version: number): NewValue {
    const { names, vault, codec } = this.#options;
    const value = sealMessage(vault, { epoch, version, event: codec.encode(event) });
    return { name: names.state(name), value, version: storedVersion(epoch, version), milliseconds: STATE_TIME };
  }

  /** Reads the stored states of jobs, by name. Never rejects: without a store, no state is known. */
  async read(jobs: readonly string[]): Promise<Map<string, StoredState<State, Key>>> {
    const { broker, vault, names, codec } = this.#options;
    const values = await broker.read(names.group, jobs.map(names.state)).catch(() => []);
    const states = new Map<string, StoredState<State, Key>>();
    for (const [index, value] of values.entries()) {
      const job = jobs[index];
      const stored = value && openMessage<{ epoch: number; version: number; event: unknown }>(vault, value.value);
      const event = stored && codec.decode(stored.event, value.age);
      if (job !== undefined && event && 'state' in event)
        states.set(job, { epoch: stored.epoch, version: stored.version, event });
    }
    return states;
  }

  /** Removes the states of jobs that have ended. */
  remove(jobs: readonly string[]): void {
    const { broker, names } = this.#options;
    if (jobs.length > 0) broker.remove(names.group, jobs.map(names.state)).catch(() => {});
  }

  /** Stores a pause that the upstream has requested, for a later owner. */
  storeHold(milliseconds: number): void {
    const { broker, names, vault } = this.#options;
    const value = { name: HOLD, value: sealMessage(vault, { milliseconds }), version: '', milliseconds };
    broker.store(names.group, [value]).catch(() => {});
  }

  /** Remaining time of the stored pause, in milliseconds; 0 without one. */
  async readHold(): Promise<number> {
    const { broker, names, vault } = this.#options;
    const [stored] = await broker.read(names.group, [HOLD]).catch(() => []);
    const hold = stored && openMessage<{ milliseconds: number }>(vault, stored.value);
    return hold ? Math.max(0, hold.milliseconds - stored.age) : 0;
  }
}
