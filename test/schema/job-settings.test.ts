import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import type { CreatePredictionInput, TrainingModeInput } from '../support/gql/graphql.ts';
import { graphql } from '../support/gql/index.ts';
import { createPrediction, startTraining } from '../support/operations.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';

const modeOf = graphql(`
  query ModeOfTraining($id: ID!) {
    training(id: $id) {
      mode { __typename ... on FastTraining { isStyle isInputFormatAlreadyPreprocessed } ... on HighQualityTraining { style } }
    }
  }
`);
const settingsOf = graphql(`
  query SettingsOfPrediction($id: ID!) {
    prediction(id: $id) {
      status
      settings { models { id scale } prompt seed size { width height } imageCount guidanceScale inferenceSteps }
    }
  }
`);

/** Changes the response to the read of a job. */
const changing = (changes: object): StartOptions => ({
  transport: async (request, upstream) => {
    const response = await upstream(request);
    if (request.method !== 'GET' || !/(?:trainings|predictions)\/./.test(request.url)) return response;
    return Response.json({ ...((await response.json()) as object), ...changes });
  },
});

describe('the mode of a training', () => {
  test.each<[mode: TrainingModeInput | undefined, expected: object]>([
    [undefined, { __typename: 'HighQualityTraining', style: null }],
    [{ highQuality: { style: 'CONTENT' } }, { __typename: 'HighQualityTraining', style: 'CONTENT' }],
    [{ fast: {} }, { __typename: 'FastTraining', isStyle: null, isInputFormatAlreadyPreprocessed: null }],
    [
      { fast: { isStyle: false, isInputFormatAlreadyPreprocessed: true } },
      { __typename: 'FastTraining', isStyle: false, isInputFormatAlreadyPreprocessed: true },
    ],
  ])('has the settings of the input: %j', async (mode, expected) => {
    const { query, upstream } = startGateway();
    const { globalId: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });

    const { data } = await query(startTraining, { input: { modelId, strength: 5, ...(mode && { mode }) } });
    const training =
      data?.startTraining.__typename === 'StartTrainingSuccess' ? data.startTraining.training : undefined;
    const read = await query(modeOf, { id: training?.id ?? '' });

    expect(training?.mode).toEqual(expected);
    expect(read.data?.training?.mode).toEqual(expected);
  });

  test.each([undefined, null, 'warp'])('is null if the upstream reports the mode as %j', async (trainingSpeed) => {
    const { query, upstream } = startGateway(changing({ trainingSpeed }));
    const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
    const id = globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });

    expect(await query(modeOf, { id })).toEqual({ data: { training: { mode: null } } });
  });
});

describe('the settings of a prediction', () => {
  const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const side = fc.integer({ min: 512, max: 1_536 });
  // Adding 0 turns -0, which JSON cannot represent, into 0.
  const float = (max: number) => fc.double({ min: 0, max, noNaN: true }).map((value) => value + 0);
  const inputs = fc.record({
    models: fc.uniqueArray(fc.tuple(fc.nat(2), float(10)), { selector: ([index]) => index, minLength: 1 }),
    prompt: fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => `a ${text}`),
    seed: optional(fc.maxSafeInteger()),
    size: optional(fc.record({ width: side, height: side })),
    imageCount: optional(fc.integer({ min: 1, max: 4 })),
    guidanceScale: optional(float(10)),
    inferenceSteps: optional(fc.integer({ min: 1, max: 50 })),
  });

  test('round trip into createPrediction unchanged, and contain the settings of the input', async () => {
    const { query, upstream } = startGateway();
    const ids: string[] = [];
    for (const name of ['A', 'B', 'C']) ids.push((await seedModel(upstream, name)).globalId);
    const createAndRead = async (input: CreatePredictionInput) => {
      const { data } = await query(createPrediction, { input });
      const id = data?.createPrediction.__typename === 'CreatePredictionSuccess' && data.createPrediction.prediction.id;
      return (await query(settingsOf, { id: id || '' })).data?.prediction?.settings;
    };

    await fc.assert(
      fc.asyncProperty(inputs, async ({ models, ...rest }) => {
        const input = { ...rest, models: models.map(([index, scale]) => ({ id: ids[index] ?? '', scale })) };

        const settings = await createAndRead(input);
        const again = settings && (await createAndRead(settings));

        expect(settings).toMatchObject(JSON.parse(JSON.stringify(input)));
        expect(again).toEqual(settings);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    { scaleConfigs: undefined },
    { scaleConfigs: null },
    { scaleConfigs: {} },
    { prompt: null },
    { prompt: '' },
  ])('are null if the upstream does not report the models or the prompt: %j', async (changes) => {
    const { query, upstream } = startGateway(changing(changes));
    const { id: modelId } = await seedModel(upstream, 'Dresses');
    const id = globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [modelId]) });

    expect(await query(settingsOf, { id })).toEqual({ data: { prediction: { status: 'QUEUED', settings: null } } });
  });

  test('a malformed setting is null, with an error, and leaves the others', async () => {
    const { query, upstream } = startGateway(changing({ num_images: 'many', guidance_scale: 3 }));
    const { id: modelId } = await seedModel(upstream, 'Dresses');
    const id = globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [modelId]) });

    const { data, errors } = await query(settingsOf, { id });

    expect(data?.prediction?.settings).toMatchObject({ prompt: 'a dress', imageCount: null, guidanceScale: 3 });
    expect(errors).toMatchObject([
      { path: ['prediction', 'settings', 'imageCount'], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } },
    ]);
  });
});
