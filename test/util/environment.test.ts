import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  ConfigError,
  decimal,
  flag,
  httpUrl,
  integer,
  list,
  readSettings,
  text,
  textOr,
} from '../../src/util/environment.ts';

/** Reads a variable named VALUE. */
const read = (kind: z.ZodType, value: string | undefined) =>
  readSettings(z.object({ VALUE: kind }), { VALUE: value }).VALUE;

const wholeNumber = integer({ default: 7, min: 1, max: 1_000 });
const number = decimal({ default: 7, min: 0.5, max: 1_000 });

describe('valid values', () => {
  test.each<[kind: string, setting: z.ZodType, value: string, expected: unknown]>([
    ['a whole number', wholeNumber, '42', 42],
    ['the minimum', wholeNumber, '1', 1],
    ['the maximum', wholeNumber, '1000', 1_000],
    ['a number with a fraction', number, '0.5', 0.5],
    ['a number without a fraction', number, '12', 12],
    ['yes', flag(false), 'yes', true],
    ['TRUE', flag(false), 'TRUE', true],
    ['1', flag(false), '1', true],
    ['no', flag(true), 'no', false],
    ['False', flag(true), 'False', false],
    ['0', flag(true), '0', false],
    ['text, unchanged', text(), ' as it is ', ' as it is '],
    ['a list, trimmed and without empty values', list(), ' one,two , ,three,', ['one', 'two', 'three']],
    ['a URL, without its trailing slashes', httpUrl(), 'https://api.example.com/v1//', 'https://api.example.com/v1'],
    ['a URL with a port', httpUrl(), 'http://localhost:9000', 'http://localhost:9000'],
  ])('a valid value is read: %s', (_, setting, value, expected) => {
    expect(read(setting, value)).toEqual(expected);
  });
});

describe('empty values', () => {
  test.each<[kind: string, setting: z.ZodType, expected: unknown]>([
    ['a whole number', wholeNumber, 7],
    ['a number', number, 7],
    ['a flag', flag(true), true],
    ['text', text(), undefined],
    ['text with a default', textOr('default'), 'default'],
    ['a list', list('one,two'), ['one', 'two']],
    ['a list without a default', list(), []],
    ['a URL', httpUrl(), undefined],
  ])('an empty value counts as unset: %s', (_, setting, expected) => {
    expect([read(setting, ''), read(setting, undefined)]).toEqual([expected, expected]);
  });
});

describe('messages for invalid values', () => {
  test.each<[value: string, setting: z.ZodType, message: string]>([
    ['0', wholeNumber, 'must be a whole number from 1 to 1000, but is "0".'],
    ['1001', wholeNumber, 'must be a whole number from 1 to 1000, but is "1001".'],
    ['4.5', wholeNumber, 'must be a whole number from 1 to 1000, but is "4.5".'],
    ['-4', wholeNumber, 'must be a whole number from 1 to 1000, but is "-4".'],
    ['4e2', wholeNumber, 'must be a whole number from 1 to 1000, but is "4e2".'],
    [' 4', wholeNumber, 'must be a whole number from 1 to 1000, but is " 4".'],
    ['0.4', number, 'must be a number from 0.5 to 1000, but is "0.4".'],
    ['1,5', number, 'must be a number from 0.5 to 1000, but is "1,5".'],
    ['Infinity', number, 'must be a number from 0.5 to 1000, but is "Infinity".'],
    ['on', flag(false), 'must be true or false, but is "on".'],
    [
      'localhost:9000',
      httpUrl(),
      'must be an absolute http(s) URL, but is "localhost:9000". Did you mean "http://localhost:9000"?',
    ],
    [
      'api.example.com/v1',
      httpUrl(),
      'must be an absolute http(s) URL, but is "api.example.com/v1". Did you mean "http://api.example.com/v1"?',
    ],
    ['/graphql', httpUrl(), 'must be an absolute http(s) URL, but is "/graphql".'],
  ])('the message for %j contains the expected values, the value and a suggestion', (value, setting, message) => {
    expect(() => read(setting, value)).toThrow(new ConfigError([`\`VALUE\` ${message}`]));
  });
});

describe('readSettings', () => {
  const settings = z.object({ PORT: wholeNumber, DEBUG: flag(false), URL: httpUrl() });

  test('all mistakes are reported at once, one per line', () => {
    const environment = { PORT: 'many', DEBUG: 'maybe', URL: 'https://fine.example' };

    expect(() => readSettings(settings, environment)).toThrow(
      [
        'The configuration has 2 mistakes:',
        '- `PORT` must be a whole number from 1 to 1000, but is "many".',
        '- `DEBUG` must be true or false, but is "maybe".',
      ].join('\n'),
    );
  });

  test('a single mistake is reported in the singular', () => {
    expect(() => readSettings(settings, { PORT: 'many' })).toThrow(
      /^The configuration has a mistake:\n- `PORT` [^\n]+$/,
    );
  });

  test('other environment variables are ignored', () => {
    expect(readSettings(settings, { PATH: '/bin', PORT: '80' })).toEqual({ PORT: 80, DEBUG: false, URL: undefined });
  });

  test('settings are frozen', () => {
    expect(Object.isFrozen(readSettings(settings, {}))).toBe(true);
  });
});

test.each(['http://user:hidden@localhost', 'https://hidden@api.example.com/v1', 'https://:hidden@api.example.com'])(
  'a URL with a user name or password is rejected, and not repeated in the message',
  (value) => {
    const reading = () => read(httpUrl(), value);

    expect(reading).toThrow('`VALUE` must not contain a user name or password.');
    expect(reading).not.toThrow('hidden');
  },
);
