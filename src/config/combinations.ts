import { isApiKey, isLoopbackName } from '../auth/credential.ts';
import { type Environment, isSet } from '../util/environment.ts';
import { MIN_SECRET_LENGTH } from './secret-file.ts';

/** The settings that are compared with each other. Invalid ones are undefined. */
interface Values {
  readonly HOST?: string | undefined;
  readonly LISTEN_SOCKET?: string | undefined;
  readonly SECRET?: readonly string[] | undefined;
  readonly NODE_ENV?: string | undefined;
  readonly SANDBOX?: boolean | undefined;
  readonly ALLOW_ANONYMOUS?: boolean | undefined;
  readonly CORS_ORIGINS?: readonly string[] | undefined;
  readonly CORS_HEADERS?: readonly string[] | undefined;
  readonly FLAIR_API_KEY?: string | undefined;
  readonly FLAIR_API_KEY_HEADER?: string | undefined;
  readonly WATCH_PREDICTION_FASTEST_SECONDS?: number | undefined;
  readonly WATCH_PREDICTION_SLOWEST_SECONDS?: number | undefined;
  readonly WATCH_TRAINING_FASTEST_SECONDS?: number | undefined;
  readonly WATCH_TRAINING_SLOWEST_SECONDS?: number | undefined;
  readonly MAX_BODY_BYTES?: number | undefined;
  readonly MAX_UPLOAD_BYTES?: number | undefined;
  readonly PERSISTED_QUERIES_AUTOMATIC?: boolean | undefined;
  readonly PERSISTED_QUERIES_MANIFEST?: string | undefined;
}

/**
 * Finds settings that contradict each other, have no effect in combination, or match nothing; one sentence each.
 *
 * @param environment Distinguishes unset settings from invalid ones.
 */
export const combinationMistakes = (values: Values, environment: Environment): string[] => [
  ...originMistakes(values),
  ...upstreamMistakes(values, environment),
  ...contractMistakes(environment),
  ...keyMistakes(values, environment),
  ...watchMistakes(values),
  ...limitMistakes(values, environment),
  ...redisMistakes(environment),
];

/** Replicas encrypt what they share, and a secret that each generates would differ. */
const redisMistakes = (environment: Environment): string[] =>
  isSet(environment, 'REDIS_URL') && !isSet(environment, 'SECRET')
    ? [
        '`SECRET` must be set with `REDIS_URL`, to the same value for all replicas: it encrypts what they share. Generate one with: openssl rand -hex 32',
      ]
    : [];

/** Syntax of header names (RFC 9110, 5.1). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

function originMistakes({ CORS_ORIGINS = [], CORS_HEADERS = [] }: Values): string[] {
  const mistakes: string[] = [];
  for (const name of CORS_HEADERS.filter((one) => !HEADER_NAME.test(one))) {
    mistakes.push(`\`CORS_HEADERS\` must contain names of HTTP headers, but contains "${name}".`);
  }
  for (const origin of CORS_ORIGINS) {
    if (origin === '*') continue;
    if (origin.includes('*')) {
      mistakes.push(
        `\`CORS_ORIGINS\` supports no wildcard within an origin, but contains "${origin}". List each origin, or set * for all.`,
      );
    } else if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      mistakes.push(
        `\`CORS_ORIGINS\` must contain origins such as https://app.example.com, or *, but contains "${origin}".`,
      );
    }
  }
  return mistakes;
}

/** The embedded sandbox implements the built-in contract. */
const contractMistakes = (environment: Environment): string[] =>
  isSet(environment, 'FLAIR_CONTRACT') && !isSet(environment, 'FLAIR_API_URL')
    ? [
        '`FLAIR_CONTRACT` has no effect without `FLAIR_API_URL`, because the embedded sandbox has the built-in contract.',
      ]
    : [];

function upstreamMistakes({ NODE_ENV, SANDBOX }: Values, environment: Environment): string[] {
  if (isSet(environment, 'FLAIR_API_URL')) {
    return SANDBOX
      ? ['`SANDBOX` and `FLAIR_API_URL` are both set, but the gateway has only one upstream. Unset one of them.']
      : [];
  }
  if (SANDBOX === false) return ['`FLAIR_API_URL` must be set, because `SANDBOX` is false.'];
  if (NODE_ENV !== 'production' || isSet(environment, 'SANDBOX')) return [];
  return [
    '`FLAIR_API_URL` must be set in production: without it the gateway serves the embedded sandbox. Set `SANDBOX=true` if that is intended.',
  ];
}

/** Mistakes about API keys and secrets. Messages do not contain their values. */
function keyMistakes(values: Values, environment: Environment): string[] {
  const { HOST, ALLOW_ANONYMOUS, FLAIR_API_KEY, SECRET = [] } = values;
  const header = values.FLAIR_API_KEY_HEADER;
  const mistakes: string[] = [];
  const isSandbox = !isSet(environment, 'FLAIR_API_URL') && upstreamMistakes(values, environment).length === 0;
  const hasOwnKey = FLAIR_API_KEY !== undefined || isSandbox;
  const isReachable = values.LISTEN_SOCKET !== undefined || (HOST !== undefined && !isLoopbackName(HOST));
  if (isReachable && hasOwnKey && ALLOW_ANONYMOUS === false) {
    const own = FLAIR_API_KEY === undefined ? 'sandbox key' : '`FLAIR_API_KEY`';
    const alternative =
      FLAIR_API_KEY === undefined ? '' : ', or unset `FLAIR_API_KEY` to require a key in every request';
    mistakes.push(
      values.LISTEN_SOCKET === undefined
        ? `\`HOST\` is "${HOST}", so the gateway is reachable from other machines, whose requests without a key would use its own ${own}. Set \`ALLOW_ANONYMOUS=true\` if that is intended, or \`HOST=127.0.0.1\`${alternative}.`
        : `\`LISTEN_SOCKET\` is for a proxy, whose requests without a key would use the gateway’s own ${own}. Set \`ALLOW_ANONYMOUS=true\` if that is intended, or listen on \`HOST=127.0.0.1\`${alternative}.`,
    );
  }
  if (ALLOW_ANONYMOUS && isSet(environment, 'FLAIR_API_URL') && !isSet(environment, 'FLAIR_API_KEY')) {
    mistakes.push(
      '`ALLOW_ANONYMOUS` has no effect, because the gateway has no key of its own. Set `FLAIR_API_KEY`, or unset `ALLOW_ANONYMOUS`.',
    );
  }
  if (FLAIR_API_KEY !== undefined && !isApiKey(FLAIR_API_KEY)) {
    mistakes.push(
      '`FLAIR_API_KEY` must be the key alone, of 1 to 1024 visible ASCII characters, without `Bearer` before it, but is not.',
    );
  }
  if (header !== undefined && !HEADER_NAME.test(header)) {
    mistakes.push(`\`FLAIR_API_KEY_HEADER\` must be the name of an HTTP header, but is "${header}".`);
  } else if (header !== undefined && RESERVED_HEADERS.has(header.toLowerCase())) {
    mistakes.push(`\`FLAIR_API_KEY_HEADER\` must be a header that has no other meaning, but is "${header}".`);
  }
  const jwtKey = ['JWT_SECRET', 'JWT_JWKS_URL'].find((name) => isSet(environment, name));
  if (header?.toLowerCase() === 'authorization' && jwtKey !== undefined) {
    mistakes.push(
      `\`FLAIR_API_KEY_HEADER\` is "${header}", which also carries JWTs. Choose another header, or unset \`${jwtKey}\`.`,
    );
  }
  const isBlank = isSet(environment, 'SECRET') && values.SECRET?.length === 0;
  if (isBlank || SECRET.some((secret) => secret.length < MIN_SECRET_LENGTH)) {
    mistakes.push(
      `\`SECRET\` must contain secrets of ${MIN_SECRET_LENGTH} characters or more. Generate one with: openssl rand -hex 32`,
    );
  }
  return mistakes;
}

/** Headers with another meaning in HTTP, browsers or this gateway. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'connection', 'content-encoding', 'content-length', 'content-type', 'cookie'],
  ...['date', 'expect', 'forwarded', 'host', 'keep-alive', 'origin', 'proxy-authorization', 'range', 'referer', 'te'],
  ...['trailer', 'transfer-encoding', 'upgrade', 'user-agent', 'via', 'x-explain', 'x-forwarded-for', 'x-watch-token'],
]);

function watchMistakes(values: Values): string[] {
  const paces = [
    ['WATCH_PREDICTION_FASTEST_SECONDS', 'WATCH_PREDICTION_SLOWEST_SECONDS'],
    ['WATCH_TRAINING_FASTEST_SECONDS', 'WATCH_TRAINING_SLOWEST_SECONDS'],
  ] as const;
  return paces.flatMap(([fastest, slowest]) => {
    const [min = 0, max = Number.POSITIVE_INFINITY] = [values[fastest], values[slowest]];
    return min > max ? [`\`${fastest}\` must not be more than \`${slowest}\`, but they are ${min} and ${max}.`] : [];
  });
}

/** Limits and manifests that contradict each other, or have no effect in combination. */
function limitMistakes(values: Values, environment: Environment): string[] {
  const { MAX_BODY_BYTES = 0, MAX_UPLOAD_BYTES = Number.POSITIVE_INFINITY } = values;
  const mistakes: string[] = [];
  if (values.PERSISTED_QUERIES_MANIFEST !== undefined && isSet(environment, 'PERSISTED_QUERIES_AUTOMATIC')) {
    if (values.PERSISTED_QUERIES_AUTOMATIC) {
      mistakes.push(
        '`PERSISTED_QUERIES_AUTOMATIC` has no effect with `PERSISTED_QUERIES_MANIFEST`, which allows only its own documents. Unset one of them.',
      );
    }
  }
  if (MAX_BODY_BYTES > MAX_UPLOAD_BYTES) {
    mistakes.push(
      `\`MAX_BODY_BYTES\` must not be more than \`MAX_UPLOAD_BYTES\`, but they are ${MAX_BODY_BYTES} and ${MAX_UPLOAD_BYTES}.`,
    );
  }
  return mistakes;
}
