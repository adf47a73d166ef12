import { describe, expect, test } from 'vitest';
import { z } from 'zod';
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

/** Reads one variable, called VALUE. */
const read = (kind: z.ZodType, value: string | undefined) =>
  readSettings(z.object({ VALUE: kind }), { VALUE: value }).VALUE;

const wholeNumber = integer({ default: 7, min: 1, max: 1_000 });
const number = decimal({ default: 7, min: 0.5, max: 1_000 });

describe('a value is read', () => {
  test.each<[kind: string, setting: z.ZodType, value: string, meaning: unknown]>([
    ['a whole number', wholeNumber, '42', 42],
    ['its smallest', wholeNumber, '1', 1],
    ['its largest', wholeNumber, '1000', 1_000],
    ['a number with a fraction', number, '0.5', 0.5],
    ['a number without one', number, '12', 12],
    ['yes', flag(false), 'yes', true],
    ['TRUE', flag(false), 'TRUE', true],
    ['1', flag(false), '1', true],
    ['no', flag(true), 'no', false],
    ['False', flag(true), 'False', false],
    ['0', flag(true), '0', false],
    ['text, untouched', text(), ' as it is ', ' as it is '],
    ['a list, trimmed and without gaps', list(), ' one,two , ,three,', ['one', 'two', 'three']],
    [
      'an address, without its trailing slashes',
      httpUrl(),
      'https://api.example.com/v1//',
      'https://api.example.com/v1',
    ],
    ['an address with a port', httpUrl(), 'http://localhost:9000', 'http://localhost:9000'],
  ])('%s', (_, setting, value, meaning) => {
    expect(read(setting, value)).toEqual(meaning);
  });
});

describe('an empty value counts as unset', () => {
  test.each<[kind: string, setting: z.ZodType, fallback: unknown]>([
    ['a whole number', wholeNumber, 7],
    ['a number', number, 7],
    ['a flag', flag(true), true],
    ['text', text(), undefined],
    ['text with a default', textOr('default'), 'default'],
    ['a list', list('one,two'), ['one', 'two']],
    ['a list without a default', list(), []],
    ['an address', httpUrl(), undefined],
  ])('%s', (_, setting, fallback) => {
    expect([read(setting, ''), read(setting, undefined)]).toEqual([fallback, fallback]);
  });
});

describe('a mistake says what is expected, what came, and what may have been meant', () => {
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
  ])('%j', (value, setting, message) => {
    expect(() => read(setting, value)).toThrow(new ConfigError([`\`VALUE\` ${message}`]));
  });
});

describe('the settings', () => {
  const settings = z.object({ PORT: wholeNumber, DEBUG: flag(false), URL: httpUrl() });

  test('report every mistake at once, each on a line of its own', () => {
    const environment = { PORT: 'many', DEBUG: 'maybe', URL: 'https://fine.example' };

    expect(() => readSettings(settings, environment)).toThrow(
      [
        'The configuration has 2 mistakes:',
        '- `PORT` must be a whole number from 1 to 1000, but is "many".',
        '- `DEBUG` must be true or false, but is "maybe".',
      ].join('\n'),
    );
  });

  test('report a single mistake as one', () => {
    expect(() => readSettings(settings, { PORT: 'many' })).toThrow(
      /^The configuration has a mistake:\n- `PORT` [^\n]+$/,
    );
  });

  test('leave other variables of the environment alone', () => {
    expect(readSettings(settings, { PATH: '/bin', PORT: '80' })).toEqual({ PORT: 80, DEBUG: false, URL: undefined });
  });

  test('cannot be changed once they are read', () => {
    expect(Object.isFrozen(readSettings(settings, {}))).toBe(true);
  });
});

test.each(['http://user:hidden@localhost', 'https://hidden@api.example.com/v1', 'https://:hidden@api.example.com'])(
  'an address with a user or a password is refused, and not repeated',
  (value) => {
    const reading = () => read(httpUrl(), value);

    expect(reading).toThrow('`VALUE` must hold no user and no password.');
    expect(reading).not.toThrow('hidden');
  },
);
