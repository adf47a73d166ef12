import { describe, expect, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import { smallImage } from '../support/seeds.ts';
import { CONSOLE } from './checks.ts';
import { executablePath, openStudio, openStudioOfProgram, PHONE, poll, WIDE } from './open-studio.ts';

const ENV = {
  // A fast training lasts longer than the test; the others end soon.
  SANDBOX_FAST_SECONDS: '3600',
  SANDBOX_HIGH_QUALITY_SECONDS: '1',
  SANDBOX_PREDICTION_SECONDS: '1',
};

describe.skipIf(!executablePath)('Studio in a browser without the internet', () => {
  test.each([
    { size: WIDE, scheme: 'light' as const },
    { size: PHONE, scheme: 'dark' as const },
  ])(
    'a user uploads, trains across a restart, cancels, and creates images: $size.width px, $scheme',
    async (options) => {
      const { page, jobs, visit, isPhone, checkThemes, screenshot, ...opened } = await openStudioOfProgram(
        { env: ENV },
        { ...options, expected: [CONSOLE.rejectedFile, CONSOLE.restart] },
      );
      const showJobs = async () => {
        if (isPhone) await visit('Jobs');
      };

      // The gallery, with the images of the demo data.
      const cover = page.locator('.picture[data-state=shown]').first();
      await cover.waitFor();
      expect(await page.locator('.model-name').allInnerTexts()).toContain('Nordic Ceramics');
      await checkThemes('gallery');

      // A new model.
      await page.getByRole('button', { name: 'New model' }).click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Winter coats');
      await page.getByRole('button', { name: 'Create model' }).click();
      await page.getByRole('heading', { level: 1, name: 'Winter coats' }).waitFor();

      // The bytes wait, so that the progress can be seen.
      let sendUploads = () => {};
      const isSeen = new Promise<void>((resolve) => {
        sendUploads = resolve;
      });
      await page.route('**/uploads/**', async (route) => {
        await isSeen;
        await route.fallback();
      });

      // Two images are stored, and a file that is none is rejected with a reason.
      const image = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });
      await page
        .locator('input[type=file]')
        .setInputFiles([
          image('front.png', Buffer.from(await smallImage({ width: 400, height: 400 }))),
          image('not-an-image.png', Buffer.from('This is a text.')),
          image('back.png', Buffer.from(await smallImage({ width: 400, height: 300 }))),
        ]);
      await page.getByRole('progressbar', { name: 'Upload of back.png' }).waitFor();
      expect(await page.getByRole('progressbar', { name: /^Upload of/ }).count()).toBe(3);
      await screenshot('uploading');
      sendUploads();
      const rejected = page.locator('.upload[data-state=rejected]');
      await rejected.waitFor();
      expect(await rejected.innerText()).toContain('not-an-image.png');
      expect(await rejected.getByRole('alert').innerText()).toMatch(/webp.*png.*jpe?g/i);
      await page.getByRole('button', { name: 'Show image 2' }).waitFor();
      await poll(() => page.locator('.upload').count()).toBe(1);
      await checkThemes('uploaded');
      await page.getByRole('button', { name: 'Remove not-an-image.png from the list' }).click();

      // A fast training continues while the gateway restarts.
      await page.getByRole('radio', { name: 'Style' }).check();
      await page.getByRole('slider', { name: 'Strength' }).fill('9');
      await page.getByRole('button', { name: 'Start training' }).click();
      await showJobs();
      const job = jobs.getByRole('listitem').filter({ hasText: 'Winter coats' });
      await job.getByText(/^Waiting/).waitFor();
      expect(await job.innerText()).toContain('Fast, style, strength 9');
      await screenshot('training');
      await opened.stopProgram();
      await jobs.getByText('Reconnecting…').waitFor();
      await screenshot('reconnecting');
      await opened.startAgain();
      await jobs.getByText('Live').waitFor();
      await job.getByText(/^Waiting/).waitFor();

      // It is canceled after a warning.
      await job.getByRole('link', { name: 'Winter coats' }).click();
      await page.getByRole('main').getByRole('button', { name: 'Cancel the training of Winter coats' }).click();
      const dialog = page.getByRole('dialog', { name: 'Cancel this training?' });
      expect(await dialog.innerText()).toMatch(/not guaranteed to succeed.*charged/s);
      await checkThemes('cancel');
      await dialog.getByRole('button', { name: 'Cancel training' }).click();
      await page
        .getByRole('main')
        .getByText(/^Canceled/)
        .waitFor();

      // The same settings again, in the other mode.
      await page.getByRole('button', { name: /^Train again/ }).click();
      expect(await page.getByRole('slider', { name: 'Strength' }).inputValue()).toBe('9');
      expect(await page.getByRole('radio', { name: 'Style' }).isChecked()).toBe(true);
      await page.getByRole('radio', { name: 'High quality' }).check();
      await page.getByRole('button', { name: 'Start training' }).click();
      await page
        .getByRole('main')
        .getByText(/^Completed/)
        .waitFor();

      // Images of two models: trigger words by click, weights by sliders.
      await page.getByRole('link', { name: 'Create images' }).click();
      await page.getByRole('button', { name: 'Nordic Ceramics', exact: true }).click();
      await page.getByRole('slider', { name: 'Nordic Ceramics' }).fill('0.4');
      await page.getByLabel('Prompt').fill('A coat in the snow,');
      for (const model of ['Winter coats', 'Nordic Ceramics'])
        await page.getByRole('button', { name: `the trigger word of ${model}` }).click();
      expect(await page.getByLabel('Prompt').inputValue()).toMatch(/^A coat in the snow, \S+ HLV27CM$/);
      await page.getByRole('button', { name: 'Create 2 images' }).click();
      const results = page.getByRole('region', { name: 'Results' });
      await results.locator('.picture[data-state=shown]').nth(1).waitFor();
      await results.getByText(/Winter coats 1 · Nordic Ceramics 0\.4/).waitFor();
      await checkThemes('created');

      // One image as large as the window.
      await results.getByRole('button', { name: /^Show image 1/ }).click();
      const large = page.getByRole('dialog').getByRole('img');
      await poll(() => large.evaluate((each: HTMLImageElement) => each.naturalWidth)).toBeGreaterThan(500);
      await page.keyboard.press('ArrowRight');
      await page.getByRole('dialog').getByText('2 / 2').waitFor();
      await screenshot('image');
      await page.keyboard.press('Escape');

      // The history, and the same settings again.
      await visit('History');
      const newest = page.getByRole('article').first();
      await newest.getByText(/^A coat in the snow/).waitFor();
      await checkThemes('history');
      await newest.getByRole('button', { name: /^Predict again/ }).click();
      await poll(() => page.getByLabel('Prompt').inputValue()).toMatch(/^A coat in the snow/);
      await poll(() => page.getByRole('slider', { name: 'Nordic Ceramics' }).inputValue()).toBe('0.4');

      expect(opened.foreignRequests).toEqual([]);
      expect(opened.pageErrors).toEqual([]);
    },
    120_000,
  );

  test.each([WIDE, PHONE])(
    'no place has serious accessibility problems or scrolls sideways, in either theme: $width px',
    async (size) => {
      const { page, jobs, visit, isPhone, checkThemes, pageErrors } = await openStudio({ size });
      const check = async (name: string) => {
        await page.locator('main .picture[data-state=shown]').first().waitFor();
        await checkThemes(`page-${name}`);
      };

      // The path above checks the gallery and the history.
      await page.getByRole('button', { name: 'Activity' }).click();
      await page
        .getByRole('button', { name: /query listModels/ })
        .first()
        .click();
      await page.getByRole('region', { name: 'Details' }).waitFor();
      await check('activity');
      await page.getByRole('button', { name: 'Close activity' }).click();
      await page.getByRole('button', { name: 'API key' }).click();
      await check('key');
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Botanical Prints', exact: false }).first().click();
      await page.getByRole('heading', { level: 1, name: 'Botanical Prints' }).waitFor();
      await check('model');
      await visit('Create');
      await page.getByRole('button', { name: 'Neon Sneakers', exact: true }).click();
      await page.getByText('More settings').click();
      await page.getByRole('radio', { name: 'Custom' }).check();
      await check('create');
      if (isPhone) {
        await visit('Jobs');
        await jobs.getByText('Neon Sneakers').waitFor();
        await checkThemes('page-jobs');
      }
      expect(pageErrors).toEqual([]);
    },
    60_000,
  );

  test('the keyboard suffices: the content is one key away, and menus and dialogs return the focus', async () => {
    const { page, focused } = await openStudio();
    await page.getByRole('button', { name: 'New model' }).waitFor();

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('main');
    await page.getByRole('button', { name: 'Copy as code: the list of models' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('fetch');
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('Copy as code: the list of models');

    await page.getByRole('button', { name: 'API key' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await poll(focused).toBe('API key');
  });

  test('the switch of the theme takes precedence over the system, also after a reload', async () => {
    const { page } = await openStudio();
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await page.getByRole('button', { name: 'Use the dark theme' }).click();
    const dark = await background();
    await page.reload();

    await page.getByRole('button', { name: 'Use the light theme' }).waitFor();
    expect(await background()).toBe(dark);
    await page.getByRole('button', { name: 'Use the light theme' }).click();
    expect(await background()).not.toBe(dark);
    // The choice equals the system's, so the page follows the system again.
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).toBe(dark);
  });

  test('where a key is needed, the page asks for it, and keeps it for the session; below a base path', async () => {
    const sandbox = await startProgram({ entry: 'sandbox' });
    const env = { FLAIR_API_URL: sandbox.url, BASE_PATH: '/flair' };
    const { page, jobs, pageErrors } = await openStudioOfProgram({ env }, { path: '/flair/studio' });

    await page.getByText('An API key is needed.').waitFor();
    await page.getByRole('button', { name: 'Enter a key' }).click();
    await page.getByLabel('Key of the Flair API').fill('demo');
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.locator('.picture[data-state=shown]').first().waitFor();
    await jobs.getByText('Live').waitFor();
    await page.reload();
    await page.locator('.picture[data-state=shown]').first().waitFor();

    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('demo');
    expect(pageErrors).toEqual([]);
  });
});
