import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { serve } from '../../src/http/server.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { ARGUMENTS, findChromium } from './chromium.ts';

const executablePath = findChromium(process.env);
const TABS = ['Everything', 'Upload', 'Train', 'WatchTraining', 'Predict', 'WatchPrediction'];

/** Polls an expectation about a page; the timeout allows for slow machines. */
const poll = <Value>(read: () => Value) => expect.poll(read, { timeout: 15_000 });

let browser: Browser;
let screenshotFolder: string;

beforeAll(async () => {
  if (!executablePath) return;
  browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  screenshotFolder = mkdtempSync(join(tmpdir(), 'graphiql-'));
  console.log(`Screenshots: ${screenshotFolder}`);
});
afterAll(() => browser?.close());

/** Opens GraphiQL in a browser context that can reach only its gateway. */
async function openGraphiql(options: StartOptions = { sandbox: { seed: true } }) {
  const { gateway, clock, requests } = startGateway(options);
  const log = pino({ level: 'silent' });
  const server = await serve(gateway, { host: '127.0.0.1', port: 0, trustProxy: false, log });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  onTestFinished(async () => {
    await context.close();
    await server.close();
  });

  const foreignRequests: string[] = [];
  const pageErrors: string[] = [];
  const events: string[] = [];
  await context.route('**/*', async (route) => {
    if (new URL(route.request().url()).origin === server.url) return route.continue();
    foreignRequests.push(route.request().url());
    await route.abort();
  });
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && pageErrors.push(message.text()));
  page.on('pageerror', (error) => pageErrors.push(error.message));
  page.on('websocket', (socket) => {
    if (socket.url() !== `${server.url.replace('http', 'ws')}/graphql`) foreignRequests.push(socket.url());
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).includes('"type":"next"')) events.push(String(payload));
    });
  });

  return {
    page,
    clock,
    requests,
    server,
    events,
    foreignRequests,
    pageErrors,
    editors: editorsOf(page),
    async open(path = '/') {
      await page.goto(server.url + path);
      await page.getByRole('tab').first().waitFor();
      await page.waitForFunction(
        () => 'monaco' in globalThis && document.querySelector('.graphiql-doc-explorer, .view-line'),
      );
    },
    tabs: () => page.getByRole('tab').allInnerTexts(),
    async selectTab(title: string) {
      await page.getByRole('tab', { name: title, exact: true }).click();
      // The document title follows the operation that the play button runs, shortly after the tab.
      await page.waitForFunction((name) => document.title.startsWith(`${name} `), title);
    },
    play: () => page.getByRole('button', { name: /execute query/i }).click(),
    screenshot: (name: string) => page.screenshot({ path: join(screenshotFolder, `${name}.png`) }),
  };
}

/** Reads the full texts of GraphiQL's editors, of which only a part is visible. */
const editorsOf = (page: Page) => {
  const text = (name: string) =>
    page.evaluate((suffix) => {
      const { monaco } = globalThis as unknown as Monaco;
      const editor = monaco.editor.getModels().find(({ uri }) => uri.path.endsWith(suffix));
      return editor?.getValue() ?? '';
    }, `-${name}`);
  return {
    query: () => text('operation.graphql'),
    variables: async () => JSON.parse(await text('variables.json')),
    response: async () => JSON.parse((await text('response.json')) || '{}'),
  };
};

interface Monaco {
  monaco: { editor: { getModels(): { uri: { path: string }; getValue(): string }[] } };
}

describe.skipIf(!executablePath)('GraphiQL in a browser without the internet', () => {
  test('GraphiQL opens from / with a tab for each example, and shows the demo data', async () => {
    const { open, tabs, play, editors, page, server, foreignRequests, pageErrors, screenshot } = await openGraphiql();

    await open('/');
    expect(await tabs()).toEqual(TABS);
    expect(page.url()).toBe(`${server.url}/graphql`);
    await play();

    await poll(editors.response).toMatchObject({
      data: { models: { nodes: expect.arrayContaining([expect.objectContaining({ displayName: 'Neon Sneakers' })]) } },
    });
    await page.locator('.result-window').getByText('Summer Collection Style Model').first().waitFor();
    await screenshot('everything');
    expect(foreignRequests).toEqual([]);
    expect(pageErrors).toEqual([]);
  });

  test('every tab runs unchanged, and the watch tabs follow the started jobs', async () => {
    const { open, selectTab, play, editors, clock, events, foreignRequests, pageErrors, screenshot } =
      await openGraphiql();
    await open();

    await selectTab('Upload');
    await play();
    await poll(editors.response).toMatchObject({
      data: { uploadDataItem: { dataItem: { image: { contentType: 'image/webp', width: 64, height: 64 } } } },
    });
    await screenshot('upload');

    await selectTab('Train');
    await play();
    await poll(editors.response).toMatchObject({ data: { startTraining: { training: { status: 'QUEUED' } } } });
    const { id: training } = (await editors.response()).data.startTraining.training;
    await screenshot('train');

    await selectTab('WatchTraining');
    await poll(editors.variables).toEqual({ id: training });
    await play();
    await poll(() => events.length).toBe(1);
    await clock.advance(8_000);
    await poll(() => events.length).toBeGreaterThan(1);
    await poll(editors.response).toMatchObject({
      data: { trainingUpdated: { id: training, status: 'PROCESSING' } },
    });
    await screenshot('watch-training');
    await clock.advance(60_000);
    await poll(editors.response).toMatchObject({ data: { trainingUpdated: { status: 'COMPLETED' } } });

    await selectTab('Predict');
    await play();
    await poll(editors.response).toMatchObject({ data: { createPrediction: { warnings: [] } } });
    const { id: prediction } = (await editors.response()).data.createPrediction.prediction;
    await screenshot('predict');

    await selectTab('WatchPrediction');
    await poll(editors.variables).toEqual({ id: prediction });
    const before = events.length;
    await play();
    await poll(() => events.length).toBe(before + 1);
    await clock.advance(60_000);
    await poll(editors.response).toMatchObject({
      data: { predictionUpdated: { id: prediction, status: 'COMPLETED', images: [{}, {}] } },
    });
    await screenshot('watch-prediction');

    expect(foreignRequests).toEqual([]);
    expect(pageErrors).toEqual([]);
  });

  test('Ctrl+click on an image URL opens the image', async () => {
    const { open, play, page } = await openGraphiql();
    await open();
    await play();
    const link = page.locator('.result-window .detected-link').first();
    await link.waitFor();

    const popup = page.waitForEvent('popup');
    await link.click({ modifiers: ['Control'] });

    const shown = (await popup).locator('img');
    await shown.waitFor();
    expect(await shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  });

  test('a reload keeps edited tabs and adds none', async () => {
    const { open, selectTab, tabs, editors, page } = await openGraphiql();
    await open();
    await selectTab('Train');
    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# mine\n');
    const isStored = () => localStorage.getItem('graphiql:tabState')?.includes('# mine\\n');
    await page.waitForFunction(isStored);

    await page.reload();
    await page.getByRole('tab').first().waitFor();

    expect(await tabs()).toEqual(TABS);
    await poll(editors.query).toMatch(/^# mine\n/);
  });

  test('a reload updates the ids in unedited tabs', async () => {
    const { open, selectTab, page, editors, tabs } = await openGraphiql();
    await open();
    await selectTab('Predict');
    const before = await editors.variables();
    const age = () => {
      for (const name of ['graphiql:tabState', 'graphiql:variables', 'flair:given-tabs']) {
        const text = localStorage.getItem(name) ?? '';
        localStorage.setItem(name, text.replaceAll(/TW9kZWw6\w+/g, 'gone'));
      }
    };
    await page.waitForFunction(() => localStorage.getItem('graphiql:tabState')?.includes('"activeTabIndex":4'));
    await page.evaluate(age);

    await page.reload();
    await page.getByRole('tab').first().waitFor();

    await poll(editors.variables).toEqual(before);
    expect(await tabs()).toEqual(TABS);
  });

  test('the query of a link opens in a tab before the others', async () => {
    const { open, tabs, editors, page, server } = await openGraphiql();

    await open(`/graphql?query=${encodeURIComponent('query Mine { __typename }')}`);

    expect(await tabs()).toEqual(['Mine', ...TABS]);
    await poll(editors.query).toBe('query Mine { __typename }');
    expect(page.url()).toBe(`${server.url}/graphql`);
  });

  test('without a key the tabs have placeholders; a key in the headers editor also applies to WebSockets', async () => {
    const { open, tabs, selectTab, play, editors, page, requests, screenshot, pageErrors } = await openGraphiql({
      sandbox: { seed: true },
      config: { ownKey: undefined },
    });
    await open();

    expect(await tabs()).toEqual(TABS);
    expect(requests).toEqual([]);
    await selectTab('WatchTraining');
    expect((await editors.variables()).id).toMatch(/^<id of a training/);
    await screenshot('no-key');
    await play();
    await poll(editors.response).toMatchObject({
      errors: [{ message: expect.stringContaining('Send your API key'), extensions: { closeCode: 4401 } }],
    });

    await page.getByRole('button', { name: 'Headers' }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
    await page.keyboard.insertText('{ "x-api-key": "demo" }');
    const isUsed = page.waitForEvent('websocket').then((socket) => socket.waitForEvent('framesent'));
    await play();

    expect(JSON.parse(String((await isUsed).payload))).toEqual({
      type: 'connection_init',
      payload: { 'x-api-key': 'demo' },
    });
    await poll(editors.response).not.toEqual({});
    expect(JSON.stringify(await editors.response())).not.toContain('UNAUTHENTICATED');
    expect(pageErrors).toEqual([]);
  });
});
