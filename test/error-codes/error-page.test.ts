import { expect, test } from 'vitest';
import { ERROR_CODES, type ErrorCode, helpOf } from '../../src/error-codes/error-codes.ts';
import { errorsHtml, errorsMarkdown } from '../../src/error-codes/error-page.ts';
import { anchorsOf, readText } from '../support/readme.ts';

const codes = Object.keys(ERROR_CODES) as ErrorCode[];

test('docs/errors.md is up to date', () => {
  expect(readText('docs/errors.md')).toBe(errorsMarkdown());
});

test.each(codes)('both pages have an anchor for %s, its meaning, cause and fix', (code) => {
  const { meaning, cause, fix } = ERROR_CODES[code];
  const [, anchor = ''] = helpOf(code).split('#');
  const page = errorsMarkdown();

  expect(anchorsOf(page)).toContain(anchor);
  expect(errorsHtml()).toContain(`<h2 id="${anchor}">${code}</h2>`);
  for (const text of [meaning, cause, fix]) {
    expect(page).toContain(text);
    expect(text).toMatch(/^[A-Z].*\.$/s);
  }
});

test('the page for browsers escapes markup and marks code', () => {
  const page = errorsHtml();

  expect(page).toContain('<code>extensions.code</code>');
  expect(page).not.toContain('`');
});
