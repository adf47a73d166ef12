import { expect, test } from 'vitest';
import { findBug } from '../simulator/plant.ts';
import { PLANTED } from '../simulator/planted.ts';

test.concurrent.each(PLANTED)('the simulator finds that $name', async (bug) => {
  expect(await findBug(bug, 1_000)).toBeDefined();
});
