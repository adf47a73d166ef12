import { contract } from './contract.gen.ts';
import type { Contract, Wire } from './contract.ts';

/** Rules of the contract that more than one room needs at run time. */

interface TextRule {
  pattern: string;
  minLength: number;
  maxLength: number;
}

const id = contract.schemas.Id as TextRule;
const ID = new RegExp(id.pattern);

/** Whether a text may stand as an id in an upstream path: the one rule for ids, whoever sends them. */
export const isUpstreamId = (text: string): boolean =>
  text.length >= id.minLength && text.length <= id.maxLength && ID.test(text);

const cursor = contract.schemas.Cursor as Pick<TextRule, 'minLength' | 'maxLength'>;

/** Whether a value may be sent as `lastDocId`: an id, or any other text that an upstream has named as its cursor. */
export const isPageCursor = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length >= cursor.minLength &&
  value.length <= cursor.maxLength &&
  !NO_CURSOR.test(value);

/** Half of a character has no percent-encoding; dots alone are no id, and what servers take for a path. */
const NO_CURSOR = /\p{Cs}|^\.{1,2}$/u;

/** The largest image that an upstream of this contract accepts, in bytes. */
export const largestImage = ({ schemas }: Contract): number => (schemas.ImageBytes as TextRule).maxLength;

/** The largest image that the upstream accepts, in bytes. */
export const MAX_IMAGE_BYTES: number = largestImage(contract);

interface NumberRule {
  minimum: number;
  maximum: number;
}

/** The bounds of a number that the upstream takes, both inclusive. */
export function boundsOf<Schema extends 'StartTraining' | 'CreatePrediction' | 'ImageSize'>(
  schema: Schema,
  field: keyof Wire[Schema] & string,
): { min: number; max: number } {
  const { properties } = contract.schemas[schema] as { properties: Record<string, NumberRule> };
  const { minimum, maximum } = properties[field] ?? {};
  if (minimum === undefined || maximum === undefined)
    throw new RangeError(`The contract sets no bounds for ${schema}.${field}.`);
  return { min: minimum, max: maximum };
}
