import { parse } from 'graphql';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { seedModel, smallImage } from '../support/seeds.ts';
import { executablePath, openStudio, poll } from './open-studio.ts';

/** The built client library. */
const CLIENT = new URL('../../dist/client/index.js', import.meta.url).href;

type Studio = Awaited<ReturnType<typeof openStudio>>;

/** The ways in which an action can be copied. */
const FLAVORS = ['GraphQL', 'fetch', 'Client code'] as const;

/** Characters that code must escape. */
const PROMPT = 'A "coat" in `snow`,\nnot in a \\ field';

/** Copies an action by its menu on the page, or in a dialog. @returns The text in the clipboard. */
async function copy({ page }: Studio, what: string, flavor: (typeof FLAVORS)[number]): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await page.getByRole('button', { name: `Copy as code: ${what}` }).click();
  await page.getByRole('menuitem', { name: flavor }).click();
  const text = () => page.evaluate(() => navigator.clipboard.readText());
  await poll(text).not.toBe('');
  return await text();
}

/** Runs copied code as its reader would. @param result Name of the variable with the result of client code. */
async function run({ query }: Studio, flavor: (typeof FLAVORS)[number], code: string, result: string) {
  if (flavor === 'GraphQL') {
    const [operation = '', variables = ''] = code.split('\n# Variables:\n');
    expect(parse(operation).definitions.length).toBeGreaterThan(0);
    return await query(operation, JSON.parse(variables.replaceAll(/^# /gm, '')));
  }
  const source = code.replace('flair-graphql-gateway/client', CLIENT);
  const outcome = flavor === 'fetch' ? '{ data, errors }' : `{ data: ${result} }`;
  const module = await import(`data:text/javascript,${encodeURIComponent(`${source}\nexport default ${outcome};`)}`);
  return module.default;
}

/** Runs the client code of a job, which waits for its end. */
async function runToEnd(studio: Studio, code: string, result: string) {
  let isFinished = false;
  const running = run(studio, 'Client code', code, result).finally(() => {
    isFinished = true;
  });
  await poll(async () => {
    await studio.clock.advance(5_000);
    return isFinished;
  }).toBe(true);
  return await running;
}

/** Opens Studio with a trained model. @param place The fragment of the URL, from the id of the model. */
async function openWithModel(place: (id: string) => string, sandbox: StartOptions['sandbox'] = {}) {
  vi.stubEnv('FLAIR_API_KEY', 'demo');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const gateway = startGateway({ sandbox });
  const model = await seedModel(gateway.upstream, 'Coats', { trainings: 1 });
  await gateway.clock.advance(60_000);
  const studio = await openStudio({ gateway, path: `/studio${place(encodeURIComponent(model.globalId))}` });
  await studio.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  return { ...studio, model };
}

describe.skipIf(!executablePath)('actions of Studio', { timeout: 60_000 }, () => {
  test('copied code for a list runs', async () => {
    const studio = await openWithModel(() => '#/models');

    for (const flavor of FLAVORS) {
      const { data, errors } = await run(studio, flavor, await copy(studio, 'the list of models', flavor), 'result');
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data.models)).toContain('"displayName":"Coats"');
    }
  });

  test('copied code starts and cancels the same training as the buttons', async () => {
    const studio = await openWithModel((id) => `#/models/${id}`);
    const { page, jobs, query, model } = studio;
    const trainings = async () => {
      const settings = 'strength mode { ... on FastTraining { isStyle isInputFormatAlreadyPreprocessed } }';
      const { data } = await query<Trainings, object>(
        `query ($id: ID!) { model(id: $id) { trainings(first: 5) { nodes { status ${settings} } } } }`,
        { id: model.globalId },
      );
      // Without the first training of the model.
      return (data?.model.trainings.nodes ?? []).slice(0, -1);
    };

    await page.getByRole('radio', { name: 'Style' }).check();
    await page.getByRole('slider', { name: 'Strength' }).fill('9');
    await page.getByLabel('The images are already pre-processed').check();
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByText('Training started.').waitFor();
    const clientCode = await copy(studio, 'training', 'Client code');
    for (const flavor of ['GraphQL', 'fetch'] as const) {
      const { data } = await run(studio, flavor, await copy(studio, 'training', flavor), '');
      expect(data.startTraining.__typename).toBe('StartTrainingSuccess');
    }
    const mode = { isStyle: true, isInputFormatAlreadyPreprocessed: true };
    expect(await trainings()).toEqual(Array(3).fill({ status: 'QUEUED', strength: 9, mode }));

    await jobs.getByRole('button', { name: 'Look for new jobs' }).click();
    const cancel = jobs.getByRole('button', { name: 'Cancel the training of Coats' });
    await poll(() => cancel.count()).toBe(3);
    for (const [index, flavor] of FLAVORS.entries()) {
      await cancel.first().click();
      const { data } = await run(studio, flavor, await copy(studio, 'canceling', flavor), 'result');
      expect(data.cancelTraining.training.status).toBe('CANCELED');
      await page.keyboard.press('Escape');
      await poll(() => cancel.count()).toBe(2 - index);
    }
    expect(await trainings()).toEqual(Array(3).fill({ status: 'CANCELED', strength: 9, mode }));

    const { data } = await runToEnd(studio, clientCode, 'training');
    expect(data.status).toBe('COMPLETED');
    expect((await trainings())[0]).toEqual({ status: 'COMPLETED', strength: 9, mode });
  });

  test('copied code creates the same images as the button', async () => {
    const studio = await openWithModel((id) => `#/create?model=${id}`);
    const { page, query } = studio;
    const settings = 'prompt size { width height } imageCount guidanceScale inferenceSteps seed models { id scale }';
    const predictions = async () => {
      const { data } = await query<Predictions, object>(`{ predictions { nodes { settings { ${settings} } } } }`);
      return data?.predictions.nodes ?? [];
    };

    await page.getByRole('slider', { name: 'Coats' }).fill('0.35');
    await page.getByLabel('Prompt').fill(PROMPT);
    await page.getByRole('radio', { name: 'Portrait' }).check();
    await page.getByText('More settings').click();
    await page.getByLabel('Seed', { exact: true }).fill('7');
    await page.getByRole('button', { name: 'Create 2 images' }).click();
    await page.getByRole('region', { name: 'Results' }).getByRole('article').waitFor();
    for (const flavor of ['GraphQL', 'fetch'] as const) {
      const { data } = await run(studio, flavor, await copy(studio, 'creating images', flavor), '');
      expect(data.createPrediction.__typename).toBe('CreatePredictionSuccess');
    }
    const { data } = await runToEnd(studio, await copy(studio, 'creating images', 'Client code'), 'prediction');
    expect(data.status).toBe('COMPLETED');

    const [first, ...others] = await predictions();
    expect(first?.settings).toMatchObject({ prompt: PROMPT, seed: 7 });
    expect(others).toEqual([first, first, first]);
  });

  test('copied code for the deletion of many objects deletes as many as one mutation permits', async () => {
    const studio = await openWithModel((id) => `#/models/${id}`);
    const { page } = studio;
    // The list has one image; the page receives it 101 times, under ids of images that do not exist.
    const ids = Array.from({ length: 101 }, (_, index) =>
      globalId({ kind: 'DataItem', modelId: 'm', id: `d${index}` }),
    );
    await page.route('**/graphql', async (route) => {
      if (route.request().postDataJSON().operationName !== 'listDataItems') return route.fallback();
      const response = await route.fetch();
      const { data } = await response.json();
      const { edges } = data.model.dataItems;
      data.model.dataItems.edges = ids.map((id) => ({ ...edges[0], cursor: id, node: { ...edges[0].node, id } }));
      return route.fulfill({ response, json: { data } });
    });
    await page.reload();
    await page.getByRole('button', { name: 'Select several images' }).click();
    await page.getByRole('button', { name: 'Select all' }).click();
    await page.getByRole('button', { name: 'Delete 101 images' }).click();

    await page.getByRole('dialog').getByText('Copied code deletes the first 100').waitFor();
    for (const flavor of FLAVORS) {
      const { data } = await run(studio, flavor, await copy(studio, 'deleting images', flavor), 'result');
      expect(data.deleteDataItems.outcomes.map((each: { id: string }) => each.id)).toEqual(ids.slice(0, 100));
    }
  });

  test('a number is typed as it is; when the field is left, its nearest permitted value is shown', async () => {
    const { page } = await openWithModel((id) => `#/create?model=${id}`);
    await page.getByRole('radio', { name: 'Custom' }).check();
    const exact = page.getByLabel('Width, exact value');
    const slider = page.getByRole('slider', { name: 'Width' });
    const values = async () => [await exact.inputValue(), await slider.inputValue()];

    // The first digits are below the range.
    await exact.press('Control+a');
    await exact.pressSequentially('768');
    expect(await values()).toEqual(['768', '768']);
    await exact.press('Control+a');
    await exact.pressSequentially('7');
    expect(await exact.inputValue()).toBe('7');
    const [, least] = await values();
    expect(Number(least)).toBeGreaterThan(7);
    await exact.blur();
    expect(await values()).toEqual([least, least]);
  });

  test('an incomplete form shows its own message, whatever the browser thinks of its numbers', async () => {
    const { page, operations } = await openWithModel((id) => `#/create?model=${id}`);
    await page.getByRole('radio', { name: 'Custom' }).check();
    // Between two steps, and out of range.
    await page.getByLabel('Width, exact value').fill('7');
    await page.getByLabel('Prompt').press('Tab');
    await page.getByLabel('Height, exact value').fill('770');
    await page.getByRole('button', { name: 'Create 2 images' }).click();

    expect(await page.getByRole('alert').innerText()).toBe('Describe the images.');
    expect(operations.filter(({ operationName }) => operationName === 'createPrediction')).toEqual([]);
  });

  test('images that are stored stay stored if the upload of later ones fails', async () => {
    const { page, upstream, model, pageErrors } = await openWithModel((id) => `#/models/${id}`, { pageSize: 200 });
    // The gateway issues at most 100 tickets at once; the request for the last one is made invalid.
    let requests = 0;
    await page.route('**/graphql', (route) => {
      const { query, variables, ...others } = route.request().postDataJSON();
      if (!query.includes('createUploadTickets') || ++requests < 2) return route.fallback();
      const input = { ...variables.input, target: { newInModel: 'no id' } };
      return route.fallback({ postData: JSON.stringify({ query, variables: { input }, ...others }) });
    });
    const buffer = Buffer.from(await smallImage({ width: 1, height: 1 }));
    // Thumbnails of all images would take most of the time.
    await page.route('**/images/**', (route) => route.fulfill({ body: buffer, contentType: 'image/png' }));
    const files = Array.from({ length: 101 }, (_, index) => ({ name: `${index}.png`, mimeType: 'image/png', buffer }));
    await page.getByRole('button', { name: 'Show image 1' }).waitFor();
    await page.locator('input[type=file]').setInputFiles(files);

    const rejected = page.locator('.upload[data-state=rejected]');
    await rejected.first().waitFor({ timeout: 50_000 });
    await poll(() => page.locator('.upload').count()).toBe(1);
    await poll(() => rejected.locator('.upload-name').innerText()).toBe('100.png');
    const { data } = await (await upstream(`/models/${model.id}/data`)).json();
    expect(requests).toBe(2);
    // With the image of the model.
    expect(data).toHaveLength(101);
    expect(pageErrors).toEqual([]);
  });
});

interface Trainings {
  model: { trainings: { nodes: { status: string; strength: number; mode: object }[] } };
}

interface Predictions {
  predictions: { nodes: { settings: object }[] };
}
