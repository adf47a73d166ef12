import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';
import { executablePath, openStudio, poll } from './open-studio.ts';

/** Maximum number of jobs on one subscription. */
const MAX_WATCHED = 100;

/** Number of trainings of one model in which the gateway looks for running ones. */
const PAGE = 20;

/** Settings of predictions whose images are drawn quickly. */
const SMALL = { num_images: 1, image_size: { width: 512, height: 512 } };

describe.skipIf(!executablePath)('lists and jobs of Studio', { timeout: 60_000 }, () => {
  test('the history loads each page once, when the user scrolls near its end', async () => {
    const gateway = startGateway();
    const { clock, upstream } = gateway;
    const { id } = await seedModel(upstream, 'Coats', { trainings: 1 });
    for (let index = 1; index <= 30; index++) {
      await clock.advance(1_000);
      await seedPrediction(upstream, [id], { ...SMALL, prompt: `Coat ${index}` });
    }
    await clock.advance(60_000);
    const { page, operations, pageErrors } = await openStudio({ gateway, path: '/studio#/history' });
    const prompts = () => page.getByRole('article').locator('.sheet-prompt').allInnerTexts();
    const newest = (count: number) => Array.from({ length: count }, (_, index) => `Coat ${30 - index}`);
    const pages = () =>
      operations.flatMap(({ operationName, variables }) =>
        operationName === 'listPredictions' ? [variables.after ?? 'first'] : [],
      );

    await poll(prompts).toEqual(newest(12));
    await page.keyboard.press('End');
    await poll(prompts).toEqual(newest(24));
    await page.keyboard.press('End');
    await poll(prompts).toEqual(newest(30));

    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    expect(pages()).toHaveLength(3);
    expect(new Set(pages()).size).toBe(3);
    expect(pageErrors).toEqual([]);
  });

  test('models, images, trainings and predictions are deleted after a question, which shows why one cannot be', async () => {
    const gateway = startGateway();
    const { upstream, clock, takeRequests } = gateway;
    const { id, globalId } = await seedModel(upstream, 'Coats', { images: 2, trainings: 1 });
    await seedTraining(upstream, id, { trainingStrength: 9 });
    await clock.advance(60_000);
    for (const prompt of ['A red coat', 'A blue coat']) await seedPrediction(upstream, [id], { ...SMALL, prompt });
    await clock.advance(60_000);
    const { page, visit, pageErrors } = await openStudio({ gateway, path: `/studio#/models/${globalId}` });
    const dialog = page.getByRole('dialog');
    const remove = async (label: string) => {
      await page.getByRole('button', { name: label, exact: true }).click();
      await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    };
    const deletions = () => takeRequests().filter((operation) => operation?.startsWith('delete'));

    const images = page.getByRole('button', { name: /^Show image/ });
    await poll(() => images.count()).toBe(2);
    await page.getByRole('button', { name: 'Delete image 1', exact: true }).click();
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await poll(() => dialog.count()).toBe(0);
    expect(deletions()).toEqual([]);
    await remove('Delete image 1');
    await poll(() => images.count()).toBe(1);
    await poll(() => dialog.count()).toBe(0);

    const trainings = page.getByRole('region', { name: 'Trainings' }).getByRole('listitem');
    expect(await trainings.count()).toBe(2);
    await remove('Delete the training: Fast, strength 9');
    await poll(() => trainings.count()).toBe(1);

    await visit('History');
    const articles = page.getByRole('article');
    await poll(() => articles.count()).toBe(2);
    await remove('Delete A red coat');
    await poll(() => articles.count()).toBe(1);

    // Deleted elsewhere meanwhile.
    const { predictions } = await (await upstream('/predictions')).json();
    await upstream(`/predictions/${predictions[0].id}`, { method: 'DELETE' });
    await remove('Delete A blue coat');
    expect(await dialog.getByRole('alert').innerText()).toContain('There is no prediction');
    await dialog.getByRole('button', { name: 'Keep it' }).click();

    await visit('Models');
    await page.getByRole('link', { name: 'Coats', exact: false }).first().click();
    deletions();
    await remove('Delete Coats');
    await page.getByText('No models yet.').waitFor();
    expect(deletions()).toEqual(['deleteModel']);
    expect(pageErrors).toEqual([]);
  });

  test('several images are selected with the keyboard and deleted at once', async () => {
    const { page, takeRequests, checkThemes, focused, pageErrors } = await openStudio();
    await page.getByRole('link', { name: 'Travel Posters', exact: false }).first().click();
    await page.getByRole('button', { name: 'Select several images' }).press('Enter');
    const box = (number: number) => page.getByRole('checkbox', { name: `Select image ${number}` });
    for (const number of [1, 3]) await box(number).press('Space');
    await page.getByRole('status').getByText('2 images selected').waitFor();
    await checkThemes('selected-images');
    takeRequests();
    await page.getByRole('button', { name: 'Delete 2 images' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Delete 2 images?' });
    await dialog.getByRole('button', { name: 'Delete', exact: true }).press('Enter');

    await page.getByText('Deleted 2 images.').waitFor();
    await poll(() => page.getByRole('button', { name: /^Show image/ }).count()).toBe(2);
    await poll(focused).toBe('Select several images');
    expect(takeRequests().filter((operation) => operation === 'deleteDataItem')).toHaveLength(2);
    expect(pageErrors).toEqual([]);
  });

  test('of several predictions, those that could not be deleted are listed with their reasons, and stay selected', async () => {
    const gateway = startGateway({ sandbox: { faults: '403:deletePrediction:once' } });
    const { clock, upstream } = gateway;
    const { id } = await seedModel(upstream, 'Coats', { trainings: 1 });
    await clock.advance(60_000);
    for (const prompt of ['First', 'Second', 'Third', 'Fourth'])
      await seedPrediction(upstream, [id], { ...SMALL, prompt });
    await clock.advance(60_000);
    const { page, checkThemes, pageErrors } = await openStudio({ gateway, path: '/studio#/history' });
    const articles = page.getByRole('article');
    await poll(() => articles.count()).toBe(4);
    await page.getByRole('button', { name: 'Select several predictions' }).click();
    await page.getByRole('button', { name: 'Select all' }).click();
    await page.getByRole('checkbox', { name: 'Select First' }).uncheck();
    await page.getByRole('button', { name: 'Delete 3 predictions' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();

    const failed = page.getByRole('dialog', { name: '1 prediction could not be deleted' });
    const [reason] = await failed.getByRole('alert').getByRole('listitem').allInnerTexts();
    expect(reason).toMatch(/^(?:Second|Third|Fourth)\n.*The sandbox simulates status 403 here\.$/);
    // Beside the dialog, the message would be inert.
    await failed.getByText('Deleted 2 predictions.').waitFor();
    await poll(() => articles.count()).toBe(2);
    await checkThemes('delete-failed');
    await failed.getByRole('button', { name: 'Try again' }).click();
    await poll(() => articles.count()).toBe(1);
    await poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(pageErrors).toEqual([]);
  });

  test('an action that the key does not permit is refused, and the key is kept', async () => {
    const gateway = startGateway({ sandbox: { faults: '403:listPredictions:always' } });
    const { page } = await openStudio({ gateway, path: '/studio#/history' });

    await page.getByText('This could not be loaded.').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('The sandbox simulates status 403 here.');
    expect(await page.getByText('An API key is needed.').count()).toBe(0);
  });

  test('while the upstream does not respond, jobs are marked as not updated', async () => {
    let isDown = false;
    const gateway = startGateway({
      sandbox: { seed: true },
      transport: (request, upstream) =>
        isDown
          ? new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)))
          : upstream(request),
    });
    const { jobs, clock, pageErrors, checkThemes } = await openStudio({ gateway });
    const stale = jobs.getByText(/^Last updated .*: Flair cannot be reached\.$/);
    await jobs.getByText('Live').waitFor();
    expect(await stale.count()).toBe(0);

    isDown = true;
    await poll(async () => {
      await clock.advance(10_000);
      return stale.count();
    }).toBe(2);
    // What was known of the jobs is still shown.
    for (const name of ['Travel Posters', 'Neon Sneakers']) await jobs.getByRole('link', { name }).waitFor();
    await checkThemes('stale');

    isDown = false;
    await clock.advance(60_000);
    await poll(() => stale.count()).toBe(0);
    expect(await jobs.getByText('Live').count()).toBe(1);
    expect(pageErrors.filter((message) => !message.includes('504'))).toEqual([]);
  });

  test('of more jobs than one subscription can watch, the newest are watched, and the others once there is space', async () => {
    const gateway = startGateway();
    const { clock, upstream } = gateway;
    const model = await seedModel(upstream, 'Coats', { trainings: 1 });
    await clock.advance(60_000);
    for (let each = 0; each < MAX_WATCHED; each += PAGE) {
      const { id } = await seedModel(upstream, `Boots ${each}`, { images: 1 });
      for (let count = 0; count < PAGE; count++) await seedTraining(upstream, id, { trainingSpeed: 'high_quality' });
    }
    await clock.advance(100);
    const path = `/studio#/create?model=${model.globalId}`;
    const { page, jobs, subscriptions, pageErrors } = await openStudio({ gateway, path });
    await poll(() => jobs.getByRole('listitem').count()).toBe(MAX_WATCHED);
    await jobs.getByText('Live').waitFor();
    expect(subscriptions.count).toBe(1);

    await page.getByLabel('Prompt').fill('The newest');
    await page.getByRole('button', { name: /^Create \d images$/ }).click();
    await poll(() => jobs.getByRole('listitem').count()).toBe(MAX_WATCHED + 1);
    await poll(() => subscriptions.count).toBe(2);
    await poll(async () => {
      await clock.advance(1_000);
      return jobs.getByRole('listitem').filter({ hasText: 'The newest' }).getByText('Completed').count();
    }).toBe(1);
    await poll(() => subscriptions.count).toBe(3);

    // Two frames, in which effects would start more.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(subscriptions.count).toBe(3);
    expect(pageErrors).toEqual([]);
  });
});
