/** Writes `schema/schema.graphql`, the contract with clients. With `--check` it writes nothing and fails when that differs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './index.ts';

const file = new URL('schema.graphql', import.meta.url);
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;

if (!process.argv.includes('--check')) writeFileSync(file, printed);
else if (readFileSync(file, 'utf8') !== printed) {
  console.error('schema/schema.graphql is not what the code prints. Run: npm run schema');
  process.exitCode = 1;
}
