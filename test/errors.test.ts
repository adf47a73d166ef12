import { buildSchema, GraphQLError, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../src/error-codes/error-codes.ts';
import { createMaskError } from '../src/errors.ts';
import { execute } from '../src/executor/execute.ts';
import { UpstreamError } from '../src/upstream/errors.ts';
import { DownloadError } from '../src/upstream/images/download-error.ts';
import { startGateway } from './support/gateway.ts';
import { TypedDocumentString } from './support/gql/graphql.ts';
import { graphql } from './support/gql/index.ts';
import { seedModel } from './support/seeds.ts';
import { transports } from './support/subscribe.ts';

const names = graphql(`query ModelNames { models { nodes { displayName } } }`);

describe('failures of the upstream', () => {
  const status = (code: number, said?: string, retryAfter?: number) =>
    new UpstreamError('getModel', 'status', `answered ${code}`, { status: code, upstreamMessage: said, retryAfter });

  test.each([
    [new UpstreamError('getModel', 'timeout', 'x'), 'UPSTREAM_TIMEOUT', true],
    [new UpstreamError('getModel', 'unreachable', 'x'), 'UPSTREAM_UNAVAILABLE', true],
    [new UpstreamError('getModel', 'invalid-response', 'x'), 'UPSTREAM_INVALID_RESPONSE', true],
    [new UpstreamError('startTraining', 'outcome-unknown', 'x'), 'UPSTREAM_OUTCOME_UNKNOWN', false],
    [status(400), 'BAD_USER_INPUT', false],
    [status(401), 'UNAUTHENTICATED', false],
    [status(402), 'FORBIDDEN', false],
    [status(403), 'FORBIDDEN', false],
    [status(404), 'NOT_FOUND', false],
    [status(408), 'UPSTREAM_TIMEOUT', true],
    [status(429), 'RATE_LIMITED', true],
    [status(500), 'UPSTREAM_UNAVAILABLE', true],
    [status(504), 'UPSTREAM_TIMEOUT', true],
    [new DownloadError('refused', 'x'), 'UPSTREAM_INVALID_RESPONSE', true],
    [new DownloadError('expired', 'x'), 'UPSTREAM_UNAVAILABLE', true],
    [new DownloadError('timeout', 'x'), 'UPSTREAM_TIMEOUT', true],
  ])('a failure of the upstream is converted into an error with a code: %s', (error, code, retryable) => {
    const masked = createMaskError(() => expect.unreachable())(error);

    expect(masked.extensions).toMatchObject({ code, retryable });
    expect(ERROR_CODES).toHaveProperty(code);
  });

  test('the message of the upstream is passed on for client errors but not for server errors, and so is its retryAfter', () => {
    const mask = createMaskError(() => expect.unreachable());

    expect(mask(status(402, 'No credit is left.')).message).toBe('No credit is left.');
    expect(mask(status(429, undefined, 7)).extensions).toMatchObject({ retryAfter: 7 });
    expect(mask(status(500, 'stack trace of db-7.internal')).message).not.toContain('db-7');
  });
});

describe('unexpected errors', () => {
  test('an unexpected error is replaced by an id, under which it is logged', () => {
    const reports: [unknown, string][] = [];
    const error = new Error('password=hunter2');

    const masked = createMaskError((...report) => reports.push(report))(error);

    expect(masked.message).not.toContain('hunter2');
    expect(JSON.stringify(masked)).not.toContain('hunter2');
    expect(masked.extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      retryable: false,
      help: 'graphql/errors#internal_server_error',
    });
    expect(reports).toEqual([[error, expect.stringMatching(/^[0-9a-f-]{36}$/)]]);
    expect(masked.message).toContain(reports[0]?.[1]);
  });

  test('an unexpected error keeps its path', () => {
    const located = new GraphQLError('boom', { originalError: new Error('boom'), path: ['models', 0] });

    expect(createMaskError(() => {})(located)).toMatchObject({
      path: ['models', 0],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
  });

  test.each([
    ['a value that a scalar cannot represent', 'hunter2'],
    ['null for a non-null field', null],
  ])('%s is reported as an invalid response of the upstream, and not quoted', async (_, size) => {
    const reports: unknown[] = [];
    const { errors } = await execute({
      schema: buildSchema('type Query { model: Model } type Model { size: Int! }'),
      document: parse('{ model { size } }'),
      rootValue: { model: { size } },
    });

    const masked = errors?.map(createMaskError((error) => reports.push(error)));

    expect(masked).toMatchObject([
      {
        message: expect.stringContaining('size: got a value that the schema cannot represent'),
        path: ['model', 'size'],
        extensions: { code: 'UPSTREAM_INVALID_RESPONSE', retryable: true },
      },
    ]);
    expect(reports).toHaveLength(1);
    expect(`${masked} ${reports[0]}`).not.toContain('hunter2');
  });
});

test('a value of the upstream that the schema cannot represent makes only its own field null', async () => {
  const { query, upstream, logLines } = startGateway({
    transport: async (request, upstreamOf) => {
      const response = await upstreamOf(request);
      if (request.method !== 'GET' || !request.url.endsWith('/trainings')) return response;
      return Response.json({ trainings: [{ id: 't', status: 'queued', trainingStrength: 1.5 }], hasMore: false });
    },
  });
  const { globalId: id } = await seedModel(upstream, 'Dresses');

  const { data, errors } = await query(
    graphql(`query Strength($id: ID!) { model(id: $id) { trainings { nodes { status strength } } } }`),
    { id },
  );

  expect(data?.model?.trainings.nodes).toEqual([{ status: 'QUEUED', strength: null }]);
  expect(errors).toMatchObject([
    {
      message: expect.stringContaining('listTrainings: Training.trainingStrength: expected a whole number'),
      extensions: { code: 'UPSTREAM_INVALID_RESPONSE' },
    },
  ]);
  expect(logLines.filter((line) => line.includes('unexpected error'))).toEqual([]);
});

describe('invalid requests', () => {
  test.each([
    ['a syntax error', '{ models', 'GRAPHQL_PARSE_FAILED'],
    ['a field that does not exist', '{ modles { nodes { id } } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('a request with %s gets an error with a code', async (_, document, code) => {
    const { query } = startGateway();

    expect((await query(document)).errors).toMatchObject([{ extensions: { code, retryable: false } }]);
  });

  test('a request with null for a non-null argument gets BAD_USER_INPUT', async () => {
    const { query } = startGateway();

    const { errors } = await query('query ($id: ID = "x") { model(id: $id) { id } }', { id: null } as object);

    expect(errors).toMatchObject([
      { message: expect.stringContaining('"id"'), extensions: { code: 'BAD_USER_INPUT', retryable: false } },
    ]);
  });

  test.each(transports)(
    'a subscription with null for a non-null argument gets BAD_USER_INPUT over $transport',
    async ({ subscribe }) => {
      const query = 'subscription ($id: ID = "x") { trainingUpdated(id: $id) { status } }';
      const events = await subscribe(startGateway(), new TypedDocumentString(query), { id: null });

      expect(await events.rest()).toMatchObject([
        { errors: [{ message: expect.stringContaining('"id"'), extensions: { code: 'BAD_USER_INPUT' } }] },
      ]);
    },
  );

  test('a request with a variable of the wrong type gets BAD_USER_INPUT', async () => {
    const { query } = startGateway();

    const { errors } = await query('query ($first: Int) { models(first: $first) { nodes { id } } }', {
      first: 'many',
    } as object);

    expect(errors).toMatchObject([
      { message: expect.stringContaining('$first'), extensions: { code: 'BAD_USER_INPUT', retryable: false } },
    ]);
  });
});

test.each([
  [403, { message: 'The key demo-key-of-a-tenant may not list models.' }, 'The key [redacted] may not list models.'],
  [403, { statusCode: 403, error: 'Forbidden', message: 'No access to models.' }, 'No access to models.'],
  [402, { error: { code: 5, message: 'No credit is left.' } }, 'No credit is left.'],
  [400, { title: 'Bad Request', detail: 'There is no such filter.' }, 'There is no such filter.'],
  [422, { detail: [{ msg: 'The cursor is no id.' }] }, 'The cursor is no id.'],
  [409, { error: true, message: 'Another list is under way.' }, 'Another list is under way.'],
  [429, { errors: ['Ten lists a minute are enough.'] }, 'Ten lists a minute are enough.'],
])(
  'the message of an upstream response with status %i reaches the client without the key: %j',
  async (status, body, message) => {
    const { query, logLines } = startGateway({ transport: async () => Response.json(body, { status }) });

    const { errors } = await query(names, {}, { 'x-api-key': 'demo-key-of-a-tenant' });

    expect(errors).toMatchObject([{ message }]);
    expect(logLines.join()).not.toContain('demo-key-of-a-tenant');
  },
);

test('an upstream error with status 500 is reported without its message and URL', async () => {
  const { query } = startGateway({ transport: async () => new Response('{"message":"nope"}', { status: 500 }) });

  const response = JSON.stringify(await query(names));

  expect(response).toContain('UPSTREAM_UNAVAILABLE');
  expect(response).not.toMatch(/sandbox\.internal|nope|stack/);
});
