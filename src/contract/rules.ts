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
