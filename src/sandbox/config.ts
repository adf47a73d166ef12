import * as z from 'zod';
import { contract } from '../contract/contract.gen.ts';
import { decimal, flag, host, integer, list, SECRET, textOr } from '../util/environment.ts';
import { DATA_ITEM_SHAPES } from './context.ts';
import { parseFaults } from './fault-syntax.ts';
import { operationIds } from './router.ts';
import type { SandboxOptions } from './sandbox.ts';

const A_DAY = 86_400;

/** Environment variables of the sandbox. */
export const sandboxSettings = {
  SANDBOX_KEYS: list()
    .describe(
      'API keys that the sandbox accepts in addition to `demo`, separated by commas; each has access to its own models only.',
    )
    .meta(SECRET),
  SANDBOX_STORAGE: textOr('.data/sandbox.sqlite').describe(
    'SQLite file that stores the data of the sandbox, or `memory` to store nothing beyond its process.',
  ),
  SANDBOX_FAST_SECONDS: decimal({ default: 20, min: 0, max: A_DAY }).describe(
    'Duration of a fast training in the sandbox, in seconds.',
  ),
  SANDBOX_HIGH_QUALITY_SECONDS: decimal({ default: 60, min: 0, max: A_DAY }).describe(
    'Duration of a high-quality training in the sandbox, in seconds.',
  ),
  SANDBOX_PREDICTION_SECONDS: decimal({ default: 6, min: 0, max: A_DAY }).describe(
    'Duration of a prediction in the sandbox, in seconds.',
  ),
  SANDBOX_PAGE_SIZE: integer({ default: 20, min: 1, max: 1_000 }).describe(
    'Number of documents on a page of the lists of the sandbox.',
  ),
  SANDBOX_DATA_ITEM_SHAPE: textOr('bytes')
    .pipe(
      z.enum(DATA_ITEM_SHAPES, {
        error: ({ input }) => `must be one of ${DATA_ITEM_SHAPES.join(', ')}, but is "${input}".`,
      }),
    )
    .describe(
      'Format in which the sandbox returns the image of a data item: its `bytes`, JSON with its `url`, or JSON with `base64`.',
    ),
  SANDBOX_FAULTS: textOr('')
    .superRefine((faults, context) => {
      try {
        parseFaults(faults, operationIds(contract.operations));
      } catch (error) {
        context.addIssue(`is not a list of faults. ${error instanceof Error ? error.message : error}`);
      }
    })
    .describe('Faults that the sandbox simulates, for example `429:listModels:0.1:retryAfter=2, reset:*:once`.'),
  SANDBOX_SEED: flag(true).describe('Fills an empty sandbox with demo data for the key `demo`.'),
  SANDBOX_HOST: host('127.0.0.1').describe('Address on which the sandbox listens when it runs as a separate process.'),
  SANDBOX_PORT: integer({ default: 4_100, min: 0, max: 65_535 }).describe(
    'Port on which the sandbox listens when it runs as a separate process; 0 selects a free one.',
  ),
};

/** The values of {@link sandboxSettings}. */
export type SandboxSettings = z.infer<z.ZodObject<typeof sandboxSettings>>;

/** Converts environment variables to the options of a sandbox. */
export const sandboxOptions = (settings: SandboxSettings): SandboxOptions => ({
  keys: settings.SANDBOX_KEYS,
  storage: settings.SANDBOX_STORAGE,
  fastSeconds: settings.SANDBOX_FAST_SECONDS,
  highQualitySeconds: settings.SANDBOX_HIGH_QUALITY_SECONDS,
  predictionSeconds: settings.SANDBOX_PREDICTION_SECONDS,
  pageSize: settings.SANDBOX_PAGE_SIZE,
  dataItemShape: settings.SANDBOX_DATA_ITEM_SHAPE,
  faults: settings.SANDBOX_FAULTS,
  seed: settings.SANDBOX_SEED,
});
