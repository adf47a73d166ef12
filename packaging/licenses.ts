import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licenses that allow a package to be bundled if its text is included. */
const ACCEPTED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
]);

interface Manifest {
  name: string;
  version: string;
  license?: string;
  author?: string | { name: string };
}

/**
 * The licenses of bundled packages, with their texts.
 *
 * @param inputs Bundled files, relative to the root.
 * @throws Error for a package whose license is not one of {@link ACCEPTED}.
 */
export function licensesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const sections = [...folders].toSorted().map((folder) => sectionOf(join(root, folder)));
  return `The programs in this folder contain these packages.\n\n${sections.join('\n')}`;
}

/** The folder of the package that a file belongs to; undefined for own files. */
const packageFolder = (file: string): string | undefined => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

function sectionOf(folder: string): string {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version, license = 'none' } = manifest;
  if (!ACCEPTED.has(license)) {
    throw new Error(
      `${name} ${version} has the license ${license}, but only ${[...ACCEPTED].join(', ')} may be bundled. Move it to "dependencies", or accept its license in packaging/licenses.ts.`,
    );
  }
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const text = texts.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  return `${'-'.repeat(80)}\n${name} ${version} (${license})\n\n${text || holderOf(manifest)}\n`;
}

/** For packages without a license file: their author, and the text of their license. */
function holderOf({ name, license = '', author }: Manifest): string {
  const text = TEXTS[license];
  if (text === undefined)
    throw new Error(`${name} contains no license file. Add the text of ${license} to packaging/licenses.ts.`);
  return `Copyright (c) ${typeof author === 'string' ? author : (author?.name ?? `the authors of ${name}`)}\n\n${text}`;
}

// cspell:disable
/** Texts of licenses that packages only name. */
const TEXTS: Readonly<Record<string, string>> = {
  MIT: `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`,
};
