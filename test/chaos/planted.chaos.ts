import { expect, test } from 'vitest';
import { findBug } from '../simulator/plant.ts';
import { PLANTED } from '../simulator/planted.ts';

/** Plants only each nth bug. */
const EVERY = Number(process.env.PLANTED_EVERY ?? 1);

test.concurrent.each(PLANTED.filter((_, index) => index % EVERY === 0))(
  'the simulator finds that $name',
  async (bug) => {
    expect(await findBug(bug, 1_000)).toBeDefined();
  },
);
