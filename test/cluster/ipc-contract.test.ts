import { beforeEach } from 'vitest';
import { monotonicNow, wallClockNow } from '../../src/util/clocks.ts';
import { startTimer } from '../../src/util/timers.ts';
import { describeBroker } from './broker-contract.ts';
import { createLinks } from './ipc-link.ts';

const connectAll = () => createLinks({ startTimer, monotonicNow, now: wallClockNow });

let links = connectAll();
beforeEach(() => {
  links = connectAll();
});

describeBroker({
  name: 'over IPC',
  connect: async () => links.connect().broker,
  flush: async () => links.hub.flush(),
});
