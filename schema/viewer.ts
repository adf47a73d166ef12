import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../src/error-codes/error-codes.ts';
import { fromUpstream } from '../src/errors.ts';
import type { Context } from '../src/operations/context.ts';
import type { Viewer as ViewerRow } from '../src/operations/viewer.ts';
import { UpstreamError } from '../src/upstream/errors.ts';
import { builder } from './builder.ts';
import { FREE, oneRead } from './costs.ts';
import { globalId } from './ids.ts';

type Credentials = NonNullable<ViewerRow['kind']> | 'NONE';

const Credentials = builder.enumType('Credentials', {
  description: 'What identifies the caller of a request.',
  values: {
    API_KEY: { description: 'An API key of the upstream, sent by the caller.' },
    JWT: { description: 'A JWT of a tenant, for which the gateway uses the key of that tenant.' },
    WATCH_TOKEN: { description: 'A watch token: see `createWatchToken`.' },
    GATEWAY_KEY: {
      description:
        'No credentials: the request uses the own key of the gateway. Allowed on the machine of the gateway, and for everyone only if its operator permits it.',
    },
    NONE: {
      description:
        'No credentials, or none that the gateway accepts. Every field that needs them is rejected; `limits` and `viewer` need none.',
    },
  } as const,
});

type Permission = 'READ' | 'WRITE' | 'READ_JOBS';

const Permission = builder.enumType('Permission', {
  description: 'A group of operations that the gateway allows.',
  values: {
    READ: { description: 'All queries and subscriptions.' },
    WRITE: { description: 'All mutations, including those that cost money and the creation of watch tokens.' },
    READ_JOBS: {
      description: 'Reading and watching the jobs in `Viewer.jobs`, their own fields and their images.',
    },
  } as const,
});

const PERMISSIONS: Readonly<Record<Credentials, readonly Permission[]>> = {
  API_KEY: ['READ', 'WRITE'],
  JWT: ['READ', 'WRITE'],
  WATCH_TOKEN: ['READ_JOBS'],
  GATEWAY_KEY: ['READ', 'WRITE'],
  NONE: [],
};

/** Whether a key works: null if that is unknown at present. */
interface KeyCheck {
  readonly isValid: boolean | null;
  readonly problem: string | null;
}

/** Sends at most one request with the caller's key. Other fields of the response share it. */
async function checkKey({ error, jobs }: ViewerRow, ctx: Context): Promise<KeyCheck> {
  try {
    if (error) throw error;
    const [job] = jobs ?? [];
    if (!job) await ctx.loaders.models(undefined);
    else if (job.kind === 'Training') await ctx.loaders.training(job);
    else await ctx.loaders.prediction(job.id);
    return { isValid: true, problem: null };
  } catch (thrown) {
    return problemOf(thrown);
  }
}

/** Errors that show that a key is rejected; all others show nothing about it. */
const REJECTIONS: ReadonlySet<unknown> = new Set<ErrorCode>(['UNAUTHENTICATED', 'FORBIDDEN']);

function problemOf(thrown: unknown): KeyCheck {
  const error = thrown instanceof UpstreamError ? fromUpstream(thrown) : thrown;
  if (!(error instanceof GraphQLError)) throw thrown;
  const isOutOfCredit = thrown instanceof UpstreamError && thrown.status === 402;
  const isRejected = REJECTIONS.has(error.extensions.code);
  return { isValid: isOutOfCredit ? true : isRejected ? false : null, problem: error.message };
}

const Viewer = builder.objectRef<ViewerRow>('Viewer').implement({
  description:
    'The caller of this request. Its fields other than `isKeyValid` and `problem` need no request to the upstream.',
  extensions: { cost: FREE },
  fields: (t) => ({
    credentials: t.field({
      type: Credentials,
      nullable: false,
      description: 'What identifies the caller.',
      resolve: ({ kind }) => kind ?? 'NONE',
    }),
    permissions: t.field({
      type: [Permission],
      nullable: { list: false, items: false },
      description:
        'What the gateway allows with these credentials, in no particular order. The upstream may allow less. Empty without valid credentials.',
      resolve: ({ kind }) => PERMISSIONS[kind ?? 'NONE'],
    }),
    isKeyValid: t.boolean({
      description:
        'True if the upstream accepts the API key of this request: that of the caller, of its tenant, of its watch token, or of the gateway. False if it rejects the key, or the gateway rejects the credentials or their absence. Null if that is unknown at present, for example because the upstream cannot be reached. Never an error. Costs at most one request, for the first page of models, or for a job of the watch token; if that job has finished, the value may be a few minutes old.',
      extensions: { cost: oneRead('key') },
      resolve: async (viewer, _, ctx) => (await checkKey(viewer, ctx)).isValid,
    }),
    problem: t.string({
      description:
        'Explanation for the user why `isKeyValid` is not true, or that the account is out of credit; null if there is no problem.',
      extensions: { cost: oneRead('key') },
      resolve: async (viewer, _, ctx) => (await checkKey(viewer, ctx)).problem,
    }),
    tenant: t.string({
      description:
        'Name of the tenant in the logs, metrics and traces of this gateway: the beginning of a hash of its key. Callers with the same key are the same tenant. Null for a watch token, and without valid credentials.',
      resolve: ({ tenant }) => tenant,
    }),
    jobs: t.idList({
      nullable: { list: true, items: false },
      description:
        'Global ids of the jobs to which a watch token gives access, in the order in which they were passed to `createWatchToken`. Null for all other callers.',
      resolve: ({ jobs }) => jobs?.map(globalId),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: false,
    description:
      'The caller of this request: whether its key works, and what it may do. Needs no credentials, so that a page can ask before it shows a form for a key.',
    extensions: { cost: FREE },
    resolve: (_source, _arguments, ctx) => ctx.viewer,
  }),
);
