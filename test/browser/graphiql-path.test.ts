import { describe, expect, test } from 'vitest';
import { smallImage } from '../support/seeds.ts';
import { CONSOLE, isWiderThanWindow, seriousProblems } from './checks.ts';
import { executablePath, openPage, poll, WINDOW_SIZES } from './open-graphiql.ts';
import { startRestartable } from './restartable-program.ts';

/** A training lasts longer than the test, and a prediction ends soon. */
const ENV = { SANDBOX_FAST_SECONDS: '3600', SANDBOX_PREDICTION_SECONDS: '1' };

/** GraphiQL's tabs contain their own buttons. */
const NOT_OURS = ['nested-interactive'];

const { desktop, phone } = WINDOW_SIZES;

describe.skipIf(!executablePath)('the path of a user in GraphiQL', () => {
  test.each([
    { viewport: desktop, colorScheme: 'light' as const },
    { viewport: phone, colorScheme: 'dark' as const },
  ])(
    'a user uploads, trains across a restart, cancels, predicts and views images: $viewport.width px, $colorScheme first',
    async ({ viewport, colorScheme }) => {
      const { origin, stop, startAgain } = await startRestartable({ env: ENV });
      const opened = await openPage(origin, { viewport, colorScheme, expected: [CONSOLE.restart] });
      const { page, open, enterKey, keyStatus, selectTab, play, editors } = opened;

      /** Checks the page as it is shown, in both themes. */
      const check = async (name: string) => {
        for (const scheme of [colorScheme === 'light' ? 'dark' : 'light', colorScheme] as const) {
          await page.emulateMedia({ colorScheme: scheme });
          await opened.screenshot(`${viewport.width}-${scheme}-${name}`);
          expect(await seriousProblems(page, { except: NOT_OURS }), `${name}, ${scheme}`).toEqual([]);
        }
        expect(await isWiderThanWindow(page), name).toBe(false);
      };

      // The key applies to all tabs.
      await open();
      await enterKey('demo');
      await poll(keyStatus).toBe('This key works.');

      // An image is uploaded and shown.
      await selectTab('Upload');
      const field = page.getByLabel('input.file');
      const buffer = Buffer.from(await smallImage({ width: 400, height: 300 }));
      await field.setInputFiles({ name: 'dress.png', mimeType: 'image/png', buffer });
      await poll(async () => (await editors.variables()).input.file).toBe('<file 1: dress.png>');
      await play();
      await poll(editors.response).toMatchObject({
        data: { uploadDataItem: { dataItem: { image: { contentType: 'image/png', width: 400, height: 300 } } } },
      });
      const images = page.locator('#panel-images img');
      const widths = () => images.evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth));
      await poll(widths).toEqual([400]);
      await check('uploaded');

      // A file that is no image is rejected with a reason.
      await field.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no image') });
      await poll(async () => (await editors.variables()).input.file).toBe('<file 2: notes.txt>');
      await play();
      await poll(editors.response).toMatchObject({
        data: { uploadDataItem: { message: expect.stringMatching(/webp, png or jpeg/) } },
      });
      expect(await page.locator('#panel-images').isVisible()).toBe(false);

      // A training is watched while the gateway restarts.
      await selectTab('Train');
      await play();
      await poll(editors.response).toMatchObject({ data: { startTraining: { training: { status: 'QUEUED' } } } });
      const { id } = (await editors.response()).data.startTraining.training;
      await selectTab('WatchTraining');
      await poll(editors.variables).toEqual({ id });
      await play();
      const entries = page.locator('#panel-events li');
      const newest = () => entries.first().innerText();
      await poll(newest).toMatch(/WatchTraining\s+QUEUED/);
      await stop();
      await poll(newest).toMatch(/WatchTraining\s+Connection lost. The server is restarting. Reconnecting…$/);
      await check('connection-lost');
      const before = await entries.count();
      await startAgain();
      await poll(() => entries.count()).toBeGreaterThanOrEqual(before + 2);
      const since = (await entries.allInnerTexts()).slice(0, -before).reverse();
      expect(since[0]).toMatch(/WatchTraining\s+Reconnected\.$/);
      expect(since[1]).toMatch(/WatchTraining\s+QUEUED.*, ….{6}$/);
      expect(await page.getByRole('button', { name: /stop query/i }).isVisible()).toBe(true);

      // It is canceled, which ends the stream.
      await selectTab('CancelTraining');
      await poll(editors.variables).toEqual({ input: { id } });
      await play();
      await poll(editors.response).toMatchObject({ data: { cancelTraining: { training: { status: 'CANCELED' } } } });
      await selectTab('WatchTraining');
      await play();
      await poll(newest).toMatch(/WatchTraining\s+CANCELED/);
      await page.getByRole('button', { name: /execute query/i }).waitFor();

      // Images are created, and one is opened.
      await selectTab('Predict');
      await play();
      await poll(editors.response).toMatchObject({ data: { createPrediction: { warnings: [] } } });
      await selectTab('WatchPrediction');
      await play();
      await poll(newest).toMatch(/WatchPrediction\s+COMPLETED 100 %/);
      await images.last().scrollIntoViewIfNeeded();
      await poll(async () => (await widths()).filter((width) => width > 0)).toHaveLength(2);
      await check('predicted');
      const popup = page.waitForEvent('popup');
      await images.first().click();
      const shown = (await popup).locator('img');
      await shown.waitFor();
      expect(await shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(500);

      const box = async (selector: string) =>
        (await page.locator(selector).boundingBox()) ?? { x: 0, y: 0, height: 0, width: 0 };
      const [editing, response] = [await box('.graphiql-editors'), await box('.graphiql-response')];
      if (viewport === phone) expect(response.y).toBeGreaterThanOrEqual(editing.y + editing.height);
      else expect(response.x).toBeGreaterThanOrEqual(editing.x + editing.width);
      expect(opened.foreignRequests).toEqual([]);
      expect(opened.pageErrors).toEqual([]);
    },
    180_000,
  );
});
