import type { Run } from './history.ts';
import { checkContent } from './rules-content.ts';
import { checkOutages } from './rules-outages.ts';
import { checkRequests } from './rules-requests.ts';
import { checkTiming } from './rules-timing.ts';
import { checkWrites } from './rules-writes.ts';
import type { Scenario } from './scenario.ts';
import { Timeline, type Violation } from './timeline.ts';

export type { Violation } from './timeline.ts';

/**
 * Compares the logs of all subscribers with the history of the upstream. It shares no code with the gateway.
 *
 * @returns All violations, in order of time.
 */
export function check(run: Run, scenario: Scenario): Violation[] {
  const timeline = new Timeline(run, scenario);
  return [
    ...checkContent(timeline),
    ...checkTiming(timeline),
    ...checkOutages(timeline),
    ...checkRequests(timeline),
    ...checkWrites(timeline),
  ].sort((a, b) => a.at - b.at);
}
