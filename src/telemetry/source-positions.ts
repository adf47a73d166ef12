import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A line of a stack trace with a position in a module. Lines of messages do not begin like this. */
const FRAME = /^( {4}at (?:[^\n]*? )?\(?)(file:\S+):(\d+):(\d+)(?=\)?$)/gm;

/** Maximum number of positions that are remembered. */
const MAX_POSITIONS = 1_000;

const positions = new Map<string, string>();

/**
 * Replaces the positions in a stack trace by those in the sources, for modules with a source map.
 *
 * For traces that someone reads. Node.js can do it for all (`--enable-source-maps`), but then each start reads all maps, and each
 * error that is thrown away costs the time: Node.js itself formats the trace of every error with which a socket is closed.
 */
export const nameSources = (trace: string): string =>
  trace.replace(FRAME, (_, before: string, file: string, line: string, column: string) => {
    const position = `${file}:${line}:${column}`;
    const known = positions.get(position);
    if (known !== undefined) return before + known;
    const found = sourceOf(file, Number(line), Number(column)) ?? position;
    if (positions.size === MAX_POSITIONS) positions.clear();
    positions.set(position, found);
    return before + found;
  });

function sourceOf(file: string, line: number, column: number): string | undefined {
  try {
    const entry = mapOf(file).findEntry(line - 1, column - 1);
    if (!('originalSource' in entry)) return undefined;
    const source = fileURLToPath(new URL(entry.originalSource, file));
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  } catch {
    // The module has no map, it cannot be read, or the source is no file.
    return undefined;
  }
}

/** Maps by the URLs of modules. Not for long, because they are large: the positions above suffice for repeated errors. */
const maps = new Map<string, WeakRef<SourceMap>>();

function mapOf(file: string): SourceMap {
  const known = maps.get(file)?.deref();
  if (known) return known;
  const map = new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${file}.map`), 'utf8')));
  maps.set(file, new WeakRef(map));
  return map;
}
