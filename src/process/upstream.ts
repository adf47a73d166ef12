import type { Config } from '../config/config.ts';
import { hasDecoder } from '../images/load-sharp.ts';
import type { Transport } from '../upstream/client.ts';
import { createConnector } from '../upstream/transport/connector.ts';
import { openNetwork } from '../upstream/transport/network.ts';
import { ConfigError } from '../util/environment.ts';

/** The base URL of the embedded sandbox; requests to it never leave the machine. */
const SANDBOX_URL = 'http://sandbox.internal';

/**
 * Opens the configured upstream: a remote one over HTTP, or the embedded sandbox.
 *
 * @param sandboxSocket Socket of a sandbox that another process serves. @default the sandbox of this process
 */
export async function openUpstream(config: Config, sandboxSocket: string | undefined) {
  const { upstreamUrl, network, sandbox: options } = config;
  const { proxies, maxConnectionAge: maxAge } = network;
  if (upstreamUrl !== undefined) return connect(upstreamUrl, { connect: createConnector({ proxies }), maxAge });
  if (sandboxSocket !== undefined) {
    return connect(SANDBOX_URL, { connect: createConnector({ socketPath: sandboxSocket }), maxAge });
  }
  requireDecoder();
  const { createSandbox } = await import('../sandbox/sandbox.ts');
  const sandbox = createSandbox(options);
  const transport: Transport = (input, init) => sandbox.fetch(new Request(input, init));
  return { access: { baseUrl: SANDBOX_URL, transport }, close: async () => sandbox.close() };
}

/** @throws ConfigError without the decoder, with which the sandbox paints its images. */
export function requireDecoder(): void {
  if (hasDecoder()) return;
  throw new ConfigError([
    'The embedded sandbox needs the optional package sharp, which is not installed. Install it, or set `FLAIR_API_URL`.',
  ]);
}

function connect(baseUrl: string, options: Parameters<typeof openNetwork>[1]) {
  const network = openNetwork(baseUrl, options);
  return { access: { baseUrl, transport: network, pool: network.reads }, close: () => network.destroy() };
}
