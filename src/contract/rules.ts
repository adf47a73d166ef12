import { contract } from './contract.gen.ts';

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

/** The largest image that the upstream accepts, in bytes. */
export const MAX_IMAGE_BYTES: number = (contract.schemas.ImageBytes as TextRule).maxLength;
