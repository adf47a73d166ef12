import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ARGUMENTS, findChromium } from '../browser/chromium.ts';
import { startProgram } from '../support/program.ts';
import { smallImage } from '../support/seeds.ts';
import { programs } from './support.ts';

const executablePath = findChromium(process.env);

let browser: Browser;
beforeAll(async () => {
  if (executablePath) browser = await chromium.launch({ executablePath, args: ARGUMENTS });
});
afterAll(() => browser?.close());

/** Opens a page that another server on this machine serves, with a gateway that has short predictions. */
async function openPage(html: string) {
  const { url } = await startProgram({ env: { SANDBOX_PREDICTION_SECONDS: '1' } });
  const pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html)).listen(0);
  await once(pages, 'listening');
  const page = await browser.newPage();
  onTestFinished(async () => {
    await page.close();
    pages.close();
  });
  const streams: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'eventsource') streams.push(request.url());
  });
  // Another port is another origin, but the same site, so that the gateway uses its own key.
  const graph = `http://localhost:${new URL(url).port}/graphql`;
  await page.goto(`http://localhost:${(pages.address() as AddressInfo).port}/?graph=${graph}`);
  return { page, streams };
}

const isImageShown = () => (document.querySelector('img')?.naturalWidth ?? 0) > 0;

describe.skipIf(!executablePath)('pages of another origin', () => {
  test('the page with an EventSource shows the image of a prediction', { timeout: 60_000 }, async () => {
    const { page, streams } = await openPage(readFileSync(`${programs}event-source.html`, 'utf8'));

    await page.getByRole('button').click();
    await page.getByRole('status').getByText('COMPLETED').waitFor();
    await page.waitForFunction(isImageShown);

    expect(await page.locator('progress').evaluate((bar: HTMLProgressElement) => bar.value)).toBe(1);
    // Once the job has finished, it does not connect again.
    expect(streams).toHaveLength(1);
  });

  test('the page with React lists models, uploads, and shows the image of a prediction', {
    timeout: 60_000,
  }, async () => {
    const { outputFiles } = await build({
      entryPoints: [join(programs, 'client-react.jsx')],
      bundle: true,
      write: false,
      format: 'esm',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    const script = outputFiles[0]?.text.replaceAll('</script', '<\\/script') ?? '';
    const { page } = await openPage(`<!doctype html><title>App</title><body><script type="module">${script}</script>`);

    await page.getByRole('button', { name: 'More' }).click();
    await page.getByText('Travel Posters').waitFor();
    const buffer = Buffer.from(await smallImage({ width: 12 }));
    await page
      .getByLabel('Images')
      .first()
      .setInputFiles([{ name: 'coat.png', mimeType: 'image/png', buffer }]);
    await page.getByText('coat.png: stored').waitFor();
    await page.getByRole('button', { name: 'Generate' }).first().click();
    await page.getByRole('status').getByText('COMPLETED').waitFor();
    await page.waitForFunction(isImageShown);

    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
