import { describe, expect, test } from 'vitest';
import { readConfig, settings } from '../../src/config/config.ts';
import { ConfigError } from '../../src/util/environment.ts';

const SECRET = 'x'.repeat(32);
const UPSTREAM = { FLAIR_API_URL: 'https://api.example.com' };
const JWT = { JWT_SECRET: SECRET, JWT_ISSUER: 'issuer', JWT_AUDIENCE: 'audience', TENANT_KEYS: 'acme=key' };

/** The mistakes of an environment; none if the gateway starts with it. */
function mistakesOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

describe('an unknown variable', () => {
  test.each([
    ['FLAIR_API_ULR', 'FLAIR_API_URL'],
    ['FLAIR_URL', 'FLAIR_API_URL'],
    ['FLAIR_API_URL_', 'FLAIR_API_URL'],
    ['flair_api_url', 'FLAIR_API_URL'],
    ['MAX_QUERY_DEPHT', 'MAX_QUERY_DEPTH'],
    ['MAX_DEPTH', 'MAX_QUERY_DEPTH'],
    ['WATCH_LINGER_SECOND', 'WATCH_LINGER_SECONDS'],
    ['BREAKER_WINDOW', 'BREAKER_WINDOW_SECONDS'],
    ['IMAGE_HOST', 'IMAGE_HOSTS'],
    ['JWT_ISUER', 'JWT_ISSUER'],
    ['TENANT_KEY', 'TENANT_KEYS'],
    ['PERSISTED_QUERY_MANIFEST', 'PERSISTED_QUERIES_MANIFEST'],
    ['SANDBOX_PAGESIZE', 'SANDBOX_PAGE_SIZE'],
    ['LOG_LEVL', 'LOG_LEVEL'],
    ['REDIS_ULR', 'REDIS_URL'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['NODE_EVN', 'NODE_ENV'],
  ])('a misspelt setting is rejected with the correct name: %s', (name, meant) => {
    const mistakes = mistakesOf({ [name]: 'hidden' });

    expect(mistakes).toEqual([expect.stringMatching(`^\`${name}\` .*Did you mean \`${meant}\``)]);
    expect(mistakes.join()).not.toContain('hidden');
  });

  test('an unknown variable with a prefix of the settings is rejected, even if it resembles none of them', () => {
    expect(mistakesOf({ FLAIR_TIMEOUT: '3', MAX_OLD_SPACE_SIZE: '4', JWT_KEYRING: 'a' })).toEqual([
      expect.stringContaining('`FLAIR_TIMEOUT`'),
      expect.stringContaining('`MAX_OLD_SPACE_SIZE`'),
      expect.stringContaining('`JWT_KEYRING`'),
    ]);
  });

  test('an unknown variable of another program is accepted if IGNORED_VARIABLES lists it', () => {
    expect(mistakesOf({ IMAGE_TAG: '1.2', MAX_JOBS: '3' })).toHaveLength(2);
    expect(mistakesOf({ IMAGE_TAG: '1.2', MAX_JOBS: '3', IGNORED_VARIABLES: 'IMAGE_TAG, MAX_JOBS' })).toEqual([]);
  });

  test.each([
    ['PROT', 'PORT'],
    ['HSOT', 'HOST'],
    ['SERCET', 'SECRET'],
    ['GRAPHQIL', 'GRAPHIQL'],
    ['FALIR_API_KEY', 'FLAIR_API_KEY'],
    ['ALOW_ANONYMOUS', 'ALLOW_ANONYMOUS'],
  ])('an unknown variable without such a prefix that resembles a setting is a warning: %s', (name, meant) => {
    const { warnings } = readConfig({ [name]: 'hidden' });

    expect(warnings).toEqual([expect.stringMatching(`^\`${name}\` .*\`${meant}\``)]);
    expect(warnings.join()).not.toContain('hidden');
  });

  test('an unknown variable of the machine, the shell or the runtime is ignored', () => {
    const foreign = [
      'PATH HOME PWD SHELL TERM USER LANG TZ TMPDIR HOSTNAME EDITOR SHLVL LOGNAME _ CI DEBUG NO_COLOR FORCE_COLOR',
      'NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_NO_WARNINGS NODE_VERSION YARN_VERSION UV_THREADPOOL_SIZE',
      'http_proxy https_proxy all_proxy no_proxy ftp_proxy FTP_PROXY HTTP_PORT HTTP_HOST LOG_FILE PUBLIC_DIR',
      'npm_config_registry npm_package_name npm_lifecycle_event INIT_CWD REDIS_HOST REDIS_TLS_URL DATABASE_URL',
      'KUBERNETES_SERVICE_HOST KUBERNETES_PORT OTEL_LOGS_EXPORTER SENTRY_DSN AWS_REGION VIRTUAL_ENV',
    ].flatMap((names) => names.split(' '));
    const environment = Object.fromEntries(foreign.map((name) => [name, '1']));

    expect(readConfig({ ...environment, no_proxy: 'localhost' }).warnings).toEqual([]);
  });

  test('an unknown variable that Kubernetes sets for a service is ignored', () => {
    const environment = {
      FLAIR_GATEWAY_SERVICE_HOST: '10.0.0.1',
      FLAIR_GATEWAY_SERVICE_PORT: '80',
      FLAIR_GATEWAY_SERVICE_PORT_HTTP: '80',
      FLAIR_GATEWAY_PORT: 'tcp://10.0.0.1:80',
      FLAIR_GATEWAY_PORT_80_TCP: 'tcp://10.0.0.1:80',
      FLAIR_GATEWAY_PORT_80_TCP_PROTO: 'tcp',
      FLAIR_GATEWAY_PORT_80_TCP_PORT: '80',
      FLAIR_GATEWAY_PORT_80_TCP_ADDR: '10.0.0.1',
    };

    expect(readConfig(environment).warnings).toEqual([]);
    expect(mistakesOf({ FLAIR_GATEWAY_PORT: '80' })).toHaveLength(1);
  });

  test('an unknown variable without a value is ignored', () => {
    expect(readConfig({ FLAIR_API_ULR: '', PROT: '' }).warnings).toEqual([]);
  });

  test('an unknown variable is no warning if the setting that it resembles is set as well', () => {
    expect(readConfig({ LOG_LEVEL: 'warn', LOG_LEVELS: 'info' }).warnings).toHaveLength(1);
  });

  test('no setting is reported as an unknown variable', () => {
    const environment = Object.fromEntries(Object.keys(settings).map((name) => [name, 'x']));

    expect(mistakesOf(environment).filter((mistake) => mistake.includes('not a setting'))).toEqual([]);
  });
});

describe('NODE_ENV', () => {
  test.each(['production', 'development', 'test'])('NODE_ENV may be %s', (value) => {
    expect(mistakesOf({ ...UPSTREAM, NODE_ENV: value })).toEqual([]);
  });

  test.each(['Production', 'PRODUCTION', 'prod', 'production ', 'prodcution'])(
    'NODE_ENV in another spelling is rejected with the correct one: %s',
    (value) => {
      expect(mistakesOf({ ...UPSTREAM, NODE_ENV: value })).toEqual([
        `\`NODE_ENV\` must be production, development or test, but is "${value}". Did you mean "production"?`,
      ]);
    },
  );

  test('NODE_ENV with any other value is rejected', () => {
    expect(mistakesOf({ ...UPSTREAM, NODE_ENV: 'staging' })).toEqual([
      '`NODE_ENV` must be production, development or test, but is "staging".',
    ]);
  });
});

describe('the sandbox', () => {
  test('the sandbox is served in production only with SANDBOX=true', () => {
    expect(mistakesOf({ NODE_ENV: 'production' })).toEqual([expect.stringMatching(/`FLAIR_API_URL`.*`SANDBOX=true`/)]);
    expect(readConfig({ NODE_ENV: 'production', SANDBOX: 'true' })).toMatchObject({ upstreamUrl: undefined });
    expect(readConfig({ NODE_ENV: 'production', ...UPSTREAM })).toMatchObject({ upstreamUrl: UPSTREAM.FLAIR_API_URL });
  });

  test('the sandbox can be turned off outside production, too', () => {
    expect(mistakesOf({ SANDBOX: 'false' })).toEqual([expect.stringContaining('`FLAIR_API_URL` must be set')]);
    expect(mistakesOf({ SANDBOX: 'false', ...UPSTREAM })).toEqual([]);
  });

  test('the sandbox is rejected together with a real upstream', () => {
    expect(mistakesOf({ SANDBOX: 'true', ...UPSTREAM })).toEqual([expect.stringContaining('`SANDBOX`')]);
  });

  test('an invalid URL of the upstream is the only mistake, without one about the sandbox', () => {
    expect(mistakesOf({ NODE_ENV: 'production', HOST: '0.0.0.0', FLAIR_API_URL: 'localhost' })).toHaveLength(1);
  });
});

describe('HOST', () => {
  test.each(['127.0.0.1', '0.0.0.0', '::1', '::', 'fe80::1%eth0', 'localhost', 'gateway.internal', 'my_host-1'])(
    'HOST may be %s',
    (value) => {
      expect(mistakesOf({ ...UPSTREAM, HOST: value })).toEqual([]);
    },
  );

  test.each([
    ['[::1]', '::1'],
    ['[::]:4000', '::'],
    ['http://localhost', 'localhost'],
    ['http://0.0.0.0:4000/', '0.0.0.0'],
    ['https://gateway.example.com/graphql', 'gateway.example.com'],
    ['localhost:4000', 'localhost'],
    [' 127.0.0.1', '127.0.0.1'],
    ['*', '0.0.0.0'],
  ])('HOST in another form is rejected with the correct one: %s', (value, meant) => {
    for (const name of ['HOST', 'SANDBOX_HOST']) {
      expect(mistakesOf({ ...UPSTREAM, [name]: value })).toEqual([
        `\`${name}\` must be an IP address or a host name, but is "${value}". Did you mean "${meant}"?`,
      ]);
    }
  });

  test.each(['256.1.1.1', '1.2.3', 'a b', 'a,b', '::1::', '-', '.'])(
    'HOST is rejected if it is neither an address nor a host name: %s',
    (value) => {
      expect(mistakesOf({ ...UPSTREAM, HOST: value })).toEqual([
        expect.stringMatching('^`HOST` must be an IP address or a host name'),
      ]);
    },
  );
});

describe('combinations of settings', () => {
  test.each<[what: string, environment: Record<string, string>, names: string[]]>([
    ['an issuer without a key', { JWT_ISSUER: 'issuer' }, ['JWT_ISSUER', 'JWT_SECRET', 'JWT_JWKS_URL']],
    ['an audience without a key', { JWT_AUDIENCE: 'a' }, ['JWT_AUDIENCE']],
    ['algorithms without a key', { JWT_ALGORITHMS: 'RS256' }, ['JWT_ALGORITHMS']],
    ['a claim without a key', { JWT_TENANT_CLAIM: 'org' }, ['JWT_TENANT_CLAIM']],
    ['keys of tenants without JWTs', { TENANT_KEYS: 'acme=key' }, ['TENANT_KEYS']],
    ['a file of tenants without JWTs', { TENANT_KEYS_FILE: 'tenants.json' }, ['TENANT_KEYS_FILE']],
    [
      'a fastest interval above the slowest',
      { WATCH_PREDICTION_FASTEST_SECONDS: '9', WATCH_PREDICTION_SLOWEST_SECONDS: '8' },
      ['WATCH_PREDICTION_FASTEST_SECONDS', 'WATCH_PREDICTION_SLOWEST_SECONDS'],
    ],
    [
      'a fastest interval above the default of the slowest',
      { WATCH_TRAINING_FASTEST_SECONDS: '16' },
      ['WATCH_TRAINING_FASTEST_SECONDS', 'WATCH_TRAINING_SLOWEST_SECONDS'],
    ],
    ['a tenant with two keys', { ...JWT, TENANT_KEYS: 'acme=one,acme=two' }, ['TENANT_KEYS']],
    ['ALLOW_ANONYMOUS without an own key', { ...UPSTREAM, ALLOW_ANONYMOUS: 'true' }, ['ALLOW_ANONYMOUS']],
    [
      'automatic persisted queries with a manifest',
      { PERSISTED_QUERIES_AUTOMATIC: 'true', PERSISTED_QUERIES_MANIFEST: 'manifest.json' },
      ['PERSISTED_QUERIES_AUTOMATIC', 'PERSISTED_QUERIES_MANIFEST'],
    ],
    [
      'a larger limit for bodies without files than with files',
      { MAX_BODY_BYTES: '5000', MAX_UPLOAD_BYTES: '4000' },
      ['MAX_BODY_BYTES', 'MAX_UPLOAD_BYTES'],
    ],
    [
      'JWTs in the header of the key',
      { ...JWT, FLAIR_API_KEY_HEADER: 'Authorization' },
      ['FLAIR_API_KEY_HEADER', 'JWT_SECRET'],
    ],
    ['Redis without a secret', { REDIS_URL: 'redis://localhost' }, ['REDIS_URL', 'SECRET']],
  ])('settings that contradict each other or have no effect are rejected: %s', (_, environment, names) => {
    const [mistake = '', ...others] = mistakesOf(environment);

    expect(names.filter((name) => !mistake.includes(`\`${name}\``))).toEqual([]);
    expect(others).toEqual([]);
  });

  test('default values do not count as contradictions', () => {
    expect(mistakesOf(JWT)).toEqual([]);
    expect(mistakesOf({ WATCH_TRAINING_FASTEST_SECONDS: '15' })).toEqual([]);
    expect(mistakesOf({ PERSISTED_QUERIES_MANIFEST: 'manifest.json' })).toEqual([]);
    expect(mistakesOf({ NO_PROXY: 'localhost' })).toEqual([]);
  });
});

describe('values that never match anything', () => {
  test.each(['https://*.example.com', 'https://*', 'https://a.example.com/', 'null', '*.example.com'])(
    'an invalid origin is rejected: %s',
    (origin) => {
      expect(mistakesOf({ CORS_ORIGINS: `https://a.example.com,${origin}` })).toEqual([
        expect.stringMatching(/^`CORS_ORIGINS` /),
      ]);
    },
  );

  test('the message for a wildcard within an origin describes the alternative', () => {
    expect(mistakesOf({ CORS_ORIGINS: 'https://*.x' })).toEqual([expect.stringMatching(/wildcard.*each origin/)]);
  });

  test.each(['https://images.example.com', '*.example.com', 'images.example.com/a', 'images.example.com:99999', 'a b'])(
    'an invalid image host is rejected: %s',
    (host) => {
      expect(mistakesOf({ IMAGE_HOSTS: `minio:9000,${host}` })).toEqual([expect.stringMatching(/^`IMAGE_HOSTS` /)]);
    },
  );

  test.each(['minio', 'minio:9000', '10.0.0.7', '10.0.0.7:80', '[::1]', '[fd00::1]:9000', 'Images.Example.com'])(
    'the image host %s is accepted',
    (host) => {
      expect(mistakesOf({ IMAGE_HOSTS: host })).toEqual([]);
    },
  );

  test.each([' ', ',', ' , '])('an empty list of secrets is rejected: "%s"', (secrets) => {
    expect(mistakesOf({ SECRET: secrets })).toEqual([expect.stringMatching(/^`SECRET` must contain secrets/)]);
  });

  test.each(['two words', 'Bearer key', 'umlaut-ü', 'line\nbreak', ' padded'])(
    'an invalid API key is rejected, and not quoted: %j',
    (key) => {
      const mistakes = mistakesOf({ ...UPSTREAM, FLAIR_API_KEY: key });

      expect(mistakes).toEqual([expect.stringMatching(/^`FLAIR_API_KEY` must/)]);
      expect(mistakes.join()).not.toContain(key);
    },
  );

  test.each(['host', 'Content-Type', 'connection', 'x-watch-token', 'origin', 'proxy-authorization'])(
    'an API key header with another meaning is rejected: %s',
    (header) => {
      expect(mistakesOf({ FLAIR_API_KEY_HEADER: header })).toEqual([
        expect.stringMatching(/^`FLAIR_API_KEY_HEADER` must/),
      ]);
    },
  );
});

describe('REDIS_URL', () => {
  test.each([
    'redis://localhost:6379/1',
    'rediss://:password@redis.example.com',
    'redis+sentinel://user:password@a:26379,b:26379/primary?db=1',
    'rediss+cluster://:password@a:7000,b:7000',
  ])('the URL of a Redis is accepted: %s', (url) => {
    expect(readConfig({ REDIS_URL: url, SECRET })).toMatchObject({ redisUrl: url, secrets: [SECRET] });
  });

  test.each(['localhost:6379', 'http://:hidden@a', 'redis+sentinel://:hidden@a', 'redis+cluster://:hidden@a/1'])(
    'another URL is rejected, and not quoted: %s',
    (url) => {
      const mistakes = mistakesOf({ REDIS_URL: url, SECRET });

      expect(mistakes).toEqual([expect.stringMatching(/^`REDIS_URL` must be .*redis\+sentinel:.*redis\+cluster:/)]);
      expect(mistakes.join()).not.toContain('hidden');
    },
  );

  test('no secret is generated for replicas that must share one', () => {
    let needsSecretFile: boolean | undefined;
    const check = ({ secret }: { secret: boolean }) => {
      needsSecretFile = secret;
      return [];
    };

    expect(() => readConfig({ REDIS_URL: 'redis://localhost' }, check)).toThrow(
      /`SECRET` must be set with `REDIS_URL`/,
    );
    expect(needsSecretFile).toBe(false);
  });
});

test('the name of the API key header is case-insensitive', () => {
  for (const header of ['X-API-Key', 'x-api-key']) {
    expect(readConfig({ FLAIR_API_KEY_HEADER: header })).toMatchObject({
      apiKeyHeader: 'x-api-key',
      sandbox: { apiKeyHeader: 'x-api-key' },
    });
  }
});

test('all mistakes of an environment are reported at once', () => {
  const environment = {
    FLAIR_API_ULR: 'https://api.example.com',
    MAX_QUERY_DEPHT: '3',
    NODE_ENV: 'Production',
    HOST: '[::1]',
    CORS_ORIGINS: 'https://*.x',
    JWT_ISSUER: 'issuer',
    WATCH_TRAINING_FASTEST_SECONDS: '30',
  };
  const message = mistakesOf(environment).join('\n');

  expect(mistakesOf(environment)).toHaveLength(7);
  for (const name of Object.keys(environment)) expect(message).toContain(`\`${name}\``);
});
