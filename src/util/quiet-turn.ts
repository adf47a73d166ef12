import { handledEvents } from './clocks.ts';
import { yieldToEventLoop } from './next-turn.ts';

/** Maximum number of turns of the event loop to wait, on a machine that is never idle. */
const MAX_TURNS = 1_000;

/**
 * Resolves when the event loop has just looked for input, and found none: everything that the process has received has been
 * read. A socket that is closed then loses no data, apart from what arrives in the next microseconds.
 *
 * @param events Number of events that the event loop has handled. @default the real one
 */
export async function quietTurn(events: () => number = handledEvents): Promise<void> {
  let before = Number.NaN;
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    // Continues directly after the event loop has looked for input. The first time, it may have done so before the call.
    await yieldToEventLoop();
    const handled = events();
    if (handled === before) return;
    before = handled;
  }
}
