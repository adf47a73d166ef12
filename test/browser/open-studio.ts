import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { serve } from '../../src/http/server.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import type { ProgramOptions } from '../support/program.ts';
import { isUnexpected, isWiderThanWindow, seriousProblems } from './checks.ts';
import { ARGUMENTS, findChromium } from './chromium.ts';
import { startRestartable } from './restartable-program.ts';

export const executablePath = findChromium(process.env);

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export interface WindowOptions {
  /** @default WIDE */
  size?: typeof WIDE;
  /** Theme of the system. @default light */
  scheme?: 'light' | 'dark';
  /** Path of Studio, with a fragment for a place other than the gallery. @default /studio */
  path?: string;
  /** Messages in the console that are no errors. @default none */
  expected?: readonly RegExp[];
}

let browser: Browser;
let screenshotFolder: string;

beforeAll(async () => {
  if (!executablePath) return;
  browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  screenshotFolder = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'studio-'));
  console.log(`Screenshots: ${screenshotFolder}`);
});
afterAll(() => browser?.close());

/** Polls an expectation about a page; the timeout allows for slow machines. */
export const poll = <Value>(read: () => Value) => expect.poll(read, { timeout: 15_000 });

interface StudioOptions extends WindowOptions {
  /** @default one with demo data */
  gateway?: TestGateway;
}

/** Opens Studio of a gateway in this process, with a manual clock. */
export async function openStudio({
  gateway = startGateway({ sandbox: { seed: true } }),
  ...window
}: StudioOptions = {}) {
  const log = pino({ level: 'silent' });
  const server = await serve(gateway.gateway, { host: '127.0.0.1', port: 0, trustProxy: 0, log });
  // After the page is closed: cleanups run in reverse order.
  onTestFinished(() => server.close());
  const opened = await openPage(server.url, window);
  return { ...gateway, ...opened };
}

/** Opens Studio of the built program, which can be stopped and started again with the same data and port. */
export async function openStudioOfProgram(program: ProgramOptions, window: WindowOptions = {}) {
  const { origin, stop, startAgain } = await startRestartable(program);
  return { ...(await openPage(origin, window)), stopProgram: stop, startAgain };
}

/** Opens a page in a browser that can reach nothing but its origin. */
async function openPage(
  origin: string,
  { size = WIDE, scheme = 'light', path = '/studio', expected = [] }: WindowOptions,
) {
  const context = await browser.newContext({ viewport: size, colorScheme: scheme, hasTouch: size === PHONE });
  context.setDefaultTimeout(20_000);
  onTestFinished(() => context.close());

  const foreignRequests: string[] = [];
  const pageErrors: string[] = [];
  /** Operations that the page has sent, with their variables. */
  const operations: { operationName: string; variables: Record<string, unknown> }[] = [];
  /** Number of subscriptions that the page has started. */
  const subscriptions = { count: 0 };
  await context.route('**/*', async (route) => {
    const request = route.request();
    if (new URL(request.url()).origin !== origin) {
      foreignRequests.push(request.url());
      return route.abort();
    }
    if (new URL(request.url()).pathname.endsWith('/graphql')) operations.push(request.postDataJSON());
    return route.continue();
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && isUnexpected(message.text(), expected))
      pageErrors.push(message.text());
  });
  page.on('pageerror', (error) => pageErrors.push(error.message));
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (String(payload).includes('"type":"subscribe"')) subscriptions.count++;
    }),
  );
  await page.goto(origin + path);

  const screenshot = (name: string, theme = scheme) =>
    page.screenshot({ path: join(screenshotFolder, `${size.width}-${theme}-${name}.png`) });
  return {
    page,
    foreignRequests,
    pageErrors,
    operations,
    subscriptions,
    isPhone: size === PHONE,
    jobs: page.getByRole('region', { name: /^Jobs/ }),
    /** The id or the name of the element with the focus. */
    focused: () =>
      page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute('aria-label')),
    /** Shows a place by its link in the navigation. */
    visit: (name: string) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click(),
    screenshot,
    /** Checks the page in the theme of the system, and its colors in the other one. Takes a screenshot of each. */
    async checkThemes(name: string) {
      await screenshot(name);
      expect(await seriousProblems(page), name).toEqual([]);
      expect(await isWiderThanWindow(page), name).toBe(false);
      const other = scheme === 'dark' ? 'light' : 'dark';
      await page.emulateMedia({ colorScheme: other });
      // In the middle of a transition, colors may have little contrast. Progress bars move for hours.
      await page.evaluate(async () => {
        const transitions = document.getAnimations().filter((each) => each instanceof CSSTransition);
        await Promise.allSettled(transitions.map(({ finished }) => finished));
      });
      await screenshot(name, other);
      expect(await seriousProblems(page, { only: ['color-contrast'] }), `${name}, ${other}`).toEqual([]);
      await page.emulateMedia({ colorScheme: scheme });
    },
  };
}
