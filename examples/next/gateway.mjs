import { createGateway } from 'flair-graphql-gateway';

/** The gateway of this process, which Next.js loads once for the server and once for its routes. */
export function gatewayOfProcess() {
  globalThis.flairGateway ??= createGateway({ basePath: '/flair', environment: process.env });
  return globalThis.flairGateway;
}
