import { contract } from './contract.gen.ts';
import type { Contract, Wire } from './contract.ts';

/** Rules of the contract that several modules check at run time. */

interface TextRule {
  pattern: string;
  minLength: number;
  maxLength: number;
}

const id = contract.schemas.Id as TextRule;
const ID = new RegExp(id.pattern);

/** True if a text is valid as an id in an upstream path: the rule for all ids, regardless of their source. */
export const isUpstreamId = (text: string): boolean =>
  text.length >= id.minLength && text.length <= id.maxLength && ID.test(text);

const cursor = contract.schemas.Cursor as Pick<TextRule, 'minLength' | 'maxLength'>;

/** True if a value is valid as `lastDocId`: an id, or any other text that an upstream returns as its cursor. */
export const isPageCursor = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length >= cursor.minLength &&
  value.length <= cursor.maxLength &&
  !NO_CURSOR.test(value);

/** Lone surrogates have no percent-encoding; `.` and `..` are path segments to servers. */
const NO_CURSOR = /\p{Cs}|^\.{1,2}$/u;

/** Maximum size of an image in this contract, in bytes. */
export const maxImageBytes = ({ schemas }: Contract): number => (schemas.ImageBytes as TextRule).maxLength;

/** Maximum size of an image that the upstream accepts, in bytes. */
export const MAX_IMAGE_BYTES: number = maxImageBytes(contract);

/** {@link MAX_IMAGE_BYTES}, for a description: `10,485,760 bytes`. */
export const MAX_IMAGE_SIZE = `${String(MAX_IMAGE_BYTES).replace(/\B(?=(?:\d{3})+$)/g, ',')} bytes`;

interface NumberRule {
  minimum: number;
  maximum: number;
  default?: number;
}

/**
 * Bounds of a number that the upstream accepts, both inclusive, and its default if the contract documents one.
 *
 * @throws RangeError if the contract has no bounds.
 */
export function boundsOf<Schema extends 'StartTraining' | 'CreatePrediction' | 'ImageSize'>(
  schema: Schema,
  field: keyof Wire[Schema] & string,
): { min: number; max: number; default?: number } {
  const { properties } = contract.schemas[schema] as { properties: Record<string, NumberRule> };
  const { minimum, maximum, default: usual } = properties[field] ?? {};
  if (minimum === undefined || maximum === undefined)
    throw new RangeError(`The contract sets no bounds for ${schema}.${field}.`);
  return { min: minimum, max: maximum, ...(usual !== undefined && { default: usual }) };
}

/** The bounds of a number, for a description: `from 1 to 4`. @see boundsOf */
export function rangeOf<Schema extends 'StartTraining' | 'CreatePrediction' | 'ImageSize'>(
  schema: Schema,
  field: keyof Wire[Schema] & string,
): string {
  const { min, max } = boundsOf(schema, field);
  return `from ${min} to ${max}`;
}

/** The mode of a training if the request contains none. */
export const DEFAULT_TRAINING_SPEED = (contract.schemas.TrainingSpeed as { default: Wire['TrainingSpeed'] }).default;
