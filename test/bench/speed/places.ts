import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapping } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Where a function of a profile was written. */
export interface Place {
  /** A folder of this project, a package, or a part of Node.js. */
  room: string;
  file: string;
  /** From 1; 0 where there is none. */
  line: number;
  name: string;
}

/** A function as V8 describes it; lines and columns from 0. */
export interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

/** Finds what a function of the built program was before it was built. @param program With a source map beside it. */
export function placesOf(program: string): (frame: CallFrame) => Place {
  const map = new SourceMap(JSON.parse(readFileSync(`${program}.map`, 'utf8')));
  return ({ functionName, url, lineNumber, columnNumber }) => {
    const name = functionName || '(anonymous)';
    if (url === '') return { room: name.startsWith('(') ? name : 'V8 and built-in functions', file: '', line: 0, name };
    if (url.startsWith('node:')) return { room: roomOfNode(url), file: url, line: lineNumber + 1, name };
    const path = url.startsWith('file:') ? fileURLToPath(url) : url;
    const inPackage = path.split('/node_modules/').at(-1);
    if (inPackage !== undefined && inPackage !== path) {
      return { room: packageOf(inPackage), file: inPackage, line: lineNumber + 1, name };
    }
    // Empty where the map says nothing.
    const entry: Partial<SourceMapping> = path === program ? map.findEntry(lineNumber, columnNumber) : {};
    const { originalSource, originalLine = 0 } = entry;
    if (originalSource === undefined) return { room: 'elsewhere', file: path, line: lineNumber + 1, name };
    const file = originalSource.replace(/^(?:\.\.\/)+/, '');
    return { room: roomOf(file), file, line: originalLine + 1, name };
  };
}

/** `src/upstream/client.ts` is of the room `src/upstream/`. */
const roomOf = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1);

const packageOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

/** `node:internal/streams/readable` is of the room `node:streams`. */
const roomOfNode = (url: string): string => url.replace(/^node:(?:internal\/)?([^/]+).*$/, 'node:$1');
