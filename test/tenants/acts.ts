import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { globalId } from '../../schema/ids.ts';
import type { TestGateway } from '../support/gateway.ts';
import type { Tenant } from './twins.ts';

/** One tenant as it reaches a gateway, and what it has heard so far. */
export interface Person {
  readonly tenant: Tenant;
  readonly started: TestGateway;
  /** What says who asks. */
  readonly credentials: () => Promise<Readonly<Record<string, string>>>;
  /** A picture that nobody else has. */
  readonly picture: Uint8Array<ArrayBuffer>;
}

const id = (number: number) => `twin${String(number).padStart(16, '0')}`;
const model = globalId({ kind: 'Model', id: id(0) });
const JOB = 'id status progress { fraction isEstimated } createdAt finishedAt';
/** Takes turns of no clock: not for answers that come as the clock is turned. */
const PICTURE = 'placeholder width byteSize contentType url copy: url(width: 64, format: WEBP)';

/** What is asked, by name. Every number is small, so that the tenants choose the same things again and again. */
const documents = {
  list: `{ models(first: 5) { nodes { id displayName triggerWord latestTraining { ${JOB} } dataItems(first: 3) { nodes { id createdAt image { ${PICTURE} } } } } pageInfo { hasNextPage endCursor } } }`,
  predictions: `{ predictions(first: 4) { nodes { ${JOB} prompt images { ${PICTURE} } models { scale model { id displayName } } } } }`,
  trainings: `query ($id: ID!) { model(id: $id) { displayName trainings(first: 4) { nodes { ${JOB} strength triggerWord } } predictions(first: 3) { nodes { prompt } } } }`,
  create:
    'mutation ($input: CreateModelInput!) { createModel(input: $input) { __typename ... on CreateModelSuccess { model { id displayName } } ... on Error { message } } }',
  rename:
    'mutation ($input: RenameModelInput!) { renameModel(input: $input) { __typename ... on RenameModelSuccess { model { id displayName } } ... on Error { message } } }',
  train: `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { __typename ... on StartTrainingSuccess { training { ${JOB} } } ... on Error { message } } }`,
  predict: `mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { __typename ... on CreatePredictionSuccess { prediction { ${JOB} prompt images { url } } } ... on Error { message } } }`,
  upload: `mutation ($file: File!) { uploadDataItem(input: { modelId: "${model}", file: $file }) { __typename ... on UploadDataItemSuccess { dataItem { id image { ${PICTURE} } } } ... on Error { message } } }`,
  ticket:
    'mutation ($input: CreateUploadTicketsInput!) { createUploadTickets(input: $input) { ... on CreateUploadTicketsSuccess { tickets { url } } ... on Error { message } } }',
  token:
    'mutation ($input: CreateWatchTokenInput!) { createWatchToken(input: $input) { ... on CreateWatchTokenSuccess { token } ... on Error { message } } }',
  watch: `subscription ($ids: [ID!]!) { jobsUpdated(ids: $ids) { ${JOB} ... on Prediction { prompt images { url } } ... on Training { model { displayName } } } }`,
  jobs: `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Job { status } ... on Prediction { prompt images { url } } ... on Training { model { displayName } } } models { nodes { displayName } } }`,
};

const ACTS = [
  'list',
  'predictions',
  'trainings',
  'create',
  'rename',
  'train',
  'predict',
  'upload',
  'ticket',
  'pictures',
  'persisted',
  'watch',
  'view',
] as const;

/** One operation. The number chooses among what there is. */
export interface Act {
  readonly act: (typeof ACTS)[number];
  readonly which: number;
  /** Whether it is named by an idempotency key that the others use too. */
  readonly once: boolean;
}

export const acts: fc.Arbitrary<Act> = fc.record({
  act: fc.constantFrom(...ACTS),
  which: fc.nat(3),
  once: fc.boolean(),
});

/** Whether an answer comes only as the clock is turned. */
export const takesTime = ({ act }: Act): boolean =>
  act === 'watch' || act === 'view' || act === 'predict' || act === 'train';

/** Does it, and tells everything that was answered, picture bytes as hashes. */
export async function perform(person: Person, { act, which, once }: Act): Promise<string> {
  const { tenant, started } = person;
  const text = async (path: string, init: RequestInit) => {
    const response = await started.fetch(path, init);
    // Comments keep idle streams open; how many come depends on the speed of the machine.
    return (await response.text()).replaceAll(/^:\n\n/gm, '');
  };
  const post = async (body: object, headers: Readonly<Record<string, string>> = {}) =>
    text('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await person.credentials()), ...headers },
      body: JSON.stringify(body),
    });
  const ask = (name: keyof typeof documents, variables: object = {}) => post({ query: documents[name], variables });
  const key = once ? { idempotencyKey: `the same ${which % 2}` } : {};
  const jobIds = [
    ...Object.values(JOBS),
    globalId({ kind: 'Training', modelId: id(0), id: id(6 + which) }),
    globalId({ kind: 'Prediction', id: id(6 + which) }),
  ];

  switch (act) {
    case 'create':
      return ask(act, { input: { displayName: which === 0 ? 'shared' : `${tenant} new ${which}`, ...key } });
    case 'rename':
      return ask(act, { input: { id: model, displayName: `${tenant} renamed ${which}` } });
    case 'train':
      return ask(act, { input: { modelId: model, strength: which, mode: { fast: {} }, ...key, waitSeconds: 5 } });
    case 'predict': {
      const prompt = which === 0 ? 'shared dress' : `${tenant} dress`;
      return ask(act, {
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
      return ask(act, { id: model });
    case 'upload': {
      const body = new FormData();
      body.set('operations', JSON.stringify({ query: documents.upload, variables: { file: null } }));
      body.set('map', '{"0":["variables.file"]}');
      body.set('0', new File([person.picture], 'a.png'));
      return text('/graphql', { method: 'POST', headers: await person.credentials(), body });
    }
    case 'ticket': {
      const [path = ''] = /\/uploads\/[\w-]+/.exec(await ask(act, { input: { target: { newInModel: model } } })) ?? [];
      return text(path, { method: 'PUT', body: person.picture });
    }
    case 'pictures': {
      const told = `${await ask('list')}${await ask('predictions')}`;
      const paths = [...new Set(told.match(/\/images\/[\w-]+/g))];
      const shown = await Promise.all(
        paths.map(async (path) => {
          const response = await started.fetch(path);
          const hash = createHash('sha256')
            .update(new Uint8Array(await response.arrayBuffer()))
            .digest('hex');
          return `${response.status} ${response.headers.get('etag')} ${hash}`;
        }),
      );
      return shown.join('\n');
    }
    case 'persisted': {
      const query = documents.list;
      const extensions = {
        persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
      };
      const answer = await post({ extensions });
      return answer.includes('PERSISTED_QUERY_NOT_FOUND') ? post({ query, extensions }) : answer;
    }
    case 'watch':
      return post({ query: documents.watch, variables: { ids: jobIds } }, { accept: 'text/event-stream' });
    case 'view': {
      const answer = await ask('token', { input: { jobIds: [JOBS.training, JOBS.prediction] } });
      const [, token = ''] = /"token":"([\w-]+)"/.exec(answer) ?? [];
      const view = (name: 'jobs' | 'watch', accept: string) =>
        text('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept, 'x-watch-token': token },
          body: JSON.stringify({ query: documents[name], variables: { ids: [JOBS.training, JOBS.prediction] } }),
        });
      return `${await view('jobs', 'application/json')}\n${await view('watch', 'text/event-stream')}`;
    }
    default:
      return ask(act);
  }
}

/** The jobs that everybody has from the beginning. */
const JOBS = {
  training: globalId({ kind: 'Training', modelId: id(0), id: id(3) }),
  prediction: globalId({ kind: 'Prediction', id: id(4) }),
};
