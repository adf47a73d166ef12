/** The Node.js API of the package. */
export { createGateway } from './embedded/embedded-gateway.ts';
export type { Gateway, GatewayLogger, GatewayOptions } from './embedded/types.ts';
