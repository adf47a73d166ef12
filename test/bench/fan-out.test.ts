import { expect, onTestFinished, test } from 'vitest';
import { distribute } from './jobs.ts';
import { countToTheEnd } from './measure.ts';
import { startClients, startProgram, startUpstream } from './processes.ts';

test('each viewer receives every change once, and many viewers cause no more upstream reads than one', async () => {
  const [upstream, clients] = [startUpstream(), startClients()];
  onTestFinished(async () => {
    await Promise.all([upstream.stop(), clients.stop()]);
  });
  const key = 'test';
  const gateway = await startProgram({
    upstreamUrl: await upstream.call('listen'),
    key,
    env: { WATCH_TRAINING_FASTEST_SECONDS: '0.5' },
  });
  onTestFinished(() => gateway.stop());
  const count = (audience: string, subscriptions: number) =>
    countToTheEnd(
      { upstream, clients, gateway, key, audience },
      { viewers: distribute(audience, { subscriptions, jobs: 2 }), sockets: 2, changes: 3 },
    );

  const [one, many] = await Promise.all([count('one', 2), count('many', 20)]);

  expect(one).toEqual({ reads: [3, 3], events: 2 * 4, completed: 2, repeated: 0 });
  expect(many).toEqual({ reads: [3, 3], events: 20 * 4, completed: 20, repeated: 0 });
});
