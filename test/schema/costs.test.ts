import { expect, onTestFinished, test, vi } from 'vitest';

test('the build of the schema fails for fields without a cost', async () => {
  // A schema of its own: other tests of this worker use the complete one.
  vi.resetModules();
  onTestFinished(() => void vi.resetModules());
  const { builder } = await import('../../schema/builder.ts');
  const { FREE } = await import('../../schema/costs.ts');
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
