/**
 * Writes the documents of the settings from their definitions: the page with their tables and the example of an env file.
 * With `--check` it writes nothing, and fails if a file is not up to date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { exampleFile, settingsPage } from './documents.ts';
import { topicsOf } from './topics.ts';

const topics = topicsOf();
const texts = { 'docs/configuration.md': settingsPage(topics), '.env.example': exampleFile(topics) };

for (const [name, text] of Object.entries(texts)) {
  const file = new URL(`../../${name}`, import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${name} is not up to date with the settings. Run: npm run settings`);
    process.exitCode = 1;
  }
}
