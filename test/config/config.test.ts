import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readConfig, settings } from '../../src/config/config.ts';
import { readOrMakeSecret } from '../../src/config/secret-file.ts';
import { shareOf } from '../../src/config/share.ts';
import { ConfigError } from '../../src/util/environment.ts';

const LONG = 'x'.repeat(32);

/** The mistakes of an environment, in order; none if the gateway starts with it. */
function mistakesOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

describe('the environment', () => {
  test('an empty environment configures the sandbox, reachable from this machine only', () => {
    expect(readConfig({})).toMatchObject({
      port: 4_000,
      host: '127.0.0.1',
      publicUrl: undefined,
      basePath: '',
      listenSocket: undefined,
      trustProxy: 0,
      secrets: [],
      allowAnonymous: false,
      logLevel: 'info',
      upstreamUrl: undefined,
      ownKey: 'demo',
      apiKeyHeader: 'x-api-key',
      contractFile: undefined,
      sandbox: { seed: true, apiKeyHeader: 'x-api-key' },
    });
  });

  test('the number of processes is 1, a number, or that of the available processors', () => {
    const workersOf = (WORKERS?: string) => readConfig({ ...(WORKERS !== undefined && { WORKERS }) }).workers;

    expect([workersOf(), workersOf('4'), workersOf('auto')]).toEqual([1, 4, availableParallelism()]);
    expect(['0', '65', 'all', '1.5'].map((WORKERS) => mistakesOf({ WORKERS }))).toEqual(
      ['0', '65', 'all', '1.5'].map((given) => [
        `\`WORKERS\` must be a whole number from 1 to 64, or auto, but is "${given}".`,
      ]),
    );
  });

  test('limits of one machine are divided among its workers, those of keys and addresses are not', () => {
    const config = readConfig({ MAX_UNSENT_BYTES: '800000000' });
    const share = shareOf(config, 3);

    expect(share.rates).toEqual({ ...config.rates, socketsInTotal: 3_334 });
    expect(share.unsent).toEqual({ ...config.unsent, inTotal: 266_666_667 });
    expect(share.uploads).toEqual({ ...config.uploads, concurrentBodies: 6, concurrentUpstreamFiles: 2 });
    expect(share.images).toEqual({ ...config.images, cacheBytes: Math.ceil((64 * 1_048_576) / 3), streams: 22 });
    expect(shareOf(config, 64).unsent.inTotal).toBe(config.unsent.perSocket);
  });

  test('the environment is converted into the configuration', () => {
    const environment = {
      PORT: '0',
      HOST: '::1',
      PUBLIC_URL: 'https://graph.example.com/',
      TRUST_PROXY: 'true',
      SECRET: `${LONG}new, ${LONG}old`,
      ALLOW_ANONYMOUS: 'yes',
      LOG_LEVEL: 'silent',
      FLAIR_API_URL: 'https://api.example.com/v1/',
      FLAIR_API_KEY: 'key',
      FLAIR_API_KEY_HEADER: 'authorization',
      SANDBOX_PAGE_SIZE: '3',
    };

    expect(readConfig(environment)).toMatchObject({
      port: 0,
      host: '::1',
      publicUrl: 'https://graph.example.com',
      basePath: '',
      listenSocket: undefined,
      trustProxy: 1,
      secrets: [`${LONG}new`, `${LONG}old`],
      allowAnonymous: true,
      logLevel: 'silent',
      upstreamUrl: 'https://api.example.com/v1',
      ownKey: 'key',
      apiKeyHeader: 'authorization',
      contractFile: undefined,
      sandbox: { pageSize: 3, apiKeyHeader: 'authorization' },
    });
  });

  test.each([
    [{}, 300_000],
    [{ FINISHED_JOBS_CACHE_SECONDS: '0' }, 0],
    [{ FINISHED_JOBS_CACHE_SECONDS: '3600' }, 3_600_000],
  ])('the time for which finished jobs are cached is in seconds, 0 included: %j', (environment, milliseconds) => {
    expect(readConfig(environment).finishedJobsMilliseconds).toBe(milliseconds);
    expect(mistakesOf({ FINISHED_JOBS_CACHE_SECONDS: '3601' })).toHaveLength(1);
  });

  test('empty variables count as unset', () => {
    const empty = Object.fromEntries(Object.keys(settings).map((name) => [name, '']));

    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  test('every variable has a description of full sentences', () => {
    for (const [name, { description }] of Object.entries(settings)) expect(description, name).toMatch(/^[A-Z].*\.$/);
  });

  test('the configuration is frozen', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });
});

describe('mistakes', () => {
  test('all mistakes are reported at once', () => {
    const environment = {
      PORT: '65536',
      LOG_LEVEL: 'loud',
      FLAIR_API_URL: 'localhost:9000',
      SANDBOX_PAGE_SIZE: '0',
    };

    expect(() => readConfig(environment)).toThrow(
      [
        'The configuration has 4 mistakes:',
        '- `PORT` must be a whole number from 0 to 65535, but is "65536".',
        '- `LOG_LEVEL` must be trace, debug, info, warn, error, fatal or silent, but is "loud".',
        '- `FLAIR_API_URL` must be an absolute http(s) URL, but is "localhost:9000". Did you mean "http://localhost:9000"?',
        '- `SANDBOX_PAGE_SIZE` must be a whole number from 1 to 1000, but is "0".',
      ].join('\n'),
    );
  });

  test.each(['FLAIR_API_URL', 'PUBLIC_URL'])('mistakes in a base URL are reported: %s', (name) => {
    const mistakeOf = (value: string) => mistakesOf({ [name]: value }).join();
    for (const value of ['?key=abc', '/v1?key=abc', '/v1/#top', '/v1?', '/v1#', '/v1?a#b']) {
      const mistake = mistakeOf(`https://api.example.com${value}`);
      expect(mistake).toBe(
        `\`${name}\` must end with a path, but has a query or a fragment. Remove it from the "?" or "#" on.`,
      );
    }
    for (const value of ['/v 1', '/v1 ', '/v\t1', '/v\n1']) {
      expect(mistakeOf(`https://api.example.com${value}`)).toContain('without white space');
    }
  });

  test('an invalid header name is reported', () => {
    expect(mistakesOf({ FLAIR_API_KEY_HEADER: 'x api key' })).toEqual([
      '`FLAIR_API_KEY_HEADER` must be the name of an HTTP header, but is "x api key".',
    ]);
  });

  test('a secret that is too short is reported, and not quoted', () => {
    expect(mistakesOf({ SECRET: `${LONG},short` })).toEqual([
      '`SECRET` must contain secrets of 32 characters or more. Generate one with: openssl rand -hex 32',
    ]);
  });

  test('mistakes in several variables are reported together', () => {
    const environment = { HOST: '0.0.0.0', SECRET: 'short', FLAIR_API_KEY_HEADER: 'x api key' };

    expect(mistakesOf(environment)).toHaveLength(3);
  });
});

describe('the gateway’s own key', () => {
  test.each<[situation: string, environment: Record<string, string>, key: string | undefined]>([
    ['demo for the embedded sandbox', {}, 'demo'],
    ['unset for a real upstream', { FLAIR_API_URL: 'https://api.example.com' }, undefined],
    ['the configured one', { FLAIR_API_URL: 'https://api.example.com', FLAIR_API_KEY: 'key' }, 'key'],
    ['the configured one for the embedded sandbox, too', { FLAIR_API_KEY: 'key' }, 'key'],
  ])('the gateway’s own key is %s', (_, environment, key) => {
    expect(readConfig(environment).ownKey).toBe(key);
  });

  test.each(['127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', '::1'])(
    'an own key needs no ALLOW_ANONYMOUS on %s',
    (host) => {
      expect(mistakesOf({ HOST: host, FLAIR_API_KEY: 'key' })).toEqual([]);
    },
  );

  test.each(['0.0.0.0', '::', '10.0.0.7', 'gateway.example.com', 'localhost.example.com', '127.0.0.1.example.com'])(
    'an own key without ALLOW_ANONYMOUS is rejected on %s',
    (host) => {
      expect(mistakesOf({ HOST: host, FLAIR_API_URL: 'https://api.example.com', FLAIR_API_KEY: 'key' })).toEqual([
        `\`HOST\` is "${host}", so the gateway is reachable from other machines, whose requests without a key would use its own \`FLAIR_API_KEY\`. ` +
          'Set `ALLOW_ANONYMOUS=true` if that is intended, or `HOST=127.0.0.1`, or unset `FLAIR_API_KEY` to require a key in every request.',
      ]);
      expect(mistakesOf({ HOST: host })).toEqual([
        `\`HOST\` is "${host}", so the gateway is reachable from other machines, whose requests without a key would use its own sandbox key. ` +
          'Set `ALLOW_ANONYMOUS=true` if that is intended, or `HOST=127.0.0.1`.',
      ]);
    },
  );

  test.each<[reason: string, environment: Record<string, string>]>([
    ['ALLOW_ANONYMOUS is set', { FLAIR_API_KEY: 'key', ALLOW_ANONYMOUS: 'true' }],
    ['there is no own key', { FLAIR_API_URL: 'https://api.example.com' }],
  ])('a public address is accepted when %s', (_, environment) => {
    expect(mistakesOf({ HOST: '0.0.0.0', ...environment })).toEqual([]);
  });
});

describe('the generated secret', () => {
  function secretFile(): string {
    const folder = mkdtempSync(join(tmpdir(), 'secret-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return join(folder, 'deep', 'secret');
  }

  test('the secret is generated once, and reused after a restart', () => {
    const file = secretFile();
    const secret = readOrMakeSecret(file);

    expect(readOrMakeSecret(file)).toBe(secret);
    expect(readFileSync(file, 'utf8').trim()).toBe(secret);
    expect(mistakesOf({ SECRET: secret })).toEqual([]);
  });

  test('only the owner can read the file of the generated secret', () => {
    const file = secretFile();
    readOrMakeSecret(file);

    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('the generated secret differs between installations', () => {
    expect(readOrMakeSecret(secretFile())).not.toBe(readOrMakeSecret(secretFile()));
  });
});

describe('proxies', () => {
  const proxiesOf = (environment: Record<string, string>) => {
    const { proxies } = readConfig(environment).network;
    return proxies && { http: proxies.http?.href, https: proxies.https?.href, noProxy: proxies.noProxy };
  };

  test('no proxy is used unless the environment sets one', () => {
    expect(proxiesOf({ NO_PROXY: 'localhost' })).toBeUndefined();
    expect(proxiesOf({ HTTPS_PROXY: '' })).toBeUndefined();
  });

  test('proxy variables may be in upper or lower case, which takes precedence, with or without a scheme', () => {
    expect(
      proxiesOf({
        HTTPS_PROXY: 'http://upper:1',
        https_proxy: 'lower:2',
        HTTP_PROXY: 'https://me:secret@upper:3/',
        no_proxy: 'localhost, .internal,10.0.0.0/8',
      }),
    ).toEqual({
      http: 'https://me:secret@upper:3/',
      https: 'http://lower:2/',
      noProxy: ['localhost', '.internal', '10.0.0.0/8'],
    });
  });

  test('ALL_PROXY applies to schemes without a proxy of their own', () => {
    expect(proxiesOf({ all_proxy: 'http://all:1', HTTP_PROXY: 'http://http:2' })).toMatchObject({
      http: 'http://http:2/',
      https: 'http://all:1/',
    });
  });

  test.each([
    'socks5://me:hunter2@proxy:1080',
    'ftp://me:hunter2@proxy',
    'http://me:hunter2@',
    'http://me:hunter2@proxy/path',
    'http://me:hunter2%@proxy',
    'http://me:hunter2@proxy:99999',
    'not a proxy hunter2',
  ])('an invalid proxy is rejected, and its password is not quoted: %s', (value) => {
    for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY']) {
      const [mistake = '', ...others] = mistakesOf({ [name]: value });
      expect(mistake).toContain(`\`${name}\` must be the URL of an HTTP proxy, such as http://proxy.example:3128`);
      expect(mistake).not.toContain('hunter2');
      expect(others).toEqual([]);
    }
  });

  test('an invalid range in NO_PROXY is rejected', () => {
    expect(mistakesOf({ NO_PROXY: 'localhost,10.0.0.0/99' })).toEqual([
      '`NO_PROXY` must contain hosts, IP addresses or ranges such as 10.0.0.0/8, but contains "10.0.0.0/99".',
    ]);
  });
});
