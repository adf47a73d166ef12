import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import type { ConfigError } from '../../src/util/environment.ts';

const isTraced = (environment: Record<string, string>) => readConfig(environment).isTraced;

function mistakesOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    return (error as ConfigError).mistakes;
  }
}

test('traces are on with a collector, unless the SDK is disabled', () => {
  const url = 'http://localhost:4318';

  expect(isTraced({})).toBe(false);
  expect(isTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: url })).toBe(true);
  expect(isTraced({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces` })).toBe(true);
  expect(isTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'true' })).toBe(false);
});

test('mistakes in its variables are reported, and other variables of OpenTelemetry are allowed', () => {
  expect(mistakesOf({ OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' })).toEqual([]);
  expect(
    mistakesOf({ OTEL_TRACES_SAMPLER: 'parentbased', OTEL_TRACES_SAMPLER_ARG: '10%', OTEL_SERVICE_NAM: 'a' }),
  ).toEqual([
    expect.stringContaining('Did you mean "parentbased_always_on"?'),
    '`OTEL_TRACES_SAMPLER_ARG` must be a number from 0 to 1, but is "10%".',
    expect.stringContaining('Did you mean `OTEL_SERVICE_NAME`?'),
  ]);
});
