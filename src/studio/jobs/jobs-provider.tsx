import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'react';
import { useClient, useQuery } from 'urql';
import { getModel, listActiveJobs, watchJobs } from '../graph/documents.gen.ts';
import { useSession } from '../session/session.tsx';
import { notify } from '../ui/notices.tsx';
import { type Job, mergeJob, statusText, titleOf } from './job.ts';

/** Maximum number of jobs on one subscription. The oldest of more are watched once others have finished. */
const MAX_WATCHED = 100;

interface Jobs {
  /** Running jobs, and those that have finished since the page was opened; newest first. */
  readonly jobs: readonly Job[];
  /** Ids of the jobs that this page has started, newest first. */
  readonly startedHere: readonly string[];
  /** False if there may be running jobs that the gateway has not found. */
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  /** Watches a job that the page has started. */
  add(job: Job): void;
  /** Removes a finished job from the list. */
  dismiss(id: string): void;
  /** Looks for jobs that were started elsewhere. */
  refresh(): void;
}

const JobsContext = createContext<Jobs | undefined>(undefined);

type Change = { jobs: readonly Job[] } | { removed: string };

function reduce(known: ReadonlyMap<string, Job>, change: Change): ReadonlyMap<string, Job> {
  const next = new Map(known);
  if ('removed' in change) next.delete(change.removed);
  else for (const job of change.jobs) next.set(job.id, mergeJob(known.get(job.id), job));
  return next;
}

/** Watches all running jobs of the key on one subscription. */
export function JobsProvider({ children }: { children: ReactNode }) {
  const urql = useClient();
  const session = useSession();
  const [known, change] = useReducer(reduce, new Map<string, Job>());
  const [startedHere, setStartedHere] = useState<readonly string[]>([]);
  /** Ids on the subscription. It starts again only for a job that is not among them. */
  const [watched, setWatched] = useState<readonly string[]>([]);
  const [{ data, fetching }, search] = useQuery({ query: listActiveJobs, requestPolicy: 'network-only' });
  const refresh = useCallback(() => search({ requestPolicy: 'network-only' }), [search]);

  const found = data?.activeJobs.jobs;
  useEffect(() => {
    if (found) change({ jobs: found });
  }, [found]);

  const jobs = useMemo(
    () => [...known.values()].toSorted((a, b) => Date.parse(b.createdAt ?? '') - Date.parse(a.createdAt ?? '') || 0),
    [known],
  );
  useEffect(() => {
    const running = jobs.filter(({ isFinished }) => !isFinished).map(({ id }) => id);
    const wanted = running.slice(0, MAX_WATCHED);
    if (wanted.some((id) => !watched.includes(id))) setWatched(wanted);
  }, [jobs, watched]);

  const latest = useRef(known);
  latest.current = known;
  useEffect(() => {
    if (watched.length === 0) return;
    const onEvent = (job: Job) => {
      const before = latest.current.get(job.id);
      change({ jobs: [job] });
      if (!job.isFinished || before?.isFinished) return;
      notify(`${statusText(job)}: ${titleOf(mergeJob(before, job))}`, job.status === 'FAILED' ? 'failed' : 'done');
      // The trigger word of a model is that of its newest completed training.
      const model = job.__typename === 'Training' ? job.model : undefined;
      if (model) void urql.query(getModel, { id: model.id }, { requestPolicy: 'network-only' }).toPromise();
    };
    const { unsubscribe } = urql.subscription(watchJobs, { ids: [...watched] }).subscribe(({ data, error }) => {
      if (data?.jobsUpdated) onEvent(data.jobsUpdated);
      for (const { extensions } of error?.graphQLErrors ?? [])
        if (extensions?.code === 'NOT_FOUND') change({ removed: String(extensions.id) });
    });
    return unsubscribe;
  }, [watched, urql]);

  // A job that was deleted elsewhere is reported beside the events of the others.
  useEffect(
    () =>
      session.stream.subscribe(() => {
        for (const { extensions } of session.stream.get().error?.errors ?? [])
          if (extensions?.code === 'NOT_FOUND') change({ removed: String(extensions.id) });
      }),
    [session.stream],
  );

  useEffect(() => {
    const onVisible = () => {
      if (document.visibilityState === 'visible') refresh();
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => document.removeEventListener('visibilitychange', onVisible);
  }, [refresh]);

  const value = useMemo<Jobs>(
    () => ({
      jobs,
      startedHere,
      isComplete: data?.activeJobs.isComplete ?? true,
      isLoading: fetching && !data,
      add(job) {
        change({ jobs: [job] });
        setStartedHere((ids) => [job.id, ...ids]);
      },
      dismiss: (id) => change({ removed: id }),
      refresh,
    }),
    [jobs, startedHere, data, fetching, refresh],
  );
  return <JobsContext value={value}>{children}</JobsContext>;
}

/** The jobs of the key. */
export function useJobs(): Jobs {
  const jobs = use(JobsContext);
  if (!jobs) throw new Error('Expected a JobsProvider above.');
  return jobs;
}
