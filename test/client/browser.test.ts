import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { createFlairClient as createClient, UploadProgress } from '../../src/client/index.ts';
import { ARGUMENTS, findChromium } from '../browser/chromium.ts';
import { startProgram, temporaryDirectory } from '../support/program.ts';
import { smallImage } from '../support/seeds.ts';

const executablePath = findChromium(process.env);

/** Id of a model of the demo data. */
const MODEL = 'TW9kZWw6Y3hBUEFXMnpYMzhteE04dVd3WGc';

let browser: Browser;
let scripts: ReadonlyMap<string, string>;
beforeAll(async () => {
  if (!executablePath) return;
  browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const { outputFiles } = await build({
    entryPoints: ['app', 'worker', 'global'].map((name) => fileURLToPath(new URL(`page/${name}.ts`, import.meta.url))),
    bundle: true,
    write: false,
    outdir: '/',
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  scripts = new Map(outputFiles.map(({ path, text }) => [path, text]));
});
afterAll(() => browser?.close());

/** Opens the page of the app, on another origin of this machine than the gateway. */
async function openApp(graph: string): Promise<Page> {
  const app = createServer(({ url = '' }, response) => {
    const script = scripts.get(url);
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(
      script ?? '<!doctype html><title>App</title><body><script type="module" src="/app.js"></script></body>',
    );
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    // React reports mistakes in hooks as errors. Chromium reports requests that fail, and the rejected file.
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text()))
      problems.push(message.text());
  });
  onTestFinished(async () => {
    await page.close();
    app.close();
    app.closeAllConnections();
  });
  await page.goto(`http://localhost:${(app.address() as AddressInfo).port}/?graph=${encodeURIComponent(graph)}`);
  onTestFinished(() => expect(problems).toEqual([]));
  return page;
}

/** Waits until an element has a text. */
const waitForText = (page: Page, id: string, text: string) =>
  page.waitForFunction(([id, text]) => document.getElementById(id ?? '')?.textContent?.trim() === text, [id, text]);

describe.skipIf(!executablePath)('a page of another origin', () => {
  test('the hooks list models, upload images with progress, and watch jobs across a restart', {
    timeout: 90_000,
  }, async () => {
    const directory = await temporaryDirectory();
    const env = { SANDBOX_FAST_SECONDS: '4', SANDBOX_STORAGE: `${directory}/sandbox.sqlite` };
    const first = await startProgram({ env, directory });
    const page = await openApp(`${first.url}/graphql`);

    await page.waitForSelector('#models li');
    expect(await page.locator('#models li').count()).toBe(2);
    await page.click('#more');
    await page.waitForFunction(() => document.querySelectorAll('#models li').length > 2);
    await page.click('#refetch');
    await page.waitForFunction(() => document.querySelectorAll('#models li').length === 2);

    const image = Buffer.from(await smallImage({ width: 700, height: 700 }));
    await page.setInputFiles('input[type=file]', [
      { name: 'coat.png', mimeType: 'image/png', buffer: image },
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no image') },
    ]);
    await page.waitForSelector('#uploads[aria-busy=false] p');
    expect(await page.locator('#uploads p').allTextContents()).toEqual([
      expect.stringMatching(/^stored true \d+$/),
      expect.stringMatching(/^rejected \w+ UNSUPPORTED_MEDIA_TYPE$/),
    ]);
    await page.click('#clear');
    await page.waitForFunction(() => document.querySelectorAll('#uploads p').length === 0);

    let sockets = 0;
    page.on('websocket', () => sockets++);
    await page.click('#start');
    await page.waitForFunction(() => /QUEUED|PROCESSING/.test(document.getElementById('first')?.textContent ?? ''));
    await page.click('#missing');
    await waitForText(page, 'errors', 'NOT_FOUND');
    expect(sockets).toBe(1);
    await first.kill();
    await waitForText(page, 'state', 'waiting');
    await startProgram({ env: { ...env, PORT: new URL(first.url).port }, directory });
    await waitForText(page, 'first', 'COMPLETED');
    await waitForText(page, 'statuses', 'COMPLETED');
    await waitForText(page, 'state', 'closed');

    // A finished job is not watched again.
    await page.click('#start');
    await waitForText(page, 'statuses', 'COMPLETED COMPLETED');
  });

  test('uploads stop when they are canceled, their signal aborts or their component is unmounted; later ones work', {
    timeout: 60_000,
  }, async () => {
    const { url } = await startProgram();
    const page = await openApp(`${url}/graphql`);
    const image = { name: 'coat.png', mimeType: 'image/png', buffer: Buffer.from(await smallImage()) };
    /** Uploads whose bytes are held, until they end. */
    let held = 0;
    await page.route('**/uploads/**', () => {
      held++;
    });
    page.on('requestfailed', (request) => {
      if (request.url().includes('/uploads/')) held--;
    });
    const send = async (count: number) => {
      await page.setInputFiles('input[type=file]', Array(count).fill(image));
    };
    const texts = () => page.locator('#uploads p').allTextContents();
    const aborted = (count: number) => Array(count).fill('rejected false ABORTED');

    // Three uploads at once; the others wait.
    await page.waitForSelector('#uploads');
    await send(5);
    await expect.poll(() => held).toBe(3);
    await page.click('#cancel');
    await expect.poll(texts).toEqual(aborted(5));
    await expect.poll(() => held).toBe(0);

    // The signal of one call leaves the files of another.
    await page.click('#clear');
    await send(1);
    await expect.poll(() => held).toBe(1);
    await send(1);
    await expect.poll(() => held).toBe(2);
    await page.click('#abort');
    await expect.poll(texts).toEqual(['uploading false undefined', ...aborted(1)]);
    await expect.poll(() => held).toBe(1);

    await page.click('#leave');
    await expect.poll(() => held).toBe(0);
  });

  /** Uploads an image with XMLHttpRequest. @returns What became of it. */
  const uploadFrom = async (page: Page, graph: string, options: { abortOn?: UploadProgress['state'] } = {}) => {
    await page.addScriptTag({ content: scripts.get('/global.js') ?? '', type: 'module' });
    await page.waitForFunction(() => 'createFlairClient' in globalThis);
    return await page.evaluate(
      async ({ url, modelId, bytes, abortOn }) => {
        const { createFlairClient } = globalThis as unknown as { createFlairClient: typeof createClient };
        const controller = new AbortController();
        const [outcome] = await createFlairClient({ url, apiKey: 'demo' }).uploadImages(
          [new Blob([new Uint8Array(bytes)])],
          {
            modelId,
            signal: controller.signal,
            onProgress({ state }) {
              if (state === abortOn) controller.abort();
            },
          },
        );
        return outcome?.error?.code ?? 'stored';
      },
      { url: graph, modelId: MODEL, bytes: [...(await smallImage())], ...options },
    );
  };

  test('an upload that its first progress callback stops sends nothing', { timeout: 60_000 }, async () => {
    const { url } = await startProgram();
    const page = await openApp(`${url}/graphql`);
    const puts: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PUT') puts.push(request.url());
    });

    expect(await uploadFrom(page, `${url}/graphql`, { abortOn: 'uploading' })).toBe('ABORTED');
    expect(puts).toEqual([]);
  });

  test('a response of a proxy without a body is no response of the gateway', { timeout: 60_000 }, async () => {
    const { url } = await startProgram();
    const page = await openApp(`${url}/graphql`);
    let puts = 0;
    await page.route('**/uploads/**', async (route) => {
      const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' };
      if (puts++ === 0) await route.fulfill({ status: 204, headers });
      else await route.continue();
    });

    expect(await uploadFrom(page, `${url}/graphql`)).toBe('stored');
    expect(puts).toBe(2);
  });

  test('a worker uploads an image and trains a model', { timeout: 60_000 }, async () => {
    const { url } = await startProgram({ env: { SANDBOX_FAST_SECONDS: '1' } });
    const page = await openApp(`${url}/graphql`);
    const bytes = [...(await smallImage())];

    const result = await page.evaluate(
      ({ url, modelId, bytes }) =>
        new Promise((resolve, reject) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage({ url, modelId, image: new Blob([new Uint8Array(bytes)]) });
        }),
      { url: `${url}/graphql`, modelId: MODEL, bytes },
    );

    expect(result).toEqual({ stored: true, highest: bytes.length, status: 'COMPLETED' });
  });
});
