import { readFile, writeFile } from 'node:fs/promises';
import { pathOf } from '../processes.ts';

/** Sections of docs/scaling.md that scripts write. */

export const PAGE = pathOf('../../docs/scaling.md');

/** A section with its heading, up to the next heading of the same level; empty if there is none. */
export function sectionIn(page: string, heading: string): string {
  const from = page.indexOf(`## ${heading}\n`);
  if (from < 0) return '';
  const next = page.indexOf('\n## ', from);
  return page.slice(from, next < 0 ? page.length : next + 1);
}

/** Replaces a section of the page. @throws Error if the page has none with this heading. */
export async function writeSection(heading: string, text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const before = sectionIn(page, heading);
  if (before === '') throw new Error(`Expected a section "${heading}" in ${PAGE}, found none.`);
  await writeFile(
    PAGE,
    page.replace(before, () => `## ${heading}\n\n${text}\n\n`),
  );
  console.log(`Wrote ${PAGE}.`);
}
