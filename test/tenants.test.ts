import fc from 'fast-check';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { settle } from './support/clock.ts';
import { startGateway } from './support/gateway.ts';
import { seedModel, seedPrediction, seedTraining, smallImage } from './support/seeds.ts';
import { dependsOnClock, type Operation, operations, run, type TenantClient } from './tenants/operations.ts';
import { createTwins, keyOf, TENANTS, type Tenant } from './tenants/twins.ts';

/** Time in which all operations finish, in milliseconds. */
const SETTLE_TIME = 60_000;
const RUNS = 12;

const SECRET = 'a secret for tests that is long enough';
const jwt = {
  keys: { secret: SECRET },
  issuer: 'https://login.example.com',
  audience: 'flair',
  algorithms: ['HS256'],
  tenantClaim: 'sub',
  tenants: new Map(TENANTS.map((tenant) => [tenant as string, keyOf(tenant)])),
};

/** Operations of each tenant, in order. Operations with the same index run concurrently. */
type Plan = Readonly<Record<Tenant, readonly Operation[]>>;

/** Starts a gateway for tenants with equal objects: a model, two images, a training and a prediction. */
async function startTenants(tenants: readonly Tenant[], credentialKind: 'keys' | 'JWTs'): Promise<TenantClient[]> {
  const holder: { twins?: ReturnType<typeof createTwins> } = {};
  const started = startGateway({
    config: { ownKey: undefined },
    jwt,
    watch: { pollsPerSecond: 20, gracePeriod: 3_000 },
    transport: (request) => holder.twins?.(request) ?? Promise.reject(new Error('The upstream is not started.')),
  });
  const twins = createTwins(started.clock);
  holder.twins = twins;
  return await Promise.all(
    tenants.map(async (tenant): Promise<TenantClient> => {
      const upstream = (path: string, init: RequestInit = {}) =>
        twins(
          new Request(`http://sandbox.internal${path}`, {
            ...init,
            headers: { ...init.headers, 'x-api-key': keyOf(tenant) },
          }),
        );
      const hue = tenant === 'alpha' ? 0 : 180;
      const { id } = await seedModel(upstream, `${tenant} model`, { images: 1 });
      await upstream(`/models/${id}/data`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: await smallImage({ hue }),
      });
      await seedTraining(upstream, id);
      await seedPrediction(upstream, [id], {
        prompt: `${tenant} first dress`,
        seed: 1,
        image_size: { width: 512, height: 512 },
      });
      const token = await new SignJWT({ sub: tenant })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(jwt.issuer)
        .setAudience(jwt.audience)
        .setExpirationTime(Math.floor(started.clock.now() / 1_000) + 86_400)
        .sign(Buffer.from(SECRET));
      const credentials: Readonly<Record<string, string>> =
        credentialKind === 'keys' ? { 'x-api-key': keyOf(tenant) } : { authorization: `Bearer ${token}` };
      // Verifying a signature takes real time, but only once.
      await started.query('{ __typename }', {}, credentials);
      return {
        tenant,
        started,
        image: await smallImage({ hue: hue + 60 }),
        credentials: async () => credentials,
      };
    }),
  );
}

/** Maximum number of turns of the event loop to wait for disk access and image decoding. */
const MAX_TURNS = 1_000_000;

async function waitUntil(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS && !isDone(); turn++) await settle(1);
}

/** Runs the operations of tenants concurrently. Returns the responses of each. */
async function runPlan(
  tenants: readonly Tenant[],
  plan: Plan,
  credentialKind: 'keys' | 'JWTs',
): Promise<Record<Tenant, string[]>> {
  const clients = await startTenants(tenants, credentialKind);
  const responses: Record<Tenant, string[]> = { alpha: [], bravo: [] };
  const steps = Math.max(plan.alpha.length, plan.bravo.length);
  for (let step = 0; step < steps; step++) {
    const running = clients.flatMap((client) => {
      const operation = plan[client.tenant][step];
      if (!operation) return [];
      const entry = { operation, client, response: run(client, operation), isDone: false };
      void entry.response.finally(() => {
        entry.isDone = true;
      });
      return [entry];
    });
    // File access and image processing take real time, not test time.
    await waitUntil(() => running.every(({ operation, isDone }) => isDone || dependsOnClock(operation)));
    await settle(100);
    for (let time = 0; time < SETTLE_TIME; time += 1_000) await clients[0]?.started.clock.advance(1_000);
    await waitUntil(() => running.every(({ isDone }) => isDone));
    expect(running.filter(({ isDone }) => !isDone).map(({ client, operation }) => [client.tenant, operation])).toEqual(
      [],
    );
    for (const { client, response } of running) responses[client.tenant].push(await response);
  }
  return responses;
}

describe.each(['keys', 'JWTs'] as const)('two tenants with %s', (credentialKind) => {
  test('each of two tenants with equal ids gets the same responses as without the other one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operations, { minLength: 4, maxLength: 8 }),
        fc.array(operations, { minLength: 4, maxLength: 8 }),
        fc.boolean(),
        async (alpha, bravo, isSame) => {
          const plan: Plan = { alpha, bravo: isSame ? alpha : bravo };
          const together = await runPlan(TENANTS, plan, credentialKind);

          for (const tenant of TENANTS) {
            const alone = await runPlan([tenant], plan, credentialKind);
            expect(together[tenant], `responses to ${tenant}`).toEqual(alone[tenant]);
            const other = tenant === 'alpha' ? 'bravo' : 'alpha';
            expect(together[tenant].join('\n')).not.toContain(other);
          }
        },
      ),
      { numRuns: RUNS, seed: 20_260_101, endOnFailure: true },
    );
  }, 120_000);
});
