import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { seedModel } from '../support/seeds.ts';
import { executablePath, openStudio, poll } from './open-studio.ts';

/** Opens the page of a model with some images. @param faults Simulated by its upstream. */
async function openImages(images: number, faults?: string) {
  const gateway = startGateway({ sandbox: { ...(faults !== undefined && { faults }) } });
  const { globalId } = await seedModel(gateway.upstream, 'Coats', { images });
  const studio = await openStudio({ gateway, path: `/studio#/models/${globalId}` });
  const { page } = studio;
  const shown = page.getByRole('button', { name: /^Show image/ });
  await poll(() => shown.count()).toBe(images);

  /** Holds the mutations of the page until the returned function is called. */
  const holdMutations = async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/graphql', async (route) => {
      if (route.request().postDataJSON().query.startsWith('mutation')) await released;
      return route.fallback();
    });
    return release;
  };
  return {
    ...studio,
    shown,
    dialog: page.getByRole('dialog'),
    holdMutations,
    /** Text of the element with the focus. */
    focusedText: () => page.evaluate(() => document.activeElement?.textContent),
    /** Selects images with the keyboard, all by default, and opens the question. */
    async askToDelete(numbers?: readonly number[]) {
      await page.getByRole('button', { name: 'Select several images' }).press('Enter');
      if (!numbers) await page.getByRole('button', { name: 'Select all' }).press('Enter');
      for (const number of numbers ?? []) await page.getByLabel(`Select image ${number}`).press('Space');
      await page.getByRole('button', { name: /^Delete \d+ images$/ }).press('Enter');
    },
  };
}

describe.skipIf(!executablePath)('deletions in Studio', { timeout: 60_000 }, () => {
  test('if all but one of the selected images are deleted, its failure is shown, and the selection can be ended', async () => {
    const { page, askToDelete, dialog, shown, focusedText, checkThemes, pageErrors } = await openImages(
      2,
      '403:deleteDataItem:once',
    );
    await askToDelete();
    await dialog.getByRole('button', { name: 'Delete', exact: true }).press('Enter');

    const box = page.getByRole('checkbox', { name: /^Select image/ });
    const failed = page.getByRole('dialog', { name: '1 image could not be deleted' });
    await failed.waitFor();
    await poll(() => box.count()).toBe(1);
    expect(await failed.getByRole('alert').innerText()).toContain('The sandbox simulates status 403 here.');
    await checkThemes('delete-all-but-one');
    await failed.getByText('Close', { exact: true }).press('Enter');
    await page.getByRole('button', { name: 'Done with the selection of images' }).press('Enter');
    await poll(() => shown.count()).toBe(1);
    await poll(focusedText).toMatch(/^Images 1/);
    expect(pageErrors).toEqual([]);
  });

  test('an image that could not be deleted is shown, because its number has changed', async () => {
    const { page, askToDelete, dialog } = await openImages(3, '403:deleteDataItem:once');
    await askToDelete([2, 3]);
    await dialog.getByRole('button', { name: 'Delete', exact: true }).press('Enter');

    const image = dialog.getByRole('alert').getByRole('img', { name: 'Training image' });
    const left = page.locator('.frame', { has: page.locator(':checked') }).locator('img');
    await poll(() => left.count()).toBe(1);
    // The URLs of one image differ from response to response, the colors of the images from each other.
    const colorOf = (element: HTMLImageElement) => {
      const context = document.createElement('canvas').getContext('2d');
      context?.drawImage(element, 0, 0);
      return context ? [...context.getImageData(0, 0, 1, 1).data] : [];
    };
    await image.evaluate((each: HTMLImageElement) => each.decode());
    await left.evaluate((each: HTMLImageElement) => each.decode());
    expect(await image.evaluate(colorOf)).toEqual(await left.evaluate(colorOf));
  });

  test('the dialog stays open until the deletion of several images has ended', async () => {
    const { page, askToDelete, holdMutations, dialog, shown } = await openImages(3, '403:deleteDataItem:once');
    const release = await holdMutations();
    await askToDelete([1, 2]);
    await dialog.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    await dialog.getByRole('button', { name: 'Deleting…' }).waitFor();

    for (const name of ['Keep them', 'Close'])
      expect(await dialog.getByRole('button', { name }).isDisabled()).toBe(true);
    for (let press = 0; press < 3; press++) await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    expect(await page.getByRole('dialog', { name: 'Delete 2 images?' }).isVisible()).toBe(true);
    release();
    await page.getByRole('dialog', { name: '1 image could not be deleted' }).waitFor();
    await page.keyboard.press('Escape');
    await poll(() => dialog.count()).toBe(0);
    await page.getByRole('button', { name: 'Done with the selection of images' }).click();
    await poll(() => shown.count()).toBe(2);
  });

  test('the dialog stays open until the deletion of one image has ended', async () => {
    const { page, holdMutations, dialog } = await openImages(1, '403:deleteDataItem:once');
    const release = await holdMutations();
    await page.getByRole('button', { name: 'Delete image 1' }).press('Enter');
    await dialog.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    await dialog.getByRole('button', { name: 'Deleting…' }).waitFor();

    for (let press = 0; press < 3; press++) await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    expect(await dialog.isVisible()).toBe(true);
    release();
    expect(await dialog.getByRole('alert').innerText()).toContain('The sandbox simulates status 403 here.');
  });

  test.each([
    ['one image', [1], /^Deleting the image failed: .*The sandbox simulates status 403 here\./],
    ['several images', [1, 2], /^1 image could not be deleted: .*The sandbox simulates status 403 here\./],
  ])('a failed deletion of %s is announced on another page', async (_, numbers, announced) => {
    const { page, askToDelete, holdMutations, dialog } = await openImages(3, '403:deleteDataItem:once');
    const release = await holdMutations();
    if (numbers.length > 1) await askToDelete(numbers);
    else await page.getByRole('button', { name: 'Delete image 1' }).press('Enter');
    await dialog.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    await dialog.getByRole('button', { name: 'Deleting…' }).waitFor();

    await page.evaluate(() => {
      location.hash = '#/history';
    });
    await page.getByRole('heading', { name: 'History' }).waitFor();
    release();
    await page.getByText(announced).waitFor();
  });

  test.each([
    ['all', [1, 2, 3], 0],
    ['all but one', [1, 2], 1],
  ])('after the deletion of %s, the focus is on the heading of the list', async (_, numbers, left) => {
    const { askToDelete, dialog, shown, focusedText } = await openImages(3);
    await askToDelete(numbers);
    await dialog.getByRole('button', { name: 'Delete', exact: true }).press('Enter');

    await poll(() => dialog.count()).toBe(0);
    await poll(() => shown.count()).toBe(left);
    await poll(focusedText).toBe(`Images ${left}`);
  });

  test('after the deletion of a single image, the focus is on the heading of the list', async () => {
    const { page, dialog, shown, focusedText } = await openImages(3);
    await page.getByRole('button', { name: 'Delete image 2' }).press('Enter');
    await dialog.getByRole('button', { name: 'Delete', exact: true }).press('Enter');

    await poll(() => shown.count()).toBe(2);
    await poll(focusedText).toBe('Images 2');
  });

  test('after the deletion of all predictions, the focus is on the heading of the history', async () => {
    const gateway = startGateway({ sandbox: { seed: true } });
    const { page } = await openStudio({ gateway, path: '/studio#/history' });
    await page.getByRole('button', { name: 'Select several predictions' }).press('Enter');
    await page.getByRole('button', { name: 'Select all' }).press('Enter');
    await page.getByRole('button', { name: /^Delete \d+ predictions$/ }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).press('Enter');

    await poll(() => page.getByRole('dialog').count()).toBe(0);
    await poll(() => page.getByRole('checkbox', { name: /^Select/ }).count()).toBe(0);
    await poll(() => page.getByRole('button', { name: 'Select several predictions' }).count()).toBe(0);
    await poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('History');
  });
});
