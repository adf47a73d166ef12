import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway, type TestGateway } from '../support/gateway.ts';
import { picture, seedModel, seedPrediction } from '../support/seeds.ts';
import { documents } from './documents.ts';
import { createFaults } from './faults.ts';
import { type Step, TENANTS, type Tenant } from './steps.ts';

/** What an operation was answered. */
export interface Answered {
  readonly tenant: Tenant;
  readonly act: Step['act'];
  /** On the clock, in milliseconds. */
  readonly begunAt: number;
  readonly due: number;
  answeredAt?: number;
  /** Everything that came, as text. */
  text: string;
  hasLeft: boolean;
}

/** What a tenant has, as global ids. */
interface Belongings {
  models: string[];
  jobs: string[];
  trainings: string[];
  predictions: string[];
  items: string[];
}

/** Every write that was asked for, by what the upstream would see of it: it may arrive as often as it was asked for. */
type Asked = Map<string, Set<string>>;

/** Answers are due after so many milliseconds, on top of what a client asked to wait. */
const DUE = 30_000;
/** How requests get from the gateway to the upstream, where it is not by a call. */
type Network = (
  upstream: (request: Request) => Promise<Response>,
) => Promise<NonNullable<StartOptions['transport']>> | NonNullable<StartOptions['transport']>;

/** @param network What lies between the gateway and the upstream with its faults. @default nothing */
export async function startSession(seed: number, network?: Network) {
  const holder: { faults?: ReturnType<typeof createFaults>; between?: StartOptions['transport'] } = {};
  const started = startGateway({
    sandbox: { keys: [...TENANTS], pageSize: 3 },
    watch: { perSecond: 20 },
    upstream: {
      concurrency: 4,
      waiting: 60,
      retry: { limit: 2, delay: (attempt) => 300 * 2 ** (attempt - 1), maxRetryAfter: 5_000 },
    },
    transport(request, upstream) {
      if (holder.between) return holder.between(request, upstream);
      return holder.faults ? holder.faults.transport(request, upstream) : upstream(request);
    },
  });
  const belongings = new Map<Tenant, Belongings>();
  for (const tenant of TENANTS) belongings.set(tenant, await seedTenant(started, tenant));
  const faults = createFaults({ seed, clock: started.clock });
  holder.faults = faults;
  const { sandbox } = started;
  const between = await network?.((request) => faults.transport(request, (passed) => sandbox.fetch(passed)));
  if (between) holder.between = between;
  return {
    started,
    faults,
    belongings,
    answers: [] as Answered[],
    asked: new Map() as Asked,
    /** Whether the clock is all that time is made of, so that it can be judged. */
    isTimed: network === undefined,
    pictures: await pictures(),
  };
}

export type Session = Awaited<ReturnType<typeof startSession>>;

const pictures = () => Promise.all([0, 120, 240].map((hue) => picture({ hue })));

async function seedTenant({ upstream }: TestGateway, tenant: Tenant): Promise<Belongings> {
  const own: typeof upstream = (path, init) =>
    upstream(path, { ...init, headers: { ...init?.headers, 'x-api-key': tenant } });
  const has: Belongings = { models: [], jobs: [], trainings: [], predictions: [], items: [] };
  for (const name of ['one', 'two']) {
    const model = await seedModel(own, `${tenant} ${name}`, { images: 2, trainings: 1 });
    has.models.push(model.globalId);
    has.items.push(...model.dataItems.map((id) => globalId({ kind: 'DataItem', modelId: model.id, id })));
    has.trainings.push(...model.trainings.map((id) => globalId({ kind: 'Training', modelId: model.id, id })));
    const prediction = await seedPrediction(own, [model.id], { prompt: `${tenant} dress` });
    has.predictions.push(globalId({ kind: 'Prediction', id: prediction }));
  }
  has.jobs.push(...has.trainings, ...has.predictions);
  return has;
}

/** Begins an operation and returns when its answer has come whole, however that goes. */
export async function perform(session: Session, step: Step, number: number): Promise<void> {
  const { started, belongings, answers, asked } = session;
  const { tenant, act, which } = step;
  const has = belongings.get(tenant) ?? { models: [], jobs: [], trainings: [], predictions: [], items: [] };
  const one = (list: readonly string[]) => list[which % list.length] ?? '';
  const waits = act === 'train' || act === 'predict' ? step.wait : 0;
  const name = step.key === undefined ? `${tenant} ${number}` : `${tenant} ${act} key ${step.key}`;
  const once = step.key === undefined ? {} : { idempotencyKey: name };
  const waiting = waits > 0 ? { waitSeconds: waits } : {};
  const variables: Readonly<Record<Step['act'], object>> = {
    list: { first: 1 + (which % 20) },
    look: { id: one(has.models) },
    nodes: { ids: [one(has.models), one(has.jobs), one(has.items), 'bm9uc2Vuc2U'] },
    predictions: { id: one(has.models) },
    facts: { id: one(has.items) },
    createModel: { input: { displayName: name, ...once } },
    rename: { input: { id: one(has.models), displayName: name } },
    train: { input: { modelId: one(has.models), strength: which % 11, mode: { fast: {} }, ...once, ...waiting } },
    cancel: { input: { id: one(has.trainings) } },
    predict: { input: { prompt: `${name} dress`, models: [{ id: one(has.models), scale: 1 }], ...once, ...waiting } },
    upload: { input: { modelId: one(has.models), file: null } },
    deleteItem: { input: { id: one(has.items) } },
    deletePrediction: { input: { id: one(has.predictions) } },
    watch: { ids: [one(has.jobs)] },
    watchList: { id: one(has.models) },
  };
  const isStream = act === 'watch' || act === 'watchList';
  const begunAt = started.clock.now();
  const answer: Answered = {
    tenant,
    act,
    begunAt,
    // A file passes through a real disk before its operation begins and after it has ended: on no clock of ours.
    due: isStream || act === 'upload' || !session.isTimed ? Number.POSITIVE_INFINITY : begunAt + DUE + waits * 1_000,
    text: '',
    hasLeft: false,
  };
  answers.push(answer);
  if (['createModel', 'train', 'cancel', 'predict', 'upload'].includes(act)) {
    const identity = identityOf(act, variables[act], which % session.pictures.length);
    const askers = asked.get(`${tenant} ${identity}`) ?? new Set();
    // What is repeated with its key counts once.
    askers.add(step.key === undefined || act === 'cancel' || act === 'upload' ? String(number) : name);
    asked.set(`${tenant} ${identity}`, askers);
  }

  const leaving = new AbortController();
  const over = new AbortController();
  // A list is watched for ever: somebody has to leave.
  const leaves = step.leaves ?? (act === 'watchList' ? 60_000 : undefined);
  if (leaves !== undefined) {
    started.clock.pause(leaves, over.signal).then(
      () => {
        answer.hasLeft = true;
        leaving.abort();
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
        ...(act === 'upload' ? {} : { 'content-type': 'application/json' }),
      },
      body: bodyOf(session, act, variables[act], which),
      signal: leaving.signal,
    });
    const decoder = new TextDecoder();
    const reader = response.body?.getReader();
    // The stream itself, not its reader: without a server between, the reader's cancel would wait for the next event.
    const leave = () => void response.body?.cancel().catch(() => {});
    if (leaving.signal.aborted) leave();
    else leaving.signal.addEventListener('abort', leave);
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done) break;
      answer.text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    if (!answer.hasLeft) throw error;
  } finally {
    over.abort();
    answer.answeredAt = started.clock.now();
  }
}

function bodyOf({ pictures }: Session, act: Step['act'], variables: object, which: number): string | FormData {
  const operation = JSON.stringify({ query: documents[act], variables });
  if (act !== 'upload') return operation;
  const body = new FormData();
  body.set('operations', operation);
  body.set('map', '{ "0": ["variables.input.file"] }');
  body.set('0', new File([pictures[which % pictures.length] ?? ''], 'a.png'));
  return body;
}

/** What the upstream sees of a write, as far as it tells it apart from others. */
function identityOf(act: Step['act'], variables: object, picture: number): string {
  const { input } = variables as { input: Record<string, unknown> };
  switch (act) {
    case 'createModel':
      return `models ${input.displayName}`;
    case 'predict':
      return `predictions ${input.prompt}`;
    case 'train':
      return `trainings ${localPath(String(input.modelId))} ${input.strength}`;
    case 'cancel':
      return `cancel ${localPath(String(input.id))}`;
    default:
      return `data ${localPath(String(input.modelId))} ${picture}`;
  }
}

/** What a global id holds behind its kind. */
const localPath = (id: string): string => Buffer.from(id, 'base64url').toString().replace(/^\w+:/, '');

/** The same of a POST that has arrived. */
export function arrivedIdentity({ path, body }: { path: string; body: string }, pictures: Session['pictures']): string {
  const parts = path.split('/').slice(1);
  const said = () => JSON.parse(Buffer.from(body, 'latin1').toString()) as Record<string, unknown>;
  if (path === '/models') return `models ${said().displayName}`;
  if (path === '/predictions') return `predictions ${said().prompt}`;
  if (path.endsWith('/cancel')) return `cancel ${parts[1]}/${parts[3]}`;
  if (path.endsWith('/trainings')) return `trainings ${parts[1]} ${said().trainingStrength}`;
  return `data ${parts[1]} ${pictures.findIndex((one) => Buffer.from(one).toString('latin1') === body)}`;
}
