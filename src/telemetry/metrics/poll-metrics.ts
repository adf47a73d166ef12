import type { Registry } from 'prom-client';
import type { PollObserver } from '../../jobs/observer.ts';
import { addCounter, addHistogram } from './counts.ts';
import { PREFIX } from './names.ts';

/** Upper bounds of the number of listeners of one poll. */
const LISTENERS = [1, 2, 5, 10, 50, 100, 1_000, 10_000];
/** Upper bounds of delays of events, in seconds. */
const DELAYS = [0.5, 1, 2, 3, 5, 8, 10, 15, 20, 30, 60, 120, 600];

/** Counts polls, and the polls that sharing saves. */
export function createPollMetrics(registry: Registry): PollObserver {
  const polls = addCounter({
    registry,
    name: `${PREFIX}polls_total`,
    help: 'Polls of the upstream: of a "job", of a "list" that a subscription follows, or of a "page" in place of several jobs.',
    labelNames: ['kind'],
  });
  const saved = addCounter({
    registry,
    name: `${PREFIX}polls_saved_total`,
    help: 'Polls that were not needed: listeners of one job share a poll ("sharing"), and a page shows several jobs ("list"). Without both, each listener of each job would poll alone.',
    labelNames: ['by'],
  });
  const listeners = addHistogram({
    registry,
    name: `${PREFIX}poll_listeners`,
    help: 'Listeners that share one poll.',
    buckets: LISTENERS,
  });
  const delays = addHistogram({
    registry,
    name: `${PREFIX}job_change_delay_seconds`,
    help: 'Maximum delay from a change of a job in the upstream to its event: the time since the last poll that showed the earlier state. The upstream does not report when a job changed.',
    buckets: DELAYS,
  });
  return {
    onPoll(kind, sharing) {
      polls.add(1, kind);
      listeners.observe(sharing);
      if (sharing > 1) saved.add(sharing - 1, 'sharing');
    },
    onPage(jobs, sharing) {
      polls.add(1, 'page');
      listeners.observe(sharing);
      if (jobs > 1) saved.add(jobs - 1, 'list');
      if (sharing > jobs) saved.add(sharing - jobs, 'sharing');
    },
    onChange: (milliseconds) => delays.observe(milliseconds / 1_000),
  };
}
