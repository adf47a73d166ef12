import { expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { freePort } from '../support/free-port.ts';
import { startGateway } from '../support/gateway.ts';
import { haproxy, startHaproxy } from '../support/haproxy.ts';
import { readText } from '../support/readme.ts';
import { serverOf } from '../support/subscribe.ts';

if (!haproxy) console.log('HAProxy is not installed, so deploy/haproxy.cfg is not tested with BASE_PATH.');

test.skipIf(!haproxy)('with BASE_PATH, HAProxy neither logs images and uploads nor serves `/ready`', async () => {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const { url } = await serverOf(startGateway({ config: { publicUrl } }), { trustProxy: 1 });
  const configuration = readText('deploy/haproxy.cfg')
    .replace('bind :80', `bind 127.0.0.1:${port}`)
    .replace(/gateway-\d:4000/g, new URL(url).host);
  const log = await startHaproxy(configuration, publicUrl);

  for (const path of ['images', 'uploads']) await (await fetch(`${publicUrl}/flair/${path}/secret`)).text();
  const ready = await fetch(`${publicUrl}/flair/ready`);
  await (await fetch(`${publicUrl}/flair/graphql`)).text();

  expect(ready.status).toBe(404);
  expect(await ready.text()).not.toContain('The graph is at');
  await until(() => log().includes('/flair/graphql'));
  expect(log()).not.toContain('secret');
});
