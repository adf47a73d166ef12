/**
 * Writes `wire.gen.ts` (types) and `contract.gen.ts` (routes, accepted names, schemas) from `schema/flair.openapi.yaml`.
 * With `--check` it writes nothing, and fails if a file is not up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { parse } from 'yaml';
import { deriveContract } from './derive.ts';

const HEADER = '// Generated from schema/flair.openapi.yaml by `npm run contract`. Do not edit.\n\n';
const source = new URL('../../schema/flair.openapi.yaml', import.meta.url);

/** Generates the texts of both files, by file name. */
export async function generate(yaml: string): Promise<Record<'wire.gen.ts' | 'contract.gen.ts', string>> {
  const document = parse(yaml);
  const contract = JSON.stringify(deriveContract(document), null, 2);
  return {
    'wire.gen.ts': HEADER + astToString(await openapiTS(document, { silent: true })),
    'contract.gen.ts': `${HEADER}import type { Contract } from './contract.ts';\n\nexport const contract: Contract = ${contract};\n`,
  };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const check = process.argv.includes('--check');
  for (const [name, text] of Object.entries(await generate(readFileSync(source, 'utf8')))) {
    const file = new URL(name, import.meta.url);
    if (!check) writeFileSync(file, text);
    else if (readFileSync(file, 'utf8') !== text) {
      console.error(`src/contract/${name} is not up to date with schema/flair.openapi.yaml. Run: npm run contract`);
      process.exitCode = 1;
    }
  }
}
