import { beforeEach } from 'vitest';
import { MemoryHub } from '../../src/cluster/memory-hub.ts';
import { monotonicNow, wallClockNow } from '../../src/util/clocks.ts';
import { startTimer } from '../../src/util/timers.ts';
import { describeBroker } from './broker-contract.ts';

const createHub = () => new MemoryHub({ startTimer, monotonicNow, now: wallClockNow });

let hub = createHub();
let replicas = 0;
beforeEach(() => {
  hub = createHub();
});

describeBroker({
  name: 'in memory',
  connect: async () => hub.connect(`replica ${replicas++}`),
  flush: async () => hub.flush(),
});
