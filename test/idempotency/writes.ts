import type { WriteRequest } from '../../src/idempotency/identity.ts';

/** The failures of a fake upstream. */
export class Refused extends Error {}
export class Lost extends Error {}

export const judge = (error: unknown) => (error instanceof Refused ? 'nothing-happened' : 'unknown');

export const request = (changes: Partial<WriteRequest> = {}): WriteRequest => ({
  tenant: 'tenant',
  operation: 'createModel',
  key: 'key',
  input: { displayName: 'Dress' },
  ...changes,
});

/** A write whose end the test decides, and which counts how often it was sent. */
export function createWrite() {
  const sent: { succeed: (id: string) => void; fail: (error: Error) => void }[] = [];
  const write = () =>
    new Promise<{ id: string }>((resolve, reject) => {
      sent.push({ succeed: (id) => resolve({ id }), fail: reject });
    });
  return { write, sent };
}

/** A write that succeeds at once, with a new id each time. */
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
