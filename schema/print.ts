/**
 * Writes `schema/schema.graphql`, the contract with clients. With `--check`, fails if the file is out of date instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { printSdl } from './sdl.ts';

const file = new URL('schema.graphql', import.meta.url);
const printed = printSdl();

if (!process.argv.includes('--check')) writeFileSync(file, printed);
else if (readFileSync(file, 'utf8') !== printed) {
  console.error('schema/schema.graphql is out of date. Run: npm run schema');
  process.exitCode = 1;
}
