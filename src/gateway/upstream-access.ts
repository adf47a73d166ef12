import { translateIds } from '../../schema/translate-ids.ts';
import { tenantOf } from '../auth/credential.ts';
import { createCreatedJobs } from '../cluster/created-jobs.ts';
import { createSharedKeyStates } from '../cluster/shared-key-states.ts';
import { contract as vendorContract } from '../contract/contract.gen.ts';
import { createJobProgress } from '../job-watching/job-progress.ts';
import { createJobWatcher, defaultWatchSettings } from '../job-watching/job-watcher.ts';
import { createPollGate } from '../jobs/poll-gate.ts';
import { createFinishedJobs, FINISHED_JOBS_TIME, MAX_FINISHED_JOBS } from '../loaders/finished-jobs.ts';
import { shareFinishedJobs } from '../loaders/shared-finished-jobs.ts';
import { createUpstreamObserver } from '../telemetry/upstream-observer.ts';
import { reportOnce } from '../upstream/check-upstream.ts';
import { createUpstreams } from '../upstream/upstream.ts';
import type { Base } from './base.ts';

/** The upstream of each key, the cache of its finished jobs, and the watcher of its running ones. */
export type UpstreamAccess = ReturnType<typeof createUpstreamAccess>;

export function createUpstreamAccess(base: Base) {
  const { config, log, measurements, problems, cluster, sleep, startTimer, now, monotonicNow, random } = base;
  const { baseUrl } = base.upstream;
  const finishedJobs = createFinishedJobsOf(base);
  const jobProgressOf = createJobProgress({ now, monotonicNow });
  const upstreamOf = createUpstreams({
    ...base.upstream,
    contract: base.contract ?? vendorContract,
    apiKeyHeader: config.apiKeyHeader,
    sleep,
    startTimer,
    now,
    monotonicNow,
    random,
    onMissingList: reportOnce((error) =>
      log.error(
        { err: error, baseUrl },
        'the upstream responds with 404 to a list that always exists: check FLAIR_API_URL',
      ),
    ),
    onKeyRejected: finishedJobs.clear,
    translateIds,
    observer: createUpstreamObserver({ log, problems, measurements }),
    createdElsewhere: cluster && createCreatedJobs(cluster, monotonicNow),
    sharedKeyStates: cluster && createSharedKeyStates(cluster, monotonicNow),
    onRetryAfter: (apiKey, seconds) => jobWatcher.hold(apiKey, seconds * 1_000),
    createJobObserver: (apiKey) => jobProgressOf(tenantOf({ apiKey })),
  });
  const jobWatcher = createJobWatcher({
    upstreamOf,
    settings: { ...defaultWatchSettings, ...base.watch },
    finishedJobs,
    gate: createPollGate({ getOutage: upstreamOf.outage, monotonicNow }),
    sleep,
    startTimer,
    now,
    monotonicNow,
    random,
    cluster,
    observer: measurements.polls,
    tracePoll: base.tracePoll,
    onUnreadable: reportOnce(() =>
      log.error('another replica uses a secret that this one does not have: all need the same values in SECRET'),
    ),
  });
  return { finishedJobs, upstreamOf, jobWatcher };
}

function createFinishedJobsOf({ finishedJobsMilliseconds, cluster, monotonicNow, now }: Base) {
  const milliseconds = finishedJobsMilliseconds ?? FINISHED_JOBS_TIME;
  const own = createFinishedJobs({ milliseconds, max: MAX_FINISHED_JOBS, monotonicNow, now });
  return cluster ? shareFinishedJobs(own, cluster, { milliseconds, monotonicNow }) : own;
}
