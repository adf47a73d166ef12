import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { Contract, Wire } from '../contract/contract.ts';
import { ApiError } from './api-error.ts';

/** Checks a value against a schema of the contract. */
export type Validate = (schema: keyof Wire, value: unknown) => void;

const ROOT = 'https://sandbox.invalid/contract';

/**
 * Creates the validation of request bodies from the contract's schemas.
 *
 * @returns A function that throws ApiError 400 with one sentence per invalid field.
 */
export function createValidator({ schemas }: Contract): Validate {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false });
  ajv.addSchema({ components: { schemas } }, ROOT);

  return (schema, value) => {
    const reference = `${ROOT}#/components/schemas/${schema}`;
    const check = ajv.getSchema(reference);
    if (!check) throw new Error(`The contract has no schema "${schema}".`);
    if (check(value)) return;
    throw new ApiError(400, [...new Set((check.errors ?? []).map(sentence))].join(' '));
  };
}

function sentence({ instancePath, keyword, params, message, data, parentSchema }: ErrorObject): string {
  const parent = instancePath.slice(1).replaceAll('/', '.');
  const field = (name: unknown) => `\`${parent ? `${parent}.` : ''}${name}\``;
  switch (keyword) {
    case 'required':
      return `${field(params.missingProperty)} is missing.`;
    case 'additionalProperties': {
      const known = Object.keys(parentSchema?.properties ?? {}).join(', ');
      return `${field(params.additionalProperty)} is not a known field; known fields are ${known}.`;
    }
    default: {
      const expected = keyword === 'enum' ? `must be one of ${params.allowedValues.map(show).join(', ')}` : message;
      return `${parent ? `\`${parent}\`` : 'The body'} ${expected}, but is ${show(data)}.`;
    }
  }
}

const SHOWN_CHARACTERS = 80;

const show = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
};
