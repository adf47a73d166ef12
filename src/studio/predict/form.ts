import type { CreatePredictionInput } from '../graph/documents.gen.ts';
import type { Prediction } from '../jobs/job.ts';
import type { Limits } from '../session/limits.tsx';

/** Weights that the sliders offer. The graph accepts any number. */
export const SCALE = { min: 0, max: 1, step: 0.05 };

/** What the user has entered. */
export interface PredictionForm {
  readonly prompt: string;
  /** Weights by model id, in the order in which they were chosen. */
  readonly scales: Readonly<Record<string, number>>;
  readonly size: { readonly width: number; readonly height: number };
  readonly imageCount: number;
  readonly guidanceScale: number;
  readonly inferenceSteps: number;
  /** Undefined: the upstream chooses one. */
  readonly seed: number | undefined;
}

/** A form without models and prompt, where the upstream documents no defaults with common values. */
export const emptyForm = ({ prediction: { width, height, imageCount, ...other } }: Limits): PredictionForm => ({
  prompt: '',
  scales: {},
  size: { width: width.default ?? 1_024, height: height.default ?? 1_024 },
  imageCount: imageCount.default ?? 2,
  guidanceScale: other.guidanceScale.default ?? 7.5,
  inferenceSteps: other.inferenceSteps.default ?? 30,
  seed: undefined,
});

/** The settings of an earlier prediction. What the upstream has not reported keeps its value in the empty form. */
export function formOf({ settings, prompt }: Prediction, empty: PredictionForm): PredictionForm {
  if (!settings) return { ...empty, prompt: prompt ?? '' };
  return {
    prompt: settings.prompt,
    scales: Object.fromEntries(settings.models.map(({ id, scale }) => [id, scale])),
    size: settings.size ? { width: settings.size.width, height: settings.size.height } : empty.size,
    imageCount: settings.imageCount ?? empty.imageCount,
    guidanceScale: settings.guidanceScale ?? empty.guidanceScale,
    inferenceSteps: settings.inferenceSteps ?? empty.inferenceSteps,
    seed: settings.seed ?? undefined,
  };
}

/** The input of the mutation. */
export const inputOf = (form: PredictionForm): CreatePredictionInput => ({
  models: Object.entries(form.scales).map(([id, scale]) => ({ id, scale })),
  prompt: form.prompt.trim(),
  size: { ...form.size },
  imageCount: form.imageCount,
  guidanceScale: form.guidanceScale,
  inferenceSteps: form.inferenceSteps,
  ...(form.seed !== undefined && { seed: form.seed }),
});

/** Why the form cannot be sent; undefined if it can. */
export function obstacleOf({ prompt, scales }: PredictionForm): string | undefined {
  if (Object.keys(scales).length === 0) return 'Choose at least one model.';
  return prompt.trim() ? undefined : 'Describe the images.';
}

/** Inserts a word at a position of a text, with spaces where they are missing. Returns the text and the position after it. */
export function insertWord(text: string, word: string, start: number, end: number): { text: string; caret: number } {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const inserted = `${before && !/\s$/.test(before) ? ' ' : ''}${word}${after && !/^[\s,.;:!?]/.test(after) ? ' ' : ''}`;
  return { text: before + inserted + after, caret: before.length + inserted.length };
}
