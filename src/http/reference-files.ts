import { errorsHtml } from '../error-codes/error-page.ts';
import { type StaticFile, staticFile } from './static-file.ts';

/** Finds the file at a path below the base path; undefined if there is none. */
export type FindFile = (pathname: string) => Pick<StaticFile, 'serve'> | undefined;

/**
 * The schema at `/schema.graphql` and the page of error codes at `/graphql/errors`. Each is created on its first request;
 * clients may store both, and revalidate them each time, because another version of the gateway may have others.
 *
 * @param printSdl The schema in the schema definition language; undefined where introspection is off.
 */
export function createReferenceFiles(printSdl: (() => string) | undefined): FindFile {
  const sources = new Map<string, () => StaticFile>([
    ['/graphql/errors', () => staticFile(errorsHtml(), { 'content-type': 'text/html; charset=utf-8', ...REVALIDATED })],
  ]);
  // Shown by browsers, unlike application/graphql, which they would save.
  if (printSdl)
    sources.set('/schema.graphql', () =>
      staticFile(printSdl(), { 'content-type': 'text/plain; charset=utf-8', ...REVALIDATED }),
    );
  const files = new Map<string, StaticFile>();

  return (pathname) => {
    const found = files.get(pathname);
    const create = sources.get(pathname);
    if (found || !create) return found;
    const file = create();
    files.set(pathname, file);
    return file;
  };
}

const REVALIDATED = { 'cache-control': 'no-cache' };
