import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Vault } from '../cluster/vault.ts';
import type { JobEvent } from '../jobs/events.ts';
import { parseJson } from '../util/json.ts';

/** Converts events into JSON values and back. Times become ages, because the clocks of replicas may differ. */
export interface EventCodec<State, Key> {
  encode(event: JobEvent<State, Key>): unknown;
  /**
   * @param age Time since the event was encoded, in milliseconds.
   * @returns Undefined if the value is none of this version of the gateway.
   */
  decode(value: unknown, age?: number): JobEvent<State, Key> | undefined;
  /** @returns The key of a job or list; undefined if the value is none of this version of the gateway. */
  decodeKey(value: unknown): Key | undefined;
}

const need = z.object({
  key: z.unknown(),
  position: z.number().optional(),
  isWaiting: z.boolean().optional(),
  /** True if the job is known to exist. */
  isSeen: z.boolean().optional(),
});
const needs = z.object({
  from: z.string(),
  /** The highest epoch of an owner that the replica has heard of. */
  epoch: z.number(),
  /** Digest of everything that the replica needs; an owner that knows something else requests all of it. */
  digest: z.string().optional(),
  /** True if the message replaces all earlier ones. The owner repeats the current events. */
  isComplete: z.boolean().optional(),
  join: z.array(need).optional(),
  leave: z.array(z.string()).optional(),
  waiting: z.array(z.tuple([z.string(), z.boolean()])).optional(),
  follow: z.array(z.unknown()).optional(),
  unfollow: z.array(z.string()).optional(),
  wake: z.array(z.string()).optional(),
  announce: z.array(z.unknown()).optional(),
  holdMilliseconds: z.number().optional(),
});

/** A job that a replica watches. */
export type Need = z.infer<typeof need>;
/** What a replica needs from the owner: changes since its last message, or everything. */
export type Needs = z.infer<typeof needs>;

const report = z.discriminatedUnion('type', [
  /** `version` orders the events of a job. */
  z.object({
    type: z.literal('event'),
    name: z.string(),
    list: z.string().optional(),
    version: z.number(),
    event: z.unknown(),
  }),
  z.object({ type: z.literal('end'), name: z.string(), list: z.string().optional() }),
  z.object({ type: z.literal('gone'), name: z.string(), list: z.string(), isGone: z.boolean() }),
]);
const ownerMessage = z.object({
  /** Exceeds that of each earlier owner. */
  epoch: z.number(),
  /** Number of the message among those of the owner, so that a lost one is noticed. */
  number: z.number(),
  /** `started` requests what all replicas need; `beat` shows that the owner is alive. */
  type: z.enum(['started', 'beat', 'ended', 'reports']),
  reports: z.array(report).optional(),
});

/** One report of the owner. */
export type Report = z.infer<typeof report>;
/** A message of the owner: the replica that polls. */
export type OwnerMessage = z.infer<typeof ownerMessage>;

/** The channels and stored values of one credential. */
export interface Names {
  /** Group of its stored values. */
  readonly group: string;
  readonly needs: string;
  readonly reports: string;
  /** Name of the stored state of a job. */
  state(job: string): string;
}

/** @param group Keyed hash of the credential. */
export function createNames(vault: Vault, group: string): Names {
  const reports = `reports ${group}`;
  return {
    // The same name, because a Cluster of Redis then keeps the order of messages with and without values.
    group: reports,
    reports,
    needs: `needs ${group}`,
    state: (job) => `state ${vault.name('state', job)}`,
  };
}

/** The version of a stored value: sortable by characters. */
export const storedVersion = (epoch: number, version: number): string =>
  `${String(epoch).padStart(17, '0')} ${String(version).padStart(12, '0')}`;

/** Digest of a set of names. */
export const digestOf = (names: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([...names].sort()))
    .digest('base64url');

export const sealNeeds = (vault: Vault, message: Needs): string => vault.seal(JSON.stringify(message));

/** @returns The message; undefined if it is none of this version, or was sealed with another secret. */
export const openNeeds = (vault: Vault, sealed: string): Needs | undefined => open(needs, vault, sealed);

/** @param reports The reports as JSON. */
export function sealOwnerMessage(
  vault: Vault,
  message: Omit<OwnerMessage, 'reports'>,
  reports?: readonly string[],
): string {
  const text = JSON.stringify(message);
  return vault.seal(reports ? `${text.slice(0, -1)},"reports":[${reports.join(',')}]}` : text);
}

/** @returns The message; undefined if it is none of this version, or was sealed with another secret. */
export const openOwnerMessage = (vault: Vault, sealed: string): OwnerMessage | undefined =>
  open(ownerMessage, vault, sealed);

function open<Message>(schema: z.ZodType<Message>, vault: Vault, sealed: string): Message | undefined {
  const text = vault.open(sealed);
  return text === undefined ? undefined : schema.safeParse(parseJson(text)).data;
}
