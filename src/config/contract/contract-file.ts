import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { contract } from '../../contract/contract.gen.ts';
import type { Contract } from '../../contract/contract.ts';
import { errorMessage } from '../../util/data-file.ts';
import { ConfigError, mistakesIn } from '../../util/environment.ts';
import { adaptContract } from './adapt.ts';

/**
 * Reads the contract of the upstream from an OpenAPI file, in YAML or JSON.
 *
 * @throws ConfigError that lists all mistakes in it.
 */
export function readContractFile(file: string): Contract {
  const setting = `\`FLAIR_CONTRACT\` ${file}`;
  const adapted = adaptContract(contract, parseFile(file, setting));
  if (adapted.mistakes.length > 0) throw new ConfigError(adapted.mistakes.map((mistake) => `${setting}: ${mistake}`));
  return adapted.contract;
}

/** Mistakes in an OpenAPI file, one sentence each. Import it only for a file: YAML's parser is large. */
export const contractMistakes = (file: string): readonly string[] =>
  mistakesIn(() => {
    readContractFile(file);
    return [];
  });

function parseFile(file: string, setting: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`${setting} must be an OpenAPI file, but cannot be read: ${errorMessage(error)}.`]);
  }
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigError([`${setting} must be YAML or JSON, but is not: ${errorMessage(error).split('\n')[0]}`]);
  }
}
