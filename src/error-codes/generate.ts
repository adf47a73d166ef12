/** Writes `docs/errors.md` from the definitions of the codes. With `--check`, fails if the file is out of date instead. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { errorsMarkdown } from './error-page.ts';

const file = new URL('../../docs/errors.md', import.meta.url);
const text = errorsMarkdown();

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  console.error('docs/errors.md is out of date. Run: npm run errors');
  process.exitCode = 1;
}
