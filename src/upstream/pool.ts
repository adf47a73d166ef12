import { Pool } from 'undici';

/** So many that a request waits for its turn, not for a connection: one that waits for neither is the fastest. */
const CONNECTIONS = 1_024;
/** Shorter than servers keep a connection that nobody uses, in milliseconds: the shortest known default is 5 seconds. */
const KEEP_ALIVE = 4_000;

/**
 * Connections to the upstream, kept open between reads.
 *
 * @param baseUrl Absolute address under which the contract's paths lie.
 */
export const createPool = (baseUrl: string): Pool =>
  new Pool(new URL(baseUrl).origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE,
    // The deadline of an operation covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
