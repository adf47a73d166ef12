import { type JobsUpdatedSubscription, jobsUpdated } from './documents.gen.ts';
import { toFlairError } from './http.ts';
import { Queue } from './queue.ts';
import type { Resume, Running, StartStream } from './stream.ts';
import type { Job, JobsEvent, JobsWatch, JobWatch, StreamOptions, StreamState } from './types.ts';
import { createWatch } from './watch.ts';

/** Maximum number of jobs on one subscription. */
const JOBS_PER_STREAM = 100;

/** Functions that watch jobs until they have finished. */
export function createJobWatches(resume: Resume, startStream: StartStream) {
  const watchAll = (ids: readonly string[], running: Running) => {
    const chunks = chunksOf(ids);
    const states = chunks.map((): StreamState => ({ status: 'connecting' }));
    const streams = chunks.map((chunk, index) =>
      watchChunk(resume, chunk, {
        ...running,
        onState(state) {
          states[index] = state;
          running.onState(worstOf(states));
        },
      }),
    );
    return merge(streams);
  };

  return {
    watchJob(id: string, options?: StreamOptions): JobWatch {
      const start = () =>
        startStream(async function* (running) {
          for await (const event of watchChunk(resume, [id], running)) {
            if (event.error) throw event.error;
            yield event;
          }
        }, options);
      return createWatch(start, {
        toItem: ({ job }) => job as Job,
        toFinal: (finished) => finished.get(id) as Job,
      });
    },
    watchJobs(ids: Iterable<string>, options?: StreamOptions): JobsWatch {
      const all = [...new Set(ids)];
      const start = () => startStream((running) => watchAll(all, running), options);
      return createWatch(start, { toItem: (event) => event, toFinal: (finished) => finished });
    },
  };
}

function chunksOf(ids: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let at = 0; at < ids.length; at += JOBS_PER_STREAM) chunks.push(ids.slice(at, at + JOBS_PER_STREAM));
  return chunks;
}

/** The events of up to 100 jobs. After a failed connection only those are watched again that have not finished. */
async function* watchChunk(
  resume: Resume,
  ids: readonly string[],
  { signal, onState }: Running,
): AsyncGenerator<JobsEvent, undefined> {
  const pending = new Set(ids);
  const results = resume({
    payload: () => ({ query: jobsUpdated, variables: { ids: [...pending] } }),
    isOver: () => false,
    signal,
    onState,
  });
  for await (const { data, errors } of results) {
    const { jobsUpdated: job } = (data ?? {}) as Partial<JobsUpdatedSubscription>;
    const error = errors && toFlairError(errors);
    if (job) {
      if (job.isFinished) pending.delete(job.id);
      yield { id: job.id, job };
    }
    if (error && (job || error.retryable)) onState({ status: 'open', error });
    else if (error) {
      // Without the id of a pending job, it is an error of the whole subscription.
      const id = error.errors[0]?.extensions?.id as string;
      if (!pending.delete(id)) throw error;
      yield { id, error };
    }
    if (pending.size === 0) return;
  }
}

/** The state of several connections: the one that is furthest from `open`. */
const worstOf = (states: readonly StreamState[]): StreamState =>
  states.find(({ status }) => status === 'waiting') ??
  states.find(({ status }) => status === 'connecting') ??
  states.find(({ error }) => error) ?? { status: 'open' };

/** The values of several generators, as they arrive. Ends with the last one, or fails with the first that fails. */
async function* merge<Value>(
  generators: readonly AsyncGenerator<Value, undefined>[],
): AsyncGenerator<Value, undefined> {
  const queue = new Queue<Value>();
  const reading = generators.map(async (generator) => {
    for await (const value of generator) queue.push(value);
  });
  Promise.all(reading).then(
    () => queue.end(),
    (error) => queue.fail(error),
  );
  yield* queue.read();
}
