import { isObjectType } from 'graphql';
import { globalId } from '../../schema/ids.ts';
import { schema } from '../../schema/index.ts';
import { START } from './clock.ts';
import type { ReceivedEvent } from './history.ts';
import type { JobPlan, SubscriptionPlan, WritePlan } from './scenario.ts';

const job = schema.getType('Training');
const fields = isObjectType(job) ? Object.keys(job.getFields()) : [];

/** Subscriptions of the schema. */
export const SUBSCRIPTIONS: ReadonlySet<string> = new Set(Object.keys(schema.getSubscriptionType()?.getFields() ?? {}));

const COMMON = ['id', 'status', 'isFinished', 'staleSince', 'checkedAt'].filter((name) => fields.includes(name));
/** The text that identifies the version of a job is in a field that changes. */
const SELECTION = `{ ${COMMON.join(' ')} text: failureReason }`;

const DOCUMENTS: Readonly<Record<SubscriptionPlan['operation'], string>> = {
  trainingUpdated: `subscription ($id: ID!) { job: trainingUpdated(id: $id) ${SELECTION} }`,
  predictionUpdated: `subscription ($id: ID!) { job: predictionUpdated(id: $id) ${SELECTION} }`,
  jobsUpdated: `subscription ($ids: [ID!]!) { job: jobsUpdated(ids: $ids) ${SELECTION} }`,
  trainingsUpdated: `subscription ($id: ID!) { job: trainingsUpdated(modelId: $id) ${SELECTION} }`,
  predictionsUpdated: `subscription { job: predictionsUpdated ${SELECTION} }`,
};

/** The global id of a job. */
const idOf = ({ id, model }: Pick<JobPlan, 'id' | 'model'>): string =>
  globalId(model === undefined ? { kind: 'Prediction', id } : { kind: 'Training', modelId: model, id });

/** The request of a subscription. @param jobs The jobs of its key. */
export function subscriptionRequest({ operation, targets }: SubscriptionPlan, jobs: readonly JobPlan[]) {
  const planOf = (id: string) => jobs.find((each) => each.id === id) ?? { id };
  const ids = targets.map((id) =>
    operation === 'trainingsUpdated' ? globalId({ kind: 'Model', id }) : idOf(planOf(id)),
  );
  return { query: DOCUMENTS[operation], variables: { id: ids[0], ids } };
}

/** The request of a mutation. Selects only what no further upstream request is needed for. */
export function writeRequest({ operation, job: id, waitSeconds, creates }: WritePlan, jobs: readonly JobPlan[]) {
  const target = creates ?? jobs.find((each) => each.id === id) ?? { id };
  const model = globalId({ kind: 'Model', id: 'm0' });
  const input: Readonly<Record<WritePlan['operation'], object>> = {
    createPrediction: { prompt: id, models: [{ id: model, scale: 1 }], waitSeconds },
    startTraining: { modelId: model, strength: Number(id.slice(1)), mode: { fast: {} }, waitSeconds },
    cancelTraining: { id: idOf({ model: 'm0', ...target }) },
    deletePrediction: { id: idOf({ id }) },
  };
  const type = `${operation[0]?.toUpperCase()}${operation.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { ${operation}(input: $input) { __typename } }`;
  return { query, variables: { input: input[operation] } };
}

/** A result as clients receive it. */
export interface Payload {
  readonly data?: { readonly job?: Readonly<Record<string, string>> | null } | null;
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, string>> }[];
}

/** The part of a result that is logged. */
export function readEvent({ data, errors }: Payload): ReceivedEvent {
  const event = data?.job ?? {};
  const [error] = errors ?? [];
  const time = (text: string | undefined | null) => (text ? { time: Date.parse(text) - START } : {}).time;
  const id = event.id ?? error?.extensions.id;
  return {
    id: id && Buffer.from(id, 'base64url').toString().split(/[:/]/).at(-1),
    status: event.status,
    isFinished: event.isFinished as boolean | undefined,
    staleSince: time(event.staleSince),
    checkedAt: time(event.checkedAt),
    text: event.text,
    code: error?.extensions.code,
  };
}
