import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSealer, MAX_TOKEN_LENGTH } from '../../src/auth/sealed-token.ts';

const HOUR = 3_600_000;
const NOON = 490_000 * HOUR;

function startSealer({ secrets = ['a-secret-of-enough-characters-for-all'], at = NOON } = {}) {
  const clock = { at };
  return { ...createSealer({ secrets, now: () => clock.at }), clock };
}

test('a token opens for the purpose for which it was sealed', () => {
  const { seal, open } = startSealer();

  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (content, purpose) => {
      expect(open(seal(content, purpose), purpose)).toBe(content);
    }),
  );
});

test('a token reveals nothing of its content, and needs no encoding in a path', () => {
  const token = startSealer().seal('key-of-a-customer', 'image');

  expect(token).toMatch(/^[\w-]+$/);
  expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('customer');
});

test('equal content has the same token within an hour, and another in the next', () => {
  const { seal, clock } = startSealer();
  const first = seal('cat', 'image');

  clock.at = NOON + HOUR - 1;
  expect(seal('cat', 'image')).toBe(first);
  clock.at = NOON + HOUR;
  expect(seal('cat', 'image')).not.toBe(first);
});

test('different content never shares a nonce', () => {
  const { seal } = startSealer();
  const nonceOf = (content: string) => seal(content, 'image').slice(0, 16);

  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 20 }), (contents) => {
      expect(new Set(contents.map(nonceOf)).size).toBe(contents.length);
    }),
  );
  expect(nonceOf('cat')).not.toBe(
    startSealer({ at: NOON + HOUR })
      .seal('cat', 'image')
      .slice(0, 16),
  );
});

test('a token is valid to the end of the next full hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: HOUR - 1 }), (sealedAfter) => {
      const { seal, open, clock } = startSealer({ at: NOON + sealedAfter });
      const token = seal('cat', 'image');

      clock.at = NOON + 2 * HOUR - 1;
      expect(open(token, 'image')).toBe('cat');
      clock.at = NOON + 2 * HOUR;
      expect(open(token, 'image')).toBeUndefined();
    }),
  );
});

test('issue returns the time at which the token expires', () => {
  const { issue, open, clock } = startSealer({ at: NOON + 1 });
  const { token, expiresAt } = issue('cat', 'image');

  expect(expiresAt).toEqual(new Date(NOON + 2 * HOUR));
  clock.at = expiresAt.getTime() - 1;
  expect(open(token, 'image')).toBe('cat');
  clock.at = expiresAt.getTime();
  expect(open(token, 'image')).toBeUndefined();
});

test('a token with any flipped bit is rejected', () => {
  const { seal, open } = startSealer();
  const sealed = Buffer.from(seal('cat', 'image'), 'base64url');

  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(open(altered.toString('base64url'), 'image')).toBeUndefined();
  }
});

test('every shorter and every longer token is rejected', () => {
  const { seal, open } = startSealer();
  const token = seal('cat', 'image');

  for (let length = 0; length < token.length; length++) {
    expect(open(token.slice(0, length), 'image')).toBeUndefined();
    expect(open(token.slice(length + 1), 'image')).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (more) => {
      expect(open(token + more, 'image')).toBeUndefined();
      expect(open(more + token, 'image')).toBeUndefined();
    }),
  );
});

test('a token has one spelling', () => {
  const { seal, open } = startSealer();
  // One byte more than whole groups: the last character carries bits that decoding ignores.
  const token = ['', 'a', 'aa'].map((content) => seal(content, 'image')).find(({ length }) => length % 4 === 2) ?? '';
  const sameBytes = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
    .map((last) => token.slice(0, -1) + last)
    .filter((other) => Buffer.from(other, 'base64url').equals(Buffer.from(token, 'base64url')));

  expect(sameBytes).toHaveLength(16);
  expect(sameBytes.filter((other) => open(other, 'image') !== undefined)).toEqual([token]);
  for (const other of [`${token}==`, ` ${token}`, `${token}\n`, token.replace(/(.{4})/, '$1.')]) {
    expect(open(other, 'image')).toBeUndefined();
  }
});

test('arbitrary text is rejected without an exception', () => {
  const { open } = startSealer();

  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => open(text, 'image') === undefined));
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => open(Buffer.from(bytes).toString('base64url'), 'image') === undefined),
  );
});

test('a token is rejected for another purpose', () => {
  const { seal, open } = startSealer();

  expect(open(seal('cat', 'image'), 'watch')).toBeUndefined();
});

test('tokens of older secrets still open after a rotation, and new tokens use the newest secret', () => {
  const before = startSealer({ secrets: ['old'] });
  const during = startSealer({ secrets: ['new', 'old'] });
  const after = startSealer({ secrets: ['new'] });

  expect(during.open(before.seal('cat', 'image'), 'image')).toBe('cat');
  expect(after.open(during.seal('cat', 'image'), 'image')).toBe('cat');
  expect(after.open(before.seal('cat', 'image'), 'image')).toBeUndefined();
  expect(before.open(during.seal('cat', 'image'), 'image')).toBeUndefined();
});

test('sealing throws for content that is too long for a token', () => {
  const { seal, open } = startSealer();

  expect(() => seal('x'.repeat(MAX_TOKEN_LENGTH), 'image')).toThrow(/has at most 8192 characters/);
  expect(open('x'.repeat(MAX_TOKEN_LENGTH + 1), 'image')).toBeUndefined();
});

test.each([[[]], [['']], [['new', '']]])('the secrets %j are rejected', (secrets) => {
  expect(() => createSealer({ secrets, now: () => NOON })).toThrow(/at least one secret and no empty ones/);
});
