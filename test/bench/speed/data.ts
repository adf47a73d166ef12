/** Upstream responses of this bench, with amounts and sizes typical of an active account. */

const MODELS = 20;
const TRAININGS_PER_MODEL = 3;
const PREDICTIONS = 20;
/** Number of distinct models used by the predictions. */
const NAMED_MODELS = 3;

const LAST_PAGE = { nextPageCursor: null, hasMore: false };
const BEGINNING = Date.parse('2026-03-02T08:00:00.000Z');
const HOUR = 3_600_000;

const STATUSES = ['completed', 'completed', 'failed', 'completed', 'processing', 'canceled', 'queued'];
const THINGS = ['Summer Collection', 'Neon Sneakers', 'Nordic Ceramics', 'Botanical Prints', 'Travel Posters'];
const STYLES = ['Style Model', 'Product Shots', 'Studio Light', 'Lookbook 2026'];
const SCENES = [
  'A summer dress with floral pattern on a sunlit terrace, in style of',
  'Studio photograph of a vase with dried grass on oak, soft morning light, glazed like',
  'A poster of a mountain railway with bold flat colors and grain, printed like',
  'Product shot of white sneakers on wet asphalt at night, neon reflections, in style of',
];

/** Pseudorandom numbers that are the same in every run (a linear congruential generator). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const pick = <Item>(items: readonly Item[], index: number): Item => items[index % items.length] as Item;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const idFrom = (random: (below: number) => number): string =>
  Array.from({ length: 20 }, () => LETTERS[random(LETTERS.length)]).join('');

const timeAt = (milliseconds: number): string => new Date(BEGINNING + milliseconds).toISOString();

/** JSON responses of the upstream, by path. */
export type UpstreamResponses = Readonly<Record<string, object>>;

/** Responses that every server under test reads. */
export function upstreamResponses(): UpstreamResponses {
  const random = numbers(20_260_302);
  const models = Array.from({ length: MODELS }, (_, index) => ({
    id: idFrom(random),
    displayName: `${pick(THINGS, index)} ${pick(STYLES, random(STYLES.length))}`,
    customModelType: 'Custom',
  }));
  const trigger = () => `F${pick(LETTERS.split(''), random(26))}A${random(10)}${random(10)}AB`;
  const training = (model: number, index: number) => {
    const createdAt = (model * TRAININGS_PER_MODEL + index) * HOUR;
    const status = pick(STATUSES, model + index);
    return {
      id: idFrom(random),
      status,
      triggerWord: trigger(),
      createdAt: timeAt(createdAt),
      ...(status === 'completed' && { finishedAt: timeAt(createdAt + HOUR) }),
      progress: status === 'completed' ? 1 : random(100) / 100,
      error: status === 'failed' ? 'The images were too few to learn from.' : null,
      trainingStrength: 1 + random(10),
      trainingSpeed: 'high_quality',
      trainingStyle: 'balanced',
      isStyle: null,
      isInputFormatAlreadyPreprocessed: null,
    };
  };
  const prediction = (index: number) => {
    const id = idFrom(random);
    const image = `https://images.flair.example/predictions/${id}/0?expires=1795387492&signature=${idFrom(random)}`;
    return {
      id,
      status: 'completed',
      images: [image],
      createdAt: timeAt(index * HOUR),
      finishedAt: timeAt(index * HOUR + 15_000),
      progress: 1,
      error: null,
      scaleConfigs: { [models[index % NAMED_MODELS]?.id ?? '']: pick([1, 0.6, 0.4], index) },
      prompt: `${pick(SCENES, index)} ${trigger()}`,
      seed: random(2 ** 31),
      image_size: { width: 1_024, height: 1_024 },
      num_images: 1,
      guidance_scale: 7.5,
      num_inference_steps: 30,
    };
  };
  return {
    '/models': { models, ...LAST_PAGE },
    ...Object.fromEntries(models.map(({ id, displayName }) => [`/models/${id}`, { displayName }])),
    ...Object.fromEntries(
      models.map(({ id }, model) => [
        `/models/${id}/trainings`,
        { trainings: Array.from({ length: TRAININGS_PER_MODEL }, (_, index) => training(model, index)), ...LAST_PAGE },
      ]),
    ),
    '/predictions': { predictions: Array.from({ length: PREDICTIONS }, (_, index) => prediction(index)), ...LAST_PAGE },
  };
}
