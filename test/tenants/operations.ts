import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { globalId } from '../../schema/ids.ts';
import type { TestGateway } from '../support/gateway.ts';
import type { Tenant } from './twins.ts';

/** A tenant of a gateway. */
export interface TenantClient {
  readonly tenant: Tenant;
  readonly started: TestGateway;
  /** Returns the authentication headers. */
  readonly credentials: () => Promise<Readonly<Record<string, string>>>;
  /** An image that only this tenant uploads. */
  readonly image: Uint8Array<ArrayBuffer>;
}

const id = (number: number) => `twin${String(number).padStart(16, '0')}`;
const model = globalId({ kind: 'Model', id: id(0) });
const JOB = 'id status progress { fraction isEstimated } createdAt finishedAt';
/** Image fields. They need real time, so operations that depend on the test clock do not select them. */
const IMAGE = 'placeholder width byteSize contentType url copy: url(width: 64, format: WEBP)';

/** Documents by name. Page sizes are small, so that both tenants often select the same objects. */
const documents = {
  list: `{ models(first: 5) { nodes { id displayName triggerWord latestTraining { ${JOB} } dataItems(first: 3) { nodes { id createdAt image { ${IMAGE} } } } } pageInfo { hasNextPage endCursor } } }`,
  predictions: `{ predictions(first: 4) { nodes { ${JOB} prompt images { ${IMAGE} } models { scale model { id displayName } } } } }`,
  trainings: `query ($id: ID!) { model(id: $id) { displayName trainings(first: 4) { nodes { ${JOB} strength triggerWord } } predictions(first: 3) { nodes { prompt } } } }`,
  create:
    'mutation ($input: CreateModelInput!) { createModel(input: $input) { __typename ... on CreateModelSuccess { model { id displayName } } ... on Error { message } } }',
  rename:
    'mutation ($input: RenameModelInput!) { renameModel(input: $input) { __typename ... on RenameModelSuccess { model { id displayName } } ... on Error { message } } }',
  train: `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { __typename ... on StartTrainingSuccess { training { ${JOB} } } ... on Error { message } } }`,
  predict: `mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { __typename ... on CreatePredictionSuccess { prediction { ${JOB} prompt images { url } } } ... on Error { message } } }`,
  upload: `mutation ($file: File!) { uploadDataItem(input: { modelId: "${model}", file: $file }) { __typename ... on UploadDataItemSuccess { dataItem { id image { ${IMAGE} } } } ... on Error { message } } }`,
  ticket:
    'mutation ($input: CreateUploadTicketsInput!) { createUploadTickets(input: $input) { ... on CreateUploadTicketsSuccess { tickets { url } } ... on Error { message } } }',
  token:
    'mutation ($input: CreateWatchTokenInput!) { createWatchToken(input: $input) { ... on CreateWatchTokenSuccess { token } ... on Error { message } } }',
  watch: `subscription ($ids: [ID!]!) { jobsUpdated(ids: $ids) { ${JOB} ... on Prediction { prompt images { url } } ... on Training { model { displayName } } } }`,
  jobs: `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Job { status } ... on Prediction { prompt images { url } } ... on Training { model { displayName } } } models { nodes { displayName } } }`,
};

const KINDS = [
  'list',
  'predictions',
  'trainings',
  'create',
  'rename',
  'train',
  'predict',
  'upload',
  'ticket',
  'images',
  'persisted',
  'watch',
  'view',
] as const;

/** An operation of a tenant. */
export interface Operation {
  readonly kind: (typeof KINDS)[number];
  /** Selects variables and objects. */
  readonly index: number;
  /** True to send an idempotency key that the other tenant uses, too. */
  readonly hasSharedKey: boolean;
}

export const operations: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom(...KINDS),
  index: fc.nat(3),
  hasSharedKey: fc.boolean(),
});

/** True if the response depends on the test clock. */
export const dependsOnClock = ({ kind }: Operation): boolean =>
  kind === 'watch' || kind === 'view' || kind === 'predict' || kind === 'train';

/** Runs an operation. Returns all responses as text, with hashes of image bytes. */
export async function run(client: TenantClient, { kind, index, hasSharedKey }: Operation): Promise<string> {
  const { tenant, started } = client;
  const text = async (path: string, init: RequestInit) => {
    const response = await started.fetch(path, init);
    // Removes keep-alive comments, whose number depends on the speed of the machine.
    return (await response.text()).replaceAll(/^:\n\n/gm, '');
  };
  const post = async (body: object, headers: Readonly<Record<string, string>> = {}) =>
    text('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await client.credentials()), ...headers },
      body: JSON.stringify(body),
    });
  const sendQuery = (name: keyof typeof documents, variables: object = {}) =>
    post({ query: documents[name], variables });
  const key = hasSharedKey ? { idempotencyKey: `the same ${index % 2}` } : {};
  const jobIds = [
    ...Object.values(JOBS),
    globalId({ kind: 'Training', modelId: id(0), id: id(6 + index) }),
    globalId({ kind: 'Prediction', id: id(6 + index) }),
  ];

  switch (kind) {
    case 'create':
      return sendQuery(kind, { input: { displayName: index === 0 ? 'shared' : `${tenant} new ${index}`, ...key } });
    case 'rename':
      return sendQuery(kind, { input: { id: model, displayName: `${tenant} renamed ${index}` } });
    case 'train':
      return sendQuery(kind, {
        input: { modelId: model, strength: index, mode: { fast: {} }, ...key, waitSeconds: 5 },
      });
    case 'predict': {
      const prompt = index === 0 ? 'shared dress' : `${tenant} dress`;
      return sendQuery(kind, {
        input: {
          prompt,
          seed: 7,
          size: { width: 512, height: 512 },
          models: [{ id: model, scale: 1 }],
          ...key,
          waitSeconds: 10,
        },
      });
    }
    case 'trainings':
      return sendQuery(kind, { id: model });
    case 'upload': {
      const body = new FormData();
      body.set('operations', JSON.stringify({ query: documents.upload, variables: { file: null } }));
      body.set('map', '{"0":["variables.file"]}');
      body.set('0', new File([client.image], 'a.png'));
      return text('/graphql', { method: 'POST', headers: await client.credentials(), body });
    }
    case 'ticket': {
      const [path = ''] =
        /\/uploads\/[\w-]+/.exec(await sendQuery(kind, { input: { target: { newInModel: model } } })) ?? [];
      return text(path, { method: 'PUT', body: client.image });
    }
    case 'images': {
      const responseText = `${await sendQuery('list')}${await sendQuery('predictions')}`;
      const paths = [...new Set(responseText.match(/\/images\/[\w-]+/g))];
      const responses = await Promise.all(
        paths.map(async (path) => {
          const response = await started.fetch(path);
          const hash = createHash('sha256')
            .update(new Uint8Array(await response.arrayBuffer()))
            .digest('hex');
          return `${response.status} ${response.headers.get('etag')} ${hash}`;
        }),
      );
      return responses.join('\n');
    }
    case 'persisted': {
      const query = documents.list;
      const extensions = {
        persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
      };
      const response = await post({ extensions });
      return response.includes('PERSISTED_QUERY_NOT_FOUND') ? post({ query, extensions }) : response;
    }
    case 'watch':
      return post({ query: documents.watch, variables: { ids: jobIds } }, { accept: 'text/event-stream' });
    case 'view': {
      const response = await sendQuery('token', { input: { jobIds: [JOBS.training, JOBS.prediction] } });
      const [, token = ''] = /"token":"([\w-]+)"/.exec(response) ?? [];
      const view = (name: 'jobs' | 'watch', accept: string) =>
        text('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept, 'x-watch-token': token },
          body: JSON.stringify({ query: documents[name], variables: { ids: [JOBS.training, JOBS.prediction] } }),
        });
      return `${await view('jobs', 'application/json')}\n${await view('watch', 'text/event-stream')}`;
    }
    default:
      return sendQuery(kind);
  }
}

/** Jobs that each tenant has from the start. */
const JOBS = {
  training: globalId({ kind: 'Training', modelId: id(0), id: id(3) }),
  prediction: globalId({ kind: 'Prediction', id: id(4) }),
};
