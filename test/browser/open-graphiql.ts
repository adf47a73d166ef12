import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { serve } from '../../src/http/server.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { isUnexpected } from './checks.ts';
import { ARGUMENTS, findChromium } from './chromium.ts';

export const executablePath = findChromium(process.env);

/** Sizes of the window, in pixels. */
export const WINDOW_SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** The names of the initial tabs. */
export const TABS = [
  'Everything',
  'Upload',
  'Train',
  'WatchTraining',
  'CancelTraining',
  'Predict',
  'WatchPrediction',
  'PredictMany',
  'ActiveJobs',
  'WatchJobs',
  'UploadTickets',
  'WatchToken',
  'CreateModel',
  'Delete',
  'Account',
];

/** Polls an expectation about a page; the timeout allows for slow machines. */
export const poll = <Value>(read: () => Value) => expect.poll(read, { timeout: 15_000 });

interface PageOptions {
  /** @default desktop */
  viewport?: (typeof WINDOW_SIZES)[keyof typeof WINDOW_SIZES];
  /** @default light */
  colorScheme?: 'light' | 'dark';
  /** Errors in the console that the test causes. @default none */
  expected?: readonly RegExp[];
}

let browser: Browser;
let screenshotFolder: string;

beforeAll(async () => {
  if (!executablePath) return;
  // Not by interception, which disables the cache of the browser: it would load all files of GraphiQL again after each reload.
  const offline = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1';
  browser = await chromium.launch({ executablePath, args: [...ARGUMENTS, offline] });
  screenshotFolder = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'graphiql-'));
  console.log(`Screenshots: ${screenshotFolder}`);
});
afterAll(() => browser?.close());

/** Opens GraphiQL of a gateway in this process, with a manual clock. */
export async function openGraphiql(options: StartOptions = { sandbox: { seed: true } }) {
  const { gateway, clock, requests } = startGateway(options);
  const log = pino({ level: 'silent' });
  const server = await serve(gateway, { host: '127.0.0.1', port: 0, trustProxy: 0, log });
  onTestFinished(() => server.close());
  return { clock, requests, server, ...(await openPage(server.url)) };
}

/** Opens a page that records its requests to others than one gateway. */
export async function openPage(
  origin: string,
  { viewport = WINDOW_SIZES.desktop, colorScheme = 'light', expected = [] }: PageOptions = {},
) {
  const context = await browser.newContext({ viewport, colorScheme, hasTouch: viewport === WINDOW_SIZES.phone });
  onTestFinished(() => context.close());

  const foreignRequests: string[] = [];
  const pageErrors: string[] = [];
  const events: string[] = [];
  const page = await context.newPage();
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== origin) foreignRequests.push(url.href);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' && isUnexpected(message.text(), expected)) pageErrors.push(message.text());
  });
  page.on('pageerror', ({ message }) => {
    // A reload may interrupt the loading of a worker, which rejects a promise of the editor with an event.
    if (message !== 'Event') pageErrors.push(message);
  });
  page.on('websocket', (socket) => {
    if (socket.url() !== `${origin.replace('http', 'ws')}/graphql`) foreignRequests.push(socket.url());
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).includes('"type":"next"')) events.push(String(payload));
    });
  });

  return {
    page,
    events,
    foreignRequests,
    pageErrors,
    editors: editorsOf(page),
    async open(path = '/') {
      await page.goto(origin + path);
      await page.getByRole('tab').first().waitFor();
      await page.waitForFunction(
        () => 'monaco' in globalThis && document.querySelector('.graphiql-doc-explorer, .view-line'),
      );
    },
    tabs: () => page.getByRole('tab').allInnerTexts(),
    async selectTab(title: string) {
      const tab = page.getByRole('tab', { name: title, exact: true });
      await tab.scrollIntoViewIfNeeded();
      await tab.click();
      // The document title follows the operation that the play button runs, shortly after the tab.
      await page.waitForFunction((name) => document.title.startsWith(`${name} `), title);
    },
    /** Enters a key, and waits until the page has opened again with it. */
    async enterKey(key: string) {
      const reloaded = page.waitForEvent('load');
      await page.getByLabel('API key').fill(key);
      await page.keyboard.press('Enter');
      await reloaded;
      await page.getByRole('tab').first().waitFor();
    },
    keyStatus: () => page.locator('#key-status').textContent(),
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
