import type { Wire } from '../contract/contract.ts';
import type { SandboxContext } from './context.ts';
import { type DemoModel, type DemoTraining, demoModels, demoPredictions } from './demo-data.ts';
import type { DemoImage } from './demo-images.ts';
import { namedId } from './ids.ts';
import type { ImageType } from './image-type.ts';
import { DEMO_KEY, ownerOf } from './keys.ts';
import type { JobRecord } from './lifecycle.ts';
import { DEFAULT_MODEL_TYPE } from './models.ts';
import { insertPrediction } from './predictions.ts';
import { insertTraining } from './trainings.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Durations of finished trainings and predictions, in milliseconds. */
const PAST = { fast: 6 * MINUTE, high_quality: 95 * MINUTE, prediction: MINUTE / 4 };
/** Factor on the duration of trainings that run at the first start. */
const LIVE_FACTOR = 10;
/** Elapsed shares of the duration of unfinished and canceled trainings. */
const PROCESSING_SHARE = 0.35;
const CANCELED_SHARE = 0.4;
const FORMATS: readonly ImageType[] = ['image/png', 'image/jpeg', 'image/webp'];

/** Id of a demo model; the same in every store. */
const demoModelId = (displayName: string) => namedId(`model/${displayName}`);

/**
 * Fills an empty store with demo data for the key `demo`, in one transaction. Images are drawn on the first read, so that
 * the first start is not slower than others.
 */
export function seedDemoData(context: SandboxContext): void {
  const { database, now } = context;
  database.transaction(() => {
    if (database.get('SELECT 1 FROM models LIMIT 1')) return;
    const start = now();
    for (const model of demoModels) seedModel(context, model, start);
    for (const [index, { scales, request, age, failure = null }] of demoPredictions.entries()) {
      const scaleConfigs = Object.fromEntries(
        Object.entries(scales).map(([name, scale]) => [demoModelId(name), scale]),
      );
      insertPrediction(database, {
        id: namedId(`prediction/${index}`),
        owner: ownerOf(DEMO_KEY),
        request: { ...request, scaleConfigs },
        createdAt: start - age * DAY,
        duration: PAST.prediction,
        failure,
      });
    }
  });
}

function seedModel({ database, images, durations }: SandboxContext, model: DemoModel, start: number): void {
  const { displayName, age, motif, palette } = model;
  const id = demoModelId(displayName);
  const createdAt = start - age * DAY;
  database.run(
    'INSERT INTO models (id, owner, displayName, customModelType, createdAt) VALUES (?, ?, ?, ?, ?)',
    ...[id, ownerOf(DEMO_KEY), displayName, DEFAULT_MODEL_TYPE, createdAt],
  );
  for (let variant = 0; variant < model.images; variant++) {
    const recipe: DemoImage = { motif, palette, variant };
    const imageId = images.addRecipe(FORMATS[variant % FORMATS.length] ?? 'image/png', JSON.stringify(recipe));
    database.run(
      'INSERT INTO dataItems (id, model, picture, createdAt) VALUES (?, ?, ?, ?)',
      ...[namedId(`data/${displayName}/${variant}`), id, imageId, createdAt + (variant + 1) * MINUTE],
    );
  }
  for (const training of model.trainings) {
    const { triggerWord, request } = training;
    const speed: NonNullable<Wire['StartTraining']['trainingSpeed']> = request.trainingSpeed ?? 'high_quality';
    const job = jobOf(training, { past: PAST[speed], live: durations[speed] * LIVE_FACTOR, start });
    insertTraining(database, { id: namedId(`training/${triggerWord}`), triggerWord, model: id, request, ...job });
  }
}

function jobOf(
  { initialState, age = 0 }: DemoTraining,
  { past, live, start }: { past: number; live: number; start: number },
): JobRecord {
  const before = { createdAt: start - age * DAY, duration: past, failure: null, cancelRequestedAt: null };
  if (typeof initialState === 'object') return { ...before, failure: initialState.failed };
  switch (initialState) {
    case 'completed':
      return before;
    case 'canceled':
      return { ...before, cancelRequestedAt: before.createdAt + past * CANCELED_SHARE };
    case 'queued':
      return { ...before, createdAt: start, duration: live };
    case 'processing':
      return { ...before, createdAt: start - live * PROCESSING_SHARE, duration: live };
  }
}
