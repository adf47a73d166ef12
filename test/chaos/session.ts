import { onTestFinished } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway, type TestGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction, smallImage } from '../support/seeds.ts';
import { documents } from './documents.ts';
import { createFaults } from './faults.ts';
import { type Step, TENANTS, type Tenant } from './steps.ts';

/** An operation and its response. */
export interface OperationRecord {
  readonly tenant: Tenant;
  readonly kind: Step['kind'];
  /** By the test clock, in milliseconds. */
  readonly startedAt: number;
  readonly deadline: number;
  endedAt?: number;
  /** The response, as far as it was received. */
  text: string;
  isAborted: boolean;
}

/** Global ids of the objects of a tenant. */
interface TenantIds {
  models: string[];
  jobs: string[];
  trainings: string[];
  predictions: string[];
  items: string[];
}

/** Operations or idempotency keys of each write, by its identity at the upstream. Their number limits its executions. */
type SentWrites = Map<string, Set<string>>;

/** Deadline of responses, in milliseconds, in addition to `waitSeconds`. */
const DEADLINE = 30_000;
/** Creates the transport between the gateway and the upstream. */
type Network = (
  upstream: (request: Request) => Promise<Response>,
) => Promise<NonNullable<StartOptions['transport']>> | NonNullable<StartOptions['transport']>;

/** @param network Transport between the gateway and the upstream. @default direct calls */
export async function startSession(seed: number, network?: Network) {
  const holder: { faults?: ReturnType<typeof createFaults>; transport?: StartOptions['transport'] } = {};
  const started = startGateway({
    sandbox: { keys: [...TENANTS], pageSize: 3 },
    watch: { pollsPerSecond: 20 },
    upstream: {
      concurrency: 4,
      waiting: 60,
      retry: { limit: 2, delay: (attempt) => 300 * 2 ** (attempt - 1), maxRetryAfter: 5_000 },
    },
    transport(request, upstream) {
      if (holder.transport) return holder.transport(request, upstream);
      return holder.faults ? holder.faults.transport(request, upstream) : upstream(request);
    },
  });
  onTestFinished(() => disposeOf(started));
  const idsByTenant = new Map<Tenant, TenantIds>();
  for (const tenant of TENANTS) idsByTenant.set(tenant, await seedTenant(started, tenant));
  const faults = createFaults({ seed, clock: started.clock });
  holder.faults = faults;
  const { sandbox } = started;
  const transport = await network?.((request) => faults.transport(request, (passed) => sandbox.fetch(passed)));
  if (transport) holder.transport = transport;
  return {
    started,
    faults,
    idsByTenant,
    records: [] as OperationRecord[],
    sentWrites: new Map() as SentWrites,
    /** True if only the test clock determines timing, so that deadlines can be checked. */
    isTimed: network === undefined,
    images: await createImages(),
  };
}

export type Session = Awaited<ReturnType<typeof startSession>>;

const createImages = () => Promise.all([0, 120, 240].map((hue) => smallImage({ hue })));

async function seedTenant({ upstream }: TestGateway, tenant: Tenant): Promise<TenantIds> {
  const own: typeof upstream = (path, init) =>
    upstream(path, { ...init, headers: { ...init?.headers, 'x-api-key': tenant } });
  const ids: TenantIds = { models: [], jobs: [], trainings: [], predictions: [], items: [] };
  for (const name of ['one', 'two']) {
    const model = await seedModel(own, `${tenant} ${name}`, { images: 2, trainings: 1 });
    ids.models.push(model.globalId);
    ids.items.push(...model.dataItems.map((id) => globalId({ kind: 'DataItem', modelId: model.id, id })));
    ids.trainings.push(...model.trainings.map((id) => globalId({ kind: 'Training', modelId: model.id, id })));
    const prediction = await seedPrediction(own, [model.id], { prompt: `${tenant} dress` });
    ids.predictions.push(globalId({ kind: 'Prediction', id: prediction }));
  }
  ids.jobs.push(...ids.trainings, ...ids.predictions);
  return ids;
}

/** Runs an operation until its response is complete, has failed or is aborted. */
export async function runOperation(session: Session, step: Step, number: number): Promise<void> {
  const { started, idsByTenant, records, sentWrites } = session;
  const { tenant, kind, index } = step;
  const ids = idsByTenant.get(tenant) ?? { models: [], jobs: [], trainings: [], predictions: [], items: [] };
  const pick = (list: readonly string[]) => list[index % list.length] ?? '';
  const waits = kind === 'train' || kind === 'predict' ? step.wait : 0;
  const name = step.key === undefined ? `${tenant} ${number}` : `${tenant} ${kind} key ${step.key}`;
  const keyInput = step.key === undefined ? {} : { idempotencyKey: name };
  const waitInput = waits > 0 ? { waitSeconds: waits } : {};
  const variables: Readonly<Record<Step['kind'], object>> = {
    list: { first: 1 + (index % 20) },
    details: { id: pick(ids.models) },
    nodes: { ids: [pick(ids.models), pick(ids.jobs), pick(ids.items), 'bm9uc2Vuc2U'] },
    predictions: { id: pick(ids.models) },
    imageFacts: { id: pick(ids.items) },
    createModel: { input: { displayName: name, ...keyInput } },
    rename: { input: { id: pick(ids.models), displayName: name } },
    train: {
      input: { modelId: pick(ids.models), strength: index % 11, mode: { fast: {} }, ...keyInput, ...waitInput },
    },
    cancel: { input: { id: pick(ids.trainings) } },
    predict: {
      input: { prompt: `${name} dress`, models: [{ id: pick(ids.models), scale: 1 }], ...keyInput, ...waitInput },
    },
    upload: { input: { modelId: pick(ids.models), file: null } },
    deleteItem: { input: { id: pick(ids.items) } },
    deletePrediction: { input: { id: pick(ids.predictions) } },
    watch: { ids: [pick(ids.jobs)] },
    watchList: { id: pick(ids.models) },
  };
  const isStream = kind === 'watch' || kind === 'watchList';
  const startedAt = started.clock.now();
  const record: OperationRecord = {
    tenant,
    kind,
    startedAt,
    // File access takes real time, before the operation starts and after it has ended.
    deadline:
      isStream || kind === 'upload' || !session.isTimed
        ? Number.POSITIVE_INFINITY
        : startedAt + DEADLINE + waits * 1_000,
    text: '',
    isAborted: false,
  };
  records.push(record);
  if (['createModel', 'train', 'cancel', 'predict', 'upload'].includes(kind)) {
    const identity = identityOfOperation(kind, variables[kind], index % session.images.length);
    const senders = sentWrites.get(`${tenant} ${identity}`) ?? new Set();
    // Repetitions with the same idempotency key count once.
    senders.add(step.key === undefined || kind === 'cancel' || kind === 'upload' ? String(number) : name);
    sentWrites.set(`${tenant} ${identity}`, senders);
  }

  const abortController = new AbortController();
  const ended = new AbortController();
  // Subscriptions to lists never end, so the client aborts.
  const abortAfter = step.abortAfter ?? (kind === 'watchList' ? 60_000 : undefined);
  if (abortAfter !== undefined) {
    started.clock.sleep(abortAfter, ended.signal).then(
      () => {
        record.isAborted = true;
        abortController.abort();
      },
      () => {},
    );
  }
  try {
    const response = await started.fetch('/graphql', {
      method: 'POST',
      headers: {
        'x-api-key': tenant,
        accept: isStream ? 'text/event-stream' : 'application/json',
        ...(kind === 'upload' ? {} : { 'content-type': 'application/json' }),
      },
      body: bodyOf(session, kind, variables[kind], index),
      signal: abortController.signal,
    });
    const decoder = new TextDecoder();
    const reader = response.body?.getReader();
    // Cancels the stream, not its reader: without a server, the reader's cancel would wait for the next event.
    const cancel = () => void response.body?.cancel().catch(() => {});
    if (abortController.signal.aborted) cancel();
    else abortController.signal.addEventListener('abort', cancel);
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done) break;
      record.text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    if (!record.isAborted) throw error;
  } finally {
    ended.abort();
    record.endedAt = started.clock.now();
  }
}

function bodyOf({ images }: Session, kind: Step['kind'], variables: object, index: number): string | FormData {
  const operation = JSON.stringify({ query: documents[kind], variables });
  if (kind !== 'upload') return operation;
  const body = new FormData();
  body.set('operations', operation);
  body.set('map', '{ "0": ["variables.input.file"] }');
  body.set('0', new File([images[index % images.length] ?? ''], 'a.png'));
  return body;
}

/** Identity of a write at the upstream: its path and distinguishing input. */
function identityOfOperation(kind: Step['kind'], variables: object, imageIndex: number): string {
  const { input } = variables as { input: Record<string, unknown> };
  switch (kind) {
    case 'createModel':
      return `models ${input.displayName}`;
    case 'predict':
      return `predictions ${input.prompt}`;
    case 'train':
      return `trainings ${localPath(String(input.modelId))} ${input.strength}`;
    case 'cancel':
      return `cancel ${localPath(String(input.id))}`;
    default:
      return `data ${localPath(String(input.modelId))} ${imageIndex}`;
  }
}

/** The part of a global id after its kind. */
const localPath = (id: string): string => Buffer.from(id, 'base64url').toString().replace(/^\w+:/, '');

/** Identity of a write, from an upstream request. */
export function identityOfRequest({ path, body }: { path: string; body: string }, images: Session['images']): string {
  const parts = path.split('/').slice(1);
  const parsedBody = () => JSON.parse(Buffer.from(body, 'latin1').toString()) as Record<string, unknown>;
  if (path === '/models') return `models ${parsedBody().displayName}`;
  if (path === '/predictions') return `predictions ${parsedBody().prompt}`;
  if (path.endsWith('/cancel')) return `cancel ${parts[1]}/${parts[3]}`;
  if (path.endsWith('/trainings')) return `trainings ${parts[1]} ${parsedBody().trainingStrength}`;
  return `data ${parts[1]} ${images.findIndex((image) => Buffer.from(image).toString('latin1') === body)}`;
}

/** Ends a gateway. A write whose client has left may still wait for its deadline, by the clock of the test. */
async function disposeOf({ gateway, clock }: TestGateway): Promise<void> {
  let isOver = false;
  const disposed = gateway.dispose().finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(1_000);
  await disposed;
}
