import { UpstreamError } from '../upstream/errors.ts';

/** Why the upstream cannot be used, and what to do. */
export interface Explanation {
  readonly problem: string;
  readonly advice: string;
}

export interface ExplainContext {
  /** The configured URL of the upstream. */
  readonly url: string;
  /** Header that carries the API key. */
  readonly apiKeyHeader: string;
  /** True if connections go through a proxy. */
  readonly hasProxy: boolean;
}

/** Explains why a read of the list of models failed. Returns undefined for an error that the upstream did not cause. */
export function explainFailure(error: unknown, context: ExplainContext): Explanation | undefined {
  if (!(error instanceof UpstreamError)) return undefined;
  if (error.status !== undefined) return ofStatus(error.status, error.upstreamMessage, context);
  const causes = causesOf(error);
  const { code, hostname } = causes.find((cause) => cause.code !== undefined) ?? {};
  const host = hostname ?? new URL(context.url).host;
  const network = code === undefined ? undefined : ofCode(code, host, context);
  if (network) return network;
  if (error.failure === 'timeout') {
    return {
      problem: `${host} did not respond in time.`,
      advice: 'Check the network, firewalls and FLAIR_API_URL.',
    };
  }
  if (error.failure === 'invalid-response') {
    return error.message.includes('404')
      ? ofStatus(404, undefined, context)
      : {
          problem: `The response is not that of the API (${error.message.replace(/\.?$/, '')}).`,
          advice:
            'Check FLAIR_API_URL: it may be the URL of a website or of another API. If the API differs from the built-in contract, describe it in FLAIR_CONTRACT.',
        };
  }
  return {
    problem: `The connection to ${host} failed or broke${code === undefined ? '' : ` (${code})`}.`,
    advice: 'Check FLAIR_API_URL and the network.',
  };
}

function ofStatus(status: number, message: string | undefined, { url, apiKeyHeader }: ExplainContext): Explanation {
  const problem = (text: string) => `${text} (status ${status}${message === undefined ? '' : `: ${message}`}).`;
  if (status === 401) {
    return {
      problem: problem('The upstream rejects the API key'),
      advice: `Check the key, and that the upstream expects it in the header ${apiKeyHeader} (FLAIR_API_KEY_HEADER).`,
    };
  }
  if (status === 403) {
    return {
      problem: problem('The upstream accepts the key, but does not permit it to list models'),
      advice: 'Check the permissions of the key and the credit of its account.',
    };
  }
  if (status === 404) {
    return {
      problem: problem(`There is no list of models below ${url}`),
      advice:
        'Check the path of FLAIR_API_URL: it ends right before /models. If the API has other paths, describe them in FLAIR_CONTRACT.',
    };
  }
  if (status === 429) {
    return {
      problem: problem('The upstream limits the requests of this key at present'),
      advice: 'Try again later.',
    };
  }
  if (status >= 500) {
    return {
      problem: problem('The upstream fails'),
      advice: 'Try again later, or ask the operator of the upstream. The gateway can start meanwhile.',
    };
  }
  return {
    problem: problem('The upstream rejects the request'),
    advice: 'Check FLAIR_API_URL. If the API differs from the built-in contract, describe it in FLAIR_CONTRACT.',
  };
}

/** Codes of certificates whose issuer is unknown here. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Codes of hosts that do not answer at all. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function ofCode(code: string, host: string, { url, hasProxy }: ExplainContext): Explanation | undefined {
  const proxyHint = hasProxy ? ' Connections go through a proxy: check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, too.' : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      problem: `The host name ${host} cannot be resolved (${code}).`,
      advice: `Check the host in FLAIR_API_URL and the DNS of this machine.${proxyHint}`,
    };
  }
  if (code === 'ECONNREFUSED') {
    return {
      problem: `Nothing listens at ${new URL(url).host} (${code}).`,
      advice: `Check the host and the port in FLAIR_API_URL, and that the upstream runs.${proxyHint}`,
    };
  }
  if (UNREACHABLE.has(code)) {
    return {
      problem: `${host} cannot be reached from this machine (${code}).`,
      advice: `Check the network, firewalls and FLAIR_API_URL.${proxyHint}`,
    };
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return {
      problem: `The certificate of ${host} has expired (${code}).`,
      advice: 'Renew it on the upstream, and check the clock of this machine.',
    };
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return {
      problem: `The certificate of ${host} is not valid yet (${code}).`,
      advice: 'Check the clock of this machine.',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      problem: `The certificate of ${host} is for another host (${code}).`,
      advice: 'Check the host in FLAIR_API_URL: it must be a name in the certificate.',
    };
  }
  if (UNTRUSTED.has(code)) {
    return {
      problem: `The certificate of ${host} is from an issuer that this machine does not trust (${code}).`,
      advice: 'Set NODE_EXTRA_CA_CERTS to a file with the certificate of its issuer.',
    };
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return {
      problem: `The TLS handshake with ${host} failed (${code}).`,
      advice: 'Check FLAIR_API_URL: if the upstream does not use TLS on this port, the URL begins with http://.',
    };
  }
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET' || code === 'EPIPE') {
    return {
      problem: `${host} closed the connection without a response (${code}).`,
      advice: `Check FLAIR_API_URL: if the upstream uses TLS on this port, the URL begins with https://.${proxyHint}`,
    };
  }
  return undefined;
}

/** The parts of a system error. */
interface SystemCause {
  readonly code: string | undefined;
  readonly hostname: string | undefined;
}

/** An error and its causes, including those of an AggregateError. */
function causesOf(error: unknown, depth = 0): SystemCause[] {
  if (!(error instanceof Error) || depth > 8) return [];
  const { code, hostname, errors } = error as { code?: unknown; hostname?: unknown; errors?: unknown };
  const own = {
    code: typeof code === 'string' ? code : undefined,
    hostname: typeof hostname === 'string' ? hostname : undefined,
  };
  const inner: unknown[] = [error.cause, ...(Array.isArray(errors) ? errors : [])];
  return [own, ...inner.flatMap((one) => causesOf(one, depth + 1))];
}
