import { openDiskStore } from '../../src/idempotency/disk.ts';
import { createIdempotency } from '../../src/idempotency/idempotency.ts';
import { classify, request } from './writes.ts';

/** A program that is killed during its second write. Its argument is the path of its records. */

const [, , file = ''] = process.argv;
const idempotency = createIdempotency({ store: openDiskStore(file) });
await idempotency.once(request({ key: 'first' }), async () => ({ id: 'one' }), classify);
await idempotency.once(
  request({ key: 'second' }),
  () => {
    console.log('sent');
    setInterval(() => {}, 60_000);
    return new Promise(() => {});
  },
  classify,
);
