import { type Bench, KEY, patience } from './bench.ts';

/** The operations of dashboards, scripts and pages: subscriptions, queries and mutations. */

/** Maximum number of jobs of one stream. */
const JOBS_PER_STREAM = 100;

/** Ids of jobs, in the order of their creation. */
export const idsOf = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(5, '0')}`);

const globalIdOf = (text: string): string => Buffer.from(text).toString('base64url');
export const predictionId = (id: string): string => globalIdOf(`Prediction:${id}`);
export const trainingId = (id: string): string => globalIdOf(`Training:bench/${id}`);
export const modelId = globalIdOf('Model:bench');

/** Creates the account of a key. */
export const create = (
  { upstream, lists }: Bench,
  account: { key?: string; predictions: readonly string[]; trainings?: readonly string[] },
): Promise<void> => upstream.call('create', { key: KEY, lists, ...account });

/** The streams of one dashboard. */
function streamsOf(ids: readonly string[]): string[][] {
  const streams: string[][] = [];
  for (let from = 0; from < ids.length; from += JOBS_PER_STREAM) streams.push(ids.slice(from, from + JOBS_PER_STREAM));
  return streams;
}

/** Opens a dashboard of these jobs, given by their global ids. */
export const open = (
  { clients, gateway }: Bench,
  name: string,
  { ids, streams = streamsOf(ids), key = KEY }: { ids: readonly string[]; streams?: string[][]; key?: string },
): Promise<void> => clients.call('open', { name, url: gateway.socketUrl, apiKey: key, streams });

/** Opens a dashboard, and waits for the first event of each job. @throws Error if one is missing. */
export async function openAndRead(bench: Bench, name: string, ids: readonly string[]): Promise<void> {
  await open(bench, name, { ids });
  if (await bench.clients.call('started', { name, within: patience(ids.length) })) return;
  const { errors } = await bench.clients.call('results', { name });
  throw new Error(`Expected a first event of each of ${ids.length} jobs. Errors: ${errors.slice(0, 3).join('; ')}`);
}

/** Delays of the first events of a dashboard, in seconds; infinite for those that are missing. */
export async function firstDelays({ clients }: Bench, name: string, within: number): Promise<number[]> {
  await clients.call('started', { name, within });
  const { jobs } = await clients.call('results', { name });
  return jobs.map(({ subscribedAt, first }) => secondsBetween(subscribedAt, first));
}

export const secondsBetween = (from: number | undefined, to: number | undefined): number =>
  from === undefined || to === undefined ? Number.POSITIVE_INFINITY : (to - from) / 1_000;

/** Executes an operation over HTTP. @throws Error if the response contains errors. */
export async function execute<Data>({ gateway }: Bench, query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': KEY },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: object };
  if (!data || errors) throw new Error(`Expected data without errors, got ${JSON.stringify({ data, errors })}`);
  return data;
}
