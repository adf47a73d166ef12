import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

interface Rules {
  /** Rules that are not checked. */
  except?: readonly string[];
  /** The only rules that are checked. @default all */
  only?: readonly string[];
}

/** Serious accessibility problems of the page as it is shown, each with its elements. */
export async function seriousProblems(page: Page, { except = [], only }: Rules = {}): Promise<string[]> {
  // The content security policy allows no inline scripts, so axe runs as an expression of the debugger.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const options = {
    rules: Object.fromEntries(except.map((id) => [id, { enabled: false }])),
    ...(only && { runOnly: { type: 'rule', values: only } }),
    resultTypes: ['violations'],
  };
  return await page.evaluate(async (options) => {
    // What fades in has little contrast at first.
    for (const animation of document.getAnimations())
      if (animation.effect?.getComputedTiming().iterations !== Infinity) animation.finish();
    const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    const { violations } = await axe.run(options);
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
  }, options);
}

interface AxeResults {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
}

export const isWiderThanWindow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

/** Errors in the console that some tests cause. */
export const CONSOLE = {
  rejectedFile: /status of 415/,
  /** Connections fail while the gateway restarts. */
  restart: /ERR_CONNECTION|WebSocket/,
} as const;

/** A message in the console that a test does not expect. */
export const isUnexpected = (message: string, expected: readonly RegExp[]): boolean =>
  !expected.some((each) => each.test(message));
