import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command.ts';
import { anchorsOf, linksOf, readText, root, rowsOf, scriptsOf } from '../support/readme.ts';
import { pages } from './pages.ts';

const manifest = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
const contributing = readText('CONTRIBUTING.md');
const names = [...pages.map(({ name }) => name), 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'deploy/README.md'];

/** Links of a page whose file or heading does not exist. */
const brokenLinks = (page: string) =>
  linksOf(readText(page)).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const file = path ? join(dirname(page), path) : page;
    if (!existsSync(root + file)) return true;
    return anchor !== undefined && !anchorsOf(readText(file)).includes(anchor);
  });

test.each(names)('all links in %s lead to existing files and headings', (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

test('the README or a page that it links to leads to each page', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const link of linksOf(readText(page))) {
      const file = join(dirname(page), link.split('#')[0] ?? '');
      if (file.endsWith('.md') && existsSync(root + file)) reached.add(file);
    }
  }

  expect(pages.map(({ name }) => name).filter((name) => !reached.has(name))).toEqual([]);
});

test('no two pages share a paragraph', () => {
  const owners = new Map<string, string>();
  const repeated: string[] = [];
  for (const { name, text } of pages) {
    const paragraphs = text.replace(/^```[\s\S]*?^```$/gm, '').split(/\n\n|\n(?=- )/);
    for (const paragraph of new Set(paragraphs.map((each) => each.trim()))) {
      if (paragraph.length < 100 || paragraph.startsWith('<!--')) continue;
      if (owners.has(paragraph)) repeated.push(`${owners.get(paragraph)} and ${name}: ${paragraph.slice(0, 60)}`);
      owners.set(paragraph, name);
    }
  }

  expect(repeated).toEqual([]);
});

test('docs/running.md lists every option of the program', () => {
  const options = rowsOf(readText('docs/running.md'), ['option', 'what it does']).map(
    ([option = '']) => /--[\w-]+/.exec(option)?.[0],
  );

  expect(options).toEqual([...Object.keys(COMMANDS).map((name) => `--${name}`), '--env-file']);
});

test('CONTRIBUTING.md describes every script of package.json', () => {
  const rows = rowsOf(contributing, ['command', 'what it does']).map(([command = '']) => scriptsOf(command)[0]);

  expect(rows.toSorted()).toEqual(Object.keys(manifest.scripts).toSorted());
  expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scriptsOf(contributing)));
});

describe('decisions', () => {
  const decisions = readdirSync(`${root}docs/decisions`).filter((name) => name !== 'README.md');

  test('the list of decisions contains each one with its number and title', () => {
    const listed = readText('docs/decisions/README.md')
      .split('\n')
      .filter((line) => line.startsWith('- '));

    expect(listed).toEqual(
      decisions.map((name) => `- [${readText(`docs/decisions/${name}`).split('\n')[0]?.replace('# ', '')}](${name})`),
    );
    expect(decisions.map((name) => name.slice(0, 4))).toEqual(
      decisions.map((_, index) => String(index + 1).padStart(4, '0')),
    );
  });

  test.each(decisions)('a decision record has the three required headings: %s', (name) => {
    const headings = [...readText(`docs/decisions/${name}`).matchAll(/^\*\*(.+?)\*\*/gm)].map(([, heading]) => heading);

    expect(headings).toEqual(['What.', 'Why.', 'What would change our mind.']);
  });
});
