import { openDiskStore } from '../../src/idempotency/disk.ts';
import { createIdempotency } from '../../src/idempotency/idempotency.ts';
import { judge, request } from './writes.ts';

/** A program that is killed in the middle of its second write; it names the file of its records. */

const [, , file = ''] = process.argv;
const idempotency = createIdempotency({ store: openDiskStore(file) });
await idempotency.once(request({ key: 'first' }), async () => ({ id: 'one' }), judge);
await idempotency.once(
  request({ key: 'second' }),
  () => {
    console.log('sent');
    setInterval(() => {}, 60_000);
    return new Promise(() => {});
  },
  judge,
);
