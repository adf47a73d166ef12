import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { sandboxOptions, sandboxSettings } from '../../src/sandbox/config.ts';
import { readSettings } from '../../src/util/environment.ts';

const read = (environment: Record<string, string>) =>
  sandboxOptions(readSettings(z.object(sandboxSettings), environment));

describe('the sandbox settings', () => {
  test('every sandbox setting has a default', () => {
    expect(read({})).toEqual({
      keys: [],
      storage: '.data/sandbox.sqlite',
      fastSeconds: 20,
      highQualitySeconds: 60,
      predictionSeconds: 6,
      pageSize: 20,
      dataItemShape: 'bytes',
      faults: '',
      seed: true,
    });
  });

  test('environment variables are converted to sandbox options', () => {
    const environment = {
      SANDBOX_KEYS: 'one, two',
      SANDBOX_STORAGE: 'memory',
      SANDBOX_FAST_SECONDS: '0.5',
      SANDBOX_HIGH_QUALITY_SECONDS: '1',
      SANDBOX_PREDICTION_SECONDS: '0',
      SANDBOX_PAGE_SIZE: '3',
      SANDBOX_DATA_ITEM_SHAPE: 'url',
      SANDBOX_FAULTS: '503:*:once',
      SANDBOX_SEED: 'no',
    };

    expect(read(environment)).toEqual({
      keys: ['one', 'two'],
      storage: 'memory',
      fastSeconds: 0.5,
      highQualitySeconds: 1,
      predictionSeconds: 0,
      pageSize: 3,
      dataItemShape: 'url',
      faults: '503:*:once',
      seed: false,
    });
  });

  test.each([
    ['SANDBOX_DATA_ITEM_SHAPE', 'jpeg', '`SANDBOX_DATA_ITEM_SHAPE` must be one of bytes, url, base64, but is "jpeg".'],
    ['SANDBOX_FAULTS', '503', '`SANDBOX_FAULTS` is not a list of faults. In the fault "503" the operation must be'],
    ['SANDBOX_PAGE_SIZE', '0', '`SANDBOX_PAGE_SIZE` must be a whole number from 1 to 1000, but is "0".'],
  ])('an invalid value of %s is rejected: %j', (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(message);
  });

  test('every sandbox setting has a description that is a sentence', () => {
    for (const schema of Object.values(sandboxSettings)) expect(schema.description).toMatch(/^[A-Z].*\.$/);
  });
});
