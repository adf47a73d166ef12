import { describe, expect, test } from 'vitest';
import { createRedact } from '../../../src/upstream/decode/redaction.ts';
import { UpstreamError } from '../../../src/upstream/errors.ts';
import { startUpstream, TRANSPORTS } from '../../support/upstream.ts';

const KEY = 'fl_live_9f+8e/7d=6c5b4a39281706f5e';

describe('a redacted text', () => {
  const redact = createRedact(KEY);

  test.each([
    ['verbatim', `The key ${KEY} is unknown.`, 'The key [redacted] is unknown.'],
    ['after Bearer', `Bearer ${KEY}`, 'Bearer [redacted]'],
    ['within a longer word', `x-api-key=${KEY}&a=1`, 'x-api-key=[redacted]&a=1'],
    ['in another case', KEY.toUpperCase(), '[redacted]'],
    ['percent-encoded', encodeURIComponent(KEY), '[redacted]'],
    ['in base64', `Basic ${Buffer.from(KEY).toString('base64')}`, 'Basic [redacted]'],
    ['in base64 with more text after it', `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`, 'Basic [redacted]'],
    ['in base64url', Buffer.from(KEY).toString('base64url'), '[redacted]'],
    ['truncated', `Unknown key ${KEY.slice(0, 20)}… (403)`, 'Unknown key [redacted]… (403)'],
    ['twice', `${KEY} ${KEY}`, '[redacted] [redacted]'],
  ])('a key is redacted in a text: %s', (_, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test('a key that is escaped for JSON is redacted', () => {
    expect(createRedact('a "quoted" key')(JSON.stringify({ key: 'a "quoted" key' }))).toBe('{"key":"[redacted]"}');
  });

  test.each(['base64', 'base64url'] as const)(
    'a key in %s is redacted if its digits differ from the other alphabet',
    (encoding) => {
      const key = 'fl_live_a???b>>>c???d';
      expect(Buffer.from(key).toString('base64')).not.toBe(Buffer.from(key).toString('base64url'));

      expect(createRedact(key)(`Basic ${Buffer.from(key).toString(encoding)}`)).toBe('Basic [redacted]');
    },
  );

  test.each([
    ['verbatim', (key: string) => key],
    ['in another case', (key: string) => key.toUpperCase()],
    ['in base64', (key: string) => Buffer.from(key).toString('base64')],
    ['in base64url', (key: string) => Buffer.from(key).toString('base64url')],
    ['truncated', (key: string) => key.slice(0, 15)],
  ])('a key of letters, digits and signs that no URL encodes is redacted %s', (_, form) => {
    const key = 'fl_live-8s7d6f5g4.h3j~2k1';

    expect(createRedact(key)(`rejected: ${form(key)}`)).toBe('rejected: [redacted]');
  });

  test('the first characters of a key, which many keys share, are not redacted', () => {
    expect(redact('Keys begin with fl_live_.')).toBe('Keys begin with fl_live_.');
  });
});

describe('a short key', () => {
  test.each([
    ['demo', 'The key demo is unknown.', 'The key [redacted] is unknown.'],
    ['demo', 'demo is not demo', '[redacted] is not [redacted]'],
    ['demo', 'A democratic demo-key and a demonstration.', 'A democratic demo-key and a demonstration.'],
    ['key-1', '"key-1", not key-10', '"[redacted]", not key-10'],
    ['a', 'This is a bad request.', 'This is a bad request.'],
    ['', 'This is a bad request.', 'This is a bad request.'],
    ['.*', 'Everything.', 'Everything.'],
    ['(a+)+', 'Give (a+)+ or aaaa.', 'Give [redacted] or aaaa.'],
  ])('the short key %j is redacted only as a whole word in %j', (key, text, expected) => {
    expect(createRedact(key)(text)).toBe(expected);
  });
});

describe.each(TRANSPORTS)('over the transport %s', (transport) => {
  const failWith = async (response: Response) => {
    const { upstreamOf } = await startUpstream(transport, [response]);
    return await upstreamOf(KEY)
      .models.get('m')
      .catch((error: unknown) => error);
  };

  test('the key of a request is redacted in an error message', async () => {
    const error = await failWith(Response.json({ message: `The key ${KEY} may not do this.` }, { status: 403 }));

    expect(error instanceof UpstreamError && error.upstreamMessage).toBe('The key [redacted] may not do this.');
  });

  test('the key of a request is redacted in an error response of plain text', async () => {
    const error = await failWith(new Response(`${KEY} may not do this.`, { status: 403 }));

    expect(error instanceof UpstreamError && error.upstreamMessage).toBe('[redacted] may not do this.');
  });

  test('the key of a request is redacted in the texts of a job, but not the key of another tenant', async () => {
    const body = { status: `bad key ${KEY}`, error: `Bearer ${KEY}`, prompt: `a dress ${KEY}`, triggerWord: KEY };
    const { upstreamOf } = await startUpstream(transport, [Response.json(body)]);

    const training = await upstreamOf(KEY).trainings.get({ modelId: 'm', id: 't' });
    const prediction = await upstreamOf(KEY).predictions.get('p');
    const other = await upstreamOf('another key of some length').predictions.get('p');

    expect(JSON.stringify([training, prediction])).not.toContain(KEY);
    expect(prediction).toMatchObject({ error: 'Bearer [redacted]', prompt: 'a dress [redacted]' });
    expect(other.prompt).toBe(`a dress ${KEY}`);
  });

  test('the key of a request is redacted in the names of models', async () => {
    const { upstreamOf } = await startUpstream(transport, [
      Response.json({ models: [{ id: 'm', displayName: `My ${KEY}` }] }),
    ]);

    expect((await upstreamOf(KEY).models.list(undefined)).rows).toEqual([
      { kind: 'Model', id: 'm', displayName: 'My [redacted]' },
    ]);
  });

  test('a short key is not redacted in the texts of the tenant', async () => {
    const body = { status: 'failed', prompt: 'a demo dress', error: 'The key demo is out of credit.' };
    const { upstreamOf } = await startUpstream(transport, [Response.json(body)]);

    expect(await upstreamOf('demo').predictions.get('p')).toMatchObject({
      prompt: 'a demo dress',
      error: 'The key [redacted] is out of credit.',
    });
  });
});
