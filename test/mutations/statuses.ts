import { headOf, isBodiless, type Reply, type Step, stepsOf } from './reply.ts';

/** A response with another status than 200. */
export interface StatusFault {
  readonly name: string;
  readonly status: number;
  /** The human-readable message in the body. */
  readonly sentence: string | undefined;
  /** @param apiKey The key of the request. */
  readonly steps: (valid: Reply, apiKey: string) => Step[];
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

const STATUSES = [
  ...[201, 202, 203, 204, 205, 206, 207, 208, 226, 299],
  ...[...range(300, 308), 310, 399],
  ...[
    ...range(400, 418),
    ...range(420, 426),
    428,
    429,
    430,
    431,
    440,
    444,
    449,
    450,
    451,
    460,
    494,
    495,
    497,
    498,
    499,
  ],
  ...[...range(500, 511), ...range(520, 530), 561, 598, 599],
  ...[600, 799, 999],
];

/** Statuses that the contract describes; the forms of error bodies are distributed over them. */
const EXPLAINED = [400, 402, 403, 409, 422, 500];

const SENTENCE = 'The frobnicator is bent.';

const json = (body: unknown) => Buffer.from(JSON.stringify(body));

interface Form {
  readonly name: string;
  readonly body: (apiKey: string) => Buffer;
  readonly type?: string;
  readonly message?: string;
}

const forms: readonly Form[] = [
  { name: 'no body', body: () => Buffer.alloc(0) },
  { name: 'error', body: () => json({ error: SENTENCE }), message: SENTENCE },
  { name: 'error.message', body: () => json({ error: { message: SENTENCE } }), message: SENTENCE },
  { name: 'error.code and message', body: () => json({ error: { code: 7, message: SENTENCE } }), message: SENTENCE },
  {
    name: 'error.code beside message',
    body: () => json({ error: { code: 'E7' }, message: SENTENCE }),
    message: SENTENCE,
  },
  { name: 'message', body: () => json({ message: SENTENCE }), message: SENTENCE },
  {
    name: 'statusCode, error, message',
    body: () => json({ statusCode: 400, error: 'Bad Request', message: SENTENCE }),
    message: SENTENCE,
  },
  { name: 'error true, message', body: () => json({ error: true, message: SENTENCE }), message: SENTENCE },
  { name: 'detail', body: () => json({ detail: SENTENCE }), message: SENTENCE },
  {
    name: 'problem',
    body: () => json({ type: 'about:blank', title: 'Bad Request', status: 400, detail: SENTENCE }),
    type: 'application/problem+json',
    message: SENTENCE,
  },
  { name: 'title', body: () => json({ title: SENTENCE }), message: SENTENCE },
  { name: 'errors of objects', body: () => json({ errors: [{ message: SENTENCE }] }), message: SENTENCE },
  { name: 'errors of texts', body: () => json({ errors: [SENTENCE] }), message: SENTENCE },
  { name: 'message list', body: () => json({ message: [SENTENCE], error: 'Bad Request' }), message: SENTENCE },
  { name: 'detail list', body: () => json({ detail: [{ loc: ['body'], msg: SENTENCE, type: 'x' }] }) },
  { name: 'quotes the key', body: (key) => json({ message: `The key ${key} may not do this.` }) },
  { name: 'quotes the key in parts', body: (key) => json({ error: { message: `Bearer ${key}`, details: [key] } }) },
  { name: 'text', body: () => Buffer.from(SENTENCE), type: 'text/plain' },
  { name: 'HTML', body: () => Buffer.from(`<html><h1>${SENTENCE}</h1></html>`), type: 'text/html' },
  { name: 'null', body: () => json(null) },
  { name: 'list', body: () => json([SENTENCE]) },
  { name: 'number', body: () => json(7) },
  { name: 'empty message', body: () => json({ message: '', error: '' }) },
  { name: 'other types', body: () => json({ message: { a: 1 }, error: [1], detail: 7, errors: 'x', title: null }) },
  { name: 'huge', body: () => json({ message: 'x'.repeat(200_000) }) },
  { name: 'deep', body: () => Buffer.from(`${'{"error":'.repeat(5_000)}1${'}'.repeat(5_000)}`) },
];

const RETRY_AFTER = [
  ...['0', '1', '1.5', '-5', '', 'soon', '1 s', '120', '3600', '86400', '1795896802', '1795896802000'],
  ...['99999999999999999999', '1e9', '0x10', 'Infinity', 'NaN', '5, 10'],
  ...['Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', '2026-01-01T00:05:00Z', '+275760-09-13'],
];

const withStatus =
  (status: number, form: Form, more: Reply['headers'] = []) =>
  (_: Reply, apiKey: string): Step[] => {
    const location = status >= 300 && status < 400 ? ([['location', '/elsewhere']] as const) : [];
    const headers = [['content-type', form.type ?? 'application/json'] as const, ...location, ...more];
    return stepsOf({ status, headers, body: form.body(apiKey) });
  };

const [none, plain] = forms as [Form, Form];

const withForm = (status: number, form: Form, sentence?: string): StatusFault => ({
  name: `${status} ${form.name}`,
  status,
  sentence,
  steps: withStatus(status, form),
});

export const statusFaults: readonly StatusFault[] = [
  ...STATUSES.map((status) => withForm(status, none)),
  ...STATUSES.filter((_, at) => at % 4 === 0).map((status) => withForm(status, plain)),
  // All forms with status 400, and some forms with each other status.
  ...EXPLAINED.flatMap((status, nth) =>
    forms
      .filter((form, at) => form !== none && (status === 400 || at % EXPLAINED.length === nth))
      .map((form) => withForm(status, form, form.message)),
  ),
  ...[429, 503].flatMap((status) =>
    RETRY_AFTER.map((value) => ({
      name: `${status} Retry-After ${value || 'without a value'}`,
      status,
      sentence: undefined,
      steps: withStatus(status, plain, [['retry-after', value]]),
    })),
  ),
  ...[302, 307].flatMap((status) =>
    ['', 'http://', '//', '/models?lastDocId=1', 'http://127.0.0.1:1/', 'javascript:1'].map((location) => ({
      name: `${status} to ${location || 'nowhere'}`,
      status,
      sentence: undefined,
      steps: (): Step[] => stepsOf({ status, headers: [['location', location]], body: Buffer.alloc(0) }),
    })),
  ),
  ...[204, 205, 304].map((status) => ({
    name: `${status} with a body that HTTP forbids`,
    status,
    sentence: undefined,
    steps: (valid: Reply): Step[] => {
      const headers = [...valid.headers, ['content-length', String(valid.body.byteLength)] as const];
      return [Buffer.concat([headOf({ status, headers }), valid.body])];
    },
  })),
  ...[401, 403, 404, 429, 500].map((status) => ({
    name: `${status} with half of its body`,
    status,
    sentence: undefined,
    steps: (): Step[] => [
      headOf({ status, headers: [['content-length', '100']] }),
      Buffer.from('{"mess'),
      'turn',
      'reset',
    ],
  })),
  ...[401, 404, 429, 500].map((status) => ({
    name: `${status} with a body that stalls`,
    status,
    sentence: undefined,
    steps: (): Step[] => [headOf({ status, headers: [['content-length', '100']] }), Buffer.from('{"mess'), 'stall'],
  })),
].filter(({ status }) => !(isBodiless(status) && status < 200));
