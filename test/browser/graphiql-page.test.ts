import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { executablePath, openGraphiql, poll, TABS } from './open-graphiql.ts';

const WITHOUT_KEY = { sandbox: { seed: true }, config: { ownKey: undefined } };

const storedIn = (page: Page, name: 'localStorage' | 'sessionStorage') =>
  page.evaluate((storage) => JSON.stringify(globalThis[storage as 'localStorage']), name);

describe.skipIf(!executablePath)('the page around GraphiQL', { timeout: 90_000 }, () => {
  test('the key applies to all tabs and to subscriptions, for the session, and the examples get its ids', async () => {
    const opened = await openGraphiql(WITHOUT_KEY);
    const { open, enterKey, keyStatus, selectTab, play, editors, page, requests, pageErrors } = opened;
    await open();
    expect(await keyStatus()).toBe('Enter your API key.');
    expect(requests).toEqual([]);

    await enterKey('demo');
    await poll(keyStatus).toBe('This key works.');
    await selectTab('WatchTraining');
    const { id } = await editors.variables();
    expect(id).not.toMatch(/^</);
    const socket = page.waitForEvent('websocket');
    const sent = socket.then((opened) => opened.waitForEvent('framesent'));
    const closed = socket.then((opened) => opened.waitForEvent('close'));
    await play();
    expect(JSON.parse(String((await sent).payload))).toEqual({
      type: 'connection_init',
      payload: { 'x-api-key': 'demo' },
    });
    await poll(editors.response).toMatchObject({ data: { trainingUpdated: { id, status: 'PROCESSING' } } });
    await page.getByRole('button', { name: /stop query/i }).click();
    await closed;

    await page.reload();
    await page.getByRole('tab').first().waitFor();
    await poll(keyStatus).toBe('This key works.');
    expect(await storedIn(page, 'sessionStorage')).toContain('"flair:api-key":"demo"');
    expect(await storedIn(page, 'localStorage')).not.toContain('demo"');

    // The ids of this key are removed when another one has none.
    await selectTab('Train');
    expect((await editors.variables()).input.modelId).not.toMatch(/^</);
    await enterKey('an unknown key');
    await poll(keyStatus).toBe('This key is rejected.');
    await poll(async () => (await editors.variables()).input.modelId).toMatch(/^<id of a model/);
    expect(pageErrors).toEqual([]);
  });

  test('a dashboard lists the events of all active jobs with their times', async () => {
    const { open, selectTab, play, editors, clock, page, screenshot } = await openGraphiql();
    await open();
    await selectTab('PredictMany');
    await play();
    await poll(editors.response).toMatchObject({ data: { createPredictions: { outcomes: [{}, {}, {}] } } });
    await selectTab('ActiveJobs');
    await play();
    await poll(editors.response).toMatchObject({ data: { activeJobs: { jobs: expect.any(Array) } } });
    const ids = (await editors.response()).data.activeJobs.jobs.map((job: { id: string }) => job.id);

    await selectTab('WatchJobs');
    await poll(editors.variables).toEqual({ ids });
    await play();
    const entries = page.locator('#panel-events li');
    await poll(() => entries.count()).toBe(ids.length);
    await clock.advance(5_000);
    await poll(() => entries.count()).toBeGreaterThan(ids.length);
    await screenshot('dashboard');

    const newest = entries.first();
    expect(await newest.locator('summary').innerText()).toMatch(
      /^\d\d:\d\d:\d\d\s+\+\d+\.\d s\s+WatchJobs\s+[A-Z]+ \d+ %, ….{6}$/,
    );
    await newest.locator('summary').click();
    expect(JSON.parse(await newest.locator('pre').innerText())).toMatchObject({ data: { jobsUpdated: {} } });
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.locator('#panel-events').isVisible()).toBe(false);
  });

  test('edited tabs and the history are kept, and a new visit updates the ids in unedited tabs', async () => {
    const { open, tabs, selectTab, play, editors, page, server, screenshot } = await openGraphiql();
    await open();
    const menu = page.locator('#history');
    expect(await menu.isVisible()).toBe(false);
    await selectTab('CreateModel');
    const created = [await editors.query(), await editors.variables()];
    await play();
    await poll(editors.response).toMatchObject({ data: { createModel: {} } });
    await selectTab('Account');
    await play();
    await poll(editors.response).toMatchObject({ data: { viewer: {} } });
    await selectTab('Train');
    // GraphiQL replaces the text of its editor some time after the tab.
    await poll(editors.query).toMatch(/mutation Train\(/);
    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# mine\n');
    // GraphiQL keeps an edit of a tab shortly after it, and loses it if another tab is selected before.
    await poll(() => storedIn(page, 'localStorage')).toMatch(/# mine/);
    await selectTab('Predict');
    await poll(editors.query).toMatch(/mutation Predict\(/);
    const before = await editors.variables();
    // GraphiQL stores its tabs with a delay.
    await poll(() => storedIn(page, 'localStorage')).toMatch(/# mine.*activeTabIndex[^,}]*\b5\b/);
    // Another page of the same origin, because GraphiQL would store its tabs again.
    await page.goto(`${server.url}/health`);
    await page.evaluate(() => {
      for (const name of ['graphiql:tabState', 'graphiql:variables', 'flair:given-tabs']) {
        const text = localStorage.getItem(name) ?? '';
        localStorage.setItem(name, text.replaceAll(/TW9kZWw6\w+/g, 'gone'));
      }
    });

    await open('/graphql');

    await poll(editors.variables).toEqual(before);
    expect(await tabs()).toEqual(TABS);
    await menu.locator('summary').click();
    await screenshot('history');
    expect(await menu.locator('li b').allInnerTexts()).toEqual(['Account', 'CreateModel']);
    await menu.getByText('CreateModel').click();
    await poll(editors.query).toBe(created[0]);
    expect(await editors.variables()).toEqual(created[1]);
    expect(await menu.locator('ol').isVisible()).toBe(false);
    await selectTab('Train');
    await poll(editors.query).toMatch(/^# mine\n/);
    expect((await editors.variables()).input.modelId).toBe('gone');
  });
});
