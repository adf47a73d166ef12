import type { WriteRequest } from '../../src/idempotency/identity.ts';

/** The fake upstream has rejected the write: it did not happen. */
export class Refused extends Error {}
/** The response of the fake upstream was lost: the write may have happened. */
export class Lost extends Error {}

export const classify = (error: unknown) => (error instanceof Refused ? 'nothing-happened' : 'unknown');

export const request = (changes: Partial<WriteRequest> = {}): WriteRequest => ({
  tenant: 'tenant',
  operation: 'createModel',
  key: 'key',
  input: { displayName: 'Dress' },
  ...changes,
});

/** A write that the test completes, and a record of each time it was sent. */
export function createWrite() {
  const sent: { succeed: (id: string) => void; fail: (error: Error) => void }[] = [];
  const write = () =>
    new Promise<{ id: string }>((resolve, reject) => {
      sent.push({ succeed: (id) => resolve({ id }), fail: reject });
    });
  return { write, sent };
}

/** A write that succeeds immediately, with a new id each time. */
export function createQuickWrite() {
  const sent: string[] = [];
  return {
    sent,
    write: async () => {
      const id = `id-${sent.length + 1}`;
      sent.push(id);
      return { id };
    },
  };
}
