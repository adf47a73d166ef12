import * as z from 'zod';
import type { Broker, NewValue, StoredValue } from '../cluster/broker.ts';
import type { Vault } from '../cluster/vault.ts';
import type { JobEvent, StateEvent } from '../jobs/events.ts';
import { parseJson } from '../util/json.ts';
import { type EventCodec, type Names, storedVersion } from './messages.ts';

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

// A value contains its name, so that it cannot be moved to another one.
const storedState = z.object({ name: z.string(), epoch: z.number(), version: z.number(), event: z.unknown() });
const storedHold = z.object({ group: z.string(), milliseconds: z.number() });

/** The newest states of running jobs, for replicas that join when no owner can report them. */
export class StoredStates<State, Key> {
  readonly #options: StoredStatesOptions<State, Key>;

  constructor(options: StoredStatesOptions<State, Key>) {
    this.#options = options;
  }

  /** The value to store for an event. */
  valueOf(name: string, event: JobEvent<State, Key>, epoch: number, version: number): NewValue {
    const { names, vault, codec } = this.#options;
    const value = vault.seal(JSON.stringify({ name, epoch, version, event: codec.encode(event) }));
    return { name: names.state(name), value, version: storedVersion(epoch, version), milliseconds: STATE_TIME };
  }

  /** Reads the stored states of jobs, by name. Never rejects: without a store, no state is known. */
  async read(jobs: readonly string[]): Promise<Map<string, StoredState<State, Key>>> {
    const { broker, names, codec } = this.#options;
    const values = await broker.read(names.group, jobs.map(names.state)).catch(() => []);
    const states = new Map<string, StoredState<State, Key>>();
    for (const [index, name] of jobs.entries()) {
      const value = values[index];
      const stored = value && this.#open(storedState, value);
      const event = stored?.name === name ? codec.decode(stored.event, value?.age) : undefined;
      if (stored && event && 'state' in event)
        states.set(name, { epoch: stored.epoch, version: stored.version, event });
    }
    return states;
  }

  /** Removes the states of jobs that have ended. */
  remove(jobs: readonly string[]): void {
    const { broker, names } = this.#options;
    if (jobs.length > 0) broker.remove(names.group, jobs.map(names.state)).catch(() => {});
  }

  /** Stores a pause that the upstream has requested, for a later owner, unless a longer one is stored. */
  async storeHold(milliseconds: number): Promise<void> {
    const { broker, names, vault } = this.#options;
    if (!(milliseconds > (await this.readHold()))) return;
    const value = vault.seal(JSON.stringify({ group: names.group, milliseconds }));
    await broker.store(names.group, [{ name: HOLD, value, version: '', milliseconds }]).catch(() => {});
  }

  /** Remaining time of the stored pause, in milliseconds; 0 without one. */
  async readHold(): Promise<number> {
    const { broker, names } = this.#options;
    const [value] = await broker.read(names.group, [HOLD]).catch(() => []);
    const hold = value && this.#open(storedHold, value);
    return value && hold?.group === names.group ? Math.max(0, hold.milliseconds - value.age) : 0;
  }

  #open<Content>(schema: z.ZodType<Content>, { value }: StoredValue): Content | undefined {
    const text = this.#options.vault.open(value);
    return text === undefined ? undefined : schema.safeParse(parseJson(text)).data;
  }
}
