import { baseUrlFrom, createIdentifyCaller } from '../auth/caller.ts';
import { createKeyPolicy } from '../auth/credential.ts';
import { createIdentify } from '../auth/identify.ts';
import { createJwtVerifier } from '../auth/jwt.ts';
import { createWatchTokens } from '../auth/watch-token.ts';
import { createCorsPolicy } from '../http/cors.ts';
import type { Base } from './base.ts';

/** The identification of callers by API keys and tokens, and the allowed origins of pages. */
export type Callers = ReturnType<typeof createCallers>;

export function createCallers({ config, jwt, listeningUrl, log, now, problems, sealer }: Base) {
  const keyPolicy = createKeyPolicy(config);
  const watchTokens = createWatchTokens({ sealer, now });
  const jwtVerifier =
    jwt &&
    createJwtVerifier({ ...jwt, now, onKeySetFailure: problems.keySet.occur, onVerified: problems.keySet.succeed });
  const identify = createIdentify({ keyPolicy, watchTokens, jwtVerifier });
  const urls = { publicUrl: config.publicUrl, basePath: config.basePath ?? '', listeningUrl };
  const { apiKeyHeader } = keyPolicy;
  return {
    apiKeyHeader,
    watchTokens,
    identifyCaller: createIdentifyCaller({ ...urls, identify, apiKeyHeader, now }),
    /** The base of the URLs in a response to a host. */
    baseUrlOf: baseUrlFrom(urls),
    corsPolicy: createCorsPolicy({
      allowed: config.corsOrigins ?? [],
      publicUrl: config.publicUrl,
      onRefused: (origin) =>
        log.info({ origin }, 'pages of this origin are refused: add it to CORS_ORIGINS if they may use the gateway'),
    }),
  };
}
