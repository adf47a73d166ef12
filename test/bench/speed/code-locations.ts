import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapping } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Source location of a profiled function. */
export interface CodeLocation {
  /** Folder of this project, package, or module of Node.js. */
  component: string;
  file: string;
  /** Starts at 1; 0 if unknown. */
  line: number;
  name: string;
}

/** Function in V8's format; lines and columns start at 0. */
export interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

/** Creates a function that maps a location in the built program to its source. The source map of each file is next to it. */
export function createLocator(): (frame: CallFrame) => CodeLocation {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (path: string): SourceMap | undefined => {
    if (!maps.has(path)) maps.set(path, readMap(`${path}.map`));
    return maps.get(path);
  };
  return ({ functionName, url, lineNumber, columnNumber }) => {
    const name = functionName || '(anonymous)';
    if (url === '')
      return { component: name.startsWith('(') ? name : 'V8 and built-in functions', file: '', line: 0, name };
    if (url.startsWith('node:')) return { component: nodeModuleOf(url), file: url, line: lineNumber + 1, name };
    const path = url.startsWith('file:') ? fileURLToPath(url) : url;
    // Empty if the map has no entry.
    const entry: Partial<SourceMapping> = mapOf(path)?.findEntry(lineNumber, columnNumber) ?? {};
    const { originalSource = path, originalLine = lineNumber } = entry;
    const inPackage = originalSource.split(/(?:^|\/)node_modules\//).at(-1) ?? '';
    if (inPackage !== originalSource) {
      return { component: packageOf(inPackage), file: inPackage, line: originalLine + 1, name };
    }
    if (originalSource === path) return { component: 'elsewhere', file: path, line: lineNumber + 1, name };
    const file = originalSource.replace(/^(?:\.\.\/)+/, '');
    return { component: folderOf(file), file, line: originalLine + 1, name };
  };
}

/** Undefined if the file does not exist. */
function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** `src/upstream/` for `src/upstream/client.ts`. */
const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1);

const packageOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

/** `node:streams` for `node:internal/streams/readable`. */
const nodeModuleOf = (url: string): string => url.replace(/^node:(?:internal\/)?([^/]+).*$/, 'node:$1');
