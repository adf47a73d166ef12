import type { Wire } from '../contract/contract.ts';
import { isRecord } from '../util/json.ts';
import type { JobState } from './decode/job-status.ts';
import type { JobRow } from './jobs.ts';

/** A job row as a JSON value, for other replicas. */
export type EncodedJob = Readonly<Record<string, unknown>>;

/** Fields whose values are times. */
const TIMES = ['createdAt', 'finishedAt'] as const;

/** Converts a job row to a JSON value. It contains data of its tenant: seal it before it leaves the process. */
export function encodeJob(row: JobRow): EncodedJob {
  const encoded: Record<string, unknown> = { ...row };
  for (const field of TIMES) {
    const time = row[field];
    if (time) encoded[field] = time.getTime();
  }
  return encoded;
}

/**
 * Converts a JSON value of {@link encodeJob} back to a job row. Ignores fields that only another version of this program has.
 *
 * @returns Undefined for any other value.
 */
export function decodeJob(value: unknown): JobRow | undefined {
  if (!isRecord(value) || !isJob(value)) return undefined;
  const row: Record<string, unknown> = { ...value };
  for (const [field, found] of Object.entries(value)) {
    const check = CHECKS.get(field);
    if (check && !check(found)) return undefined;
    if (!check) delete row[field];
  }
  for (const field of TIMES) {
    if (typeof row[field] === 'number') row[field] = new Date(row[field]);
  }
  // Each field has the type that its check requires.
  return row as unknown as JobRow;
}

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isOneOf =
  <Word extends string>(...words: readonly Word[]): Check =>
  (value) =>
    words.includes(value as Word);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const objectOf =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(checks).every(([field, check]) => check(value[field]));

const isTime = orNull((value) => isNumber(value) && !Number.isNaN(new Date(value as number).getTime()));
const isMalformedField = objectOf({ operation: isString, problem: isString });

const isImage: Check = (value) => isRecord(value) && (isString(value.url) || isString(value.base64));
const isState = isOneOf<JobState>('QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELED', 'UNKNOWN');

const VALID = {
  kind: isOneOf<JobRow['kind']>('Training', 'Prediction'),
  id: isString,
  modelId: isString,
  status: objectOf({ state: isState, word: isString, isFinished: isBoolean }),
  triggerWord: orNull(isString),
  createdAt: isTime,
  finishedAt: isTime,
  progress: orNull(isNumber),
  error: orNull(isString),
  trainingStrength: orNull(isNumber),
  trainingSpeed: orNull(isOneOf<Wire['TrainingSpeed']>('fast', 'high_quality')),
  trainingStyle: orNull(isOneOf<Wire['TrainingStyle']>('content', 'style', 'balanced')),
  isStyle: orNull(isBoolean),
  isInputFormatAlreadyPreprocessed: orNull(isBoolean),
  images: orNull(listOf(isImage)),
  scaleConfigs: orNull(listOf(objectOf({ modelId: isString, scale: isNumber }))),
  prompt: orNull(isString),
  seed: orNull(isNumber),
  image_size: orNull(objectOf({ width: isNumber, height: isNumber })),
  num_images: orNull(isNumber),
  guidance_scale: orNull(isNumber),
  num_inference_steps: orNull(isNumber),
  malformed: (value) => isRecord(value) && Object.values(value).every(isMalformedField),
} satisfies Record<FieldOf<JobRow>, Check>;

/** The check of each field. A field that only another version has is unknown. */
const CHECKS: ReadonlyMap<string, Check> = new Map(Object.entries(VALID));

type FieldOf<Row> = Row extends unknown ? keyof Row : never;

const isJob = ({ kind, id, modelId }: Readonly<Record<string, unknown>>): boolean =>
  typeof id === 'string' && (kind === 'Prediction' || (kind === 'Training' && typeof modelId === 'string'));
