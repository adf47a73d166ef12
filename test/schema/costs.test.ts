import { expect, test } from 'vitest';
import { builder } from '../../schema/builder.ts';
import { FREE } from '../../schema/costs.ts';

test('the build of the schema fails for fields without a cost', async () => {
  const Report = builder.objectRef<{ title: string; pages: number }>('Report').implement({
    fields: (t) => ({
      title: t.exposeString('title', { extensions: { cost: FREE } }),
      pages: t.exposeInt('pages'),
    }),
  });
  const Free = builder.objectRef<{ title: string }>('Free').implement({
    extensions: { cost: FREE },
    fields: (t) => ({ title: t.exposeString('title') }),
  });
  builder.queryFields((t) => ({
    report: t.field({ type: Report, resolve: () => null }),
    free: t.field({ type: Free, extensions: { cost: FREE }, resolve: () => null }),
  }));
  builder.mutationField('print', (t) => t.boolean({ resolve: () => true }));
  builder.subscriptionField('printed', (t) => t.boolean({ subscribe: async function* () {}, resolve: () => true }));

  await expect(import('../../schema/index.ts')).rejects.toThrow(
    /without a cost: Mutation\.print, Query\.report, Report\.pages, Subscription\.printed\. Add `extensions: \{ cost: … \}`/,
  );
});
