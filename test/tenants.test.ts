import fc from 'fast-check';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { settle } from './support/clock.ts';
import { startGateway } from './support/gateway.ts';
import { picture, seedModel, seedPrediction, seedTraining } from './support/seeds.ts';
import { type Act, acts, type Person, perform, takesTime } from './tenants/acts.ts';
import { createTwins, keyOf, TENANTS, type Tenant } from './tenants/twins.ts';

/** Time for slow operations to end after each step, in milliseconds. */
const QUIET = 60_000;
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

/** The actions of each tenant in order. Actions with the same index are executed at the same time. */
type Plan = Readonly<Record<Tenant, readonly Act[]>>;

/** Starts a gateway for tenants that have the same objects: a model, an image, a training and a prediction. */
async function gather(tenants: readonly Tenant[], way: 'keys' | 'JWTs'): Promise<Person[]> {
  const holder: { twins?: ReturnType<typeof createTwins> } = {};
  const started = startGateway({
    config: { ownKey: undefined },
    jwt,
    watch: { perSecond: 20, gracePeriod: 3_000 },
    transport: (request) => holder.twins?.(request) ?? Promise.reject(new Error('The upstream has not been started.')),
  });
  const twins = createTwins(started.clock);
  holder.twins = twins;
  return await Promise.all(
    tenants.map(async (tenant): Promise<Person> => {
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
        body: await picture({ hue }),
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
        way === 'keys' ? { 'x-api-key': keyOf(tenant) } : { authorization: `Bearer ${token}` };
      // Caches the verified token, because the duration of a verification does not depend on the test clock.
      await started.query('{ __typename }', {}, credentials);
      return {
        tenant,
        started,
        picture: await picture({ hue: hue + 60 }),
        credentials: async () => credentials,
      };
    }),
  );
}

/** Maximum number of event loop iterations, more than enough for all work of disks and decoders. */
const MAX_ITERATIONS = 1_000_000;

async function iterateUntil(isDone: () => boolean): Promise<void> {
  for (let count = 0; count < MAX_ITERATIONS && !isDone(); count++) await settle(1);
}

/** Executes the plans of tenants at the same time, and returns the responses to each. */
async function execute(
  tenants: readonly Tenant[],
  plan: Plan,
  way: 'keys' | 'JWTs',
): Promise<Record<Tenant, string[]>> {
  const people = await gather(tenants, way);
  const responses: Record<Tenant, string[]> = { alpha: [], bravo: [] };
  const steps = Math.max(plan.alpha.length, plan.bravo.length);
  for (let step = 0; step < steps; step++) {
    const started = people.flatMap((person) => {
      const act = plan[person.tenant][step];
      if (!act) return [];
      const running = { act, person, response: perform(person, act), isDone: false };
      void running.response.finally(() => {
        running.isDone = true;
      });
      return [running];
    });
    // The duration of work on files and images does not depend on the test clock.
    await iterateUntil(() => started.every(({ act, isDone }) => isDone || takesTime(act)));
    await settle(100);
    for (let time = 0; time < QUIET; time += 1_000) await people[0]?.started.clock.advance(1_000);
    await iterateUntil(() => started.every(({ isDone }) => isDone));
    expect(started.filter(({ isDone }) => !isDone).map(({ person, act }) => [person.tenant, act])).toEqual([]);
    for (const { person, response } of started) responses[person.tenant].push(await response);
  }
  return responses;
}

describe.each(['keys', 'JWTs'] as const)('two tenants with %s', (way) => {
  test('two tenants whose objects have the same ids get the same responses at the same time as each alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(acts, { minLength: 4, maxLength: 8 }),
        fc.array(acts, { minLength: 4, maxLength: 8 }),
        fc.boolean(),
        async (alpha, bravo, isSame) => {
          const plan: Plan = { alpha, bravo: isSame ? alpha : bravo };
          const together = await execute(TENANTS, plan, way);

          for (const tenant of TENANTS) {
            const alone = await execute([tenant], plan, way);
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
