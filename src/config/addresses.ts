import * as z from 'zod';
import { NETWORK_NAMES, parseNetwork, type TrustProxy } from '../http/client-address.ts';
import { type Environment, emptyToUndefined, isSet } from '../util/environment.ts';

const MAX_HOPS = 32;

/** Maximum length of the path of a Unix socket, in bytes (Linux, unix(7)). */
const MAX_SOCKET_BYTES = 107;

/** Path of a Unix socket. */
export const socketPath = () =>
  z.preprocess(
    emptyToUndefined,
    z
      .string()
      .refine((path) => Buffer.byteLength(path) <= MAX_SOCKET_BYTES, {
        error: ({ input }) =>
          `must be a path of at most ${MAX_SOCKET_BYTES} bytes, which is the limit of the operating system, but has ${Buffer.byteLength(String(input))}.`,
      })
      .optional(),
  );

/** Path below which everything is served, without a trailing slash; '' for the root. */
export const basePath = () =>
  z.preprocess(
    (value) => emptyToUndefined(value) ?? '/',
    z
      .string()
      .refine((path) => BASE_PATH.test(path), {
        error: ({ input }) => {
          const guess = `/${String(input).split('/').filter(Boolean).join('/')}`;
          const hint = BASE_PATH.test(guess) ? ` Did you mean "${guess}"?` : '';
          return `must be a path such as /flair, of letters, digits, "-", "_", "~" and ".", but is "${input}".${hint}`;
        },
      })
      .transform((path) => path.replace(/\/$/, '')),
  );

/** Segments other than `.` and `..`, which are resolved before a path is compared. */
const BASE_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)*\/?$/;

interface AddressValues {
  readonly LISTEN_SOCKET?: string | undefined;
  readonly BASE_PATH?: string | undefined;
  readonly PUBLIC_URL?: string | undefined;
}

/** Mistakes in the combination of the settings of addresses. */
export function addressMistakes(values: AddressValues, environment: Environment): string[] {
  const { LISTEN_SOCKET: socket, BASE_PATH: path = '', PUBLIC_URL: publicUrl } = values;
  const mistakes: string[] = [];
  const others = ['HOST', 'PORT'].filter((name) => isSet(environment, name)).map((name) => `\`${name}\``);
  if (socket !== undefined && others.length > 0) {
    mistakes.push(
      `\`LISTEN_SOCKET\` and ${others.join(', ')} are both set, but the gateway listens on one address. Unset one of them.`,
    );
  }
  if (socket !== undefined && !isSet(environment, 'PUBLIC_URL')) {
    mistakes.push(
      '`PUBLIC_URL` must be set with `LISTEN_SOCKET`: the URL at which clients reach the proxy in front of the socket, for the URLs of images and uploads.',
    );
  }
  if (socket !== undefined && !isSet(environment, 'TRUST_PROXY')) {
    mistakes.push(
      '`TRUST_PROXY` must be set with `LISTEN_SOCKET`, because connections over a socket have no address. Set 1 if the proxy sets `X-Forwarded-For`, or false if all clients may share the limits of one address.',
    );
  }
  if (publicUrl !== undefined && path !== '' && !new URL(publicUrl).pathname.endsWith(path)) {
    mistakes.push(
      `\`PUBLIC_URL\` must end with the \`BASE_PATH\` ${path}, because it is the complete URL at which clients reach the gateway, but is "${publicUrl}". Did you mean "${publicUrl}${path}"?`,
    );
  }
  return mistakes;
}

/** A number of proxies, or their networks; `true` is 1, `false` is 0. */
export const trustedProxies = () =>
  z.preprocess(
    emptyToUndefined,
    z
      .string()
      .default('false')
      .transform((text, context): TrustProxy => {
        const trust = parseTrust(text);
        if (typeof trust !== 'string') return trust;
        context.addIssue({ code: 'custom', message: trust });
        return z.NEVER;
      }),
  );

/** Returns a message for a value that is none. */
function parseTrust(text: string): TrustProxy | string {
  if (/^(true|yes)$/i.test(text)) return 1;
  if (/^(false|no)$/i.test(text)) return 0;
  if (/^\d+$/.test(text)) {
    if (Number(text) <= MAX_HOPS) return Number(text);
    return `must be at most ${MAX_HOPS} proxies, but is ${text}.`;
  }
  const entries = text.split(',').map((entry) => entry.trim());
  const wrong = entries.find((entry) => !Object.hasOwn(NETWORK_NAMES, entry) && parseNetwork(entry) === undefined);
  if (wrong === undefined) return entries;
  return `must be true, false, a number of proxies or a list of networks such as 10.0.0.0/8, ${Object.keys(NETWORK_NAMES).join(', ')}, but contains "${wrong}".`;
}
