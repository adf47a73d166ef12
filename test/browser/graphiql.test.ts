import { describe, expect, test } from 'vitest';
import { executablePath, openGraphiql, poll, TABS } from './open-graphiql.ts';

describe.skipIf(!executablePath)('GraphiQL in a browser without the internet', { timeout: 90_000 }, () => {
  test('GraphiQL opens from / with a tab for each example, the demo data, its images and the documentation', async () => {
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

    const popup = page.waitForEvent('popup');
    await page
      .locator('.result-window .detected-link')
      .first()
      .click({ modifiers: ['Control'] });
    const shown = (await popup).locator('img');
    await shown.waitFor();
    expect(await shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);

    await page.getByRole('button', { name: /documentation explorer/i }).click();
    await page.getByText('Models, trainings and predictions of the Flair AI Custom Model API.').waitFor();
    expect(foreignRequests).toEqual([]);
    expect(pageErrors).toEqual([]);
  });

  test('tabs run unchanged, and those that watch or delete follow what was created', async () => {
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

    await selectTab('CreateModel');
    await play();
    await poll(editors.response).toMatchObject({ data: { createModel: { model: {} } } });
    const { id: created } = (await editors.response()).data.createModel.model;
    await selectTab('Delete');
    await poll(editors.variables).toEqual({ input: { ids: [created] } });
    await play();
    await poll(editors.response).toMatchObject({
      data: { deleteModels: { outcomes: [{ id: created, deletedId: created, error: null }] } },
    });

    expect(foreignRequests).toEqual([]);
    expect(pageErrors).toEqual([]);
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
