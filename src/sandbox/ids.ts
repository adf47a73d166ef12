import { createHash, randomBytes } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';
const ALPHABET = `${LETTERS}${LETTERS.toLowerCase()}${DIGITS}`;
const ID_LENGTH = 20;
const TRIGGER_WORD_SHAPE = [LETTERS, LETTERS, LETTERS, DIGITS, DIGITS, LETTERS, LETTERS];

/** A fresh identifier in Firestore's style: 20 letters and digits. */
export const randomId = () => idFrom(randomBytes(2 * ID_LENGTH));

/** The identifier that always belongs to a name, so that documentation can speak of demo data by id. */
export const namedId = (name: string) => idFrom(createHash('sha512').update(name).digest());

/** A fresh trigger word such as `FJA90AB`. */
export const randomTriggerWord = () => {
  const bytes = randomBytes(TRIGGER_WORD_SHAPE.length);
  return TRIGGER_WORD_SHAPE.map((characters, index) => pick(characters, bytes[index])).join('');
};

const idFrom = (bytes: Uint8Array) =>
  Array.from({ length: ID_LENGTH }, (_, index) => pick(ALPHABET, bytes[index])).join('');

const pick = (characters: string, byte = 0) => characters.charAt(byte % characters.length);
