import { readdirSync } from 'node:fs';
import { type Block, blocksOf, readText, root } from '../support/readme.ts';

/** A page whose code blocks are executed. */
export interface Page {
  /** Path in the repository. */
  name: string;
  text: string;
  blocks: readonly Block[];
}

const names = [
  'README.md',
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .toSorted(),
];

/** The README and all pages in docs/. */
export const pages: readonly Page[] = names.map((name) => {
  const text = readText(name);
  return { name, text, blocks: blocksOf(text) };
});

/** Pages with a block in one of these languages. */
export const pagesWith = (...languages: string[]): Page[] =>
  pages.filter(({ blocks }) => blocks.some(({ language }) => languages.includes(language)));

export const textsOf = ({ blocks }: Page, ...languages: string[]): string[] =>
  blocks.filter(({ language }) => languages.includes(language)).map(({ text }) => text);

/** A GraphQL document of a page, with the variables in the JSON block after it. */
export interface DocumentBlock {
  query: string;
  variables: Record<string, unknown>;
}

export const documentsOf = ({ blocks }: Page): DocumentBlock[] =>
  blocks.flatMap(({ language, text: query }, index) => {
    if (language !== 'graphql') return [];
    const next = blocks[index + 1];
    return [{ query, variables: next?.language === 'json' ? JSON.parse(next.text) : {} }];
  });
