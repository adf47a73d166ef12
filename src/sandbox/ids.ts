import { createHash, randomBytes } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';
const ALPHABET = `${LETTERS}${LETTERS.toLowerCase()}${DIGITS}`;
const ID_LENGTH = 20;
const TRIGGER_WORD_SHAPE = [LETTERS, LETTERS, LETTERS, DIGITS, DIGITS, LETTERS, LETTERS];

/** Creates a random id in Firestore's format: 20 letters and digits. */
export const randomId = () => idFrom(randomBytes(2 * ID_LENGTH));

/** Derives an id from a name, so that demo data have stable ids for documentation. */
export const namedId = (name: string) => idFrom(createHash('sha512').update(name).digest());

/** Creates a random trigger word such as `FJA90AB`. */
export const randomTriggerWord = () => {
  const bytes = randomBytes(TRIGGER_WORD_SHAPE.length);
  return TRIGGER_WORD_SHAPE.map((characters, index) => pick(characters, bytes[index])).join('');
};

const idFrom = (bytes: Uint8Array) =>
  Array.from({ length: ID_LENGTH }, (_, index) => pick(ALPHABET, bytes[index])).join('');

const pick = (characters: string, byte = 0) => characters.charAt(byte % characters.length);
