import { beforeEach } from 'vitest';
import { monotonicNow, wallClockNow } from '../../src/util/clocks.ts';
import { sleep, startTimer } from '../../src/util/timers.ts';
import { describeBroker } from './broker-contract.ts';
import { createLinks } from './ipc-link.ts';

const connectAll = () => createLinks({ startTimer, monotonicNow, now: wallClockNow });

let links = connectAll();
beforeEach(() => {
  links = connectAll();
});
const staying = new AbortController();

describeBroker({
  name: 'over IPC',
  connect: async () => links.connect().broker,
  pass: (milliseconds) => sleep(milliseconds + 1, staying.signal),
  flush: async () => links.hub.flush(),
});
