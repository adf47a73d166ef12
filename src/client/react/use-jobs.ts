import { useEffect, useMemo, useState } from 'react';
import { FlairError } from '../errors.ts';
import type { FlairClient, StreamState } from '../types.ts';
import { useFlair } from './provider.ts';
import type { JobResult, JobsResult } from './types.ts';

const CONNECTING: StreamState = { status: 'connecting' };
const CLOSED: StreamState = { status: 'closed' };
const NOTHING: JobsResult = { jobs: new Map(), errors: new Map(), error: undefined, state: CONNECTING };

/** Watches a job while the component is mounted. @param id Global id; none: nothing is watched. */
export function useJob(id: string | null | undefined): JobResult {
  const { jobs, errors, error, state } = useJobs(id ? [id] : []);
  const key = id ?? '';
  return { job: jobs.get(key), error: errors.get(key) ?? error, state };
}

/**
 * Watches jobs while the component is mounted, all on one connection. Jobs may be added and removed: known states remain,
 * and finished jobs are not watched again.
 *
 * @param ids Global ids. The array may be a new one at each rendering.
 */
export function useJobs(ids: readonly string[]): JobsResult {
  const client = useFlair();
  // Ids contain no spaces.
  const key = [...new Set(ids)].join(' ');
  const [known, setKnown] = useState({ client, result: NOTHING });
  // Another client may act with another key.
  const result = known.client === client ? known.result : NOTHING;

  useEffect(() => {
    const update = (change: (result: JobsResult) => JobsResult) =>
      setKnown((previous) => ({ client, result: change(previous.client === client ? previous.result : NOTHING) }));
    const pending = keysOf(key).filter((id) => !isOver(result, id));
    if (pending.length === 0) return update((previous) => ({ ...previous, state: CLOSED }));
    return watch(client, pending, update);
    // Not `result`, which each event changes.
  }, [client, key]);

  return useMemo(() => {
    const wanted = keysOf(key);
    return { ...result, jobs: pick(result.jobs, wanted), errors: pick(result.errors, wanted) };
  }, [result, key]);
}

type Update = (change: (result: JobsResult) => JobsResult) => void;

/** Returns a function that stops watching. */
function watch(client: FlairClient, ids: readonly string[], update: Update): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const run = async () => {
    const onState = (state: StreamState) => {
      if (!signal.aborted) update((previous) => ({ ...previous, state }));
    };
    for await (const { id, job, error } of client.watchJobs(ids, { signal, onState })) {
      if (signal.aborted) return;
      update((previous) =>
        job
          ? { ...previous, jobs: new Map(previous.jobs).set(id, job) }
          : { ...previous, errors: new Map(previous.errors).set(id, error) },
      );
    }
  };
  update((previous) => ({ ...previous, error: undefined, state: CONNECTING }));
  run().catch((thrown: unknown) => {
    if (!signal.aborted) update((previous) => ({ ...previous, error: toError(thrown), state: CLOSED }));
  });
  return () => controller.abort();
}

const toError = (thrown: unknown): FlairError =>
  thrown instanceof FlairError ? thrown : new FlairError(String(thrown), 'INVALID_RESPONSE', { cause: thrown });

const isOver = ({ jobs, errors }: JobsResult, id: string): boolean =>
  jobs.get(id)?.isFinished === true || errors.has(id);

const keysOf = (key: string): string[] => (key === '' ? [] : key.split(' '));

function pick<Value>(values: ReadonlyMap<string, Value>, ids: readonly string[]): Map<string, Value> {
  const picked = new Map<string, Value>();
  for (const id of ids) {
    const value = values.get(id);
    if (value !== undefined) picked.set(id, value);
  }
  return picked;
}
