import fc from 'fast-check';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { settle } from './support/clock.ts';
import { startGateway } from './support/gateway.ts';
import { picture, seedModel, seedPrediction, seedTraining } from './support/seeds.ts';
import { type Act, acts, type Person, perform, takesTime } from './tenants/acts.ts';
import { createTwins, keyOf, TENANTS, type Tenant } from './tenants/twins.ts';

/** How long nothing else happens while what takes its time comes to an end, in milliseconds. */
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

/** What each does, one after the other; two that stand at the same place happen at the same time. */
type Plan = Readonly<Record<Tenant, readonly Act[]>>;

/** A gateway for some tenants, each of which has the same: a model, a picture, a training and a prediction. */
async function gather(tenants: readonly Tenant[], way: 'keys' | 'JWTs'): Promise<Person[]> {
  const holder: { twins?: ReturnType<typeof createTwins> } = {};
  const started = startGateway({
    config: { ownKey: undefined },
    jwt,
    watch: { perSecond: 20, gracePeriod: 3_000 },
    transport: (request) => holder.twins?.(request) ?? Promise.reject(new Error('There is no upstream yet.')),
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
      // A signature is verified in turns of no clock, once.
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

/** Turns in which everything that is ready, and all that disks and decoders do, is long over. */
const TURNS = 1_000_000;

async function turnUntil(isOver: () => boolean): Promise<void> {
  for (let turn = 0; turn < TURNS && !isOver(); turn++) await settle(1);
}

/** Lets some tenants do what they planned, at once and in the same time, and tells what each was answered. */
async function live(tenants: readonly Tenant[], plan: Plan, way: 'keys' | 'JWTs'): Promise<Record<Tenant, string[]>> {
  const people = await gather(tenants, way);
  const answers: Record<Tenant, string[]> = { alpha: [], bravo: [] };
  const steps = Math.max(plan.alpha.length, plan.bravo.length);
  for (let step = 0; step < steps; step++) {
    const begun = people.flatMap((person) => {
      const act = plan[person.tenant][step];
      if (!act) return [];
      const one = { act, person, answer: perform(person, act), isOver: false };
      void one.answer.finally(() => {
        one.isOver = true;
      });
      return [one];
    });
    // Files and pictures take turns of their own, which no clock counts.
    await turnUntil(() => begun.every(({ act, isOver }) => isOver || takesTime(act)));
    await settle(100);
    for (let time = 0; time < QUIET; time += 1_000) await people[0]?.started.clock.advance(1_000);
    await turnUntil(() => begun.every(({ isOver }) => isOver));
    expect(begun.filter(({ isOver }) => !isOver).map(({ person, act }) => [person.tenant, act])).toEqual([]);
    for (const { person, answer } of begun) answers[person.tenant].push(await answer);
  }
  return answers;
}

describe.each(['keys', 'JWTs'] as const)('two tenants with %s, whose things have the same ids,', (way) => {
  test('are each answered as if they were alone, whatever they do at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(acts, { minLength: 4, maxLength: 8 }),
        fc.array(acts, { minLength: 4, maxLength: 8 }),
        fc.boolean(),
        async (alpha, bravo, isSame) => {
          const plan: Plan = { alpha, bravo: isSame ? alpha : bravo };
          const together = await live(TENANTS, plan, way);

          for (const tenant of TENANTS) {
            const alone = await live([tenant], plan, way);
            expect(together[tenant], `what ${tenant} is answered`).toEqual(alone[tenant]);
            const other = tenant === 'alpha' ? 'bravo' : 'alpha';
            expect(together[tenant].join('\n')).not.toContain(other);
          }
        },
      ),
      { numRuns: RUNS, seed: 20_260_101, endOnFailure: true },
    );
  }, 120_000);
});
