import { Problems, type ProblemsOptions } from './problems.ts';

/** Creates the problems that a gateway detects by itself. */
export function createGatewayProblems(options: ProblemsOptions) {
  const problems = new Problems(options);
  return {
    get all() {
      return problems.all;
    },
    upstream: problems.create('upstream', { message: 'upstream requests fail', needsSuccess: true }),
    breaker: problems.create('breaker', {
      message: 'the circuit breaker is open: requests to the upstream are rejected',
      needsSuccess: true,
      quietTime: 0,
    }),
    keySet: problems.create('key-set', {
      message: 'the key set that verifies JWTs cannot be fetched: check JWT_JWKS_URL',
      needsSuccess: true,
    }),
    resources: problems.create('resources', {
      message: 'this machine has run out of disk space, file descriptors or ports',
      isLocal: true,
    }),
    records: problems.create('records', {
      message: 'idempotency records and used upload tickets cannot be stored',
      isLocal: true,
    }),
    images: problems.create('images', { message: 'images cannot be served' }),
  };
}

export type GatewayProblems = ReturnType<typeof createGatewayProblems>;
