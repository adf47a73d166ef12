import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Root of the project, with a trailing slash. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

export const readText = (path: string): string => readFileSync(root + path, 'utf8');

/** A fenced code block of a Markdown page. */
export interface Block {
  language: string;
  text: string;
}

/** Fenced code blocks of a page, in order. */
export const blocksOf = (page: string): Block[] =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({ language, text }));

/** Rows of the table with a header, as lists of cells; empty if there is no such table. */
export function rowsOf(page: string, header: readonly string[]): string[][] {
  const lines = page.split('\n');
  const start = lines.indexOf(`| ${header.join(' | ')} |`);
  if (start < 0) return [];
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** Links of a page to files of the project. */
export const linksOf = (page: string): string[] =>
  [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^https?:/.test(target));

/** Anchors of the headings of a page, as GitHub creates them. */
export const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

/** Scripts of package.json mentioned on a page. */
export const scriptsOf = (page: string): string[] =>
  [...page.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, script, short]) => script ?? short ?? '');

/** Variable assignments before the command of a shell line. */
export function environmentOf(command: string): Record<string, string> {
  const assignments = [...command.matchAll(/\b([A-Z][A-Z_]*)=(?:'([^']*)'|(\S+))\s/g)];
  return Object.fromEntries(assignments.map(([, name = '', quoted, plain]) => [name, quoted ?? plain ?? '']));
}

/** GraphQL documents in the JSON of shell commands. */
export const documentsIn = (command: string): string[] =>
  [...command.matchAll(/"query": ("(?:[^"\\]|\\.)*")/g)].map(([, text = '']) => JSON.parse(text) as string);
